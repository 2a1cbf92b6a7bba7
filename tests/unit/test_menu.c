/* SPDX-License-Identifier: BSD-2-Clause */
/* links: frontend machine host devices cpu core */
/* What the window computes without a window: its menu, the list of files, sizes, preferences. */
#define _XOPEN_SOURCE 700
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontend/icon.h"
#include "frontend/keys.h"
#include "frontend/layout.h"
#include "frontend/menu.h"
#include "frontend/note.h"
#include "frontend/prefs.h"

static struct menu m;
static struct want w;
static struct canvas c;
static struct prefs none;
static struct menu_view view = { .recent = { none.recent[0], none.recent[1] },
                                 .drive = { [SLOT_FDA] = true, [SLOT_CDROM] = true },
                                 .medium = { [SLOT_CDROM] = "a.iso" } };

static bool press(enum menu_key k) { return menu_key(&m, k, &view, &w); }

/* Opens the menu and goes down to a row of the first list. */
static void go_to(const char *text)
{
    menu_open(&m, ".");
    ck_assert(menu_draw(&m, &view, &c, 800, 600));
    for (int i = 0; strcmp(m.item[m.level[0].sel].text, text); i++) {
        ck_assert_msg(i < ITEMS_MAX, "%s", text);
        press(MENU_DOWN);
    }
}

START_TEST(rows_are_wants)
{
    go_to("Reset");
    ck_assert(press(MENU_ENTER));
    ck_assert(w.kind == WANT_RESET && !w.arg);
    ck_assert(!menu_is_open(&m));
    go_to("Send keys");
    ck_assert(!press(MENU_ENTER));
    press(MENU_DOWN);
    ck_assert(press(MENU_ENTER));
    ck_assert_int_eq(w.kind, WANT_KEYS);
    ck_assert_str_eq(menu_combos[w.arg].name, "Ctrl+Alt+Backspace");
    go_to("CD: a.iso");
    press(MENU_ENTER);
    press(MENU_END);
    ck_assert(press(MENU_ENTER));
    ck_assert(w.kind == WANT_EJECT && w.arg == SLOT_CDROM);
    go_to("Keyboard: American");
    press(MENU_ENTER);
    press(MENU_DOWN);
    ck_assert(press(MENU_ENTER));
    ck_assert(w.kind == WANT_KEYMAP && !strcmp(layout_name(layout_at((unsigned)w.arg)), "uk"));
    go_to("View");
    press(MENU_ENTER);
    press(MENU_END);
    ck_assert(!press(MENU_ENTER));
    press(MENU_DOWN);
    ck_assert(press(MENU_ENTER));
    ck_assert(w.kind == WANT_HOST_KEY && host_key_at((unsigned)w.arg) == host_key_find("rshift"));
    go_to("Speed");
    press(MENU_ENTER);
    press(MENU_DOWN);
    ck_assert(press(MENU_ENTER));
    ck_assert(w.kind == WANT_SPEED && w.arg == SPEED_FAST);
    go_to("Floppy A: empty");
    press(MENU_ENTER);
    press(MENU_BACK);
    ck_assert(menu_is_open(&m));
    press(MENU_BACK);
    ck_assert(!menu_is_open(&m));
    ck_assert(!press(MENU_ENTER));
}
END_TEST

START_TEST(letters_are_rows)
{
    menu_open(&m, ".");
    ck_assert(!menu_char(&m, 'z', &view, &w) && menu_is_open(&m));
    ck_assert(menu_char(&m, 'p', &view, &w));
    ck_assert(w.kind == WANT_PAUSE && !menu_is_open(&m));
    ck_assert(!menu_char(&m, 'p', &view, &w));
}
END_TEST

