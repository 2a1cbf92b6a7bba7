/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages that test: keyboard, disk, memory, computing. */
#include "demo.h"

static void wait_back(void)
{
    page_end("Any key: back to the menu");
    key_wait();
}

void page_keyboard(void)
{
    int x = 4, y = 8, n = 0;
    page_begin("keyboard");
    put(4, 3, A_TEXT, "Type. Each key is shown with its scan code and character; Esc goes back.");
    frame(2, 6, 76, 12, A_FRAME, "You typed");
    put(4, 20, A_DIM, "Last key");
    put(24, 20, A_DIM, "Shift state");
    put(46, 20, A_DIM, "Keys");
    say_at(4, 4, A_GOOD, "KEYBOARD READY");
    page_end("Esc: back to the menu");
    for (;;) {
        putch(x, y, A_PICK, ' ');
        int key = key_wait(), ch = key & 0xff;
        putch(x, y, A_BACK, ' ');
        if (key == KEY_ESC)
            break;
        put_hex(13, 20, A_BRIGHT, (u32)key, 4);
        put_hex(36, 20, A_BRIGHT, key_shift(), 2);
        put_num(51, 20, A_BRIGHT, (u32)++n, 5);
        if (ch == 13) {
            x = 4;
            y++;
        } else if (ch == 8) {
            x -= x > 4;
            putch(x, y, A_BACK, ' ');
        } else if (ch && ch != 0xe0) {
            putch(x++, y, A_BRIGHT, (u8)ch);
        }
        if (x > 74) {
            x = 4;
            y++;
        }
        if (y > 15) {
            fill(4, 8, 72, 8, A_BACK, ' ');
            y = 8;
        }
    }
    say("KEYBOARD DONE");
}

/* Sector 'lba' of the boot floppy, to or from LOW_BUF + at. Returns the BIOS status. */
static u8 sector(u32 lba, u32 at, int write)
{
    struct regs r;
    for (int tries = 0; tries < 3; tries++) {
        r = (struct regs){ .eax = write ? 0x0301 : 0x0201, .ebx = at, .es = LOW_SEG,
                           .ecx = lba / 36 << 8 | (lba % 18 + 1),
                           .edx = (lba / 18 & 1) << 8 | boot_drive };
        bios(0x13, &r);
        if (!(r.flags & 1) || (r.eax >> 8 & 0xff) == 3)
            break;
        struct regs reset = { .eax = 0, .edx = boot_drive };
        bios(0x13, &reset);
    }
    return r.flags & 1 ? (u8)(r.eax >> 8) : 0;
}

#define SCRATCH 2862u                            /* the last track: cylinder 79, head 1 */
#define SCRATCH_N 18u

static u32 next(u32 *seed) { return *seed = *seed * 1664525u + 1013904223u; }

static u8 write_scratch(u32 seed)
{
    for (u32 n = 0; n < SCRATCH_N; n++) {
        for (u32 i = 0; i < 512; i += 4)
            *(u32 *)(LOW_BUF + i) = next(&seed);
        u8 st = sector(SCRATCH + n, 0, 1);
        if (st)
            return st;
        bar(4, 9, 60, n + 1, SCRATCH_N);
    }
    return 0;
}

/* 0xff: the data differ. */
static u8 read_scratch(u32 seed)
{
    for (u32 n = 0; n < SCRATCH_N; n++) {
        u8 st = sector(SCRATCH + n, 1024, 0);
        if (st)
            return st;
        for (u32 i = 0; i < 512; i += 4)
            if (*(u32 *)(LOW_BUF + 1024 + i) != next(&seed))
                return 0xff;
        bar(4, 12, 60, n + 1, SCRATCH_N);
    }
    return 0;
}

static u8 seek_about(void)
{
    u32 seed = 7;
    for (u32 n = 0; n < 24; n++) {
        u8 st = sector(next(&seed) >> 8 & 2047, 1024, 0);
        if (st)
            return st;
        bar(4, 6, 60, n + 1, 24);
    }
    return 0;
}

