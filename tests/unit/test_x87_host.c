/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/*
 * Every x87 and MMX form beside the host's processor, on x86-64 Linux: random registers and memory,
 * one instruction, then the whole saved image, the flags and the memory must agree. Left out: the
 * transcendental functions (test_f80.c), the environment (test_x87.c), and C1 where processors
 * differ among themselves (FCOMI, FLD of an empty register). Elsewhere the test does nothing.
 */
#if defined __x86_64__ && defined __linux__
#define _DEFAULT_SOURCE
#include <sys/mman.h>
#endif

#include "cpu_fixture.h"

#include "cpu/flags.h"

#if defined __x86_64__ && defined __linux__

#define DATA 0x8000u

struct image {
    uint8_t b[108], mem[16], pad[4];
};

static struct cpu_fixture *f;
static struct cpu *c;
static uint8_t *stub;
static uint32_t seed = 12345;

static uint32_t rnd(void) { return fix_rand(&seed) >> 8 ^ fix_rand(&seed) << 12; }
static uint64_t rnd64(void) { return (uint64_t)rnd() << 32 | rnd(); }

/* ---- the host ---- */

/* frstor [rdi]; push rcx; popf; the instruction; pushf; pop rcx; fnsave [rdi]; mov rax, rcx; ret.
 * Its memory operand, if any, is [rdx]. */
static unsigned long on_host(struct image *m, const uint8_t *code, unsigned len,
                             unsigned long flags)
{
    static const uint8_t head[] = {0xdd, 0x27, 0x51, 0x9d};
    static const uint8_t tail[] = {0x9c, 0x59, 0xdd, 0x37, 0x48, 0x89, 0xc8, 0xc3};
    memcpy(stub, head, sizeof head);
    memcpy(stub + sizeof head, code, len);
    memcpy(stub + sizeof head + len, tail, sizeof tail);
    unsigned long out;
    __asm__ volatile("sub $256, %%rsp\n\tcall *%[stub]\n\tadd $256, %%rsp"
                     : "=a"(out), "+c"(flags)
                     : [stub] "r"(stub), "D"(m), "d"((void *)m->mem)
                     : "memory", "cc", "mm0", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)",
                       "st(6)", "st(7)");
    return out;
}

/* ---- random state ---- */

static struct f80 random_f80(void)
{
    uint64_t m = rnd64();
    unsigned sign = (rnd() & 1) << 15, shift = rnd() & 63;
    m = rnd() & 1 ? m : rnd() & 1 ? m << shift : UINT64_MAX >> shift;
    switch (rnd() % 12) {
    case 0: return (struct f80){0, (uint16_t)sign};
    case 1: return (struct f80){F80_J, (uint16_t)(sign | 0x7fff)};
    case 2: return (struct f80){F80_J | m, (uint16_t)(sign | 0x7fff)};
    case 3: return (struct f80){m, (uint16_t)sign};
    case 4: return (struct f80){m, (uint16_t)rnd()};
    case 5: return (struct f80){F80_J | m, (uint16_t)(sign | (1 + (rnd() & 63)))};
    case 6: return (struct f80){F80_J | m, (uint16_t)(sign | (0x3fff - 1040 + rnd() % 2080))};
    case 7: return f80_from_int(rnd64() >> shift);
    default: return (struct f80){F80_J | m, (uint16_t)(sign | (0x3ffc + (rnd() & 7)))};
    }
}

static void random_state(struct image *m)
{
    memset(m, 0, sizeof *m);
    unsigned tags = 0;
    c->x87.cw = (uint16_t)(rnd() & 1 ? 0x37f : 0x7f | (rnd() & 0xf00));
    c->x87.sw = rnd() & (FP_C0 | FP_C1 | FP_C2 | FP_C3);
    c->x87.top = rnd() & 7;
    c->x87.empty = (uint8_t)(rnd() % 6 == 0 ? rnd() : rnd() & 3 ? 1u << ((c->x87.top - 1) & 7) : 0);
    for (unsigned i = 0; i < 8; i++) {
        c->x87.r[i] = random_f80();
        tags |= (c->x87.empty >> i & 1u) * 3 << (2 * i);
    }
    store_le16(m->b, c->x87.cw);
    store_le16(m->b + 4, (uint16_t)(c->x87.sw | c->x87.top << 11));
    store_le16(m->b + 8, (uint16_t)tags);
    for (unsigned i = 0; i < 8; i++) {
        struct f80 r = c->x87.r[(c->x87.top + i) & 7];
        store_le64(m->b + 28 + 10 * i, r.mant);
        store_le16(m->b + 36 + 10 * i, r.se);
    }
    struct fp_env e = {0x37f, 0, 0};
    struct f80 v = random_f80();
    bool small = rnd() & 1;
    store_le64(m->mem, v.mant);
    store_le16(m->mem + 8, v.se);
    switch (rnd() % 4) {
    case 0: store_le64(m->mem, small ? f80_to_f32(&e, v) : f80_to_f64(&e, v)); break;
    case 1: store_le64(m->mem, f80_to_int(&e, v, small ? 16 : 64)); break;
    case 2: store_le64(m->mem, rnd64() & UINT64_C(0x7777777777777777)); break;
    }
}

/* ---- one case ---- */

