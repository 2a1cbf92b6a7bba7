/* SPDX-License-Identifier: BSD-2-Clause */
/* links: frontend machine host devices cpu core */
/* Keyboard layouts, and text as keystrokes. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/keys.h"
#include "frontend/text.h"
#include "frontend/typer.h"

static const char *const names[] = { "us", "uk", "de", "ch", "sf", "fr", "be", "es", "it",
                                     "pt", "se", "fi", "no", "dk", "nl", "br", "la", "cf",
                                     "pl", "cz", "hu", "hr", "tr", "jp" };

START_TEST(every_layout_makes_every_ascii_character)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct layout *l = layout_find(names[i]);
        ck_assert_ptr_nonnull(l);
        ck_assert_ptr_nonnull(strstr(layout_names(), names[i]));
        for (uint32_t c = 0x20; c < 0x7f; c++) {
            struct stroke k[2];
            unsigned n = layout_strokes(l, c, k);
            /* which these keyboards lack on real desks as well */
            bool rare = (c == '`' || c == '~') && !strcmp(names[i], "it");
            ck_assert_msg(n >= 1 || rare, "%s: %c", names[i], (char)c);
            for (unsigned a = 0; a < n; a++)
                ck_assert(k[a].code > 1 && k[a].code < 0x7e);
        }
    }
    for (unsigned i = 0; layout_at(i); i++) {
        ck_assert_ptr_eq(layout_find(layout_name(layout_at(i))), layout_at(i));
        ck_assert_ptr_nonnull(strstr(layout_names(), layout_name(layout_at(i))));
        ck_assert_uint_gt(strlen(layout_title(layout_at(i))), 4);
    }
    ck_assert_ptr_null(layout_find("xx"));
    ck_assert_ptr_null(layout_find(""));
}
END_TEST

/* Different characters come from different strokes. */
START_TEST(no_two_characters_share_their_strokes)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        static uint32_t owner[128][4][128][4];
        memset(owner, 0, sizeof owner);
        for (uint32_t c = 0x20; c < 0x2000; c++) {
            struct stroke k[2] = { { 0, 0 }, { 0, 0 } };
            if (!layout_strokes(layout_find(names[i]), c, k))
                continue;
            if (k[1].code == 0)
                k[1].with = 0;
            uint32_t *o = &owner[k[0].code][k[0].with][k[1].code][k[1].with];
            ck_assert_msg(!*o, "%s: U+%04X and U+%04X", names[i], *o, c);
            *o = c;
        }
    }
}
END_TEST

static void strokes(const char *name, const char *text, unsigned n, unsigned code, unsigned with,
                    unsigned code2, unsigned with2)
{
    struct stroke k[2] = { { 0, 0 }, { 0, 0 } };
    ck_assert_msg(layout_strokes(layout_find(name), utf8_next(&text), k) == n, "%s %s", name, text);
    ck_assert_uint_eq(k[0].code, code);
    ck_assert_uint_eq(k[0].with, with);
    if (n == 2) {
        ck_assert_uint_eq(k[1].code, code2);
        ck_assert_uint_eq(k[1].with, with2);
    }
}