START_TEST(what_loses_is_asked)
{
    menu_ask(&m, WANT_QUIT);
    ck_assert(menu_asks(&m, WANT_QUIT) && !menu_asks(&m, WANT_RESET));
    ck_assert(menu_draw(&m, &view, &c, 800, 600));
    ck_assert(!press(MENU_ENTER) && !menu_is_open(&m));          /* the first row goes on */
    menu_ask(&m, WANT_QUIT);
    press(MENU_END);
    ck_assert(press(MENU_ENTER) && w.kind == WANT_QUIT && w.arg && !menu_is_open(&m));
    menu_ask(&m, WANT_QUIT);
    ck_assert(menu_char(&m, 's', &view, &w) && w.kind == WANT_SAVE && w.arg);
    menu_open(&m, ".");
    menu_ask(&m, WANT_RESET);
    ck_assert(menu_asks(&m, WANT_RESET) && m.depth == 1);
    press(MENU_BACK);
    ck_assert(!menu_is_open(&m) && !menu_asks(&m, WANT_RESET));
    menu_ask(&m, WANT_RESET);
    ck_assert(menu_char(&m, 'R', &view, &w) && w.kind == WANT_RESET && w.arg);
}
END_TEST

START_TEST(notes_are_read)
{
    struct note n = { 0 };
    unsigned strength;
    static const char long_text[] = "hda: 12 sectors that the guest wrote are not in the image: "
                                    "cannot write 'the image': No space left on device";
    ck_assert_str_eq(note_now(&n, 1000, &strength), "");
    note_say(&n, 1000, "Reset");
    ck_assert_str_eq(note_now(&n, 2000000000, &strength), "Reset");
    ck_assert_uint_eq(strength, 255);
    ck_assert_str_eq(note_now(&n, 3900000000, &strength), "Reset");
    ck_assert_uint_lt(strength, 50);
    ck_assert_str_eq(note_now(&n, 4000001000, &strength), "");
    note_say(&n, 0, long_text);
    ck_assert_str_eq(note_now(&n, 7000000000, &strength), long_text);
    note_hold(&n, "The machine waits");
    ck_assert_str_eq(note_now(&n, 7000000000, &strength), long_text);
    ck_assert_str_eq(note_now(&n, UINT64_MAX, &strength), "The machine waits");
    ck_assert_uint_eq(strength, 255);
    note_hold(&n, "");
    ck_assert_str_eq(note_now(&n, UINT64_MAX, &strength), "");
    ck_assert(note_draw(&c, "Reset", 800) && c.w == 7 * FONT_W && c.h == 22);
    ck_assert(note_draw(&c, "one\ntwo", 800) && c.w == 5 * FONT_W && c.h == 22 + FONT_H);
    ck_assert(note_draw(&c, long_text, 480) && c.w <= 480 && c.h == 22 + FONT_H);
    ck_assert(!note_draw(&c, "", 800) && !note_draw(&c, "x", 10));
    for (int w_ = -5; w_ < 900; w_ += 3)
        ck_assert(!note_draw(&c, long_text, w_) || (c.w <= w_ && c.h <= 22 + 5 * FONT_H));
}
END_TEST

START_TEST(the_mouse_works_too)
{
    menu_open(&m, ".");
    menu_draw(&m, &view, &c, 800, 600);
    ck_assert(!menu_click(&m, 20, 5, &view, &w));
    ck_assert(menu_click(&m, 20, 24 + 5, &view, &w));
    ck_assert_int_eq(w.kind, WANT_PAUSE);
    menu_open(&m, ".");
    menu_draw(&m, &view, &c, 800, 600);
    ck_assert(!menu_click(&m, 20, 24 + 2 * 20 + 5, &view, &w));          /* Send keys */
    menu_draw(&m, &view, &c, 800, 600);
    ck_assert_uint_eq(m.depth, 2);
    menu_click(&m, 20, 5, &view, &w);
    ck_assert_uint_eq(m.depth, 1);
    menu_hover(&m, 20, 24 + 3 * 20, &view);
    ck_assert_int_eq(m.level[0].sel, 3);
    menu_hover(&m, -20, 100000, &view);
    ck_assert_int_eq(m.level[0].sel, 3);
    menu_close(&m);
}
END_TEST

static void touch(const char *path)
{
    char zeroes[4096] = { 0 };
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fwrite(zeroes, strstr(path, ".txt") ? 77 : sizeof zeroes, 1, f);
    fclose(f);
}

