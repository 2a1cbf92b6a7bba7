/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host core */
/* Cue sheets, the discs they make, and the sectors of these. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/cue.h"
#include "host/media.h"
#include "host/whole_file.h"

static struct cue c;
static struct disc d;
static struct error err;
static const uint64_t sizes[4] = { 2352 * 1000, 2352 * 500, 2048 * 300, 2352 * 100 };

static bool parse(const char *text)
{
    err.text[0] = 0;
    return cue_parse(&c, "x.cue", (const uint8_t *)text, strlen(text), &err) &&
           cue_layout(&c, "x.cue", sizes, &d, &err);
}

START_TEST(one_file_many_tracks)
{
    ck_assert_msg(parse("REM made by hand\r\nCATALOG 1234567890123\r\n"
                        "FILE \"a disc.bin\" BINARY\r\n"
                        "  TRACK 01 MODE1/2352\r\n    INDEX 01 00:00:00\r\n"
                        "  TRACK 02 AUDIO\r\n    FLAGS DCP PRE\r\n    ISRC ABCDE1234567\r\n"
                        "    INDEX 00 00:04:00\r\n    INDEX 01 00:06:00\r\n"
                        "    INDEX 02 00:07:00\r\n"
                        "  TRACK 03 AUDIO\r\n    PREGAP 00:02:00\r\n    INDEX 01 00:10:00\r\n"),
                  "%s", err.text);
    ck_assert(d.n == 3 && d.first == 1 && !strcmp(d.catalog, "1234567890123") && !d.xa);
    ck_assert(!strcmp(c.file[0].name, "a disc.bin") && !strcmp(d.track[1].isrc, "ABCDE1234567"));
    const uint32_t want[3][3] = { { 0, 0, 300 }, { 300, 450, 750 }, { 750, 900, 1150 } };
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(d.track[i].pregap, want[i][0]);
        ck_assert_uint_eq(d.track[i].start, want[i][1]);
        ck_assert_uint_eq(d.track[i].end, want[i][2]);
    }
    ck_assert(d.track[0].control == 4 && d.track[1].control == 3 && d.track[2].control == 0);
}
END_TEST

START_TEST(several_files)
{
    ck_assert_msg(parse("FILE a.bin MOTOROLA\n TRACK 5 AUDIO\n PREGAP 0:2:0\n INDEX 01 0:0:0\n"
                        " TRACK 06 AUDIO\n INDEX 00 00:13:00\nFILE b.bin BINARY\n INDEX 01 0:0:0\n"
                        " POSTGAP 00:01:00\nFILE c.iso BINARY\nTRACK 7 MODE1/2048\nINDEX 1 0:0:0"),
                  "%s", err.text);
    ck_assert(d.n == 3 && d.first == 5 && c.file[0].format == CUE_MOTOROLA);
    ck_assert(d.track[0].start == 0 && d.track[0].end == 1000);
    ck_assert(d.track[1].start == 1000 && d.track[1].end == 1575);
    ck_assert(d.track[2].start == 1575 && d.track[2].end == 1875 && d.track[2].mode == DISC_MODE1);
}
END_TEST

START_TEST(wrong_sheets)
{
    static const char *const bad[][2] = {
        { "", "line 1: the sheet has no TRACK" },
        { "REM\n\nTRACK 01 AUDIO\n", "line 3: TRACK needs a FILE" },
        { "FILE a BINARY\nTRACK 01 AUDIO\n", "line 2: the track has no INDEX 01" },
        { "FILE a BINARY\nTRACK 01 AUDIO\nTRACK 02 AUDIO\n", "line 2: the track has no INDEX" },
        { "FILE a BINARY\nTRACK 100 AUDIO\n", "line 2: TRACK needs a number" },
        { "FILE a BINARY\nTRACK 01 MODE3\n", "line 2: the mode of a TRACK" },
        { "FILE a MP3\n", "line 1: the format" }, { "FILE a\n", "line 1: FILE needs a format" },
        { "FILE\n", "line 1: FILE needs a name" }, { "PLAY\n", "line 1: no command" },
        { "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:60:00", "line 3: a time goes up" },
        { "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:60", "line 3: a time is" },
        { "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 0:0:0\nTRACK 03 AUDIO", "line 4: tracks are" },
        { "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:05:00\nTRACK 02 AUDIO\nINDEX 01 00:04:00",
          "line 5: the index is before" },
        { "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:14:00", "line 2: 'a' ends before" },
        { "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:02:00\nTRACK 02 AUDIO\nINDEX 01 00:02:00",
          "line 2: the track is empty" },
        { "CATALOG 12\n", "line 1: a CATALOG" }, { "INDEX 01 00:00:00\n", "line 1: INDEX needs" },
        { "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 0:0:0\nPREGAP 0:2:0", "line 4: PREGAP comes" },
        { "FILE a BINARY\nTRACK 01 AUDIO\nFLAGS XYZ", "line 3: FLAGS can be" },
    };
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        ck_assert_msg(!parse(bad[i][0]), "%s", bad[i][0]);
        ck_assert_msg(!strncmp(err.text, "x.cue: ", 7) &&
                      !strncmp(err.text + 7, bad[i][1], strlen(bad[i][1])), "%s", err.text);
    }
}
END_TEST

/* ECMA-130 annex A, as a check instead of a recipe: the words sum to zero, also weighted. */
static uint8_t times(uint8_t a, unsigned power)
{
    while (power--)
        a = (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1d : 0));
    return a;
}