static void one_case(const char *name, const uint8_t *code, unsigned len, unsigned sw_mask)
{
    struct image m;
    random_state(&m);
    if (!strcmp(name, "fld") && (c->x87.empty >> ((c->x87.top + code[1]) & 7) & 1))
        sw_mask &= ~FP_C1;
    if (!strcmp(name, "fbld")) /* digits above 9 are undefined */
        for (unsigned i = 0; i < 10; i++)
            m.mem[i] &= 0x77;
    if (!strcmp(name, "fldcw"))
        m.mem[0] |= 0x3f;
    memcpy(f->ram + DATA, m.mem, sizeof m.mem);
    unsigned flags = 2 | (rnd() & FL_ARITH);
    cpu_set_eflags(c, flags);
    c->gpr[R_DX] = DATA;
    c->rip = FIX_CODE;
    c->last_fault.vector = 0xff;
    unsigned long host = on_host(&m, code, len, flags);
    cpu_run(c, 1);
    ck_assert_msg(c->last_fault.vector == 0xff, "%s: fault %u", name, c->last_fault.vector);
    ck_assert_msg(!memcmp(m.mem, f->ram + DATA, sizeof m.mem), "%s: memory", name);
    ck_assert_msg(((host ^ cpu_eflags(c)) & FL_ARITH) == 0, "%s: flags", name);
    ck_assert_msg(((load_le16(m.b) ^ c->x87.cw) & 0x1f3f) == 0, "%s: control word", name);
    unsigned sw = c->x87.sw | (unsigned)c->x87.top << 11;
    ck_assert_msg(((load_le16(m.b + 4) ^ sw) & sw_mask) == 0, "%s: status %04x, host %04x", name,
                  sw, load_le16(m.b + 4));
    for (unsigned i = 0; i < 8; i++) {
        bool empty = (load_le16(m.b + 8) >> (2 * i) & 3) == 3;
        ck_assert_msg(empty == (c->x87.empty >> i & 1), "%s: tag %u", name, i);
        struct f80 r = c->x87.r[(c->x87.top + i) & 7];
        ck_assert_msg(r.mant == load_le64(m.b + 28 + 10 * i) &&
                          r.se == load_le16(m.b + 36 + 10 * i),
                      "%s: ST(%u) %04x:%016llx, host %04x:%016llx (cw %03x)", name, i, r.se,
                      (unsigned long long)r.mant, load_le16(m.b + 36 + 10 * i),
                      (unsigned long long)load_le64(m.b + 28 + 10 * i), c->x87.cw);
    }
}

/* ---- all forms ---- */

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(name, *list))
            return true;
    return false;
}

static void form(const struct insn_row *row, const uint8_t *code, unsigned len, unsigned rounds)
{
    static const char *const no[] = {"f2xm1",  "fyl2x",  "fyl2xp1", "fptan",   "fpatan",
                                     "fsin",   "fcos",   "fsincos", "fldenv",  "fnstenv",
                                     "frstor", "fnsave", "fxsave",  "fxrstor", "fnstsw_ax",
                                     "rdpmc",  NULL};
    static const char *const c1[] = {"fcomi", "fcomip", "fucomi", "fucomip", NULL};
    if (is_one_of(row->name, no))
        return;
    memcpy(f->ram + FIX_CODE, code, len);
    blocks_flush(c);
    for (unsigned i = 0; i < rounds; i++)
        one_case(row->name, code, len, is_one_of(row->name, c1) ? 0xffff & ~FP_C1 : 0xffff);
}

/* All rows of the two tables; memory operands as [EDX], registers 0 to 7. */
static void all_forms(unsigned map, unsigned need)
{
    f = fix_new(0);
    c = &f->cpu;
    fix_start(f, 32);
    memset(f->ram + FIX_CODE, 0x90, 64);
    stub = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stub == MAP_FAILED)
        return;
    for (unsigned op = 0; op < 256; op++)
        for (unsigned modrm = 0; modrm < 256; modrm++) {
            struct insn in;
            uint8_t code[15] = {0};
            unsigned n = 0;
            if (map == M2)
                code[n++] = 0x0f;
            code[n++] = (uint8_t)op;
            code[n++] = (uint8_t)modrm;
            code[n] = (uint8_t)rnd() & 0x3f; /* a shift count, for some */
            int len = modrm < 0xc0 && (modrm & 0xc7) != 2
                          ? 0
                          : insn_decode(&c->blocks->decoder, &in,
                                        (struct decode_mode){32, CPU_MODEL_DEFAULT}, code, 15);
            if (len <= 0 || in.prefix || in.opcode != op || insn_rows[in.id].map != map ||
                !(insn_rows[in.id].need & need) || (op == 0x7e && modrm >= 0xc0) ||
                (op == 0x6e && modrm >= 0xc0))
                continue;
            form(&insn_rows[in.id], code, (unsigned)len, map == M1 ? 100 : 6);
        }
    munmap(stub, 4096);
    fix_free(f);
}

START_TEST(x87_forms)
{
    all_forms(M1, F_FPU);
}
END_TEST
START_TEST(mmx_forms)
{
    all_forms(M2, F_MMX);
}
END_TEST
#endif

int main(void)
{
    int failed = 0;
#if defined __x86_64__ && defined __linux__
    Suite *s = suite_create("x87_host");
    TCase *t = tcase_create("x87_host");
    tcase_add_test(t, x87_forms);
    tcase_add_test(t, mmx_forms);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
#endif
    return failed != 0;
}