void page_disk(void)
{
    char s[40];
    u8 st;

    page_begin("disk test");
    put(4, 3, A_TEXT,
        "This disk: reads from all over it, then its last track is written and read back.");
    put(4, 5, A_DIM, "Reading here and there");
    bar(4, 6, 60, 0, 1);
    put(4, 8, A_DIM, "Writing 18 sectors");
    bar(4, 9, 60, 0, 1);
    put(4, 11, A_DIM, "Reading them back");
    bar(4, 12, 60, 0, 1);
    u32 seed = *(volatile u32 *)0x46c | 1;
    st = boot_drive < 0x80 ? seek_about() : 1;
    if (!st) {
        st = write_scratch(seed);
        if (st == 3) {
            say_at(4, 15, A_WARM, "DISK TEST PASSED (READING ONLY: WRITE-PROTECTED)");
            wait_back();
            return;
        }
    }
    if (!st)
        st = read_scratch(seed);
    if (!st) {
        say_at(4, 15, A_GOOD, "DISK TEST PASSED");
    } else {
        fmt_hex(fmt_str(s, "DISK TEST FAILED, STATUS "), st, 2);
        say_at(4, 15, A_BAD, s);
    }
    wait_back();
}

/* Extended memory by E820, else E801, else 88: the run of RAM that begins at 1 MB. */
u32 memory_kb(void)
{
    struct regs r = { 0 };
    u32 top = 0x100000;
    do {
        r = (struct regs){ .eax = 0xe820, .ebx = r.ebx, .ecx = 20, .edx = 0x534d4150,
                           .es = LOW_SEG };
        bios(0x15, &r);
        if (r.flags & 1 || r.eax != 0x534d4150)
            break;
        u64 base = *(u64 *)LOW_BUF, size = *(u64 *)(LOW_BUF + 8);
        if (*(u32 *)(LOW_BUF + 16) == 1 && base <= top && base + size > top)
            top = base + size > 0xfff00000 ? 0xfff00000 : (u32)(base + size);
    } while (r.ebx);
    if (top > 0x100000)
        return (top - 0x100000) / 1024;
    r = (struct regs){ .eax = 0xe801 };
    bios(0x15, &r);
    if (!(r.flags & 1))
        return (r.eax & 0xffff) + (r.ebx & 0xffff) * 64;
    r = (struct regs){ .eax = 0x8800 };
    bios(0x15, &r);
    return r.eax & 0xffff;
}

/* Fully up to here; beyond, the first and last word of each page. */
#define FULL_KB 16384u

static u32 mem_pass(u32 kb, u32 flip, int check)
{
    for (u32 at = 0; at < kb; at += 4) {
        volatile u32 *p = (volatile u32 *)(0x100000 + at * 1024);
        u32 step = at < FULL_KB ? 1 : 1023;
        for (u32 i = 0; i < 1024; i += step) {
            u32 v = (u32)(p + i) ^ flip;
            if (!check)
                p[i] = v;
            else if (p[i] != v)
                return (u32)(p + i);
        }
        if (!(at & 1023))
            bar(4, 6 + 3 * check + (flip ? 6 : 0), 60, at, kb);
    }
    bar(4, 6 + 3 * check + (flip ? 6 : 0), 60, 1, 1);
    return 0;
}

void page_memory(void)
{
    static const char *const step[4] = {
        "Writing each address into itself", "Reading back", "The same, inverted", "Reading back"
    };
    char s[60];
    u32 kb = memory_kb() & ~3u, bad = 0;

    page_begin("memory test");
    put(4, 3, A_TEXT, "Megabytes above the first:");
    put_num(31, 3, A_BRIGHT, kb / 1024, 1);
    for (int i = 0; i < 4; i++) {
        put(4, 5 + 3 * i, A_DIM, step[i]);
        bar(4, 6 + 3 * i, 60, 0, 1);
    }
    for (u32 pass = 0; pass < 4 && !bad; pass++)
        bad = mem_pass(kb, pass & 2 ? 0xffffffff : 0, (int)(pass & 1));
    if (bad) {
        fmt_hex(fmt_str(s, "MEMORY TEST FAILED AT "), bad, 8);
        say_at(4, 18, A_BAD, s);
    } else {
        fmt_str(fmt_num(fmt_str(s, "MEMORY TEST PASSED, "), kb / 1024), " MB");
        say_at(4, 18, A_GOOD, s);
    }
    wait_back();
}

