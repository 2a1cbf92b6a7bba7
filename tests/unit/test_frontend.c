/* SPDX-License-Identifier: BSD-2-Clause */
/* links: frontend machine host devices cpu core */
/*
 * What the front end computes without a machine: values and options of the command line, the
 * grammar of scripts, keys, the text of a screen, PNG files, pacing.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/snapshot.h"
#include "frontend/keys.h"
#include "frontend/options.h"
#include "frontend/pacing.h"
#include "frontend/png.h"
#include "frontend/script.h"
#include "frontend/text.h"

static struct error err;

/* ---- options ---- */

static enum parsed parse(struct options *o, const char *line)
{
    static char text[512];
    char *argv[32];
    int argc = 0;
    strcpy(text, line);
    for (char *w = strtok(text, " "); w; w = strtok(NULL, " "))
        argv[argc++] = w;
    *o = (struct options){ 0 };
    err.text[0] = 0;
    return options_parse(o, argc, argv, &err);
}

START_TEST(sizes_and_times)
{
    static const struct { const char *s; uint64_t v; } good[] = {
        { "0", 0 }, { "4096", 4096 }, { "64k", 65536 }, { "128M", 128u << 20 },
        { "3G", UINT64_C(3) << 30 }, { "16MB", 16u << 20 }, { "16MiB", 16u << 20 },
    };
    static const char *const bad[] = {
        "", "M", "-1", "1.5M", "12X", "1MM", "99999999999999999999G", "17179869184G"
    };
    uint64_t v;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        ck_assert_msg(parse_size(good[i].s, &v), "%s", good[i].s);
        ck_assert_uint_eq(v, good[i].v);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        ck_assert_msg(!parse_size(bad[i], &v), "%s", bad[i]);
    ck_assert(parse_seconds("1.5", &v) && v == 1500000000);
    ck_assert(parse_seconds(".000000001999", &v) && v == 1);
    ck_assert(!parse_seconds(".", &v) && !parse_seconds("1s", &v) && !parse_seconds("1.2.3", &v));
    ck_assert(!parse_seconds("999999999999", &v));
    ck_assert(parse_count("18446744073709551599", &v) && !parse_count("18446744073709551616", &v));
}
END_TEST

START_TEST(options_are_taken)
{
    struct options o;
    ck_assert_int_eq(
        parse(&o, "--memory=64M --cpu 486 --machine at --boot dc --clock fixed:12.5 --serial stdio "
                  "--serial file:x --rtc 2000-02-29T12:34:56 --max-guest-seconds 2.5 --hash a.img"),
        PARSED_RUN);
    ck_assert_uint_eq(o.cfg.memory, 64u << 20);
    ck_assert_int_eq(o.cfg.board, BOARD_AT);
    ck_assert_str_eq(o.cfg.boot, "dc");
    ck_assert_uint_eq(o.cfg.ips, 12500000);
    ck_assert(!o.realtime && o.set_clock && o.hash && !o.stats && !o.headless);
    ck_assert_uint_eq(o.serials, 2);
    ck_assert_int_eq(o.cfg.rtc_start, 951827696);
    ck_assert_uint_eq(o.max_guest, 2500000000);
    ck_assert_str_eq(o.image, "a.img");
    ck_assert_int_eq(parse(&o, "--headless -- --odd.img"), PARSED_RUN);
    ck_assert_str_eq(o.image, "--odd.img");
    ck_assert_int_eq(o.cfg.cpu_model, -1);
    ck_assert_int_eq(parse(&o, "--memory nonsense --help"), PARSED_HELP);
}
END_TEST

START_TEST(nonsense_is_refused)
{
    static const char *const bad[] = {
        "--memory 5", "--memory 1.5G", "--memory 100G", "--memory", "--cpu z80", "--machine mac",
        "--smp 2", "--smp x", "--boot", "--boot aa", "--boot acdnx", "--engine jit",
        "--engine warp", "--rtc yesterday", "--rtc 2023-02-29T00:00:00",
        "--rtc 2023-01-01 00:00:00", "--clock sundial", "--clock fixed:0", "--clock fixed:",
        "--scale 0", "--max-seconds 0", "--max-instructions 1e9", "--headless=yes", "-x",
        "--nonsense", "a.img b.img", "--fda a --fda b", "--serial stdio --serial stdio",
        "--initrd x", "--append x",
        "--serial none --serial none --serial none --serial none --serial none",
        "--cdrom a --hdc b", "--debugcon tcp:a:1", "--display wayland",
    };
    struct options o;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        ck_assert_msg(parse(&o, bad[i]) == PARSED_BAD, "%s", bad[i]);
        ck_assert_msg(strlen(err.text) > 10 && !strchr(err.text, '\n') && strchr(err.text, ':'),
                      "%s: %s", bad[i], err.text);
    }
}
END_TEST

