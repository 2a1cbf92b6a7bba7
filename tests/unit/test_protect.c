/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/*
 * Protection, delivery of exceptions, gates and tasks against the rules of the SDM: error codes,
 * what is pushed where, and that a fault changes nothing.
 */
#include "tests/unit/cpu_rig.h"

/* ---- segment registers ---- */

START_TEST(data_loads)
{
    rig_protected(0);
    ck_assert(load_segment(cpu, SEG_DS, S_RO));
    EQ(cpu->seg[SEG_DS].lim_r, 0xffffffffu);
    ck_assert_int_eq(cpu->seg[SEG_DS].lim_w, -1);
    ck_assert(load_segment(cpu, SEG_DS, S_SMALL));
    EQ(cpu->seg[SEG_DS].base, 0x20000);
    EQ(cpu->seg[SEG_DS].limit, 0xff);
    ck_assert(load_segment(cpu, SEG_DS, 3));
    EQ(cpu->seg[SEG_DS].sel, 3);
    EQ(cpu->seg[SEG_DS].attr, 0);
    uint64_t v;
    ck_assert(!seg_read(cpu, SEG_DS, 0, 1, &v));
    fault_is(EXC_GP, 0);
    ck_assert(!load_segment(cpu, SEG_DS, S_NP | 0));
    fault_is(EXC_NP, S_NP);
    ck_assert(!load_segment(cpu, SEG_DS, S_XO));
    fault_is(EXC_GP, S_XO);
    ck_assert(!load_segment(cpu, SEG_DS, 0x100));            /* beyond the table */
    fault_is(EXC_GP, 0x100);
    ck_assert(!load_segment(cpu, SEG_ES, S_TB));             /* a system segment */
    fault_is(EXC_GP, S_TB);
    ck_assert(!load_segment(cpu, SEG_ES, S_D0 | 3));         /* RPL above DPL */
    fault_is(EXC_GP, S_D0);
    ck_assert(load_segment(cpu, SEG_ES, S_CONF | 3));        /* conforming: any */
    put_desc(S_RO, 0, 0xfffff, 0xc090);
    ck_assert(load_segment(cpu, SEG_ES, S_RO));
    EQ(rig.bytes[GDT + S_RO + 5], 0x91);                     /* accessed */
}
END_TEST

START_TEST(stack_loads)
{
    rig_protected(0);
    ck_assert(!load_segment(cpu, SEG_SS, 0));
    fault_is(EXC_GP, 0);
    ck_assert(!load_segment(cpu, SEG_SS, S_D3));
    fault_is(EXC_GP, S_D3 & ~3);
    ck_assert(!load_segment(cpu, SEG_SS, S_RO));
    fault_is(EXC_GP, S_RO);
    put_desc(S_NP, 0, 0xfffff, 0xc013);
    ck_assert(!load_segment(cpu, SEG_SS, S_NP));
    fault_is(EXC_SS, S_NP);
    ck_assert(load_segment(cpu, SEG_SS, S_D16));
    EQ(cpu->mode & ~(MODE_FLAT | MODE_FLATCS), MODE_CODE32);
    ck_assert(load_segment(cpu, SEG_SS, S_DOWN));
    EQ(cpu->mode & ~(MODE_FLAT | MODE_FLATCS), MODE_CODE32 | MODE_STACK32);
}
END_TEST

START_TEST(limits)
{
    uint64_t v;
    rig_protected(0);
    ck_assert(load_segment(cpu, SEG_DS, S_SMALL));
    ck_assert(seg_read(cpu, SEG_DS, 0xfc, 4, &v));
    ck_assert(!seg_read(cpu, SEG_DS, 0xfd, 4, &v));
    fault_is(EXC_GP, 0);
    ck_assert(!seg_write(cpu, SEG_DS, 0xffffffffu, 0, 2));   /* does not wrap to 0 */
    fault_is(EXC_GP, 0);
    ck_assert(load_segment(cpu, SEG_SS, S_DOWN));            /* valid: 1000..FFFFFFFF */
    ck_assert(!seg_read(cpu, SEG_SS, 0xfff, 1, &v));
    fault_is(EXC_SS, 0);
    ck_assert(seg_read(cpu, SEG_SS, 0x1000, 4, &v));
    ck_assert(!seg_read(cpu, SEG_SS, 0xfffffffe, 4, &v));
    fault_is(EXC_SS, 0);
    ck_assert(load_segment(cpu, SEG_DS, S_RO));
    ck_assert(!seg_write(cpu, SEG_DS, 0, 0, 1));
    fault_is(EXC_GP, 0);
}
END_TEST