START_TEST(files_are_chosen)
{
    char dir[] = "/tmp/test_menu_XXXXXX", path[200];
    ck_assert_ptr_nonnull(mkdtemp(dir));
    static const char *const names[] = { "b.img", "A.iso", ".hidden", "sub/x.iso",
                                         "c.txt", "d.cue" };
    snprintf(path, sizeof path, "%s/sub", dir);
    mkdir(path, 0777);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        touch(path);
    }
    m.path[0] = 0;
    m.looked = false;
    menu_open(&m, dir);
    menu_draw(&m, &view, &c, 800, 600);
    while (strcmp(m.item[m.level[0].sel].text, "CD: a.iso"))
        press(MENU_DOWN);
    press(MENU_ENTER);
    press(MENU_ENTER);
    ck_assert_uint_eq(m.files.n, 4);
    ck_assert_uint_eq(m.others, 1);                      /* the text */
    ck_assert_str_eq(m.files.e[0].name, "sub");
    ck_assert_str_eq(m.files.e[1].name, "A.iso");
    press(MENU_DOWN);
    ck_assert(!press(MENU_ENTER));                       /* into sub */
    ck_assert_uint_eq(m.files.n, 1);
    ck_assert(!press(MENU_ENTER));                       /* and back, onto its row */
    ck_assert_int_eq(m.level[m.depth - 1].sel, 1);
    menu_char(&m, 'B', &view, &w);
    ck_assert_int_eq(m.level[m.depth - 1].sel, 3);
    menu_char(&m, 'z', &view, &w);
    ck_assert_int_eq(m.level[m.depth - 1].sel, 3);
    ck_assert(press(MENU_ENTER));
    snprintf(path, sizeof path, "%s/b.img", dir);
    ck_assert_str_eq(w.path, path);
    ck_assert(w.kind == WANT_INSERT && w.arg == SLOT_CDROM && !menu_is_open(&m));
    for (size_t i = ARRAY_LEN(names); i--;) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        remove(path);
    }
    snprintf(path, sizeof path, "%s/sub", dir);
    rmdir(path);
    rmdir(dir);
    /* gone meanwhile */
    menu_open(&m, dir);
    while (strcmp(m.item[m.level[0].sel].text, "CD: a.iso"))
        press(MENU_DOWN);
    press(MENU_ENTER);
    press(MENU_ENTER);
    ck_assert(menu_draw(&m, &view, &c, 800, 600));
    ck_assert_str_ne(m.trouble, "");
    menu_close(&m);
}
END_TEST

START_TEST(anything_may_be_pressed)
{
    uint32_t seed = 7;
    m.path[0] = 0;
    for (unsigned i = 0; i < 20000; i++) {
        seed = seed * 1664525u + 1013904223u;
        int a = (int)(seed >> 8 & 0x3ff) - 100, b = (int)(seed >> 18 & 0x3ff) - 100;
        switch (seed >> 28) {
        case 0:  menu_open(&m, "/"); break;
        case 1:  menu_click(&m, a, b, &view, &w); break;
        case 2:  menu_hover(&m, a, b, &view); break;
        case 3:  menu_wheel(&m, a, &view); break;
        case 4:  menu_char(&m, (char)('a' + (a & 15)), &view, &w); break;
        case 6:  menu_ask(&m, a & 1 ? WANT_QUIT : WANT_RESET); break;
        case 5:
            if (menu_is_open(&m))
                menu_draw(&m, &view, &c, a, b);
            break;
        default: press((enum menu_key)(seed >> 12 & 7)); break;
        }
    }
    menu_close(&m);
    canvas_free(&c);
}
END_TEST

START_TEST(the_icon_is_drawn)
{
    struct canvas i = { 0 };
    ck_assert(icon_draw(&i) && i.w == 48 && i.h == 48);
    ck_assert(!i.px[0] && i.px[24 * 48] >> 24 == 0xff && i.px[33 * 48 + 24] != i.px[24 * 48 + 24]);
    canvas_free(&i);
}
END_TEST