START_TEST(misspelt_options_are_recognised)
{
    static const struct { const char *is, *meant; } words[] = {
        { "--mem 64M", "--memory" }, { "--fullscren", "--fullscreen" }, { "--hd a", "--hda" },
        { "--keympa de", "--keymap" }, { "--max-second 5", "--max-seconds" },
        { "--scripd", "--script" }, { "--disp=sdl", "--display" },
        { "--nonsense", NULL }, { "--drpo a", NULL }, { "--a", NULL }, { "-h1", NULL },
        { "--abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", NULL },
    };
    struct options o;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        char want[60] = "run --help";
        if (words[i].meant)
            snprintf(want, sizeof want, "did you mean %s?", words[i].meant);
        ck_assert_int_eq(parse(&o, words[i].is), PARSED_BAD);
        ck_assert_msg(strstr(err.text, want), "%s", err.text);
    }
}
END_TEST

/* ---- scripts ---- */

START_TEST(scripts_are_parsed)
{
    struct script s;
    ck_assert_msg(script_parse(&s, "t",
            "# nothing\n\n"
            "wait screen \"C:\\\\> \\\"x\\\" # y\" 500ms # z\r\n"
            "wait serial login: 2m\nwait idle\nwait poweroff 1.5s\n  sleep 10s\n"
            "type \"a\\tB\\n\"\nkey ctrl+alt+del\nkey -\nmouse move -3 7\nmouse click right\n"
            "insert cdrom \"a b.iso\"\neject fda\nquit 7",
            layout_find("us"), &err), "%s", err.text);
    ck_assert_uint_eq(s.n, 13);
    ck_assert_str_eq(s.cmd[0].text, "C:\\> \"x\" # y");
    ck_assert_uint_eq(s.cmd[0].time, 500000000);
    ck_assert_uint_eq(s.cmd[0].line, 3);
    ck_assert_str_eq(s.cmd[1].text, "login:");
    ck_assert_uint_eq(s.cmd[1].time, UINT64_C(120000000000));
    ck_assert_uint_eq(s.cmd[2].time, UINT64_C(60000000000));
    ck_assert_uint_eq(s.cmd[3].time, 1500000000);
    ck_assert_str_eq(s.cmd[5].text, "a\tB\n");
    ck_assert_uint_eq(s.cmd[6].n_keys, 3);
    ck_assert_uint_eq(s.cmd[6].keys[2], KEY_DEL);
    ck_assert_int_eq(s.cmd[8].a, -3);
    ck_assert_int_eq(s.cmd[8].b, 7);
    ck_assert_int_eq(s.cmd[9].a, 2);
    ck_assert_str_eq(s.cmd[10].text, "a b.iso");
    ck_assert_int_eq(s.cmd[12].a, 7);
    script_free(&s);
}
END_TEST

START_TEST(script_mistakes_name_their_line)
{
    static const char *const bad[] = {
        "dance", "wait", "wait screen", "wait screen \"\"", "wait screen \"x\" 5",
        "wait screen \"x\" 5s 6s", "wait moon", "sleep", "sleep 5", "sleep -1s", "type", "type \"x",
        "type \"\\x1\"", "type \"\xc3\xa4\"", "key", "key ctrl+", "key hyper", "key a+b+c+d+e+f+g",
        "mouse", "mouse move 1", "mouse move x y", "mouse click none", "screenshot", "insert hda x",
        "insert cdrom", "eject", "eject c", "quit 256", "quit x", "reset now", "\"text\"",
        "a b c d e f g h",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct script s;
        char text[100];
        snprintf(text, sizeof text, "sleep 1s\n%s\n", bad[i]);
        ck_assert_msg(!script_parse(&s, "file", text, layout_find("us"), &err), "%s", bad[i]);
        ck_assert_msg(!strncmp(err.text, "file:2: ", 8), "%s: %s", bad[i], err.text);
        ck_assert_int_eq(err.code, 2);
        script_free(&s);
    }
}
END_TEST

START_TEST(any_bytes_make_a_script_or_a_message)
{
    static const char piece[] = "wait screen \"\\n\\x4 type key+ctrl mouse 5s\n# \t\"";
    uint32_t seed = 1;
    for (unsigned round = 0; round < 20000; round++) {
        struct script s;
        char text[40];
        unsigned n = 0;
        for (; n < sizeof text - 1; n++) {
            seed = seed * 1664525u + 1013904223u;
            text[n] = seed >> 30 ? piece[(seed >> 8) % (sizeof piece - 1)]
                                 : (char)(1 + (seed >> 8) % 255);
        }
        text[n] = 0;
        if (!script_parse(&s, "f", text, layout_find("us"), &err))
            ck_assert_int_eq(err.code, 2);
        script_free(&s);
    }
}
END_TEST

/* ---- keys, text, PNG ---- */

START_TEST(keys_have_names)
{
    ck_assert_uint_eq(key_by_name("f12", 3), 0x58);
    ck_assert_uint_eq(key_by_name("f13", 3), KEY_NONE);
    ck_assert_uint_eq(key_by_name("A", 1), 0x1e);
    ck_assert_uint_eq(key_by_name("!", 1), KEY_NONE);
}
END_TEST

