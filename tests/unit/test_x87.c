/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/*
 * x87 and MMX instructions on a whole processor: exceptions and how they are reported, images in
 * all layouts, stack faults, and that a fault of the memory operand leaves everything alone.
 */
#include "cpu_fixture.h"

#include "cpu/flags.h"

#define DATA     0x8000u
#define NO_FAULT 0xff

static struct cpu_fixture *f;
static struct cpu *c;

static void setup(void)
{
    f = fix_new(0);
    c = &f->cpu;
    fix_start(f, 32);
    c->x87.empty = 0xff;
}
static void teardown(void) { fix_free(f); }

/* Runs n instructions placed at FIX_CODE; the vector of the fault, or NO_FAULT. [EBX] is DATA. */
static unsigned exec(unsigned n, const uint8_t *code, unsigned len)
{
    memset(f->ram + FIX_CODE, 0x90, 64);
    memcpy(f->ram + FIX_CODE, code, len);
    blocks_flush(c);
    c->rip = FIX_CODE;
    c->gpr[R_BX] = DATA;
    c->last_fault.vector = NO_FAULT;
    c->pending = 0;
    c->halted = false;
    cpu_run(c, n);
    return c->last_fault.vector;
}
#define RUN(n, ...) \
    exec(n, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))
#define FNINIT         0xdb, 0xe3
#define FLD1           0xd9, 0xe8
#define FLDZ           0xd9, 0xee
#define FLDPI          0xd9, 0xeb
#define FDIV_1         0xd8, 0xf1 /* ST := ST / ST(1) */
#define FNSTSW_AX      0xdf, 0xe0
#define EBX(op, reg)   op, (reg) << 3 | 3 /* memory operand [EBX] */
#define EBX16(op, reg) op, (reg) << 3 | 7 /* [BX] of 16-bit code */

static uint16_t mem16(unsigned off) { return load_le16(f->ram + DATA + off); }
static uint32_t mem32(unsigned off) { return load_le32(f->ram + DATA + off); }

START_TEST(initial_state)
{
    ck_assert_uint_eq(RUN(3, FNINIT, EBX(0xd9, 7), FNSTSW_AX), NO_FAULT);
    ck_assert_uint_eq(mem16(0), 0x37f);
    ck_assert_uint_eq(c->gpr[R_AX] & 0xffff, 0);
    ck_assert_uint_eq(RUN(3, FLD1, FLDZ, FNSTSW_AX), NO_FAULT);
    ck_assert_uint_eq(c->gpr[R_AX] & 0xffff, 6 << 11);
    ck_assert_uint_eq(c->x87.empty, 0x3f);
}
END_TEST

/* ---- reporting ---- */

START_TEST(device_not_available)
{
    const uint32_t bits[] = {CR0_EM, CR0_TS};
    for (unsigned i = 0; i < 2; i++) {
        c->cr0 |= bits[i];
        ck_assert_uint_eq(RUN(1, FLD1), EXC_NM);
        ck_assert_uint_eq(RUN(1, FNINIT), EXC_NM);
        ck_assert_uint_eq(RUN(1, FNSTSW_AX), EXC_NM);
        ck_assert_uint_eq(RUN(1, EBX(0xd9, 5)), EXC_NM);
        ck_assert_uint_eq(RUN(1, 0x9b), NO_FAULT); /* WAIT asks MP and TS */
        ck_assert_uint_eq(RUN(1, 0x0f, 0x77), bits[i] == CR0_EM ? EXC_UD : EXC_NM);
        c->cr0 &= ~bits[i];
    }
    c->cr0 |= CR0_TS | CR0_MP;
    ck_assert_uint_eq(RUN(1, 0x9b), EXC_NM);
}
END_TEST

START_TEST(pending_exception)
{
    f->ram[DATA] = 0x7b; /* 37B: ZE unmasked */
    f->ram[DATA + 1] = 3;
    ck_assert_uint_eq(RUN(4, EBX(0xd9, 5), FLDZ, FLD1, FDIV_1), NO_FAULT);
    ck_assert_uint_eq(c->x87.sw, 0x8080 | FP_ZE);
    ck_assert_uint_eq(c->x87.r[6].se, 0x3fff); /* the operand is still there */
    ck_assert_uint_eq(RUN(1, FNSTSW_AX), NO_FAULT);
    ck_assert_uint_eq(RUN(1, FLD1), EXC_MF);
    ck_assert_uint_eq(c->rip, FIX_CODE);
    ck_assert_uint_eq(RUN(1, 0x9b), EXC_MF);
    ck_assert_uint_eq(RUN(1, 0x0f, 0x6f, 0xc1), EXC_MF);   /* MOVQ too */
    ck_assert_uint_eq(RUN(2, 0xdb, 0xe2, FLD1), NO_FAULT); /* FNCLEX */
    ck_assert_uint_eq(c->x87.sw, 0);
    RUN(3, FNINIT, FLDZ, FLD1);
    RUN(2, FDIV_1, EBX(0xd9, 5)); /* unmasking what is already there */
    ck_assert_uint_eq(RUN(1, FLD1), EXC_MF);
}
END_TEST

