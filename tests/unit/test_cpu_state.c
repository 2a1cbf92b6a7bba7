/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/* System instructions, identification, reset values, and the state table of the processor. */
#include "tests/unit/cpu_rig.h"

/* ---- system instructions ---- */

START_TEST(control_registers)
{
    rig_init();
    ck_assert(!cr_write(cpu, 0, CR0_PG));
    fault_is(EXC_GP, 0);
    ck_assert(!cr_write(cpu, 0, CR0_NW));
    fault_is(EXC_GP, 0);
    ck_assert(!cr_write(cpu, 1, 0));
    fault_is(EXC_UD, 0);
    ck_assert(cr_write(cpu, 0, CR0_PE));
    EQ(cpu->cr0, CR0_PE | CR0_ET);
    rig_protected(0);
    RUN(1, 0x0f, 0x01, 0xe0);                                /* SMSW EAX */
    EQ(cpu->gpr[R_AX], cpu->cr0);
    cpu->gpr[R_AX] = 0xffe;
    cpu->rip = START;
    RUN(1, 0x0f, 0x01, 0xf0);                                /* LMSW AX cannot clear PE */
    EQ(cpu->cr0 & 0x1f, 0x1f);
    rig_protected(3);
    RUN(1, 0x0f, 0x22, 0xc0);
    handler_is(EXC_GP, 0);
}
END_TEST

START_TEST(lar_lsl_verr)
{
    rig_protected(3);
    cpu->gpr[R_CX] = S_D3;
    RUN(1, 0x0f, 0x02, 0xc1);                                /* LAR EAX, ECX */
    ck_assert(flag_zf(cpu));
    EQ(cpu->gpr[R_AX] & 0xf0ff00, 0x00c0f300);
    cpu->rip = START;
    RUN(1, 0x0f, 0x03, 0xc1);                                /* LSL */
    EQ(cpu->gpr[R_AX], 0xffffffffu);
    cpu->rip = START;
    cpu->gpr[R_CX] = S_D0;
    RUN(1, 0x0f, 0x02, 0xc1);
    ck_assert(!flag_zf(cpu));
    EQ(cpu->gpr[R_AX], 0xffffffffu);
    cpu->rip = START;
    RUN(1, 0x0f, 0x00, 0xe1);                                /* VERR CX */
    ck_assert(!flag_zf(cpu));
    cpu->rip = START;
    cpu->gpr[R_CX] = S_D3;
    RUN(1, 0x0f, 0x00, 0xe9);                                /* VERW CX */
    ck_assert(flag_zf(cpu));
    cpu->rip = START;
    cpu->gpr[R_AX] = 0x100;
    cpu->gpr[R_CX] = 0x103;
    RUN(1, 0x63, 0xc8);                                      /* ARPL AX, CX */
    ck_assert(flag_zf(cpu));
    EQ(cpu->gpr[R_AX], 0x103);
}
END_TEST

START_TEST(tables)
{
    rig_protected(0);
    put16(0x20000, 0x1234);
    put32(0x20002, 0x89abcdefu);
    RUN(1, 0x0f, 0x01, 0x1d, 0, 0, 2, 0);                    /* LIDT */
    EQ(cpu->idtr.limit, 0x1234);
    EQ(cpu->idtr.base, 0x89abcdefu);
    cpu->rip = START;
    RUN(1, 0x0f, 0x01, 0x05, 0, 0, 2, 0);                    /* SGDT */
    EQ(ram16(0x20000), 0xff);
    EQ(ram32(0x20002), GDT);
    cpu->rip = START;
    cpu->gpr[R_AX] = S_TB;
    RUN(1, 0x0f, 0x00, 0xd8);                                /* LTR */
    EQ(cpu->seg[SEG_TR].base, TSSB);
    EQ(rig.bytes[GDT + S_TB + 5], 0x8b);
    cpu->rip = START;
    RUN(1, 0x0f, 0x00, 0xc9);                                /* STR ECX */
    EQ(cpu->gpr[R_CX], S_TB);
}
END_TEST