START_TEST(screen_text)
{
    static struct text_screen t = { .cols = 10, .rows = 4 };
    struct buf b = { 0 };
    memcpy(t.ch[0], "abc       ", 10);
    memcpy(t.ch[1], "\0\0\xb0\xe1\x01\0\0\0\0\0", 10);
    text_write(&b, &t, false);
    ck_assert_str_eq((char *)b.p, "abc\n  \xe2\x96\x91\xc3\x9f\xe2\x98\xba\n");
    b.len = 0;
    text_write(&b, &t, true);
    ck_assert(!strncmp((char *)b.p, "abc         \xe2", 13));
    t.rows = 9999;                                        /* a screen larger than the array is
                                                             cut */
    t.cols = 9999;
    text_write(&b, &t, false);
    buf_free(&b);
}
END_TEST

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

START_TEST(png_chunks_are_whole)
{
    uint32_t px[6] = { 0xff0000, 0x00ff00, 0x0000ff, 1, 2, 3 };
    struct surface s = { px, 3, 2, 3, true, false };
    struct buf b = { 0 };
    png_write(&b, &s);
    ck_assert(!b.bad);
    ck_assert_uint_eq(be32(b.p + 16), 6);                  /* doubled */
    ck_assert_uint_eq(be32(b.p + 20), 2);
    size_t at = 8;
    unsigned chunks = 0;
    for (; at + 12 <= b.len; chunks++) {
        size_t n = be32(b.p + at);
        ck_assert_uint_eq(be32(b.p + at + 8 + n), crc32_update(0, b.p + at + 4, n + 4));
        at += n + 12;
    }
    ck_assert_uint_eq(at, b.len);
    ck_assert_uint_eq(chunks, 3);
    ck_assert(!memcmp(b.p + b.len - 8, "IEND", 4));
    buf_free(&b);
}
END_TEST

/* ---- pacing ---- */

START_TEST(realtime_follows_the_wall)
{
    struct pacing p;
    pacing_init(&p, true, 100000000);
    ck_assert_uint_eq(pacing_due(&p, 5000, 700), 700);
    ck_assert_uint_eq(pacing_due(&p, 5000 + 20000000, 700), 20000700);
    /* a host that slept for an hour: the guest does not run an hour to catch up */
    ck_assert_uint_eq(pacing_due(&p, UINT64_C(3600000000000), 20000700), 20000700);
    ck_assert_uint_eq(pacing_due(&p, UINT64_C(3600000000100), 20000700), 20000800);
}
END_TEST

START_TEST(rate_follows_the_host)
{
    struct pacing p;
    uint64_t ips = 0, now = 0;
    pacing_init(&p, true, 100000000);
    /* this host does 50 million a second */
    for (unsigned i = 0; i < 30; i++) {
        uint64_t insns = p.ips / 100, took = insns * 20,
                 got = pacing_measure(&p, insns, took, 10000000, false);
        ips = got ? got : ips;
        now += took;
    }
    ck_assert_uint_ge(ips, 40000000);
    ck_assert_uint_le(ips, 50000000);
    /* idle slices say nothing about the host */
    for (unsigned i = 0; i < 1000; i++)
        ck_assert_uint_eq(pacing_measure(&p, 100, 1000000, 10000000, true), 0);
    ck_assert_uint_ge(p.idle, UINT64_C(9990000000));
    /* a fixed clock keeps its rate */
    pacing_init(&p, false, 100000000);
    for (unsigned i = 0; i < 1000; i++)
        ck_assert_uint_eq(pacing_measure(&p, 1000000, 100000000, 10000000, false), 0);
}
END_TEST

START_TEST(only_idle_guests_are_held)
{
    struct pacing p;
    pacing_init(&p, false, 100000000);
    pacing_measure(&p, 1000000, 1, 10000000, false);
    ck_assert_uint_eq(pacing_hold(&p, 1000, 10000000, true), 0);
    pacing_measure(&p, 10, 1, 10000000, true);
    ck_assert_uint_eq(pacing_hold(&p, 1000, 20000000, false), 0);
    ck_assert_uint_eq(pacing_hold(&p, 1000, 20000000, true), 0);          /* from here on */
    ck_assert_uint_eq(pacing_hold(&p, 2000, 30000000, true), 9999000);
    ck_assert_uint_eq(pacing_hold(&p, 10001000, 30000000, true), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("frontend");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, sizes_and_times);
    tcase_add_test(t, options_are_taken);
    tcase_add_test(t, misspelt_options_are_recognised);
    tcase_add_test(t, nonsense_is_refused);
    tcase_add_test(t, scripts_are_parsed);
    tcase_add_test(t, script_mistakes_name_their_line);
    tcase_add_test(t, any_bytes_make_a_script_or_a_message);
    tcase_add_test(t, keys_have_names);
    tcase_add_test(t, screen_text);
    tcase_add_test(t, png_chunks_are_whole);
    tcase_add_test(t, realtime_follows_the_wall);
    tcase_add_test(t, rate_follows_the_host);
    tcase_add_test(t, only_idle_guests_are_held);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