START_TEST(real_mode_limits)
{
    uint64_t v;
    rig_init();
    load_segment_real(cpu, SEG_DS, 0x1234);
    EQ(cpu->seg[SEG_DS].base, 0x12340);
    ck_assert(seg_read(cpu, SEG_DS, 0xfffe, 2, &v));
    ck_assert(!seg_read(cpu, SEG_DS, 0xffff, 2, &v));
    fault_is(EXC_GP, 0);
    ck_assert(!seg_read(cpu, SEG_SS, 0xffff, 2, &v));
    fault_is(EXC_SS, 0);
    cpu->seg[SEG_DS].limit = 0xffffffffu;                    /* unreal */
    seg_derive(&cpu->seg[SEG_DS]);
    load_segment_real(cpu, SEG_DS, 0);
    ck_assert(seg_read(cpu, SEG_DS, 0x100000, 4, &v));
}
END_TEST

/* ---- delivery ---- */

START_TEST(real_mode_interrupt)
{
    rig_init();
    put32(4 * 0x21, 0x12345678);
    load_segment_real(cpu, SEG_SS, 0x3000);
    load_segment_real(cpu, SEG_CS, 0x1000);
    cpu->gpr[R_SP] = 0x100;
    cpu_set_eflags(cpu, FL_IF | FL_TF | FL_CF);
    ck_assert(interrupt_software(cpu, 0x21, 0x42));
    EQ(cpu->seg[SEG_CS].sel, 0x1234);
    EQ(cpu->rip, 0x5678);
    EQ(cpu->gpr[R_SP], 0xfa);
    EQ(ram16(0x300fa), 0x42);
    EQ(ram16(0x300fc), 0x1000);
    EQ(ram16(0x300fe), FL_IF | FL_TF | FL_CF | 2);
    EQ(cpu_eflags(cpu), FL_CF | 2);
}
END_TEST

START_TEST(same_level_fault)
{
    rig_protected(0);
    cpu_set_eflags(cpu, FL_IF | FL_ZF);
    uint32_t sp = (uint32_t)cpu->gpr[R_SP];
    cpu_raise_code(cpu, EXC_GP, 0x1234);
    exception_deliver(cpu);
    EQ(cpu->rip, CODE + 0x100 * EXC_GP);
    EQ(cpu->gpr[R_SP], sp - 16);
    EQ(ram32(sp - 16), 0x1234);
    EQ(ram32(sp - 12), START);
    EQ(ram32(sp - 8), S_C0);
    EQ(ram32(sp - 4), FL_IF | FL_ZF | FL_RF | 2);
    EQ(cpu_eflags(cpu), FL_ZF | 2);
}
END_TEST

/* A program that is its own handler, with a stack that is not aligned: each #AC meets another. */
START_TEST(alignment_faults_take_time)
{
    rig_protected(3);
    put_idt(EXC_AC, S_C3, CODE + 0x100 * EXC_AC, 0xee);
    put_idt(EXC_PF, S_C3, CODE + 0x100 * EXC_PF, 0xee);
    memcpy(rig.bytes + START, "\xa1\x01\x00\x00\x00", 5);    /* mov eax, [1] */
    cpu->cr0 |= CR0_AM;
    cpu_set_eflags(cpu, FL_AC);
    cpu->gpr[R_SP] = STACK3 - 2;
    cpu_update_mode(cpu);
    EQ(cpu_run(cpu, 100), CPU_RAN);
    EQ(cpu->icount, 100);
    EQ(cpu->rip, START);
    EQ(cpu->gpr[R_SP], STACK3 - 2);
}
END_TEST

