/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core; runs: 200 */
/*
 * Random code in all modes. Two processors of different shape (engine, length of blocks, size of
 * the cache) run the same world with the same interrupts; one of them is saved and loaded and loses
 * its caches now and then, and has its slices cut in two. They must stay equal, and both must
 * execute exactly what they were asked to.
 *
 * To find the instruction: VITRINE_FUZZ_STOP=S:N ends N instructions into slice S, and says
 * where that is.
 *
 * Input: model, engines, shapes; four bytes of seed for the world; the number of slices; two bytes
 * a slice (what happens before it, and its length); code.
 */
#include "cpu/mem.h"
#include "cpu_world.h"

#define SLICES 12u

/* Where it stands, in words. */
static void where(struct world *w)
{
    static struct decoder d;
    struct insn in;
    char text[100] = "?";
    struct cpu *c = &w->cpu;
    struct decode_mode m = { c->seg[SEG_CS].attr & SA_DB ? 32 : 16, c->model };
    paddr pa = 0;
    const uint8_t *host;
    decoder_init(&d);
    if (mmu_fetch(c, (uint32_t)(c->seg[SEG_CS].base + c->rip), &pa, &host) && host &&
        insn_decode(&d, &in, m, host, PAGE_SIZE - (pa & PAGE_MASK)) > 0)
        insn_print(text, sizeof text, &in, m, c->rip);
    fprintf(stderr, "%llu: cr0 %x cr4 %x eflags %x cpl %u mode %x %04x:%08llx (%llx) %s\n",
            (unsigned long long)c->icount, c->cr0, c->cr4, cpu_eflags(c), c->cpl, c->mode,
            c->seg[SEG_CS].sel, (unsigned long long)c->rip, (unsigned long long)pa, text);
    for (unsigned i = 0; i < 8; i++)
        fprintf(stderr, " %llx", (unsigned long long)c->gpr[i]);
    fputc('\n', stderr);
}

static void compare(struct world *a, struct world *b, unsigned slice)
{
    struct buf x = { 0 }, y = { 0 };
    cpu_class.pre_save(&a->cpu);
    cpu_class.pre_save(&b->cpu);
    fields_save(&x, cpu_class.fields, &a->cpu);
    fields_save(&y, cpu_class.fields, &b->cpu);
    char name[100];
    size_t i = 0;
    while (i < x.len && x.p[i] == y.p[i])
        i++;
    fuzz_field_at(x.p, x.len, i, name, sizeof name);
    if (i < x.len) {
        where(a);
        where(b);
    }
    FUZZ_CHECK(i == x.len, "slice %u: %s differs", slice, name);
    FUZZ_CHECK(a->mix == b->mix, "slice %u: the devices differ", slice);
    buf_free(&x);
    buf_free(&y);
}

/* n instructions, over everything that interrupts a slice; false: it cannot go on. */
static bool run(struct world *w, uint64_t n)
{
    struct cpu *c = &w->cpu;
    uint64_t end = c->icount + n;
    for (unsigned still = 0; c->icount < end;) {
        uint64_t was = c->icount;
        enum cpu_stop why = cpu_run(c, end - was);
        FUZZ_CHECK(c->icount <= end && c->icount >= was, "count");
        FUZZ_CHECK(!cpu_mismatch(c), "%s", cpu_mismatch(c));
        if (why == CPU_SHUTDOWN || why == CPU_HALTED)
            return false;
        FUZZ_CHECK(why != CPU_RAN || c->icount == end, "came back early");
        still = c->icount == was ? still + 1 : 0;
        FUZZ_CHECK(still < 4, "no progress: pending %x", c->pending);
    }
    return true;
}

/* What comes from outside, the same for both. */
static void happen(struct world *w, unsigned what)
{
    uint32_t v = what * 0x9e3779b1u;
    switch (what & 15) {
    case 1: case 2: cpu_set_intr(&w->cpu, true); break;
    case 3: cpu_nmi(&w->cpu); break;
    case 4: cpu_set_a20(&w->cpu, what & 16); break;
    case 5: bus_dma_write(&w->mem, w->cpu.rip & 0xfffff, &v, 4); break;
    case 6: bus_dma_write(&w->mem, 0x4000 + (v >> 8 & 0x7fff), &v, 4); break;    /* page tables */
    case 7:
        if (!(what & 0xf0))
            cpu_reset(&w->cpu, RESET_INIT);
        break;
    case 8: cpu_set_intr(&w->cpu, false); break;
    }
}

