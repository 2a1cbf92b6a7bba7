/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main() for a fuzz target as an ordinary program, with any compiler:
 *     replay_X FILE...                runs these inputs
 *     replay_X                        the seed corpus, then mutations of it
 *         --runs N --seconds N        how many, how long (0: no limit; 2000 runs by default)
 *         --seed N --at N             which series; only its input number N
 *     replay_X --write DIR            writes the seed corpus there, for libFuzzer
 *
 * The series is a function of the seed: input N is made from the seeds and from N alone, so a
 * finding is repeated with --at. When the process is about to die the input is written to a file,
 * whose name is printed. An input that takes more than a minute counts as a hang.
 */
#include "fuzz.h"

#include <signal.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define LENGTH_MAX  4096u
#define HANG        60u          /* seconds */
#define SEEDS_MAX   4096u

/* The input that is being tried, for the signal handler. */
static const uint8_t *trying;
static size_t trying_n;
static uint64_t trying_at;
static const char *program;

static struct buf seeds[SEEDS_MAX];
static unsigned n_seeds;

/* Sanitizers shall end in SIGABRT. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__asan_default_options(void) { return "abort_on_error=1:detect_leaks=1"; }
const char *__ubsan_default_options(void) { return "abort_on_error=1:print_stacktrace=1"; }

static void write_file(const char *path, const uint8_t *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n) {
        fprintf(stderr, "%s: cannot be written\n", path);
        exit(1);
    }
    fclose(f);
}

/* The process is lost: stdio in a signal handler does no more harm. */
static void on_death(int number)
{
    const char *base = strrchr(program, '/');
    char path[200];
    signal(SIGABRT, SIG_DFL);
    snprintf(path, sizeof path, "crash-%s-%llu", base ? base + 1 : program,
             (unsigned long long)trying_at);
    if (trying)
        write_file(path, trying, trying_n);
    fprintf(stderr, "%s: %s at input %llu; it is in %s\n", program,
            number == SIGABRT ? "died" : "hangs", (unsigned long long)trying_at, path);
    abort();
}

static void try_input(const uint8_t *p, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1);      /* so that a sanitizer sees a read beyond its end */
    if (n)
        memcpy(exact, p, n);
    trying = p;
    trying_n = n;
#ifndef _WIN32
    alarm(HANG);
#endif
    LLVMFuzzerTestOneInput(exact, n);
    trying = NULL;
    free(exact);
}

/* ---- the series ---- */

static void make_seeds(void)
{
    while (n_seeds < SEEDS_MAX && fuzz_seed(n_seeds, &seeds[n_seeds]))
        n_seeds++;
}

static void mutate(struct fuzz_rng *r, uint8_t *p, size_t *n, size_t room)
{
    static const uint32_t edge[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
                                     0x80000000u, 0xffffffffu, 0xfffffffeu, 0x1000, 0xfff };
    uint32_t v = edge[fuzz_below(r, ARRAY_LEN(edge))];
    size_t at = *n ? fuzz_below(r, (uint32_t)*n) : 0, len = 1 + fuzz_below(r, 16);
    if (len > *n - at)
        len = *n - at;
    switch (*n ? fuzz_below(r, 7) : 6) {
    case 0: p[at] ^= (uint8_t)(1u << fuzz_below(r, 8)); break;
    case 1: p[at] = (uint8_t)fuzz_rand(r); break;
    case 2:
        for (unsigned i = 0; i < 4 && at + i < *n; i++, v >>= 8)
            p[at + i] = (uint8_t)v;
        break;
    case 3:                                  /* leave out */
        memmove(p + at, p + at + len, *n - at - len);
        *n -= len;
        break;
    case 4:                                  /* double */
        if (*n + len <= room) {
            memmove(p + at + len, p + at, *n - at);
            *n += len;
        }
        break;
    case 5: p[at] = (uint8_t)(p[at] + fuzz_below(r, 33) - 16); break;
    default:                                 /* add */
        for (; len-- && *n < room; ++*n)
            p[*n] = (uint8_t)fuzz_rand(r);
    }
}