START_TEST(inner_level_fault)
{
    rig_protected(3);
    put_idt(EXC_PF, S_C0, CODE + 0xe00, 0x8f);               /* a trap gate keeps IF */
    cpu_set_eflags(cpu, FL_IF);
    cpu_raise_code(cpu, EXC_PF, 7);
    cpu->fault.cr2 = 0xdeadbeef;
    exception_deliver(cpu);
    EQ(cpu->cr2, 0xdeadbeef);
    EQ(cpu->cpl, 0);
    EQ(cpu->seg[SEG_CS].sel, S_C0);
    EQ(cpu->seg[SEG_SS].sel, S_D0);
    EQ(cpu->gpr[R_SP], STACK0 - 24);
    EQ(ram32(STACK0 - 24), 7);
    EQ(ram32(STACK0 - 20), START);
    EQ(ram32(STACK0 - 16), S_C3);
    EQ(ram32(STACK0 - 12), FL_IF | FL_RF | 2);
    EQ(ram32(STACK0 - 8), STACK3);
    EQ(ram32(STACK0 - 4), S_D3);
    ck_assert(cpu->eflags & FL_IF);
}
END_TEST

START_TEST(gate_16_bits)
{
    rig_protected(3);
    put_idt(0x20, S_C16, 0x1234, 0x86);
    interrupt_external(cpu, 0x20);
    EQ(cpu->rip, 0x1234);
    EQ(cpu->mode & ~(MODE_FLAT | MODE_FLATCS), MODE_STACK32);
    EQ(cpu->gpr[R_SP], STACK0 - 10);
    EQ(ram16(STACK0 - 10), START & 0xffff);
    EQ(ram16(STACK0 - 2), S_D3);
}
END_TEST

START_TEST(software_needs_gate_dpl)
{
    rig_protected(3);
    cpu->at = NULL;
    ck_assert(!interrupt_software(cpu, 0x21, START + 2));
    fault_is(EXC_GP, 0x21 * 8 + 2);
    put_idt(0x21, S_C0, 0x4444, 0xee);
    ck_assert(interrupt_software(cpu, 0x21, START + 2));
    EQ(cpu->rip, 0x4444);
    EQ(ram32(STACK0 - 20), START + 2);
}
END_TEST

START_TEST(gate_faults)
{
    static const struct { unsigned sel, attr, vector; uint32_t code; } t[] = {
        { S_C0, 0x0e, EXC_NP, 0x21 * 8 + 3 },
        { S_C0, 0x8c, EXC_GP, 0x21 * 8 + 3 },               /* a call gate in the IDT */
        { 0,    0x8e, EXC_GP, 1 },
        { S_D0, 0x8e, EXC_GP, S_D0 | 1 },
        { 0x200, 0x8e, EXC_GP, 0x200 | 1 },
        { S_TB | 4, 0x85, EXC_GP, S_TB | 4 | 1 },
        { S_D0, 0x85, EXC_GP, S_D0 | 1 },
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_protected(3);
        put_idt(0x21, t[i].sel, 0, t[i].attr);
        interrupt_external(cpu, 0x21);
        EQ(cpu->rip, CODE + 0x100 * t[i].vector);
        EQ(ram32((uint32_t)cpu->gpr[R_SP]), t[i].code);
    }
}
END_TEST

START_TEST(bad_inner_stacks)
{
    static const struct { unsigned ss, vector; uint32_t code; } t[] = {
        { 0, EXC_TS, 1 }, { S_D3, EXC_TS, (S_D3 & ~3u) | 1 }, { S_D0 | 1, EXC_TS, S_D0 | 1 },
        { S_RO, EXC_TS, S_RO | 1 }, { S_NP, EXC_SS, S_NP | 1 },
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_protected(3);
        put32(TSSA + 8, t[i].ss);
        put_idt(t[i].vector, S_TB, 0, 0x85);                 /* its handler is a task with its
                                                                own stack */
        put32(TSSB + 0x20, 0x5555);
        put32(TSSB + 0x38, STACKB);
        put32(TSSB + 0x4c, S_C0);
        put32(TSSB + 0x50, S_D0);
        interrupt_external(cpu, 0x21);
        EQ(cpu->rip, 0x5555);
        EQ(cpu->seg[SEG_TR].sel, S_TB);
        EQ(ram32(STACKB - 4), t[i].code);
        EQ(ram32(TSSA + 0x20), START);
    }
}
END_TEST