/* Four small programs with a known result each. */
static u32 bench_primes(void)
{
    static u8 sieve[65536];
    u32 count = 0;
    for (u32 round = 0; round < 80; round++) {
        count = 0;
        for (u32 i = 2; i < 65536; i++)
            sieve[i] = 1;
        for (u32 i = 2; i < 65536; i++) {
            if (!sieve[i])
                continue;
            count++;
            for (u32 k = i * i; i < 256 && k < 65536; k += i)
                sieve[k] = 0;
        }
    }
    return count;
}

static u32 bench_crc(void)
{
    u32 crc = 0xffffffff, seed = 1;
    for (u32 i = 0; i < 1600000; i++) {
        crc ^= next(&seed) >> 24;
        for (u32 k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static u32 bench_matrix(void)
{
    static u32 a[64][64], b[64][64], c[64][64];
    u32 seed = 3, sum = 0;
    for (u32 i = 0; i < 4096; i++) {
        a[i / 64][i % 64] = next(&seed) >> 16;
        b[i / 64][i % 64] = next(&seed) >> 16;
    }
    for (u32 round = 0; round < 48; round++)
        for (u32 i = 0; i < 64; i++)
            for (u32 j = 0; j < 64; j++) {
                u32 v = round;
                for (u32 k = 0; k < 64; k++)
                    v += a[i][k] * b[k][j];
                c[i][j] = v;
                sum = sum * 31 + v;
            }
    return sum + c[63][63];
}

static u32 bench_mandel(void)
{
    u32 total = 0;
    for (s32 y = -32; y < 32; y++)
        for (s32 x = -80; x < 48; x++) {
            s32 cr = x * 128, ci = y * 150, zr = 0, zi = 0;  /* 4096 is 1 */
            u32 n = 0;
            while (n < 1600 && zr / 64 * (zr / 64) + zi / 64 * (zi / 64) < 4 * 4096) {
                s32 t = (zr * zr - zi * zi) / 4096 + cr;
                zi = 2 * zr * zi / 4096 + ci;
                zr = t;
                n++;
            }
            total += n;
        }
    return total;
}

static const struct { const char *name; u32 (*run)(void); u32 want; } bench[] = {
    { "Primes below 65536", bench_primes, 6542 },
    { "CRC-32 of 1.6 MB", bench_crc, 0x9601c6c4 },
    { "Matrices, 64 x 64", bench_matrix, 0x77a0391e },
    { "Mandelbrot set", bench_mandel, 2170235 },
};

void page_benchmark(void)
{
    u32 good = 0, all = 0;
    char s[60];

    page_begin("benchmark");
    put(4, 3, A_TEXT, "Times are by the guest's clock; each result has a value it must have.");
    put(6, 5, A_DIM, "Task");
    put(32, 5, A_DIM, "Result");
    put(46, 5, A_DIM, "Milliseconds");
    for (int i = 0; i < 4; i++) {
        put(6, 7 + 2 * i, A_BRIGHT, bench[i].name);
        run_clock();
        u32 from = ticks, now;
        while ((now = ticks) == from)            /* begin on a tick */
            ;
        u32 got = bench[i].run();
        u32 ms = (ticks - now) * 55;
        stop_clock();
        int ok = got == bench[i].want;
        good += (u32)ok;
        all += ms;
        put_hex(32, 7 + 2 * i, ok ? A_GOOD : A_BAD, got, 8);
        put_num(46, 7 + 2 * i, A_TEXT, ms, 8);
        fill(60, 7 + 2 * i, (int)(ms / 100 > 16 ? 16 : ms / 100), 1, A_TITLE, 0xfe);
    }
    if (good == 4) {
        fmt_str(fmt_num(fmt_str(s, "BENCHMARK PASSED, "), all), " MS");
        say_at(6, 17, A_GOOD, s);
    } else {
        say_at(6, 17, A_BAD, "BENCHMARK FAILED: WRONG RESULT");
    }
    wait_back();
}
