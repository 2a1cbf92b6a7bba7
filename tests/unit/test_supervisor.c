/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/*
 * The supervisor's half of the processor in its corners: RF, task traps, directory pointers,
 * floating-point errors by FERR#, model-specific registers, what differs between models.
 */
#include "tests/unit/cpu_rig.h"

static int vector_20(void *pic)
{
    (void)pic;
    cpu_set_intr(cpu, false);
    return 0x20;
}

/* ---- RF ---- */

START_TEST(rf_between_iterations)
{
    rig_protected(0);
    cpu->inta = vector_20;
    cpu_set_eflags(cpu, FL_IF);
    cpu->gpr[R_CX] = 3000;
    cpu->gpr[R_DI] = 0x60000;
    RUN(1, 0xf3, 0xaa, 0x90);                                /* REP STOSB: the first portion */
    ck_assert(cpu->gpr[R_CX] != 0 && cpu->rip == START);
    ck_assert(cpu_eflags(cpu) & FL_RF);
    cpu_set_intr(cpu, true);
    cpu_run(cpu, 1);
    uint32_t sp = (uint32_t)cpu->gpr[R_SP];
    EQ(ram32(sp), START);
    EQ(ram32(sp + 8), FL_IF | FL_RF | 2);
    ck_assert(!(cpu_eflags(cpu) & FL_RF));
    rig.bytes[CODE + 0x3000] = 0xcf;                         /* IRET: RF is back */
    blocks_flush(cpu);
    cpu->rip = CODE + 0x3000;
    cpu->halted = false;
    cpu_run(cpu, 1);
    EQ(cpu->rip, START);
    ck_assert(cpu_eflags(cpu) & FL_RF);
    while (cpu->rip == START)
        cpu_run(cpu, 1);
    EQ(cpu->gpr[R_CX], 0);
    ck_assert(!(cpu_eflags(cpu) & FL_RF));
    cpu_set_intr(cpu, true);
    cpu_run(cpu, 1);
    EQ(ram32((uint32_t)cpu->gpr[R_SP] + 8), FL_IF | 2);
}
END_TEST

START_TEST(rf_by_iret)
{
    for (unsigned after = 0; after < 2; after++) {
        rig_protected(0);
        cpu->inta = vector_20;
        uint32_t sp = (uint32_t)cpu->gpr[R_SP];
        put32(sp, START + 0x40);
        put32(sp + 4, S_C0);
        put32(sp + 8, FL_IF | FL_RF | 2);
        memset(rig.bytes + START + 0x40, 0x90, 4);
        RUN(1, 0xcf);
        cpu_run(cpu, after);
        cpu_set_intr(cpu, true);
        cpu_run(cpu, 1);
        EQ(ram32((uint32_t)cpu->gpr[R_SP]), START + 0x40 + after);
        EQ(ram32((uint32_t)cpu->gpr[R_SP] + 8), after ? FL_IF | 2 : FL_IF | FL_RF | 2);
    }
}
END_TEST

/* INT n pushes RF clear, and PUSHF shows none. */
START_TEST(rf_is_not_seen_by_programs)
{
    rig_protected(0);
    uint32_t sp = (uint32_t)cpu->gpr[R_SP];
    put32(sp, START + 0x40);
    put32(sp + 4, S_C0);
    put32(sp + 8, FL_RF | 2);
    memcpy(rig.bytes + START + 0x40, (uint8_t[]){ 0x9c, 0xcd, 0x21 }, 3);
    RUN(1, 0xcf);
    cpu_run(cpu, 2);
    EQ(ram32((uint32_t)cpu->gpr[R_SP] + 12), 2);
    EQ(ram32((uint32_t)cpu->gpr[R_SP] + 8), 2);
}
END_TEST

/* ---- tasks ---- */

static void make_task(uint32_t at, uint32_t eip)
{
    put32(at + 0x1c, (uint32_t)cpu->cr3);
    put32(at + 0x20, eip);
    put32(at + 0x24, 2);
    put32(at + 0x38, STACKB);
    put32(at + 0x4c, S_C0);
    for (unsigned off = 0x48; off <= 0x5c; off += 4)
        if (off != 0x4c)
            put32(at + off, S_D0);
}

START_TEST(task_trap_and_single_step)
{
    rig_protected(0);
    make_task(TSSB, START + 0x200);
    rig.bytes[TSSB + 0x64] = 1;
    cpu_set_eflags(cpu, FL_TF);
    RUN(1, 0xea, 0, 0, 0, 0, S_TB, 0);
    EQ(cpu->rip, CODE + 0x100);
    EQ(cpu->dr[6], 0xffff0ff0u | DR6_BT | DR6_BS);           /* one #DB for both */
    EQ(cpu->gpr[R_SP], STACKB - 12);
    EQ(ram32(STACKB - 12), START + 0x200);
    EQ(cpu->debug_hits, 0);
}
END_TEST