START_TEST(general_detect)
{
    rig_protected(0);
    cpu->dr[7] |= 0x2000;
    RUN(1, 0x0f, 0x21, 0xf8);                                /* MOV EAX, DR7 */
    EQ(cpu->rip, CODE + 0x100 * EXC_DB);
    EQ(cpu->dr[6], 0xffff2ff0u);
    EQ(cpu->dr[7], 0x400);
}
END_TEST

START_TEST(identification)
{
    rig_protected(3);
    cpu->gpr[R_AX] = 1;
    RUN(1, 0x0f, 0xa2);
    EQ(cpu->gpr[R_AX], 0x652);
    ck_assert(cpu->gpr[R_DX] & 1u << 15);
    cpu->rip = START;
    cpu->icount = 1000;
    cpu->msr.tsc_offset = 5;
    RUN(1, 0x0f, 0x31);
    EQ(cpu->gpr[R_AX], 10005);
    cpu->rip = START;
    cpu->cr4 |= CR4_TSD;
    RUN(1, 0x0f, 0x31);
    handler_is(EXC_GP, 0);
    rig_protected(0);
    cpu->gpr[R_CX] = 0x277;
    RUN(1, 0x0f, 0x32);
    EQ(cpu->gpr[R_DX], 0x00070406);
    cpu->rip = START;
    cpu->gpr[R_CX] = 0x12345;
    RUN(1, 0x0f, 0x32);
    handler_is(EXC_GP, 0);
}
END_TEST

/* ---- state ---- */

START_TEST(every_byte_is_a_field)
{
    static uint8_t seen[sizeof(struct cpu)];
    rig_init();
    memset(seen, 0, sizeof seen);
    fields_cover(cpu_class.fields, seen);
    for (size_t i = 0, hole = 0; i < sizeof seen; i++) {
        hole = seen[i] ? 0 : hole + 1;
        ck_assert_msg(hole < 8, "byte %zu of struct cpu is in no field", i);   /* less: alignment */
    }
}
END_TEST

START_TEST(state_round_trip)
{
    struct buf b = { 0 };
    rig_protected(3);
    cpu_set_eflags(cpu, FL_IF | FL_PF | FL_SF | FL_ZF);
    cpu_class.pre_save(cpu);
    fields_save(&b, cpu_class.fields, cpu);
    uint64_t h = fields_hash(HASH_SEED, cpu_class.fields, cpu);
    rig_init();
    ck_assert(fields_load(b.p, b.len, cpu_class.fields, cpu));
    ck_assert(cpu_class.post_load(cpu, 1, NULL));
    EQ(fields_hash(HASH_SEED, cpu_class.fields, cpu), h);
    EQ(cpu->mode & ~(MODE_FLAT | MODE_FLATCS), MODE_CODE32 | MODE_STACK32);
    ck_assert(cpu->tlb == cpu->tlbs[1]);
    cpu->cr0 = 0;                                            /* CPL 3 in real mode */
    ck_assert(!cpu_class.post_load(cpu, 1, NULL));
    buf_free(&b);
}
END_TEST

START_TEST(reset_values)
{
    rig_protected(3);
    cpu->x87.cw = 0x37f;
    cpu_reset(cpu, RESET_INIT);
    EQ(cpu->x87.cw, 0x37f);
    EQ(cpu->seg[SEG_CS].base + cpu->rip, 0xfffffff0u);
    EQ(cpu->gpr[R_DX], 0x652);
    EQ(cpu->cr0, 0x60000010);
    EQ(cpu->cpl, 0);
    EQ(cpu_eflags(cpu), 2);
    cpu_reset(cpu, RESET_HARD);
    EQ(cpu->x87.cw, 0x40);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        control_registers, lar_lsl_verr, tables, general_detect, identification,
        every_byte_is_a_field, state_round_trip, reset_values,
    };
    return rig_main("cpu_state", tests, ARRAY_LEN(tests));
}
