/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/*
 * The length of blocks is not the guest's business: random straight runs of instructions give the
 * same registers, flags, memory and faults whether they are executed one a block or many; so do
 * runs with short jumps, stores into the code itself, and a budget given out in slices.
 */
#include "cpu_fixture.h"

#include "cpu/mem.h"

#define RUN_LENGTH 24

static struct cpu_fixture *one, *many;

/* Rows for a run: nothing that leaves it, needs a board, or would fault nearly always. */
static bool is_wanted(const struct insn_row *r, bool jumps)
{
    if (jumps && r->opnd[0] == Jb)
        return true;
    static const char *const no[] = { "div",   "idiv",  "bound", "mov_to_seg", "pop_seg", "les",
                                      "lds",   "lfs",   "lgs",   "fxrstor",    "frstor",  "fldenv",
                                      "fldcw", "popa",  "enter", "leave",      "rdpmc",   "fxsave",
                                      "aam",   "pop_r", "rdtsc" };
    if ((r->attr & (ENDS | PRIV | IO | PROTECTED)) ||
        (r->need & ~cpu_models[CPU_MODEL_DEFAULT].features))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        if (!strcmp(r->name, no[i]))
            return false;
    return (r->modes & MOLD) == MOLD;
}

static bool straight(const struct insn_row *r, uint32_t *seed)
{
    (void)seed;
    return is_wanted(r, false);
}

static bool jumping(const struct insn_row *r, uint32_t *seed)
{
    (void)seed;
    return is_wanted(r, true);
}

static unsigned make_run(uint8_t *code, unsigned bits, bool jumps, uint32_t *seed)
{
    return fix_make_run(&one->cpu.blocks->decoder, code, RUN_LENGTH, bits,
                        jumps ? jumping : straight, seed);
}

static void start(struct cpu_fixture *f, unsigned bits, const uint8_t *code, unsigned n_code,
                  uint32_t seed)
{
    fix_start_run(f, bits, code, n_code, &seed);
}

static void compare(unsigned run, unsigned bits)
{
    const struct cpu *a = &one->cpu, *b = &many->cpu;
    ck_assert_msg(a->rip == b->rip && a->icount == b->icount, "run %u (%u bits): rip %llx, %llx",
                  run, bits, (unsigned long long)a->rip, (unsigned long long)b->rip);
    ck_assert_msg(!memcmp(a->gpr, b->gpr, sizeof a->gpr), "run %u (%u bits): registers", run, bits);
    ck_assert_msg(cpu_eflags(a) == cpu_eflags(b), "run %u (%u bits): flags %x, %x", run, bits,
                  cpu_eflags(a), cpu_eflags(b));
    ck_assert_msg(a->pending == b->pending && a->last_fault.vector == b->last_fault.vector,
                  "run %u: faults", run);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_msg(a->x87.r[i].mant == b->x87.r[i].mant && a->x87.r[i].se == b->x87.r[i].se,
                      "run %u: x87", run);
    ck_assert_msg(a->x87.sw == b->x87.sw && a->x87.top == b->x87.top && a->x87.fip == b->x87.fip,
                  "run %u: x87", run);
    ck_assert_msg(!memcmp(one->ram, many->ram, FIX_RAM), "run %u (%u bits): memory", run, bits);
}

START_TEST(block_length_does_not_show)
{
    uint32_t seed = 4711;
    one = fix_new(1);
    many = fix_new(0);
    for (unsigned run = 0; run < 2000; run++) {
        uint8_t code[RUN_LENGTH * 15];
        unsigned bits = run & 1 ? 32 : 16, n = make_run(code, bits, false, &seed);
        unsigned regs = fix_rand(&seed);
        start(one, bits, code, n, regs);
        start(many, bits, code, n, regs);
        cpu_run(&one->cpu, RUN_LENGTH);
        cpu_run(&many->cpu, RUN_LENGTH);
        compare(run, bits);
    }
    fix_free(one);
    fix_free(many);
}
END_TEST

/* Points two registers into the code: EBX, EDI and what is near them are then stores into the
 * run. */
static void aim_at_code(struct cpu_fixture *f, uint32_t where)
{
    f->cpu.gpr[R_BX] = FIX_CODE + (where & 0x7f);
    f->cpu.gpr[R_DI] = FIX_CODE + (where >> 8 & 0x7f);
}

START_TEST(jumps_stores_into_code_and_slices_do_not_show)
{
    uint32_t seed = 815;
    one = fix_new(1);
    many = fix_new(0);
    for (unsigned run = 0; run < 3000; run++) {
        uint8_t code[RUN_LENGTH * 15];
        unsigned bits = run & 1 ? 32 : 16, n = make_run(code, bits, true, &seed);
        unsigned regs = fix_rand(&seed), where = fix_rand(&seed), left = 4 * RUN_LENGTH;
        start(one, bits, code, n, regs);
        start(many, bits, code, n, regs);
        aim_at_code(one, where);
        aim_at_code(many, where);
        cpu_run(&one->cpu, left);
        while (left) {
            unsigned slice = run & 2 ? left : 1 + fix_rand(&seed) % 9;
            slice = slice < left ? slice : left;
            cpu_run(&many->cpu, slice);
            left -= slice;
        }
        compare(run, bits);
    }
    fix_free(one);
    fix_free(many);
}
END_TEST

/* Two pages of INC r32, with a few ADD EAX, imm32 among them, and what n of them do. */
#define PLAY 0x3000u
static uint8_t any_byte(uint32_t *seed)
{
    uint32_t r = fix_rand(seed);
    return (uint8_t)(r & 0x700 ? 0x40 + (r & 3) : 0x05);
}