START_TEST(double_and_triple)
{
    rig_protected(0);
    put_idt(EXC_GP, S_C0, 0, 0x0e);                          /* #GP -> #NP: both contributory */
    cpu_raise_code(cpu, EXC_GP, 0);
    exception_deliver(cpu);
    EQ(cpu->rip, CODE + 0x100 * EXC_DF);
    EQ(ram32((uint32_t)cpu->gpr[R_SP]), 0);
    ck_assert(!(cpu->pending & PEND_SHUTDOWN));

    rig_protected(0);
    put_idt(EXC_UD, S_C0, 0, 0x0e);                          /* #UD is benign: #NP is taken */
    cpu_raise(cpu, EXC_UD);
    exception_deliver(cpu);
    EQ(cpu->rip, CODE + 0x100 * EXC_NP);
    EQ(ram32((uint32_t)cpu->gpr[R_SP]), 6 * 8 + 3);

    rig_protected(0);
    cpu->idtr.limit = 0;
    cpu_raise(cpu, EXC_UD);
    exception_deliver(cpu);
    ck_assert(cpu->pending & PEND_SHUTDOWN);
}
END_TEST

START_TEST(v86_to_ring0_and_back)
{
    rig_v86(3);
    interrupt_external(cpu, 0x20);
    EQ(cpu->cpl, 0);
    ck_assert(!cpu_v86(cpu));
    EQ(cpu->gpr[R_SP], STACK0 - 36);
    EQ(ram32(STACK0 - 4), 0x1500);                           /* GS FS DS ES SS ESP EFLAGS CS EIP */
    EQ(ram32(STACK0 - 8), 0x1400);
    EQ(ram32(STACK0 - 12), 0x1300);
    EQ(ram32(STACK0 - 16), 0x1000);
    EQ(ram32(STACK0 - 20), 0x2000);
    EQ(ram32(STACK0 - 24), 0x1000);
    EQ(ram32(STACK0 - 28), FL_VM | FL_IF | FL_IOPL | 2);
    EQ(ram32(STACK0 - 32), 0x1800);
    EQ(cpu->seg[SEG_DS].attr, 0);
    cpu->rip = START;
    RUN(1, 0xcf);
    ck_assert(cpu_v86(cpu));
    EQ(cpu->cpl, 3);
    EQ(cpu->seg[SEG_GS].sel, 0x1500);
    EQ(cpu->seg[SEG_DS].base, 0x13000);
    EQ(cpu->gpr[R_SP], 0x1000);
    EQ(cpu->rip, 0);
}
END_TEST

START_TEST(v86_int_needs_iopl)
{
    rig_v86(0);
    memcpy(rig.bytes + START, "\xcd\x21", 2);
    blocks_flush(cpu);
    cpu_run(cpu, 1);
    handler_is(EXC_GP, 0);
    EQ(ram32(STACK0 - 36), 0);                               /* EIP: the instruction itself */

    rig_v86(0);                                              /* VME: the program's own vector */
    cpu->cr4 |= CR4_VME;
    memset(rig.bytes + TSSA + 0xe0, 0, 32);
    put32(4 * 0x21, 0x30000040);
    memcpy(rig.bytes + START, "\xcd\x21", 2);
    blocks_flush(cpu);
    cpu->eflags |= FL_VIF;
    cpu_run(cpu, 1);
    ck_assert(cpu_v86(cpu));
    EQ(cpu->seg[SEG_CS].sel, 0x3000);
    EQ(cpu->rip, 0x40);
    EQ(ram16(0x20ffe) & (FL_IF | FL_IOPL), FL_IF | FL_IOPL);
    ck_assert(!(cpu->eflags & FL_VIF));
}
END_TEST