/* What must make no difference, to the second only. */
static struct world *disturb(struct world *b, struct world **spare, unsigned what)
{
    struct world *other = *spare;
    switch (what >> 4 & 7) {
    case 1: tlb_flush_all(&b->cpu); break;
    case 2: blocks_flush(&b->cpu); break;
    case 3:
        world_copy(other, b);
        *spare = b;
        return other;
    }
    return b;
}

static void again(struct world *w, uint32_t seed)
{
    struct fuzz_rng r = fuzz_rng(seed);
    world_enter(w, &r);
}

static void lives(struct world *a, struct world **b, struct world **spare, struct feed *slices,
                  uint32_t seed)
{
    const char *stop = getenv("VITRINE_FUZZ_STOP");
    unsigned last = SLICES, most = 0;
    if (stop)
        sscanf(stop, "%u:%u", &last, &most);
    for (unsigned i = 0; i < SLICES && slices->n; i++) {
        unsigned what = feed(slices, 1), n = feed(slices, 1) * 2 + 1;
        happen(a, what);
        happen(*b, what);
        *b = disturb(*b, spare, what);
        if (i == last && most < n)
            n = most;
        bool goes = run(a, n), same = what & 0x80 ? run(*b, n / 2) && run(*b, n - n / 2)
                                                  : run(*b, n);
        FUZZ_CHECK(goes == same, "slice %u: only one goes on", i);
        compare(a, *b, i);
        if (i == last) {
            where(a);
            where(*b);
            return;
        }
        if (!goes) {
            again(a, seed + i);
            again(*b, seed + i);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct feed f = { p, n }, slices;
    unsigned model = feed(&f, 1), shapes[5];
    for (unsigned i = 0; i < 5; i++)
        shapes[i] = feed(&f, 1);
    struct build sa = { (uint8_t)shapes[0], (uint8_t)shapes[1], (uint8_t)shapes[2] };
    struct build sb = { (uint8_t)(shapes[0] >> 4), (uint8_t)shapes[3], (uint8_t)shapes[4] };
    struct world *a, *b, *spare;
    uint32_t seed = feed(&f, 4);
    model = model & 0x80 ? CPU_PENTIUM2 : model % CPU_MODEL_COUNT;
    a = world_new(model, sa, 0);
    b = world_new(model, sb, 1);
    spare = world_new(model, sb, 2);
    struct fuzz_rng r = fuzz_rng(seed);
    world_fill(a, &r);
    slices = (struct feed){ f.p, 2 * (feed(&f, 1) % SLICES + 1) };
    slices.p = f.p;
    slices.n = slices.n < f.n ? slices.n : f.n;
    f.p += slices.n;
    f.n -= slices.n;
    feed_bytes(&f, a->ram + WORLD_CODE, WORLD_CODE_SIZE);
    memcpy(b->ram, a->ram, WORLD_RAM);
    again(a, seed);
    again(b, seed);
    lives(a, &b, &spare, &slices, seed);
    FUZZ_CHECK(!memcmp(a->ram, b->ram, WORLD_RAM), "memory differs");
    return 0;
}

bool fuzz_seed(unsigned n, struct buf *out)
{
    struct fuzz_rng r = fuzz_rng(n);
    uint8_t code[64];
    if (n >= 200)
        return false;
    buf_put_le(out, n % 3 ? 0x80 : n / 3 % CPU_MODEL_COUNT, 1);
    fuzz_noise(out, &r, 9);
    buf_put_le(out, SLICES - 1, 1);
    fuzz_noise(out, &r, 2 * SLICES);
    world_code(code, sizeof code, n & 1 ? 16 : 32, &r);
    buf_put(out, code, sizeof code);
    return true;
}