START_TEST(pictures_fit)
{
    static const struct { struct picture p; int w, h; } natural[] = {
        { { .w = 720, .h = 400 }, 720, 540 }, { { .w = 640, .h = 400 }, 640, 480 },
        { { 320, 400, true, true }, 640, 480 }, { { .w = 640, .h = 480 }, 640, 480 },
        { { .w = 640, .h = 350 }, 640, 480 }, { { .w = 1024, .h = 768 }, 1024, 768 },
        { { .w = 656, .h = 496 }, 656, 496 },                /* with a border */
        { { 368, 496, true, true }, 736, 552 },
        { { .w = 1280, .h = 1024 }, 1280, 1024 }, { { .w = 1920, .h = 1080 }, 1920, 1080 },
        { { .w = 1056, .h = 400 }, 1056, 792 },
    };
    int nw, nh;
    for (size_t i = 0; i < ARRAY_LEN(natural); i++) {
        fit_natural(natural[i].p, true, &nw, &nh);
        ck_assert_msg(nw == natural[i].w && nh == natural[i].h, "%zu: %dx%d", i, nw, nh);
    }
    struct picture dos = { .w = 320, .h = 200 }, text = { .w = 720, .h = 400 };
    static const struct { int room_w, room_h, w, h; } paired[] = {
        { 960, 720, 960, 600 }, { 1000, 700, 960, 600 }, { 640, 480, 640, 400 },
        { 500, 400, 320, 200 }, { 1600, 1150, 1280, 1000 }, { 1600, 1200, 1600, 1200 },
        { 400, 210, 320, 200 },
    };
    for (size_t i = 0; i < ARRAY_LEN(paired); i++) {
        struct fit f = fit_picture((struct picture){ 320, 400, true, true }, SCALE_CRISP, true,
                                   paired[i].room_w, paired[i].room_h);
        ck_assert_msg(f.w == paired[i].w && f.h == paired[i].h, "%zu: %dx%d", i, f.w, f.h);
        ck_assert(f.w == f.kx * 320 && f.h == f.ky * 200);
    }
    struct fit f = fit_picture(dos, SCALE_CRISP, true, 1600, 1200);
    ck_assert(f.kx == 5 && f.ky == 6 && f.w == 1600 && f.h == 1200 && !f.x && !f.y);
    f = fit_picture(dos, SCALE_SMOOTH, true, 1000, 700);
    ck_assert(f.w == 933 && f.h == 700 && f.x == 33 && !f.y && f.kx == 3 && f.ky == 4);
    f = fit_picture(text, SCALE_CRISP, false, 1500, 900);
    ck_assert(f.w == 1440 && f.h == 800 && f.kx == 2 && f.ky == 2);
    f = fit_picture(text, SCALE_SMOOTH, false, 1440, 900);
    ck_assert(f.w == 1440 && f.h == 800);
    f = fit_picture(text, SCALE_CRISP, true, 300, 200);          /* smaller than the picture */
    ck_assert(f.w == 266 && f.h == 200 && f.kx == 1 && f.ky == 1);
    for (int rw = -1; rw < 1500; rw += 7)
        for (int k = 0; k < 4; k++) {
            f = fit_picture(k & 1 ? dos : text, k & 2 ? SCALE_CRISP : SCALE_SMOOTH, true, rw, 500);
            ck_assert(rw <= 0 || (f.w > 0 && f.h > 0 && f.w <= rw && f.h <= 500 && f.x >= 0));
        }
}
END_TEST

