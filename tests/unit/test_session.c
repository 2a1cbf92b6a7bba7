/* SPDX-License-Identifier: BSD-2-Clause */
/* links: frontend machine host devices cpu core */
/* A machine with its media: changing them, and what may go wrong with that. */
#define _XOPEN_SOURCE 700
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontend/session.h"

#define FLOPPY 1474560u

static char dir[] = "/tmp/test_session_XXXXXX";
static struct session s;
static struct options o;
static struct error err;

/* A file of zeroes with some text at its beginning and a boot sector's mark. */
static const char *file(const char *name, size_t bytes, const char *text)
{
    static char path[4][200];
    static unsigned turn;
    uint8_t *p = calloc(1, bytes);
    char *to = path[turn++ % 4];
    snprintf(to, sizeof path[0], "%s/%s", dir, name);
    FILE *f = fopen(to, "wb");
    ck_assert(p && f);
    memcpy(p, text, strlen(text));
    ck_assert_uint_eq(fwrite(p, 1, bytes, f), bytes);
    fclose(f);
    free(p);
    return to;
}

static bool begin(const char *line)
{
    static char text[512];
    char *argv[16];
    int argc = 0;
    snprintf(text, sizeof text, "%s", line);
    for (char *w = strtok(text, " "); w; w = strtok(NULL, " "))
        argv[argc++] = w;
    o = (struct options){ 0 };
    ck_assert_int_eq(options_parse(&o, argc, argv, &err), PARSED_RUN);
    return session_open(&s, &o, false, &err);
}

static void setup(void) { ck_assert_ptr_nonnull(mkdtemp(dir)); }

static void teardown(void)
{
    char line[200];
    session_close(&s);
    snprintf(line, sizeof line, "rm -r %s", dir);
    ck_assert_int_eq(system(line), 0);
    memcpy(dir + sizeof dir - 7, "XXXXXX", 6);
}

START_TEST(what_cannot_be_inserted_leaves_what_was_there)
{
    char line[300];
    snprintf(line, sizeof line, "--headless --fda %s", file("a.img", FLOPPY, "a"));
    ck_assert_msg(begin(line), "%s", err.text);
    const struct blockdev *was = s.media[SLOT_FDA].bd;
    ck_assert(!session_insert(&s, SLOT_FDA, "/nonexistent/x.img", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no such file"));
    ck_assert(s.media[SLOT_FDA].bd == was && s.cfg.floppy[0] == was);
    ck_assert_str_eq(s.media[SLOT_FDA].name, "a.img");
    ck_assert(session_insert(&s, SLOT_FDA, file("b.img", FLOPPY, "b"), &err));
    ck_assert_str_eq(s.media[SLOT_FDA].name, "b.img");
    /* what stands in the file is what is read */
    ck_assert(session_insert(&s, SLOT_FDA, file("b.img", 737280, "c"), &err));
    ck_assert_uint_eq(s.media[SLOT_FDA].bd->sectors, 1440);
    ck_assert(session_insert(&s, SLOT_FDA, NULL, &err) && !s.media[SLOT_FDA].bd);
    ck_assert(!session_insert(&s, SLOT_FDB, file("c.img", FLOPPY, "c"), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "none"));
}
END_TEST

START_TEST(an_image_is_in_one_drive)
{
    char line[300];
    const char *a = file("a.img", FLOPPY, "a"), *b = file("b.img", FLOPPY, "b");
    snprintf(line, sizeof line, "--headless --fda %s --fdb %s", a, b);
    ck_assert_msg(begin(line), "%s", err.text);
    ck_assert(!session_insert(&s, SLOT_FDB, a, &err));
    ck_assert_msg(strstr(err.text, "drive fda already"), "%s", err.text);
    ck_assert_str_eq(s.media[SLOT_FDB].name, "b.img");
    session_close(&s);
    snprintf(line, sizeof line, "--headless --hda %s --hdb %s", a, a);
    ck_assert(!begin(line));
    ck_assert_msg(strstr(err.text, "drive hda already"), "%s", err.text);
}
END_TEST

START_TEST(only_images_are_chosen)
{
    char iso[40000];
    memset(iso, ' ', sizeof iso);
    memcpy(iso + 32769, "CD001", 5);
    iso[39999] = 0;
    const char *cd = file("a.iso", 40960, iso), *floppy = file("a.img", FLOPPY, "a");
    const char *text = file("a.txt", 5000, "no medium\n"), *disk = file("hd.img", 4194304, "x");
    ck_assert(session_suits(SLOT_CDROM, cd, &err) && session_suits(SLOT_FDA, floppy, &err));
    ck_assert(session_suits(SLOT_FDB, floppy, &err));
    ck_assert(session_suits(SLOT_CDROM, disk, &err));            /* of another file system */
    ck_assert(!session_suits(SLOT_FDA, cd, &err) && !session_suits(SLOT_CDROM, floppy, &err));
    ck_assert(!session_suits(SLOT_FDA, text, &err) && !session_suits(SLOT_CDROM, text, &err));
    ck_assert_str_eq(err.text, "a.txt: not a CD image");
    ck_assert(!session_suits(SLOT_FDA, disk, &err));
    ck_assert(!session_suits(SLOT_FDA, "/nonexistent", &err));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session");
    TCase *t = tcase_create("session");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, what_cannot_be_inserted_leaves_what_was_there);
    tcase_add_test(t, an_image_is_in_one_drive);
    tcase_add_test(t, only_images_are_chosen);
    suite_add_tcase(suite, t);
    SRunner *r = srunner_create(suite);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
