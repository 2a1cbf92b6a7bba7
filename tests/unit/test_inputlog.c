/* SPDX-License-Identifier: BSD-2-Clause */
/* links: frontend machine host devices cpu core */
/* The input log: what is written is read back; any bytes make a log or a message. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/inputlog.h"
#include "frontend/options.h"

#define NAME "test_inputlog.tmp"
static struct error err;
static struct log_reader r;
static struct log_entry e;

START_TEST(what_is_written_is_read)
{
    static const struct log_entry in[] = {
        { .what = LOGGED_INPUT, .icount = 1, .time = 10, .in = { IN_KEY, 0x153, 1, 0, 0 } },
        { .what = LOGGED_INPUT, .icount = 1, .time = 11, .in = { IN_MOUSE, 7, -300, 32767, -1 } },
        { .what = LOGGED_RATE, .icount = 2, .time = 11, .value = 4000000000u },
        { .what = LOGGED_INSERT, .icount = 2, .time = 12, .slot = SLOT_CDROM,
          .path = "a b\n%41\xc3\xa4\x7f" },
        { .what = LOGGED_EJECT, .icount = 3, .time = 12, .slot = SLOT_FDB },
        { .what = LOGGED_SAVE, .icount = 3, .time = 12, .path = "s" },
        { .what = LOGGED_RESET, .icount = UINT64_C(18446744073709551000), .time = 13 },
        { .what = LOGGED_LOAD, .icount = UINT64_C(18446744073709551000), .time = 13, .path = "s",
          .value = 0xffffffff },
        { .what = LOGGED_POWER, .icount = 3, .time = 12 },
        { .what = LOGGED_END, .icount = 4, .time = 20, .value = UINT64_MAX },
    };
    struct input_log l;
    ck_assert(input_log_create(&l, NAME, &err));
    input_log_head(&l, &(struct log_head){ -5, 1000000, 0xabc });
    for (size_t i = 0; i < ARRAY_LEN(in); i++)
        input_log_put(&l, &in[i]);
    ck_assert(input_log_close(&l, &err));
    ck_assert_msg(log_reader_open(&r, NAME, &err), "%s", err.text);
    ck_assert(r.head.rtc == -5 && r.head.ips == 1000000 && r.head.start == 0xabc);
    for (size_t i = 0; i < ARRAY_LEN(in); i++) {
        memset(&e, 0, sizeof e);
        ck_assert(log_reader_next(&r, &e));
        ck_assert_int_eq(e.what, in[i].what);
        ck_assert(e.icount == in[i].icount && e.time == in[i].time && e.value == in[i].value);
        ck_assert_int_eq(e.slot, in[i].slot);
        ck_assert_str_eq(e.path, in[i].path);
        ck_assert(e.in.kind == in[i].in.kind && e.in.code == in[i].in.code &&
                  e.in.a == in[i].in.a && e.in.b == in[i].in.b && e.in.c == in[i].in.c);
        ck_assert_uint_eq(r.line, i + 3);
    }
    ck_assert(!log_reader_next(&r, &e));
    log_reader_close(&r);
    remove(NAME);
}
END_TEST

static bool try(const char *text)
{
    FILE *f = fopen(NAME, "wb");
    fputs(text, f);
    fclose(f);
    bool ok = log_reader_open(&r, NAME, &err);
    while (ok && log_reader_next(&r, &e)) {
    }
    if (!ok)
        ck_assert_msg(!strncmp(err.text, NAME ":", strlen(NAME) + 1) && !strchr(err.text, '\n') &&
                      err.code == 1, "%s", err.text);
    log_reader_close(&r);
    remove(NAME);
    return ok;
}

START_TEST(any_bytes_make_a_log_or_a_message)
{
    static const char head[] = "vitrine-input-log 1\nrtc 0 ips 1000000 start 0\n";
    static const char piece[] = "0 1 2 key mouse 9 -1 insert fda %20 %x save load end abcdef\n\n  ";
    char text[400];
    uint32_t seed = 1;
    ck_assert(try(head));
    ck_assert(!try(""));
    for (unsigned i = 0; i < sizeof head - 1; i++) {
        snprintf(text, sizeof text, "%.*s", (int)i, head);
        ck_assert(!try(text));
    }
    for (unsigned round = 0; round < 3000; round++) {
        size_t n = (size_t)snprintf(text, sizeof text, "%s0 0 key 1 0 0 0\n", head);
        for (size_t i = round % 2 ? n - 16 : 0; i < n + 20; i++) {
            seed = seed * 1664525u + 1013904223u;
            if (i >= n || seed >> 28 == 0)
                text[i] = piece[(seed >> 8) % (sizeof piece - 1)];
        }
        text[n + 20] = 0;
        try(text);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("inputlog");
    TCase *t = tcase_create("inputlog");
    tcase_add_test(t, what_is_written_is_read);
    tcase_add_test(t, any_bytes_make_a_log_or_a_message);
    suite_add_tcase(s, t);
    SRunner *run = srunner_create(s);
    srunner_run_all(run, CK_ENV);
    int failed = srunner_ntests_failed(run);
    srunner_free(run);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