/* ---- far transfers ---- */

START_TEST(call_gate_inner)
{
    rig_protected(3);
    put32(STACK3, 0x11111111);
    put32(STACK3 + 4, 0x22222222);
    RUN(1, 0x9a, 0, 0, 0, 0, S_GATE | 3, 0);
    EQ(cpu->cpl, 0);
    EQ(cpu->rip, CODE + 0x8000);
    EQ(cpu->gpr[R_SP], STACK0 - 24);
    EQ(ram32(STACK0 - 24), START + 7);
    EQ(ram32(STACK0 - 20), S_C3);
    EQ(ram32(STACK0 - 16), 0x11111111);
    EQ(ram32(STACK0 - 12), 0x22222222);
    EQ(ram32(STACK0 - 8), STACK3);
    EQ(ram32(STACK0 - 4), S_D3);
    rig_seg(SEG_DS, S_D0);                                   /* to be taken away on the way out */
    rig_seg(SEG_ES, S_CONF);
    cpu->rip = START + 0x100;
    memcpy(rig.bytes + START + 0x100, "\xca\x08\x00", 3);    /* RETF 8 */
    cpu_run(cpu, 1);
    EQ(cpu->cpl, 3);
    EQ(cpu->rip, START + 7);
    EQ(cpu->gpr[R_SP], STACK3 + 8);
    EQ(cpu->seg[SEG_DS].attr, 0);
    EQ(cpu->seg[SEG_ES].sel, S_CONF);
}
END_TEST

START_TEST(call_gate_16)
{
    rig_protected(3);
    put16(STACK3, 0x1111);
    RUN(1, 0x9a, 0, 0, 0, 0, S_GATE16 | 3, 0);
    EQ(cpu->rip, 0x9000);
    EQ(cpu->gpr[R_SP], STACK0 - 10);
    EQ(ram16(STACK0 - 6), 0x1111);
}
END_TEST

START_TEST(far_faults)
{
    static const struct { unsigned cpl, sel, vector; uint32_t code; } t[] = {
        { 3, S_C0, EXC_GP, S_C0 }, { 3, 0, EXC_GP, 0 }, { 0, S_D0, EXC_GP, S_D0 },
        { 0, 0x400, EXC_GP, 0x400 }, { 3, S_TB, EXC_GP, S_TB }, { 0, S_TA, EXC_GP, S_TA },
        { 0, S_LDT, EXC_GP, S_LDT }, { 0, S_C3, EXC_GP, S_C3 & ~3 }, { 0, S_CONF, 0, 0 },
        { 3, S_CONF, 0, 0 },
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_protected(t[i].cpl);
        uint8_t code[] = { 0x9a, 0x44, 0x33, 1, 0, (uint8_t)t[i].sel, (uint8_t)(t[i].sel >> 8) };
        memcpy(rig.bytes + START, code, sizeof code);
        blocks_flush(cpu);
        cpu_run(cpu, 1);
        if (t[i].vector) {
            handler_is(t[i].vector, t[i].code);
            EQ(ram32((uint32_t)cpu->gpr[R_SP] + 4), START);
        } else {
            EQ(cpu->rip, 0x13344);
            EQ(cpu->seg[SEG_CS].sel, S_CONF | t[i].cpl);
            EQ(cpu->cpl, t[i].cpl);
        }
    }
}
END_TEST

START_TEST(iret_same_and_outer)
{
    rig_protected(0);
    uint32_t sp = (uint32_t)cpu->gpr[R_SP];
    put32(sp, 0x12345);
    put32(sp + 4, S_C3);
    put32(sp + 8, FL_IF | FL_IOPL | FL_CF | FL_ID);
    put32(sp + 12, STACK3 - 8);
    put32(sp + 16, S_D3);
    RUN(1, 0xcf);
    EQ(cpu->cpl, 3);
    EQ(cpu->rip, 0x12345);
    EQ(cpu->gpr[R_SP], STACK3 - 8);
    EQ(cpu_eflags(cpu), FL_IF | FL_IOPL | FL_CF | FL_ID | 2);
    EQ(cpu->seg[SEG_DS].attr, 0);                            /* was a level-0 segment */

    rig_protected(3);                                        /* IOPL 0: neither IF nor IOPL
                                                                change */
    cpu_set_eflags(cpu, FL_IF);
    put32(STACK3, 0x12345);
    put32(STACK3 + 4, S_C3);
    put32(STACK3 + 8, FL_IOPL | FL_ZF | FL_VM);
    RUN(1, 0xcf);
    EQ(cpu->rip, 0x12345);
    EQ(cpu_eflags(cpu), FL_IF | FL_ZF | 2);
}
END_TEST