static uint32_t naive_run(const uint8_t *ram, uint32_t *gpr, uint32_t at, unsigned n)
{
    while (n--)
        if (ram[at] == 0x05) {
            gpr[R_AX] += (uint32_t)load_le(ram + at + 1, 4);
            at += 5;
        } else {
            gpr[ram[at++] & 3]++;
        }
    return at;
}

/* Most stores miss the code of a page with many blocks, some hit; what is between blocks becomes
 * code, and is written to again. */
START_TEST(stores_between_blocks)
{
    uint32_t seed = 99, gpr[4] = { 0 };
    one = fix_new(0);
    struct cpu *c = &one->cpu;
    fix_start(one, 32);
    one->ram[FIX_CODE] = 0x88;               /* mov [edi], al */
    one->ram[FIX_CODE + 1] = 0x07;
    for (unsigned i = 0; i < 0x2000; i++)
        one->ram[PLAY + i] = any_byte(&seed);
    for (unsigned step = 0; step < 20000; step++) {
        uint32_t at = PLAY + (fix_rand(&seed) & 0x1f) * 0xf8 + (fix_rand(&seed) & 15);
        unsigned n = 1 + (fix_rand(&seed) & 7);
        if (fix_rand(&seed) & 0x300) {
            c->rip = FIX_CODE;
            c->gpr[R_DI] = at + 12;
            c->gpr[R_AX] = any_byte(&seed);
            cpu_run(c, 1);
            ck_assert_uint_eq(one->ram[at + 12], (uint8_t)c->gpr[R_AX]);
            continue;
        }
        for (unsigned i = 0; i < 4; i++)
            c->gpr[i] = gpr[i];
        c->rip = at;
        cpu_run(c, n);
        ck_assert_uint_eq(c->rip, naive_run(one->ram, gpr, at, n));
        for (unsigned i = 0; i < 4; i++)
            ck_assert_uint_eq(c->gpr[i], gpr[i]);
        if (!(fix_rand(&seed) & 0xfff))
            blocks_flush(c);
    }
    fix_free(one);
}
END_TEST

/* In device memory each instruction is decoded anew, in the same place. */
static uint64_t code_read(void *dev, uint32_t off, unsigned size)
{
    return load_le((const uint8_t *)dev + off, size);
}
static const struct bus_ops code_ops = { code_read, NULL, 1 };

START_TEST(short_instructions_in_device_memory)
{
    static uint8_t code[4096] = { 0x40, 0x41, 0x42, 0x43, 0x40 };    /* inc eax, ecx, edx, ebx */
    struct region window;
    one = fix_new(0);
    bus_map_io(&one->mem, &window, "code", &code_ops, code, 0x10000, sizeof code, 1);
    fix_start(one, 32);
    one->cpu.rip = 0x10000;
    cpu_run(&one->cpu, 5);
    ck_assert_uint_eq(one->cpu.rip, 0x10005);
    ck_assert_uint_eq(one->cpu.gpr[R_AX], 2);
    for (unsigned i = R_CX; i <= R_BX; i++)
        ck_assert_uint_eq(one->cpu.gpr[i], 1);
    fix_free(one);
}
END_TEST

/* A window over two banks, and the first of them again elsewhere: a bank is switched under running
 * code, and code is changed behind the window's back. What blocks know must not show. */
START_TEST(banks_under_code)
{
    static uint8_t bank[2][4096];
    struct region window = { .name = "window", .base = 0x200000, .size = 4096, .layer = 1,
                             .rd = bank[0], .wr = bank[0], .enabled = true };
    struct region plain = { .name = "plain", .base = 0x300000, .size = 4096, .layer = 1,
                            .rd = bank[0], .wr = bank[0], .enabled = true };
    const uint8_t inc_dec[] = { 0x40, 0x40, 0xeb, 0xfc }, dec[] = { 0x48, 0x48, 0xeb, 0xfc };
    for (unsigned shared = 0; shared < 2; shared++) {
        memcpy(bank[0], inc_dec, 4);
        memcpy(bank[1], dec, 4);
        window.rd = window.wr = bank[0];
        window.shared = plain.shared = shared;
        one = fix_new(0);
        bus_map(&one->mem, &window);
        bus_map(&one->mem, &plain);
        fix_start(one, 32);
        one->cpu.rip = 0x200000;
        cpu_run(&one->cpu, 30);
        ck_assert_uint_eq(one->cpu.gpr[R_AX], 20);
        bus_point(&one->mem, &window, bank[1]);
        cpu_run(&one->cpu, 30);
        ck_assert_uint_eq(one->cpu.gpr[R_AX], 0);
        bus_point(&one->mem, &window, bank[0]);
        cpu_run(&one->cpu, 30);
        ck_assert_uint_eq(one->cpu.gpr[R_AX], 20);
        if (shared) {                            /* a store by the other address */
            ck_assert(seg_write(&one->cpu, SEG_DS, 0x300000, 0x4848, 2));
            cpu_run(&one->cpu, 30);
            ck_assert_uint_eq(one->cpu.gpr[R_AX], 0);
        }
        fix_free(one);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blocks");
    TCase *tc = tcase_create("blocks");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, block_length_does_not_show);
    tcase_add_test(tc, jumps_stores_into_code_and_slices_do_not_show);
    tcase_add_test(tc, stores_between_blocks);
    tcase_add_test(tc, short_instructions_in_device_memory);
    tcase_add_test(tc, banks_under_code);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