START_TEST(known_places)
{
    strokes("us", "q", 1, 0x10, 0, 0, 0);
    strokes("us", "?", 1, 0x35, WITH_SHIFT, 0, 0);
    strokes("us", "\n", 1, 0x1c, 0, 0, 0);
    strokes("us", "ä", 0, 0, 0, 0, 0);
    strokes("de", "z", 1, 0x15, 0, 0, 0);
    strokes("de", "\\", 1, 0x0c, WITH_ALTGR, 0, 0);
    strokes("de", "@", 1, 0x10, WITH_ALTGR, 0, 0);
    strokes("de", "^", 2, 0x29, 0, 0x39, 0);
    strokes("de", "é", 2, 0x0d, 0, 0x12, 0);
    strokes("de", "Â", 2, 0x29, 0, 0x1e, WITH_SHIFT);
    strokes("uk", "#", 1, 0x2b, 0, 0, 0);
    strokes("uk", "\"", 1, 0x03, WITH_SHIFT, 0, 0);
    strokes("fr", "1", 1, 0x02, WITH_SHIFT, 0, 0);
    strokes("fr", "m", 1, 0x27, 0, 0, 0);
    strokes("fr", "ê", 2, 0x1a, 0, 0x12, 0);
    strokes("es", "ñ", 1, 0x27, 0, 0, 0);
    strokes("it", "ì", 1, 0x0d, 0, 0, 0);
    strokes("it", "ñ", 0, 0x0, 0, 0, 0);
    strokes("gb", "£", 1, 0x04, WITH_SHIFT, 0, 0);
    strokes("pl", "Ł", 1, 0x26, WITH_SHIFT | WITH_ALTGR, 0, 0);
    strokes("pl", "ń", 1, 0x31, WITH_ALTGR, 0, 0);
    strokes("br", "?", 1, 0x73, WITH_SHIFT, 0, 0);
    strokes("br", "ã", 2, 0x28, 0, 0x1e, 0);
    strokes("jp", "_", 1, 0x73, WITH_SHIFT, 0, 0);
    strokes("jp", "\\", 1, 0x7d, 0, 0, 0);
    strokes("cz", "ů", 1, 0x27, 0, 0, 0);
    strokes("cz", "Č", 2, 0x0d, WITH_SHIFT, 0x2e, WITH_SHIFT);
    strokes("hu", "0", 1, 0x29, 0, 0, 0);
    strokes("tr", "I", 1, 0x17, WITH_SHIFT, 0, 0);
    strokes("tr", "i", 1, 0x28, 0, 0, 0);
    strokes("hr", "{", 1, 0x30, WITH_ALTGR, 0, 0);
    strokes("cf", "ç", 2, 0x1b, 0, 0x2e, 0);
    strokes("nl", "{", 1, 0x09, WITH_ALTGR, 0, 0);
    strokes("la", "@", 1, 0x10, WITH_ALTGR, 0, 0);
    strokes("sf", "è", 1, 0x1a, 0, 0, 0);
}
END_TEST

START_TEST(text_becomes_keys)
{
    struct typer t = { .layout = layout_find("de") };
    ck_assert_uint_eq(typer_text(&t, "@\r\n\xe2\x98\xba\xff"), 2);   /* a smiley, ÿ */
    static const struct { unsigned code, down; } want[] = {
        { KEY_ALTGR, 1 }, { 0x10, 1 }, { 0x10, 0 }, { KEY_ALTGR, 0 }, { 0x1c, 1 }, { 0x1c, 0 },
    };
    ck_assert_uint_eq(t.queued, ARRAY_LEN(want));
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        ck_assert_uint_eq(t.queue[i].code, want[i].code);
        ck_assert_int_eq(t.queue[i].a, (int)want[i].down);
    }
    typer_clear(&t);
    /* what word processors make of them */
    ck_assert_uint_eq(typer_text(&t, "\u2018\u00a0\u2013\u201c"), 0);
    ck_assert_uint_eq(t.queued, 12);
    ck_assert_uint_eq(t.queue[1].code, 0x2b);                        /* ' on a German keyboard */
    ck_assert_uint_eq(t.queue[4].code, 0x39);
    ck_assert_uint_eq(t.queue[6].code, 0x35);
    ck_assert_uint_eq(t.queue[9].code, 0x03);
    typer_free(&t);
}
END_TEST

START_TEST(utf8_is_read_and_placed)
{
    const char *p = "aß€\xf0\x9f\x98\x80\xc3";
    ck_assert_uint_eq(utf8_next(&p), 'a');
    ck_assert_uint_eq(utf8_next(&p), 0xdf);
    ck_assert_uint_eq(utf8_next(&p), 0x20ac);
    ck_assert_uint_eq(utf8_next(&p), 0x1f600);
    ck_assert_uint_eq(utf8_next(&p), 0xc3);
    ck_assert_int_eq(*p, 0);
    ck_assert_uint_eq(text_cp437(0xe4), 0x84);
    ck_assert_uint_eq(text_cp437('~'), '~');
    ck_assert_uint_eq(text_cp437(0x2502), 0xb3);
    ck_assert_uint_eq(text_cp437(0x20ac), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("layout");
    TCase *t = tcase_create("layout");
    tcase_add_test(t, every_layout_makes_every_ascii_character);
    tcase_add_test(t, no_two_characters_share_their_strokes);
    tcase_add_test(t, known_places);
    tcase_add_test(t, text_becomes_keys);
    tcase_add_test(t, utf8_is_read_and_placed);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