START_TEST(sysenter_sysexit)
{
    rig_protected(3);
    cpu->msr.sysenter_cs = S_C0;
    cpu->msr.sysenter_esp = 0x7000;
    cpu->msr.sysenter_eip = START + 0x10;
    cpu_set_eflags(cpu, FL_IF);
    cpu->gpr[R_CX] = 0x9990;
    cpu->gpr[R_DX] = 0x8880;
    memcpy(rig.bytes + START + 0x10, "\x0f\x35", 2);
    RUN(1, 0x0f, 0x34);
    EQ(cpu->cpl, 0);
    EQ(cpu->rip, START + 0x10);
    EQ(cpu->gpr[R_SP], 0x7000);
    EQ(cpu->eflags & FL_IF, 0);
    EQ(cpu->seg[SEG_SS].sel, S_D0);
    cpu_run(cpu, 1);
    EQ(cpu->cpl, 3);
    EQ(cpu->rip, 0x8880);
    EQ(cpu->gpr[R_SP], 0x9990);
    EQ(cpu->seg[SEG_CS].sel, S_C3);
    EQ(cpu->seg[SEG_SS].sel, S_D3);
}
END_TEST

/* ---- tasks ---- */

static void task_b(void)
{
    put32(TSSB + 0x20, START + 0x40);
    put32(TSSB + 0x24, FL_IF);
    for (unsigned i = 0; i < 8; i++)
        put32(TSSB + 0x28 + 4 * i, 0x100 + i);
    put32(TSSB + 0x38, STACKB);
    for (unsigned i = 0; i < 6; i++)
        put32(TSSB + 0x48 + 4 * i, i == SEG_CS ? S_C0 : S_D0);
}

START_TEST(task_call_and_return)
{
    rig_protected(0);
    task_b();
    cpu->gpr[R_BX] = 0xb0b0b0b0u;
    memcpy(rig.bytes + START + 0x40, "\xcf", 1);
    RUN(1, 0x9a, 0, 0, 0, 0, S_TB, 0);
    EQ(cpu->rip, START + 0x40);
    EQ(cpu->gpr[R_AX], 0x100);
    EQ(cpu->gpr[R_SP], STACKB);
    EQ(cpu->seg[SEG_TR].sel, S_TB);
    EQ(cpu_eflags(cpu), FL_IF | FL_NT | 2);
    ck_assert(cpu->cr0 & CR0_TS);
    EQ(ram16(TSSB), S_TA);
    EQ(rig.bytes[GDT + S_TB + 5], 0x8b);
    EQ(rig.bytes[GDT + S_TA + 5], 0x8b);
    EQ(ram32(TSSA + 0x20), START + 7);
    EQ(ram32(TSSA + 0x34), 0xb0b0b0b0u);
    cpu->gpr[R_BX] = 0;
    cpu_run(cpu, 1);                                         /* IRET */
    EQ(cpu->rip, START + 7);
    EQ(cpu->gpr[R_BX], 0xb0b0b0b0u);
    EQ(cpu->seg[SEG_TR].sel, S_TA);
    EQ(rig.bytes[GDT + S_TB + 5], 0x89);
    ck_assert(!(ram32(TSSB + 0x24) & FL_NT));
}
END_TEST

