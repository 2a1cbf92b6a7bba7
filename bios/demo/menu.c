/* SPDX-License-Identifier: BSD-2-Clause */
/* The menu, and what it tells about the machine. */
#include "demo.h"

static const struct { const char *name, *what; void (*run)(void); } item[] = {
    { "Text and colours",   "attributes, CP 437",       page_text },
    { "Plasma",             "320x200, 256 colours",        page_plasma },
    { "Lines",              "640x480, 16 colours", page_lines },
    { "Frame buffer",       "1024x768, VBE",         page_vbe },
    { "Keyboard",           "see the keys arrive",            page_keyboard },
    { "Disk test",          "write, read, compare",       page_disk },
    { "Memory test",        "all above 1 MB",           page_memory },
    { "Benchmark",          "and its check values",   page_benchmark },
    { "Power off",          "by ACPI",                         page_power },
};
#define ITEMS ((int)(sizeof item / sizeof *item))

/* "VITRINE", five rows of five to a letter; one character per block. */
static const char *const banner[5] = {
    "##   ##  ##  #######  ######   ##  ##   ##  #######",
    "##   ##  ##    ###    ##   ##  ##  ###  ##  ##     ",
    " ## ##   ##    ###    ######   ##  #### ##  #####  ",
    " ## ##   ##    ###    ##  ##   ##  ## ####  ##     ",
    "  ###    ##    ###    ##   ##  ##  ##  ###  #######",
};

static void draw_banner(void)
{
    static const u8 shade[5] = { 0x0f, 0x0b, 0x0b, 0x09, 0x09 };
    for (int y = 0; y < 5; y++)
        for (int x = 0; banner[y][x]; x++)
            if (banner[y][x] == '#')
                putch(14 + x, 2 + y, shade[y], 0xdb);
    put(14, 8, A_TEXT, "A whole PC in software: save it, fork it, rewind it");
}

static void draw_item(int i, int picked)
{
    u8 key = picked ? 0x3e : A_WARM, name = picked ? A_PICK : A_BRIGHT;
    int y = 11 + i;
    fill(3, y, 46, 1, picked ? A_PICK : A_BACK, ' ');
    putch(4, y, picked ? A_PICK : A_DIM, picked ? 0x10 : ' ');
    putch(6, y, key, (u8)('1' + i));
    put(9, y, name, item[i].name);
    for (int x = 0; item[i].what[x] && x < 21; x++)
        putch(27 + x, y, picked ? 0x3b : A_DIM, (u8)item[i].what[x]);
}

static void fact(int y, const char *name, const char *value)
{
    put(54, y, A_DIM, name);
    put(62, y, A_TEXT, value);
}

static int two(char *p, u8 bcd)
{
    p[0] = (char)('0' + (bcd >> 4));
    p[1] = (char)('0' + (bcd & 15));
    return 2;
}

static void draw_clock(int y)
{
    struct regs r = { .eax = 0x0200 };
    char s[9] = "  :  :  ";
    bios(0x1a, &r);
    two(s, (u8)(r.ecx >> 8));
    two(s + 3, (u8)r.ecx);
    two(s + 6, (u8)(r.edx >> 8));
    fact(y, "Time", s);
    r = (struct regs){ .eax = 0x0400 };
    bios(0x1a, &r);
    char d[11] = "    -  -  ";
    two(d, (u8)(r.ecx >> 8));
    two(d + 2, (u8)r.ecx);
    two(d + 5, (u8)(r.edx >> 8));
    two(d + 8, (u8)r.edx);
    fact(y - 1, "Date", d);
}

static void draw_facts(void)
{
    char s[64], *p;
    u32 kb = 0;
    int v;

    frame(51, 10, 27, 11, A_FRAME, "This machine");
    processor_name(s);
    fact(12, "CPU", s);
    p = fmt_num(s, (memory_kb() + 2047) / 1024);
    fmt_str(p, " MB");
    fact(13, "Memory", s);
    v = vbe_version(&kb);
    if (v) {
        p = fmt_str(s, "VBE ");
        p = fmt_num(p, (u32)v >> 8);
        p = fmt_str(p, ".0, ");
        p = fmt_num(p, kb / 1024);
        fmt_str(p, " MB");
    } else {
        fmt_str(s, "VGA");
    }
    fact(14, "Video", s);
    p = fmt_num(s, *(volatile u8 *)0x475);
    fmt_str(p, *(volatile u8 *)0x475 == 1 ? " hard disk" : " hard disks");
    fact(15, "Disks", s);
    p = fmt_num(s, *(volatile u16 *)0x410 >> 9 & 7);
    fmt_str(p, " serial");
    fact(16, "Ports", s);
    fact(17, "Boot", boot_drive < 0x80 ? "floppy" : "hard disk");
    draw_clock(19);
}

static void draw_menu(int pick)
{
    text_mode();
    fill(0, 0, COLS, ROWS, A_BACK, ' ');
    fill(0, 0, COLS, 1, A_BAR, ' ');
    put(2, 0, 0x1b, "VITRINE");
    put(11, 0, A_BAR, "demo disk");
    draw_banner();
    frame(2, 10, 48, 11, A_FRAME, "Choose");
    draw_facts();
    for (int i = 0; i < ITEMS; i++)
        draw_item(i, i == pick);
    page_end("\x18\x19 or 1-9 choose    Enter go    Esc comes back here");
    say("VITRINE DEMO READY");
    put(58, 24, 0x1b, "VITRINE DEMO READY");
}

/* The number of the item that is to run. */
static int choose(int pick)
{
    for (;;) {
        int key = key_wait(), ch = key & 0xff, scan = key >> 8, old = pick;
        if (ch >= '1' && ch < '1' + ITEMS)
            return ch - '1';
        if (ch == KEY_ENTER)
            return pick;
        if (ch == 0 || ch == 0xe0)
            pick += scan == KEY_DOWN ? 1 : scan == KEY_UP ? ITEMS - 1 : 0;
        pick %= ITEMS;
        draw_item(old, 0);
        draw_item(pick, 1);
        draw_clock(19);
    }
}

void demo_main(void);
void demo_main(void)
{
    int pick = 0;
    struct regs r = { .eax = 0x00e3 };           /* COM1: 9600, 8N1 */
    bios(0x14, &r);
    for (;;) {
        draw_menu(pick);
        pick = choose(pick);
        item[pick].run();
    }
}