START_TEST(images_come_back)
{
    struct prefs p;
    char path[40];
    prefs_init(&p);
    for (int i = 0; i < 9; i++) {
        snprintf(path, sizeof path, "/games/disk%d.img", i);
        prefs_recent(&p, false, path);
    }
    prefs_recent(&p, false, "/games/disk6.img");
    prefs_recent(&p, false, "");
    static const int want[PREFS_RECENT] = { 6, 8, 7, 5, 4, 3 };
    for (int i = 0; i < PREFS_RECENT; i++) {
        snprintf(path, sizeof path, "/games/disk%d.img", want[i]);
        ck_assert_str_eq(p.recent[0][i], path);
        ck_assert_str_eq(p.recent[1][i], "");
    }
    struct menu_view with = view;
    with.recent[0] = p.recent[0];
    with.medium[SLOT_FDA] = "disk8.img";
    with.path[SLOT_FDA] = p.recent[0][1];
    m.looked = false;
    menu_open(&m, "/");
    ck_assert(menu_draw(&m, &with, &c, 800, 600));
    while (strcmp(m.item[m.level[0].sel].text, "Floppy A: disk8.img"))
        menu_key(&m, MENU_DOWN, &with, &w);
    menu_key(&m, MENU_ENTER, &with, &w);
    ck_assert(menu_draw(&m, &with, &c, 800, 600));
    ck_assert_int_eq(m.n, 2 + PREFS_RECENT - 1);         /* but for the one that is in the drive */
    ck_assert_str_eq(m.path, "/games");
    ck_assert_str_eq(m.item[3].text, "disk7.img");
    menu_key(&m, MENU_END, &with, &w);
    ck_assert(menu_key(&m, MENU_ENTER, &with, &w));
    ck_assert(w.kind == WANT_INSERT && w.arg == SLOT_FDA);
    ck_assert_str_eq(w.path, "/games/disk3.img");
}
END_TEST

START_TEST(preferences_come_back)
{
    struct prefs p, q;
    struct buf b = { 0 };
    prefs_init(&p);
    p.w = 800;
    p.h = 600;
    p.scaling = SCALE_CRISP;
    p.aspect = false;
    p.bar = true;
    strcpy(p.host_key, "menu");
    strcpy(p.folder, "/a b/\xc3\xa4");
    strcpy(p.keymap, "de");
    prefs_recent(&p, true, "/b.iso");
    prefs_recent(&p, true, "/a.iso");
    prefs_write(&p, &b);
    buf_put(&b, "", 1);
    prefs_init(&q);
    prefs_parse(&q, (char *)b.p);
    ck_assert(q.w == 800 && q.h == 600 && q.scaling == SCALE_CRISP && !q.aspect && q.bar);
    ck_assert_str_eq(q.host_key, "menu");
    ck_assert_str_eq(q.folder, p.folder);
    ck_assert_str_eq(q.keymap, "de");
    ck_assert_mem_eq(q.recent, p.recent, sizeof q.recent);
    buf_free(&b);
}
END_TEST

START_TEST(any_preferences_are_usable)
{
    static const char piece[] = "width height -99999999999 scaling pixels host-key folder \n\n\r";
    char text[300];
    uint32_t seed = 3;
    for (unsigned round = 0; round < 20000; round++) {
        struct prefs p;
        for (size_t i = 0; i < sizeof text - 1; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = seed >> 29 ? piece[(seed >> 8) % (sizeof piece - 1)]
                                 : (char)(1 + (seed >> 8) % 255);
        }
        text[sizeof text - 1] = 0;
        prefs_init(&p);
        prefs_parse(&p, text);
        ck_assert((!p.w && !p.h) || (p.w >= 160 && p.h >= 160 && p.w <= 16384 && p.h <= 16384));
    }
}
END_TEST

int main(void)
{
    view.keymap = layout_find("us");
    view.host_key = host_key_find("rctrl");
    Suite *s = suite_create("menu");
    TCase *t = tcase_create("menu");
    tcase_add_test(t, rows_are_wants);
    tcase_add_test(t, letters_are_rows);
    tcase_add_test(t, what_loses_is_asked);
    tcase_add_test(t, notes_are_read);
    tcase_add_test(t, the_mouse_works_too);
    tcase_add_test(t, files_are_chosen);
    tcase_add_test(t, anything_may_be_pressed);
    tcase_add_test(t, the_icon_is_drawn);
    tcase_add_test(t, pictures_fit);
    tcase_add_test(t, images_come_back);
    tcase_add_test(t, preferences_come_back);
    tcase_add_test(t, any_preferences_are_usable);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