START_TEST(task_jump)
{
    rig_protected(0);
    task_b();
    RUN(1, 0xea, 0, 0, 0, 0, S_TG, 0);                       /* through a task gate */
    EQ(cpu->rip, START + 0x40);
    EQ(cpu_eflags(cpu), FL_IF | 2);
    EQ(rig.bytes[GDT + S_TA + 5], 0x89);
    EQ(rig.bytes[GDT + S_TB + 5], 0x8b);
}
END_TEST

START_TEST(task_16)
{
    rig_protected(0);
    put16(TSSC + 0x0e, 0x1234);
    put16(TSSC + 0x12, 0xaaaa);
    put16(TSSC + 0x1a, 0x8000);
    put16(TSSC + 0x24, S_C16);
    put16(TSSC + 0x26, S_D16);
    RUN(1, 0xea, 0, 0, 0, 0, S_TC, 0);
    EQ(cpu->rip, 0x1234);
    EQ(cpu->gpr[R_AX] & 0xffff, 0xaaaa);
    EQ(cpu->mode & ~(MODE_FLAT | MODE_FLATCS), 0);
    EQ(cpu->seg[SEG_FS].attr, 0);
}
END_TEST

START_TEST(task_faults_belong_to_the_right_task)
{
    rig_protected(0);                                        /* old task: limit too small */
    task_b();
    put_desc(S_TB, TSSB, 0x66, 0x89);
    RUN(1, 0xea, 0, 0, 0, 0, S_TB, 0);
    handler_is(EXC_TS, S_TB);
    EQ(cpu->seg[SEG_TR].sel, S_TA);
    EQ(ram32((uint32_t)cpu->gpr[R_SP] + 4), START);

    rig_protected(0);                                        /* new task: its DS is bad */
    task_b();
    put32(TSSB + 0x54, S_NP);
    RUN(1, 0xea, 0, 0, 0, 0, S_TB, 0);
    EQ(cpu->rip, CODE + 0x100 * EXC_NP);
    EQ(cpu->seg[SEG_TR].sel, S_TB);
    EQ(cpu->gpr[R_SP], STACKB - 16);
    EQ(ram32(STACKB - 16), S_NP);
    EQ(ram32(STACKB - 12), START + 0x40);

    rig_protected(0);                                        /* new task's SS is bad: nowhere to
                                                                push, #DF too */
    task_b();
    put32(TSSB + 0x50, S_D3);
    RUN(1, 0xea, 0, 0, 0, 0, S_TB, 0);
    ck_assert(cpu->pending & PEND_SHUTDOWN);
}
END_TEST

START_TEST(io_map)
{
    rig_protected(3);
    ck_assert(!io_allowed(cpu, 0x60, 1));
    fault_is(EXC_GP, 0);
    rig.bytes[TSSA + 0x100 + 0x60 / 8] = 0xfe;
    ck_assert(io_allowed(cpu, 0x60, 1));
    ck_assert(!io_allowed(cpu, 0x60, 2));
    fault_is(EXC_GP, 0);
    cpu_set_eflags(cpu, FL_IOPL);
    ck_assert(io_allowed(cpu, 0x61, 4));
    ck_assert(!cpu->fault.raised);
    rig_v86(3);                                              /* the map rules, whatever IOPL */
    ck_assert(!io_allowed(cpu, 0x60, 1));
    fault_is(EXC_GP, 0);
    cpu->seg[SEG_TR].limit = 0x100 + 0x60 / 8;
    rig.bytes[TSSA + 0x100 + 0x60 / 8] = 0;
    ck_assert(!io_allowed(cpu, 0x60, 1));                    /* the second byte is outside */
}
END_TEST

/* ---- single steps ---- */

static int one_interrupt(void *pic)
{
    (void)pic;
    cpu_set_intr(cpu, false);
    return 0x20;
}

