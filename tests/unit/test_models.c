/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/* How programs tell processors apart: the flags that stick, PUSH SP, and instructions refused. */
#include "cpu_fixture.h"

static struct cpu_fixture *start(enum cpu_model model, const void *code, size_t n)
{
    struct cpu_fixture *f = fix_new(0);
    struct cpu *c = &f->cpu;
    c->model = (uint8_t)model;
    cpu_reset(c, RESET_POWER);
    for (unsigned i = 0; i < 6; i++) {
        c->seg[i].sel = 0;
        c->seg[i].base = 0;
        seg_derive(&c->seg[i]);
    }
    c->gpr[R_SP] = 0x8000;
    c->rip = FIX_CODE;
    cpu_update_mode(c);
    memcpy(f->ram + FIX_CODE, code, n);
    store_le16(f->ram + 6 * 4, 0x2000);
    f->ram[0x2000] = 0xf4;
    cpu_run(c, 40);
    return f;
}

/* The flags after POPF of v and PUSHF, in 16 bits. */
static unsigned flags_after(enum cpu_model model, unsigned v)
{
    const uint8_t code[] = { 0xb8, (uint8_t)v, (uint8_t)(v >> 8), 0x50, 0x9d, 0x9c, 0x58, 0xf4 };
    struct cpu_fixture *f = start(model, code, sizeof code);
    unsigned r = (unsigned)f->cpu.gpr[R_AX] & 0xffff;
    fix_free(f);
    return r;
}

START_TEST(flags)
{
    ck_assert_uint_eq(flags_after(CPU_8086, 0x0002) & 0xf000, 0xf000);
    ck_assert_uint_eq(flags_after(CPU_286, 0xf002) & 0xf000, 0);
    ck_assert_uint_eq(flags_after(CPU_386, 0xf002) & 0xf000, 0x7000);
    ck_assert_uint_eq(flags_after(CPU_PENTIUM, 0xf002) & 0xf000, 0x7000);
}
END_TEST

/* PUSHFD; POP EAX; flip; PUSH EAX; POPFD; PUSHFD; POP EAX: the upper half that sticks. */
static unsigned upper_after(enum cpu_model model)
{
    static const uint8_t code[] = { 0x66, 0x68, 2,    0,    0x24, 0,    0x66, 0x9d,
                                    0x66, 0x9c, 0x66, 0x58, 0xf4 };
    struct cpu_fixture *f = start(model, code, sizeof code);
    unsigned r = (unsigned)f->cpu.gpr[R_AX] >> 16;
    fix_free(f);
    return r;
}

START_TEST(upper_flags)
{
    ck_assert_uint_eq(upper_after(CPU_386), 0);
    ck_assert_uint_eq(upper_after(CPU_486), 0x04);
    ck_assert_uint_eq(upper_after(CPU_PENTIUM), 0x24);
}
END_TEST

START_TEST(push_sp)
{
    static const uint8_t code[] = { 0x54, 0x58, 0xf4 };
    struct cpu_fixture *f = start(CPU_8086, code, sizeof code);
    ck_assert_uint_eq(f->cpu.gpr[R_AX] & 0xffff, 0x7ffe);
    fix_free(f);
    f = start(CPU_286, code, sizeof code);
    ck_assert_uint_eq(f->cpu.gpr[R_AX] & 0xffff, 0x8000);
    fix_free(f);
}
END_TEST

/* An instruction and the first model that has it. */
static const struct { uint8_t code[4], len; enum cpu_model first; } news[] = {
    { { 0x60 }, 1, CPU_286 },                            /* PUSHA */
    { { 0x0f, 0x01, 0xe0 }, 3, CPU_286 },                /* SMSW AX */
    { { 0x0f, 0xa0 }, 2, CPU_386 },                      /* PUSH FS */
    { { 0x0f, 0xb6, 0xc0 }, 3, CPU_386 },                /* MOVZX */
    { { 0x0f, 0xc8 }, 2, CPU_486 },                      /* BSWAP */
    { { 0x0f, 0x08 }, 2, CPU_486 },                      /* INVD */
    { { 0x0f, 0xa2 }, 2, CPU_PENTIUM },                  /* CPUID */
    { { 0x0f, 0x31 }, 2, CPU_PENTIUM },                  /* RDTSC */
    { { 0x0f, 0x6f, 0xc1 }, 3, CPU_PENTIUM_MMX },        /* MOVQ */
    { { 0x0f, 0x40, 0xc1 }, 3, CPU_PENTIUM2 },           /* CMOVO */
    { { 0xdb, 0xe8 }, 2, CPU_PENTIUM2 },                 /* FUCOMI */
};