START_TEST(task_trap_by_interrupt)
{
    rig_protected(0);
    cpu->inta = vector_20;
    make_task(TSSB, START + 0x200);
    rig.bytes[TSSB + 0x64] = 1;
    put_idt(0x20, S_TB, 0, 0x85);
    cpu_set_eflags(cpu, FL_IF);
    cpu_set_intr(cpu, true);
    RUN(1, 0x90);
    EQ(cpu->dr[6], 0xffff0ff0u | DR6_BT);
    EQ(ram32(STACKB - 12), START + 0x200);
}
END_TEST

START_TEST(old_tss_must_have_room)
{
    rig_protected(0);
    make_task(TSSB, START + 0x200);
    cpu->seg[SEG_TR].limit = 0x50;
    RUN(1, 0xea, 0, 0, 0, 0, S_TB, 0);
    handler_is(EXC_TS, S_TA);
}
END_TEST

/* ---- paging ---- */

START_TEST(directory_pointers_are_registers)
{
    uint64_t v;
    rig_protected(0);
    put32(0x110000, 0x111001);
    put32(0x111000, 0xe7);
    put32(0x112000, 0xe7);
    rig.bytes[0x12345] = 0x77;
    ck_assert(cr_write(cpu, 4, CR4_PAE));
    ck_assert(cr_write(cpu, 3, 0x110000));
    ck_assert(cr_write(cpu, 0, cpu->cr0 | CR0_PG));
    put32(0x110008, 0x112001);               /* 1 GB up: not looked at */
    bus_write(cpu->mem, 0x110000, 0, 4);
    tlb_flush_all(cpu);
    ck_assert(seg_read(cpu, SEG_DS, 0x12345, 1, &v));
    EQ(v, 0x77);
    ck_assert(!seg_read(cpu, SEG_DS, 0x40012345, 1, &v));
    fault_is(EXC_PF, 0);
    put32(0x110000, 0x111001);
    ck_assert(cr_write(cpu, 3, 0x110000));
    ck_assert(seg_read(cpu, SEG_DS, 0x40012345, 1, &v));
    EQ(v, 0x77);
    for (unsigned bit = 1; bit < 9; bit++) {
        if (bit == 3 || bit == 4)
            continue;
        put32(0x110010, 1u | 1u << bit);
        ck_assert(!cr_write(cpu, 3, 0x110000));
        fault_is(EXC_GP, 0);
        ck_assert(!cr_write(cpu, 4, CR4_PAE | CR4_PGE));
        fault_is(EXC_GP, 0);
        EQ(cpu->cr4, CR4_PAE);
    }
    put32(0x110010, 0xfffe);                 /* not present: anything goes */
    ck_assert(cr_write(cpu, 4, CR4_PAE | CR4_PGE));
}
END_TEST

START_TEST(alignment_before_page_fault)
{
    rig_protected(0);
    put32(0x70000, 0x71067);
    for (uint32_t i = 0; i < 0x80; i++)
        put32(0x71000 + 4 * i, i << 12 | 0x67);
    ck_assert(cr_write(cpu, 3, 0x70000));
    ck_assert(cr_write(cpu, 0, cpu->cr0 | CR0_PG | CR0_AM | CR0_WP));
    rig_seg(SEG_CS, S_C3);
    rig_seg(SEG_SS, S_D3);
    rig_seg(SEG_DS, S_D3);
    cpu->cpl = 3;
    cpu->gpr[R_SP] = STACK3;
    cpu_set_eflags(cpu, FL_AC);
    cpu_update_mode(cpu);
    RUN(1, 0xa1, 1, 0, 9, 0);                                /* MOV EAX, [90001] */
    handler_is(EXC_AC, 0);
}
END_TEST

/* ---- ports ---- */

START_TEST(no_count_and_yet_a_fault)
{
    rig_protected(3);
    cpu->gpr[R_CX] = 0;
    cpu->gpr[R_DX] = 0x80;
    RUN(1, 0xf3, 0x6c);                                      /* REP INSB */
    handler_is(EXC_GP, 0);
}
END_TEST

/* ---- floating-point errors without NE ---- */