static void check_ecc(const uint8_t *p)
{
    for (unsigned col = 0; col < 86; col++) {
        uint8_t sum = 0, weighted = 0;
        for (unsigned i = 0; i < 26; i++) {
            sum ^= p[col + 86 * i];
            weighted ^= times(p[col + 86 * i], 25 - i);
        }
        ck_assert_msg(!sum && !weighted, "P %u", col);
    }
    for (unsigned q = 0; q < 52; q++) {
        uint8_t sum = 0, weighted = 0;
        for (unsigned m = 0; m < 45; m++) {
            unsigned word = m < 43 ? (44 * m + 43 * (q / 2)) % 1118 : 1118 + 26 * (m - 43) + q / 2;
            sum ^= p[2 * word + q % 2];
            weighted ^= times(p[2 * word + q % 2], 44 - m);
        }
        ck_assert_msg(!sum && !weighted, "Q %u", q);
    }
}

START_TEST(sectors_are_coded)
{
    uint8_t raw[DISC_RAW], head[16] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0,
                                        0x12, 0x34, 0x56, 1 };
    for (unsigned i = 0; i < 2048; i++)
        raw[16 + i] = (uint8_t)(i * i >> 3);
    disc_mode1(raw, (12 * 60 + 34) * 75 + 56 - 150);
    ck_assert(!memcmp(raw, head, 16));
    ck_assert_uint_eq(disc_edc(raw, 2068), 0);   /* a code word leaves no remainder */
    check_ecc(raw + 12);
    disc_mode2_form1(raw, 0);
    ck_assert(raw[15] == 2 && raw[18] == 8 && raw[13] == 2);
    ck_assert_uint_eq(disc_edc(raw + 16, 2060), 0);
    memset(raw + 12, 0, 4);
    check_ecc(raw + 12);
}
END_TEST

static void put(const char *name, const void *p, size_t n)
{
    ck_assert_msg(whole_file_write(name, p, n, &err), "%s", err.text);
}

START_TEST(reads_sectors)
{
    enum { DATA = 20, SOUND = 30 };
    static uint8_t iso[DATA * 2048], sound[SOUND * 2352 + 44], raw[DISC_RAW], two[4096];
    static const uint8_t riff[44] = "RIFF....WAVEfmt \x10\0\0\0\1\0\2\0\x44\xac\0\0\x10\xb1\2\0\4\0"
                                    "\x10\0data\xff\xff\xff\x7f";
    enum media_kind kind;
    char text[] = "FILE cue-a.tmp BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n"
                  "FILE cue-b.tmp WAVE\nTRACK 02 AUDIO\nPREGAP 00:00:10\nINDEX 01 00:00:00\n";
    for (size_t i = 0; i < sizeof iso; i++)
        iso[i] = (uint8_t)(i / 2048 + i);
    for (size_t i = 0; i < sizeof sound; i++)
        sound[i] = (uint8_t)(i * 7);
    memcpy(sound, riff, 44);
    put("cue-a.tmp", iso, sizeof iso);
    put("cue-b.tmp", sound, sizeof sound);
    put("cue-x.cue", text, strlen(text));
    ck_assert(media_recognise("cue-x.cue", &kind, &err) && kind == MEDIA_CUE);
    struct blockdev *b = cue_open("cue-x.cue", &err);
    ck_assert_msg(b != NULL, "%s", err.text);
    ck_assert(b->sectors == DATA + 10 + SOUND && b->read_only && b->disc->n == 2);
    ck_assert(b->ops->read(b, 3, 2, two, &err) && !memcmp(two, iso + 3 * 2048, 4096));
    ck_assert(!b->ops->read(b, DATA - 1, 2, two, &err));
    ck_assert(!b->ops->read(b, b->sectors, 1, two, &err) && !b->ops->write(b, 0, 1, two, &err));
    ck_assert(b->disc->read_raw(b->disc, 5, raw, &err) && raw[15] == 1 && raw[14] == 5);
    ck_assert(!memcmp(raw + 16, iso + 5 * 2048, 2048) && !disc_edc(raw, 2068));
    ck_assert(b->disc->read_raw(b->disc, DATA + 9, raw, &err) && !raw[0] && !raw[2351]);
    ck_assert(b->disc->read_raw(b->disc, DATA + 12, raw, &err));
    ck_assert(!memcmp(raw, sound + 44 + 2 * 2352, 2352));
    ck_assert(!b->disc->read_raw(b->disc, DATA + 10 + SOUND, raw, &err));
    b->ops->close(b);
    put("cue-b.tmp", sound, 40);
    ck_assert(!cue_open("cue-x.cue", &err) && strstr(err.text, "44.1"));
    remove("cue-b.tmp");
    ck_assert(!cue_open("cue-x.cue", &err) && strstr(err.text, "cue-b.tmp"));
    remove("cue-a.tmp");
    remove("cue-x.cue");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cue");
    TCase *t = tcase_create("all");
    tcase_add_test(t, one_file_many_tracks);
    tcase_add_test(t, several_files);
    tcase_add_test(t, wrong_sheets);
    tcase_add_test(t, sectors_are_coded);
    tcase_add_test(t, reads_sectors);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