/* Input number at of the series; the seeds come first. */
static size_t make_input(uint64_t series, uint64_t at, uint8_t **out)
{
    if (at < n_seeds) {
        *out = malloc(seeds[at].len + 1);
        memcpy(*out, seeds[at].p, seeds[at].len);
        return seeds[at].len;
    }
    struct fuzz_rng r = fuzz_rng(series * UINT64_C(0x100000001b3) ^ at);
    const struct buf *a = &seeds[fuzz_below(&r, n_seeds)], *b = &seeds[fuzz_below(&r, n_seeds)];
    size_t room = a->len + b->len + LENGTH_MAX, n = a->len;
    uint8_t *p = *out = malloc(room);
    memcpy(p, a->p, n);
    if (fuzz_one_in(&r, 4) && n && b->len) {             /* splice */
        size_t from = fuzz_below(&r, (uint32_t)b->len);
        n = fuzz_below(&r, (uint32_t)n);
        memcpy(p + n, b->p + from, b->len - from);
        n += b->len - from;
    }
    if (fuzz_one_in(&r, 8)) {                            /* nothing but noise behind the start */
        n = 4 + fuzz_below(&r, 600);
        for (size_t i = fuzz_below(&r, 16); i < n; i++)
            p[i] = (uint8_t)fuzz_rand(&r);
    }
    for (unsigned k = 1 + fuzz_below(&r, 12); k--;)
        mutate(&r, p, &n, room);
    return n;
}

static void run_series(uint64_t series, uint64_t from, uint64_t to, uint64_t seconds)
{
    time_t begun = time(NULL);
    for (trying_at = from; (!to || trying_at < to); trying_at++) {
        uint8_t *p;
        size_t n = make_input(series, trying_at, &p);
        try_input(p, n);
        free(p);
        if (seconds && (uint64_t)(time(NULL) - begun) >= seconds)
            break;
    }
    printf("%llu inputs, %llu seconds\n", (unsigned long long)(trying_at - from),
           (unsigned long long)(time(NULL) - begun));
}

/* ---- files ---- */

static void run_file(const char *path)
{
    struct buf b = { 0 };
    uint8_t part[4096];
    size_t got;
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    while ((got = fread(part, 1, sizeof part, f)) > 0)
        buf_put(&b, part, got);
    fclose(f);
    try_input(b.p, b.len);
    buf_free(&b);
}

static void write_seeds(const char *dir)
{
    char path[1000];
    for (unsigned i = 0; i < n_seeds; i++) {
        snprintf(path, sizeof path, "%s/seed-%u", dir, i);
        write_file(path, seeds[i].p, seeds[i].len);
    }
}

static void usage(void)
{
    fprintf(stderr, "usage: %s [FILE...] [--runs N] [--seconds N] [--seed N] [--at N] "
            "[--write DIR]\n", program);
    exit(2);
}

int main(int argc, char **argv)
{
    uint64_t runs = 2000, seconds = 0, series = 1, at = UINT64_MAX;
    const char *dir = NULL;
    unsigned files = 0;
    program = argv[0];
    signal(SIGABRT, on_death);
#if !SANITIZED
    signal(SIGSEGV, on_death);               /* the sanitizer has its own report */
#endif
#ifndef _WIN32
    signal(SIGALRM, on_death);
#endif
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            run_file(argv[i]);
            files++;
            continue;
        }
        if (i + 1 == argc)
            usage();
        const char *name = argv[i], *value = argv[++i];
        uint64_t v = strtoull(value, NULL, 0);
        if (!strcmp(name, "--runs"))
            runs = v;
        else if (!strcmp(name, "--seconds"))
            seconds = v, runs = 0;
        else if (!strcmp(name, "--seed"))
            series = v;
        else if (!strcmp(name, "--at"))
            at = v;
        else if (!strcmp(name, "--write"))
            dir = value;
        else
            usage();
    }
    make_seeds();
    if (dir)
        write_seeds(dir);
    else if (at != UINT64_MAX)
        run_series(series, at, at + 1, 0);
    else if (!files)
        run_series(series, 0, runs, seconds);
    for (unsigned i = 0; i < n_seeds; i++)
        buf_free(&seeds[i]);
    return 0;
}
