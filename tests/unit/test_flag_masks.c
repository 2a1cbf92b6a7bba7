/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/*
 * The flag columns of insns.def against what the handlers do: flags that a row does not write stay,
 * and flags that it does not read make no difference. On these two rests the removal of dead flags
 * inside a block.
 */
#include "cpu_fixture.h"

static struct cpu_fixture *fix;

struct outcome {
    uint64_t gpr[8], rip;
    uint32_t flags;
    bool     faulted;
};

/* One instruction of row r at FIX_CODE from given registers and flags. */
static struct outcome run_one(const uint64_t gpr[8], uint32_t flags, const uint8_t *code)
{
    struct outcome o;
    struct cpu *c = &fix->cpu;
    fix_start(fix, 32);
    memcpy(c->gpr, gpr, sizeof o.gpr);
    memset(fix->ram, 0x5a, FIX_RAM);
    memcpy(fix->ram + FIX_CODE, code, 15);
    cpu_set_eflags(c, flags | 2);
    blocks_flush(c);
    tlb_flush_all(c);
    cpu_run(c, 1);
    memcpy(o.gpr, c->gpr, sizeof o.gpr);
    o.rip = c->rip;
    o.flags = cpu_eflags(c) & FL_ARITH;
    o.faulted = c->pending & PEND_SHUTDOWN;
    return o;
}

static uint32_t random_flags(uint32_t *seed) { return fix_rand(seed) & FL_ARITH; }

/* Rows that cannot be run alone here: they need a board, tables, or push the flags. */
static bool can_run(const struct insn_row *r)
{
    static const char *const no[] = {
        "int",      "int3",     "into",       "icebp",   "iret",      "popf",     "retf",
        "retf_imm", "call_far", "call_far_m", "jmp_far", "jmp_far_m", "sysenter", "mov_to_seg",
        "pop_seg",  "les",      "lds",        "lss",     "lfs",       "lgs",      "rdpmc",
        "cpuid",    "fxrstor",  "frstor",     "fldenv",  "popa",      "fxsave"
    };
    if ((r->attr & (PRIV | IO | PROTECTED)) || (r->need & ~cpu_models[CPU_MODEL_DEFAULT].features))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        if (!strcmp(r->name, no[i]))
            return false;
    return (r->modes & M32B) != 0;
}

static void check_row(const struct insn_row *r, uint32_t *seed)
{
    uint8_t code[15];
    for (unsigned n = 0; n < 24; n++) {
        uint64_t gpr[8];
        if (!fix_encode(&fix->cpu.blocks->decoder, code, 32, r, seed))
            return;
        for (unsigned k = 0; k < 8; k++)
            gpr[k] = 0x10000 + (fix_rand(seed) & 0xffc) +
                     (fix_rand(seed) & 1 ? 0 : fix_rand(seed) & 0xff);
        gpr[R_CX] &= 0xff1f;
        uint32_t f1 = random_flags(seed), f2 = f1 ^ (random_flags(seed) & ~(uint32_t)r->reads);
        struct outcome a = run_one(gpr, f1, code), b = run_one(gpr, f2, code);
        ck_assert_msg(a.faulted == b.faulted, "%s: a flag it does not read makes it fault",
                      r->name);
        if (a.faulted)
            continue;
        ck_assert_msg(!((a.flags ^ f1) & ~(uint32_t)r->writes),
                      "%s opcode %02x changes flags %03x, which it does not write", r->name,
                      r->opcode, (a.flags ^ f1) & ~(uint32_t)r->writes);
        ck_assert_msg(!((a.flags ^ b.flags) & r->writes),
                      "%s opcode %02x: flags %03x depend on flags it does not read", r->name,
                      r->opcode, (a.flags ^ b.flags) & r->writes);
        ck_assert_msg(!memcmp(a.gpr, b.gpr, sizeof a.gpr) && a.rip == b.rip,
                      "%s opcode %02x: its result depends on flags it does not read", r->name,
                      r->opcode);
    }
}

START_TEST(flag_columns_are_true)
{
    uint32_t seed = 77;
    unsigned rows = 0;
    fix = fix_new(1);
    for (unsigned n = 0; n < insn_row_count; n++)
        if (can_run(&insn_rows[n])) {
            check_row(&insn_rows[n], &seed);
            rows++;
        }
    ck_assert_uint_gt(rows, 300);
    fix_free(fix);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flag_masks");
    TCase *tc = tcase_create("flag_masks");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, flag_columns_are_true);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