START_TEST(refused)
{
    for (unsigned i = 0; i < ARRAY_LEN(news); i++)
        for (unsigned m = 0; m < CPU_MODEL_COUNT; m++) {
            uint8_t code[5] = { 0 };
            memcpy(code, news[i].code, news[i].len);
            code[news[i].len] = 0xf4;
            struct cpu_fixture *f = start((enum cpu_model)m, code, news[i].len + 1u);
            bool ud = (f->cpu.rip & 0xffff) == 0x2001;
            ck_assert_msg(ud == (m < (unsigned)news[i].first), "row %u, %s", i, cpu_models[m].name);
            fix_free(f);
        }
}
END_TEST

/* CLI (or NOP) as the last byte of a 64 KB segment: the old ones go on at 0, the others fault. */
START_TEST(end_of_segment)
{
    for (unsigned m = 0; m < CPU_MODEL_COUNT; m++)
        for (unsigned op = m <= CPU_286; op < 2; op++) {
            struct cpu_fixture *f = fix_new(0);
            struct cpu *c = &f->cpu;
            c->model = (uint8_t)m;
            cpu_reset(c, RESET_POWER);
            c->seg[SEG_CS].base = 0x30000;
            c->seg[SEG_CS].sel = 0x3000;
            c->gpr[R_SP] = 0x8000;
            c->rip = 0xffff;
            cpu_update_mode(c);
            f->ram[0x3ffff] = op ? 0xfa : 0x90;
            f->ram[0x30000] = f->ram[0x2000] = 0xf4;
            store_le16(f->ram + 13 * 4, 0x2000);
            cpu_run(c, 5);
            ck_assert(c->halted);
            ck_assert_uint_eq(c->seg[SEG_CS].sel, m <= CPU_286 ? 0x3000 : 0);
            ck_assert_uint_eq(c->rip, m <= CPU_286 ? 1 : 0x2001);
            fix_free(f);
        }
}
END_TEST

START_TEST(lock_bt)
{
    static const uint8_t code[] = { 0xf0, 0x0f, 0xa3, 0x06, 0, 0x40, 0xf4 };
    for (unsigned m = CPU_386; m < CPU_MODEL_COUNT; m++) {
        struct cpu_fixture *f = start((enum cpu_model)m, code, sizeof code);
        ck_assert(((f->cpu.rip & 0xffff) == 0x2001) == (m != CPU_386));
        fix_free(f);
    }
}
END_TEST

/* Only the virtual one says so. */
START_TEST(virtual_machine)
{
    static const uint8_t code[] = { 0x66, 0xb8, 1, 0, 0, 0, 0x0f, 0xa2, 0x66, 0x89, 0xce,
                                    0x66, 0xb8, 0, 0, 0, 0x40, 0x0f, 0xa2, 0xf4 };
    for (unsigned m = CPU_PENTIUM; m < CPU_MODEL_COUNT; m++) {
        struct cpu_fixture *f = start((enum cpu_model)m, code, sizeof code);
        bool vm = m == CPU_PENTIUM2_VM;
        char name[13] = { 0 };
        store_le32((uint8_t *)name, (uint32_t)f->cpu.gpr[R_BX]);
        store_le32((uint8_t *)name + 4, (uint32_t)f->cpu.gpr[R_CX]);
        store_le32((uint8_t *)name + 8, (uint32_t)f->cpu.gpr[R_DX]);
        ck_assert_uint_eq((uint32_t)f->cpu.gpr[R_SI] >> 31, vm);
        ck_assert_uint_eq((uint32_t)f->cpu.gpr[R_AX] == 0x40000000, vm);
        ck_assert(!strcmp(name, "VMwareVMware") == vm);
        fix_free(f);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("models");
    TCase *t = tcase_create("models");
    suite_add_tcase(s, t);
    tcase_add_test(t, flags);
    tcase_add_test(t, virtual_machine);
    tcase_add_test(t, upper_flags);
    tcase_add_test(t, push_sp);
    tcase_add_test(t, refused);
    tcase_add_test(t, end_of_segment);
    tcase_add_test(t, lock_bt);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
