/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a real guest the same machine every time? A session (a Linux boot, or FreeDOS being typed at)
 * is run to one number of instructions in different ways, and its hashes are compared:
 *
 *   again     the same once more
 *   slices    the longest slice 7, and 100000, instead of the default
 *   caches    tiny and large caches and blocks
 *   points    at N random moments: save, load into another machine, run both on, compare, go on
 *             with the other; at the end the hash of a run that was never interrupted
 *   two       two machines in one process, turn by turn
 *
 * determinism linux|freedos IMAGE [long]. Exit status 77: the image is not there.
 */
#include <stdio.h>

#include "core/sched.h"
#include "frontend/builtin.h"
#include "host/disk_mem.h"
#include "machine/machine.h"

#define MILLION UINT64_C(1000000)

struct session {
    const char *name;
    uint32_t    sector;
    uint64_t    all, all_long;               /* instructions of the whole session */
    uint64_t    slow;                        /* of it, with slices of 7 and tiny caches */
    uint64_t    memory, ips;
    const char *typed;                       /* a key press every million instructions, from
                                                'from' on */
    uint64_t    from;
};

static const struct session sessions[] = {
    { "linux", 2048, 600 * MILLION, 6600 * MILLION, 25 * MILLION, 48, 100 * MILLION, "", 0 },
    { "freedos", 512, 250 * MILLION, 500 * MILLION, 25 * MILLION, 16, 20 * MILLION,
      "ver\ndir\nnasm -o n.com hello.asm\nn\ntype readme\necho a>b\ndir\nhello\n", 60 * MILLION },
};

static const struct session *on;
static uint8_t *image;
static size_t   image_size;
static unsigned failures;

/* A machine and its medium, which it may write to. */
struct run { struct machine *m; struct disk_mem disk; uint8_t *bytes; };
struct shape { uint32_t slice, cache_ops, block_ops; };

static void fail(const char *what, uint64_t at)
{
    printf("FAILED: %s: %s at instruction %llu\n", on->name, what, (unsigned long long)at);
    failures++;
}

static void *room(size_t n)
{
    void *p = malloc(n);
    if (!p) {
        printf("FAILED: out of memory\n");
        exit(1);
    }
    return p;
}

static struct machine_config recipe(const struct shape *s)
{
    struct machine_config c = { .board = BOARD_PC, .cpu_model = -1 };
    c.memory = on->memory << 20;
    c.ips = on->ips;
    c.rtc_start = 1767225600;
    c.slice = s->slice;
    c.cache_ops = s->cache_ops;
    c.block_ops = s->block_ops;
    c.bios = (struct memory_image){ builtin_bios.p, builtin_bios.n };
    c.vgabios = (struct memory_image){ builtin_vgabios.p, builtin_vgabios.n };
    c.is_cdrom[2] = true;
    return c;
}

static struct run open_run(const struct shape *s)
{
    struct run r = { .bytes = room(image_size) };
    struct run *keep = room(sizeof *keep);   /* the disk must not move; lives as long as the
                                                program */
    struct machine_config c = recipe(s);
    struct error err = { 0 };
    memcpy(r.bytes, image, image_size);
    *keep = r;
    struct blockdev *bd =
        disk_mem_init(&keep->disk, r.bytes, image_size, on->sector, on->sector == 2048);
    if (on->sector == 2048)
        c.disk[2] = bd;
    else
        c.floppy[0] = bd;
    r.m = machine_create(&c, &err);
    if (!r.m) {
        printf("FAILED: %s\n", err.text);
        exit(1);
    }
    return r;
}

static void close_run(struct run *r)
{
    machine_destroy(r->m);
    free(r->bytes);
}

/* ---- the session ---- */

static uint16_t scan_code(char c)
{
    static const char keys[] =
        "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
    for (uint16_t i = 1; i < sizeof keys - 1; i++)
        if (keys[i] == c)
            return i;
    return 0;
}

static void press(struct machine *m, uint16_t code, bool down)
{
    machine_input(m, (struct input){ IN_KEY, code, down, 0, 0 });
}

static void type_char(struct machine *m, char c)
{
    bool shift = c == '>';
    uint16_t code = scan_code(shift ? '.' : c);
    if (shift)
        press(m, 0x2a, true);
    press(m, code, true);
    press(m, code, false);
    if (shift)
        press(m, 0x2a, false);
}

/* When character n is typed: a million apart, and 15 for a command to run. */
static uint64_t typed_at(size_t n)
{
    uint64_t at = on->from;
    for (size_t i = 0; i < n; i++)
        at += on->typed[i] == '\n' ? 15 * MILLION : MILLION;
    return at;
}

/* To 'target' instructions since power-on, typing what is due on the way. */
static void run_to(struct run *r, uint64_t target)
{
    for (;;) {
        uint64_t now = machine_icount(r->m), stop = target;
        size_t n = 0, length = strlen(on->typed);
        if (now >= target)
            return;
        while (n < length && typed_at(n) < now)
            n++;
        if (n < length && typed_at(n) == now)
            type_char(r->m, on->typed[n++]);
        if (n < length && typed_at(n) < target)
            stop = typed_at(n);
        enum stop why = machine_run(r->m, stop - now, VTIME_NEVER);
        if (why != STOP_LIMIT || machine_icount(r->m) != stop) {
            printf("FAILED: %s: stop %d\n", on->name, (int)why);
            exit(1);
        }
    }
}

/* ---- random numbers that are the same everywhere ---- */