START_TEST(stands_still_for_ferr)
{
    static const uint8_t code[] = { 0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9, /* FLD1; FLDZ; FDIVP */
                                    0x40, 0x9b, 0x43 };  /* INC EAX; FWAIT; INC EBX */
    rig_protected(0);
    cpu->inta = vector_20;
    cpu->x87.cw = 0x37b;                     /* ZE */
    cpu->x87.empty = 0xff;
    memcpy(rig.bytes + START, code, sizeof code);
    blocks_flush(cpu);
    EQ(cpu_run(cpu, 20), CPU_HALTED);
    EQ(cpu->gpr[R_AX], 1);
    EQ(cpu->gpr[R_BX], 0);
    ck_assert(cpu->ferr.level);
    EQ(cpu->rip, START + 7);
    EQ(cpu_run(cpu, 20), CPU_HALTED);
    cpu_set_eflags(cpu, FL_IF);
    cpu_set_intr(cpu, true);
    cpu_run(cpu, 1);
    EQ(ram32((uint32_t)cpu->gpr[R_SP]), START + 7);
    cpu_set_ignne(cpu, true);                /* the handler's doing */
    rig.bytes[CODE + 0x3000] = 0xcf;
    blocks_flush(cpu);
    cpu->rip = CODE + 0x3000;
    cpu->halted = false;
    cpu_run(cpu, 3);
    EQ(cpu->gpr[R_BX], 1);
    cpu_set_ignne(cpu, false);
}
END_TEST

/* ---- models ---- */

START_TEST(coprocessor_type)
{
    rig_protected(0);
    ck_assert(cr_write(cpu, 0, CR0_PE));
    ck_assert(cpu->cr0 & CR0_ET);
    cpu->model = CPU_386;
    ck_assert(cr_write(cpu, 0, CR0_PE | CR0_NE | CR0_WP));
    EQ(cpu->cr0, CR0_PE);
    ck_assert(cr_write(cpu, 0, CR0_PE | CR0_ET));
    EQ(cpu->cr0, CR0_PE | CR0_ET);
    cpu->model = CPU_PENTIUM2;
}
END_TEST

START_TEST(real_mode_table_limit)
{
    static const struct { enum cpu_model model; unsigned vector; } t[] = {
        { CPU_386, 8 }, { CPU_486, 13 }, { CPU_PENTIUM2, 13 } };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_init();
        cpu->model = (uint8_t)t[i].model;
        cpu->idtr.limit = 0x7f;
        put32(4 * t[i].vector, 0x20004444);
        load_segment_real(cpu, SEG_CS, 0x1800);
        load_segment_real(cpu, SEG_SS, 0x3000);
        cpu->rip = 0;
        cpu->gpr[R_SP] = 0x100;
        RUN(1, 0xcd, 0x21);
        EQ(cpu->seg[SEG_CS].sel, 0x2000);
        EQ(cpu->rip, 0x4444);
        EQ(ram16(0x300fa), 0);
    }
    cpu->model = CPU_PENTIUM2;
}
END_TEST

/* ---- model-specific registers ---- */

static bool wr(uint32_t n, uint64_t v)
{
    rig_protected(0);
    cpu->gpr[R_CX] = n;
    cpu->gpr[R_AX] = (uint32_t)v;
    cpu->gpr[R_DX] = v >> 32;
    RUN(1, 0x0f, 0x30);
    return cpu->rip == START + 2;
}
static uint64_t rd(uint32_t n)
{
    cpu->gpr[R_CX] = n;
    cpu->rip = START;
    RUN(1, 0x0f, 0x32);
    EQ(cpu->rip, START + 2);
    return cpu->gpr[R_AX] | cpu->gpr[R_DX] << 32;
}

START_TEST(performance_counters)
{
    ck_assert(wr(0xc1, 0x80000001u));
    EQ(rd(0xc1), UINT64_C(0xff80000001));
    ck_assert(wr(0x186, 0xffff));
    EQ(rd(0x186), 0xffff);
    ck_assert(wr(0x186, 0x4300c0));          /* instructions retired */
    uint64_t a = rd(0xc1), b = rd(0xc1);
    EQ(b - a, 1);
    cpu->gpr[R_CX] = 0;
    cpu->rip = START;
    RUN(1, 0x0f, 0x33);                                      /* RDPMC */
    EQ(cpu->gpr[R_AX], (uint32_t)b + 1);
    ck_assert(!wr(0x11, 0));                 /* the Pentium's */
    ck_assert(!wr(0xc3, 0));
}
END_TEST

START_TEST(machine_check)
{
    ck_assert(wr(0x400, UINT64_MAX));
    EQ(rd(0x400), UINT64_MAX);
    EQ(rd(0x179), 0x105);
    EQ(rd(0x401), 0);
    ck_assert(wr(0x401, 0));
    ck_assert(!wr(0x401, 1));
    ck_assert(!wr(0x414, 0));
    ck_assert(!wr(0x179, 0));
    ck_assert(!wr(0x17a, 8));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        rf_between_iterations, rf_by_iret, rf_is_not_seen_by_programs, task_trap_and_single_step,
        task_trap_by_interrupt, old_tss_must_have_room, directory_pointers_are_registers,
        alignment_before_page_fault, no_count_and_yet_a_fault, stands_still_for_ferr,
        coprocessor_type, real_mode_table_limit, performance_counters, machine_check,
    };
    return rig_main("supervisor", tests, ARRAY_LEN(tests));
}