static void see(void *sink, int pin, bool level) { *(int *)sink += level ? 1 : 100; }

START_TEST(ferr_line)
{
    int edges = 0;
    c->ferr = (struct line){see, &edges, 0, false};
    c->cr0 &= ~CR0_NE;
    f->ram[DATA] = 0x7b;
    f->ram[DATA + 1] = 3;
    RUN(4, EBX(0xd9, 5), FLDZ, FLD1, FDIV_1);
    ck_assert_int_eq(edges, 1);
    ck_assert_uint_eq(RUN(1, FLD1), NO_FAULT);
    RUN(1, 0xdb, 0xe2);
    ck_assert_int_eq(edges, 101);
}
END_TEST

START_TEST(stack_faults)
{
    RUN(1, FNINIT);
    RUN(2, 0xd8, 0xc1, FNSTSW_AX); /* FADD of nothing */
    ck_assert_uint_eq(c->gpr[R_AX] & 0xffff, 0x41);
    RUN(1, FNINIT);
    for (unsigned i = 0; i < 9; i++)
        RUN(2, FLD1, FNSTSW_AX);
    ck_assert_uint_eq(c->gpr[R_AX] & 0xffff, 0x241 | 7 << 11); /* C1: overflow */
    ck_assert_uint_eq(c->x87.r[7].mant, F80_J | F80_QUIET);
}
END_TEST

START_TEST(memory_fault_changes_nothing)
{
    RUN(3, FNINIT, FLDPI, FLD1);
    struct cpu before = *c;
    c->seg[SEG_DS].limit = DATA + 6;
    c->seg[SEG_DS].attr &= (uint16_t)~SA_G;
    seg_derive(&c->seg[SEG_DS]);
    static const uint8_t code[][2] = {{EBX(0xdd, 3)}, {EBX(0xdd, 0)}, {EBX(0xdb, 7)},
                                      {EBX(0xdb, 5)}, {EBX(0xdc, 0)}, {EBX(0xdd, 6)},
                                      {EBX(0xd9, 6)}, {EBX(0xdd, 4)}, {EBX(0xdf, 6)},
                                      {EBX(0xdf, 7)}, {EBX(0xd9, 4)}};
    memset(f->ram + DATA, 0x11, 128);
    for (unsigned i = 0; i < ARRAY_LEN(code); i++) {
        ck_assert_uint_eq(exec(1, code[i], 2), EXC_GP);
        ck_assert_msg(!memcmp(&before.x87, &c->x87, sizeof c->x87), "%u", i);
        for (unsigned k = 0; k < 128; k++)
            ck_assert_uint_eq(f->ram[DATA + k], 0x11);
    }
}
END_TEST

/* ---- images ---- */

static void something(void)
{
    RUN(4, FNINIT, FLD1, FLDZ, FLDPI);
    RUN(1, 0xd9, 0x83, 0x00, 0x01, 0x00, 0x00); /* FLD m32 [EBX + 100h] */
}

START_TEST(environment_protected)
{
    something();
    ck_assert_uint_eq(RUN(1, EBX(0xd9, 6)), NO_FAULT);
    ck_assert_uint_eq(mem32(0), 0xffff037f);
    ck_assert_uint_eq(mem32(4), 0xffff0000 | 4 << 11);
    ck_assert_uint_eq(mem32(8), 0xffff11ff); /* 7 valid, 6 zero, 5 valid, 4 zero */
    ck_assert_uint_eq(mem32(12), FIX_CODE);
    ck_assert_uint_eq(mem32(16), 0x01830008);
    ck_assert_uint_eq(mem32(20), DATA + 0x100);
    ck_assert_uint_eq(mem32(24), 0xffff0010);
    something();
    RUN(1, 0x66, EBX(0xd9, 6)); /* 16-bit layout */
    ck_assert(mem16(0) == 0x37f && mem16(2) == 4 << 11 && mem16(4) == 0x11ff &&
              mem16(6) == FIX_CODE);
    ck_assert(mem16(8) == 8 && mem16(10) == DATA + 0x100 && mem16(12) == 0x10);
    ck_assert_uint_eq(c->x87.cw & 0x3f, 0x3f);
}
END_TEST

START_TEST(environment_real)
{
    fix_start(f, 16);
    c->cr0 &= ~CR0_PE;
    cpu_update_mode(c);
    c->x87.fip = 0x2345;
    c->x87.fcs = 0xabcd;
    c->x87.fdp = 0xfff0;
    c->x87.fds = 0xf000;
    c->x87.fop = 0x1c3;
    RUN(1, EBX16(0xd9, 6)); /* linear: AE015 and FFFF0 */
    ck_assert(mem16(6) == 0xe015 && mem16(8) == 0xa1c3 && mem16(10) == 0xfff0 &&
              mem16(12) == 0xf000);
    RUN(1, 0x66, EBX16(0xd9, 6));
    ck_assert(mem32(12) == 0xe015 && mem32(16) == 0xa1c3 && mem32(20) == 0xfff0 &&
              mem32(24) == 0xf000);
    RUN(1, 0x66, EBX16(0xd9, 4));
    ck_assert(c->x87.fip == 0xae015 && c->x87.fcs == 0 && c->x87.fdp == 0xffff0 &&
              c->x87.fop == 0x1c3);
}
END_TEST