/* The handlers lie in the page of the code they interrupt: no block may be linked to them. */
START_TEST(every_instruction_traps)
{
    static const uint8_t handler[] = { 0xff, 0x05, 0, 0, 2, 0, 0xcf };   /* INC [20000]; IRET */
    static const uint8_t code[] = {
        0xb9, 50, 0, 0, 0,                   /* MOV ECX, 50 */
        0x9c, 0x80, 0x4c, 0x24, 1, 1, 0x9d,  /* PUSHF; OR [ESP+1], 1; POPF */
        0x90, 0xe8, 10, 0, 0, 0,             /* again: NOP; CALL f */
        0xe2, 0xf8,                          /* LOOP again */
        0x9c, 0x80, 0x64, 0x24, 1, 0xfe, 0x9d, 0xf4,   /* PUSHF; AND [ESP+1], FE; POPF; HLT */
        0x40, 0xc3,                          /* f: INC EAX; RET */
    };
    rig_protected(0);
    memcpy(rig.bytes + START, code, sizeof code);
    memcpy(rig.bytes + START + 0x80, handler, sizeof handler);
    put_idt(EXC_DB, S_C0, START + 0x80, 0x8e);
    blocks_flush(cpu);
    cpu_run(cpu, 2000);
    EQ(cpu->gpr[R_AX], 50);
    EQ(ram32(0x20000), 50 * 5 + 3);          /* POPF traps as it begins with TF set */
    EQ(cpu->rip, START + 28);
}
END_TEST

START_TEST(interrupts_leave_no_links)
{
    static const uint8_t handler[] = { 0xff, 0x05, 0, 0, 2, 0, 0xcf };
    /* INC EAX; JMP; INC EBX; JMP */
    static const uint8_t code[] = { 0x40, 0xeb, 0, 0x43, 0xeb, 0xfa };
    unsigned n = 0;
    rig_protected(0);
    memcpy(rig.bytes + START, code, sizeof code);
    memcpy(rig.bytes + START + 0x80, handler, sizeof handler);
    put_idt(0x20, S_C0, START + 0x80, 0x8e);
    cpu->inta = one_interrupt;
    cpu_set_eflags(cpu, FL_IF);
    blocks_flush(cpu);
    for (unsigned i = 1; i < 60; i++, n++) {
        cpu_set_intr(cpu, true);
        cpu_run(cpu, i % 13 + 3);
        EQ(ram32(0x20000), n + 1);
    }
    ck_assert_uint_le(cpu->gpr[R_AX] - cpu->gpr[R_BX], 1);
}
END_TEST

/* STI, a jump, and what it leads to, in linked blocks: the interrupt comes after exactly one
 * instruction. */
START_TEST(shadow_is_one_instruction)
{
    static const uint8_t handler[] = { 0xff, 0x05, 0, 0, 2, 0, 0xcf };
    /* CLI; STI; JMP; INC EBX; JMP to the start */
    static const uint8_t code[] = { 0xfa, 0xfb, 0xeb, 0, 0x43, 0xeb, 0xf9 };
    rig_protected(0);
    memcpy(rig.bytes + START, code, sizeof code);
    memcpy(rig.bytes + START + 0x80, handler, sizeof handler);
    put_idt(0x20, S_C0, START + 0x80, 0x8e);
    cpu->inta = one_interrupt;
    cpu_set_eflags(cpu, 0);
    blocks_flush(cpu);
    cpu_run(cpu, 5 * 100);
    EQ(cpu->rip, START);
    cpu->gpr[R_BX] = 0;
    cpu_set_eflags(cpu, 0);
    cpu_set_intr(cpu, true);
    cpu_run(cpu, 5);
    EQ(cpu->gpr[R_BX], 0);
    EQ(ram32(0x20000), 1);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        data_loads, stack_loads, limits, real_mode_limits, real_mode_interrupt, same_level_fault,
        alignment_faults_take_time, inner_level_fault, gate_16_bits, software_needs_gate_dpl,
        gate_faults, bad_inner_stacks,
        double_and_triple, v86_to_ring0_and_back, v86_int_needs_iopl, call_gate_inner,
        call_gate_16, far_faults, iret_same_and_outer, sysenter_sysexit, task_call_and_return,
        task_jump, task_16, task_faults_belong_to_the_right_task, io_map,
        every_instruction_traps, interrupts_leave_no_links, shadow_is_one_instruction,
    };
    return rig_main("protect", tests, ARRAY_LEN(tests));
}