static uint64_t seed = 88172645463325252u;
static uint64_t any(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* ---- the comparisons ---- */

#define MARKS 5
struct marks { uint64_t at[MARKS], hash[MARKS]; };

static void take_marks(struct marks *k, const struct shape *s, uint64_t all)
{
    struct run r = open_run(s);
    for (unsigned i = 0; i < MARKS; i++) {
        k->at[i] = all / MARKS * (i + 1);
        run_to(&r, k->at[i]);
        k->hash[i] = machine_hash(r.m);
    }
    close_run(&r);
}

static void same_marks(const char *what, const struct marks *a, const struct marks *b)
{
    for (unsigned i = 0; i < MARKS; i++)
        if (a->hash[i] != b->hash[i]) {
            fail(what, a->at[i]);
            return;
        }
    printf("%s: %s: same to instruction %llu\n", on->name, what,
           (unsigned long long)a->at[MARKS - 1]);
    fflush(stdout);
}

static void test_shapes(uint64_t all, const struct marks *plain)
{
    static const struct shape normal = { 0, 0, 0 }, large = { 100000, 1 << 20, 64 };
    static const struct shape seven = { 7, 0, 0 }, hundred = { 100000, 0, 0 }, tiny = { 0, 64, 3 };
    struct marks b, few;
    take_marks(&b, &normal, all);
    same_marks("again", plain, &b);
    take_marks(&b, &hundred, all);
    same_marks("slices of 100000", plain, &b);
    take_marks(&b, &large, all);
    same_marks("large caches", plain, &b);
    take_marks(&few, &normal, on->slow);
    take_marks(&b, &seven, on->slow);
    same_marks("slices of 7", &few, &b);
    take_marks(&b, &tiny, on->slow);
    same_marks("tiny caches", &few, &b);
}

/* Saves a, loads it into *b (made anew when 'fresh'), with the medium as it is now. */
static bool hand_over(struct run *a, struct run *b, bool fresh)
{
    static const struct shape plain;
    struct buf out = { 0 };
    struct error err = { 0 };
    if (fresh) {
        close_run(b);
        *b = open_run(&plain);
    }
    memcpy(b->bytes, a->bytes, image_size);
    bool ok = machine_save(a->m, &out, &err) && machine_load(b->m, out.p, out.len, &err);
    if (!ok)
        printf("FAILED: %s\n", err.text);
    buf_free(&out);
    return ok;
}

/* Goes to the points in order; at each the other machine takes over. */
static void test_points(unsigned n, uint64_t all, uint64_t hash_at_end)
{
    static const struct shape plain;
    struct run a = open_run(&plain), b = open_run(&plain);
    uint64_t *at = room(n * sizeof *at), further = 2 * MILLION;
    unsigned before = failures;
    for (unsigned i = 0; i < n; i++)
        at[i] = 1 + any(all - further - 2);
    qsort(at, n, sizeof *at, by_size);
    for (unsigned i = 0; i < n && failures == before; i++) {
        uint64_t now = machine_icount(a.m), to = at[i] > now ? at[i] : now,
                 on_to = to + 1 + any(further);
        run_to(&a, to);
        if (!hand_over(&a, &b, i & 1)) {
            fail("save and load", to);
            break;
        }
        if (machine_hash(a.m) != machine_hash(b.m))
            fail("loaded at", to);
        run_to(&a, on_to);
        run_to(&b, on_to);
        if (machine_hash(a.m) != machine_hash(b.m) || memcmp(a.bytes, b.bytes, image_size))
            fail("diverged after a load, seen", on_to);
        struct run other = a;
        a = b;
        b = other;
    }
    if (failures == before) {
        run_to(&a, all);
        if (machine_hash(a.m) != hash_at_end)
            fail("not as without interruptions", all);
        else
            printf("%s: %u points: same\n", on->name, n);
    }
    free(at);
    close_run(&a);
    close_run(&b);
}

/* Two machines, not at the same place, turn by turn. */
static void test_two(const struct marks *plain, uint64_t all)
{
    static const struct shape normal, other = { 5000, 4096, 0 };
    struct run a = open_run(&normal), b = open_run(&other);
    struct marks ka = *plain, kb = *plain;
    uint64_t ta = 0, tb = 0;
    unsigned na = 0, nb = 0;
    while (na < MARKS || nb < MARKS) {
        bool first = nb == MARKS || (na < MARKS && any(2));
        struct run *r = first ? &a : &b;
        uint64_t *t = first ? &ta : &tb;
        unsigned *n = first ? &na : &nb;
        uint64_t to = *t + 1 + any(all / 50), mark = plain->at[*n];
        *t = to < mark ? to : mark;
        run_to(r, *t);
        if (*t == mark)
            (first ? &ka : &kb)->hash[(*n)++] = machine_hash(r->m);
    }
    same_marks("two, the first", plain, &ka);
    same_marks("two, the second", plain, &kb);
    close_run(&a);
    close_run(&b);
}

static bool read_image(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    fseek(f, 0, SEEK_END);
    image_size = (size_t)ftell(f);
    rewind(f);
    image = room(image_size);
    bool ok = fread(image, 1, image_size, f) == image_size;
    fclose(f);
    return ok;
}

int main(int argc, char **argv)
{
    static const struct shape plain;
    bool full = argc > 3 && !strcmp(argv[3], "long");
    for (size_t i = 0; argc > 2 && i < ARRAY_LEN(sessions); i++)
        if (!strcmp(argv[1], sessions[i].name))
            on = &sessions[i];
    if (!on) {
        printf("usage: determinism linux|freedos IMAGE [long]\n");
        return 2;
    }
    if (!read_image(argv[2]) || !builtin_bios.n) {
        printf("SKIPPED: %s cannot be read, or there is no firmware\n", argv[2]);
        return 77;
    }
    uint64_t all = full ? on->all_long : on->all;
    struct marks k;
    take_marks(&k, &plain, all);
    test_points(full ? 100 : 10, all, k.hash[MARKS - 1]);
    test_two(&k, all);
    test_shapes(all, &k);
    return failures != 0;
}