START_TEST(save_and_restore)
{
    for (unsigned small = 0; small < 2; small++) {
        something();
        struct cpu before = *c;
        const uint8_t save[] = {0x66, EBX(0xdd, 6)}, restore[] = {0x66, EBX(0xdd, 4)};
        memset(f->ram + DATA, 0xee, 200);
        exec(1, save + !small, 2 + small);
        ck_assert_uint_eq(f->ram[DATA + (small ? 94 : 108)], 0xee);
        ck_assert(c->x87.cw == 0x37f && c->x87.empty == 0xff && c->x87.top == 0 && c->x87.fip == 0);
        ck_assert_uint_eq(mem16((small ? 14 : 28) + 18), 0x4000); /* ST(1): pi */
        memset(c->x87.r, 0, sizeof c->x87.r);
        exec(1, restore + !small, 2 + small);
        ck_assert(!memcmp(before.x87.r, c->x87.r, sizeof c->x87.r));
        ck_assert(c->x87.top == before.x87.top && c->x87.empty == before.x87.empty);
        ck_assert(c->x87.fip == before.x87.fip && c->x87.fcs == before.x87.fcs);
    }
}
END_TEST

START_TEST(fxsave)
{
    something();
    struct cpu before = *c;
    memset(f->ram + DATA, 0xee, 520);
    ck_assert_uint_eq(RUN(1, 0x0f, 0xae, 0x43, 0x08), EXC_GP);
    ck_assert_uint_eq(RUN(1, 0x0f, 0xae, 0x03), NO_FAULT);
    ck_assert(mem16(0) == 0x37f && mem16(2) == 4 << 11 && mem16(4) == 0xf0 && mem16(6) == 0x183);
    ck_assert(mem32(8) == FIX_CODE && mem16(12) == 8 && mem32(16) == DATA + 0x100 &&
              mem16(20) == 0x10);
    ck_assert_uint_eq(mem16(32 + 16 + 8), 0x4000);
    ck_assert_uint_eq(f->ram[DATA + 511], 0xee);
    ck_assert(!memcmp(&before.x87, &c->x87, sizeof c->x87));
    RUN(1, FNINIT);
    ck_assert_uint_eq(RUN(1, 0x0f, 0xae, 0x0b), NO_FAULT);
    ck_assert(!memcmp(before.x87.r, c->x87.r, sizeof c->x87.r));
    ck_assert(c->x87.top == 4 && c->x87.empty == 0x0f && c->x87.fop == 0x183);
}
END_TEST

/* ---- others ---- */

START_TEST(compare_to_flags)
{
    cpu_set_eflags(c, 2 | FL_ARITH);
    RUN(4, FNINIT, FLD1, FLDZ, 0xdb, 0xf1); /* FCOMI: 0 < 1 */
    ck_assert_uint_eq(cpu_eflags(c) & FL_ARITH, FL_CF);
    RUN(2, 0xdf, 0xf0, 0xda, 0xc1); /* FCOMIP ST, ST: equal; FCMOVB: not taken */
    ck_assert_uint_eq(cpu_eflags(c) & FL_ARITH, FL_ZF);
    ck_assert_uint_eq(c->x87.empty, 0x7f);
}
END_TEST

START_TEST(mmx_state)
{
    RUN(3, FNINIT, FLD1, FLDPI);
    c->gpr[R_CX] = 0x80ff7f01;
    ck_assert_uint_eq(RUN(1, 0x0f, 0x6e, 0xd1), NO_FAULT); /* MOVD MM2, ECX */
    ck_assert(c->x87.r[2].mant == 0x80ff7f01 && c->x87.r[2].se == 0xffff);
    ck_assert(c->x87.top == 0 && c->x87.empty == 0);
    ck_assert_uint_eq(c->x87.r[7].se, 0x3fff);  /* others keep their exponent */
    RUN(2, 0x0f, 0xec, 0xd2, 0x0f, 0x7e, 0xd0); /* PADDSB MM2, MM2; MOVD EAX, MM2 */
    ck_assert_uint_eq(c->gpr[R_AX], 0x80fe7f02);
    RUN(1, 0x0f, 0x77);
    ck_assert_uint_eq(c->x87.empty, 0xff);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("x87");
    TCase *t = tcase_create("x87");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, initial_state);
    tcase_add_test(t, device_not_available);
    tcase_add_test(t, pending_exception);
    tcase_add_test(t, ferr_line);
    tcase_add_test(t, stack_faults);
    tcase_add_test(t, memory_fault_changes_nothing);
    tcase_add_test(t, environment_protected);
    tcase_add_test(t, environment_real);
    tcase_add_test(t, save_and_restore);
    tcase_add_test(t, fxsave);
    tcase_add_test(t, compare_to_flags);
    tcase_add_test(t, mmx_state);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
