/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bare processor with 2 MB of RAM for tests: descriptor tables at fixed places, code and stacks
 * below 1 MB, and helpers to enter protected mode by hand and to run a few bytes of code.
 */
#pragma once
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/desc.h"
#include "cpu/flags.h"

#define RAM_BYTES 0x200000u
#define GDT  0x1000u
#define IDT  0x2000u
#define TSSA 0x3000u             /* 32-bit, running */
#define TSSB 0x3400u             /* 32-bit */
#define TSSC 0x3800u             /* 16-bit */
#define LDT  0x3c00u
#define CODE 0x10000u            /* handlers at CODE + 0x100 * vector */
#define START 0x18000u           /* what tests run */
#define STACK0 0x30000u          /* top of the level-0 stack of TSSA */
#define STACK3 0x40000u
#define STACKB 0x50000u

enum { S_C0 = 0x08, S_D0 = 0x10, S_C3 = 0x1b, S_D3 = 0x23, S_TA = 0x28, S_TB = 0x30, S_TC = 0x38,
       S_GATE = 0x40, S_CONF = 0x48, S_LDT = 0x50, S_TG = 0x58, S_NP = 0x60, S_C16 = 0x68,
       S_DOWN = 0x70, S_RO = 0x78, S_GATE16 = 0x80, S_XO = 0x88, S_SMALL = 0x90, S_D16 = 0x98 };

struct rig {
    struct cpu    cpu;
    struct bus    mem, io;
    struct region ram;
    uint8_t       bytes[RAM_BYTES];
};

static struct rig rig;
static struct cpu *const cpu = &rig.cpu;

static vtime rig_time(void *owner, uint64_t icount) { (void)owner; return icount * 10; }
static void rig_remap(void *owner, uint64_t base, uint64_t size)
{
    (void)owner;
    cpu_remapped(cpu, base, size);
}
static void rig_code_write(void *owner, paddr a, unsigned n)
{
    (void)owner;
    cpu_code_write(cpu, a, n);
}

static inline uint32_t ram32(uint32_t a) { return load_le32(rig.bytes + a); }
static inline uint16_t ram16(uint32_t a) { return load_le16(rig.bytes + a); }
static inline void put32(uint32_t a, uint32_t v) { store_le32(rig.bytes + a, v); }
static inline void put16(uint32_t a, uint32_t v) { store_le16(rig.bytes + a, (uint16_t)v); }

/* attr: type, S, DPL, P in bits 0..7, then G D L AVL in 15..12 as in struct seg. */
static inline void put_desc(unsigned sel, uint32_t base, uint32_t limit, unsigned attr)
{
    uint32_t at = GDT + (sel & 0xfff8);
    put32(at, (limit & 0xffff) | base << 16);
    put32(at + 4, (base >> 16 & 0xff) | attr << 8 | (limit & 0xf0000) | (base & 0xff000000u));
}
static inline void put_gate(uint32_t at, unsigned sel, uint32_t off, unsigned attr, unsigned count)
{
    put32(at, (off & 0xffff) | sel << 16);
    put32(at + 4, count | attr << 8 | (off & 0xffff0000u));
}
static inline void put_idt(unsigned vec, unsigned sel, uint32_t off, unsigned attr)
{
    put_gate(IDT + 8 * vec, sel, off, attr, 0);
}

static inline void rig_init(void)
{
    static bool made;
    if (!made) {
        bus_init(&rig.mem, 32, RAM_BYTES);
        bus_init(&rig.io, 16, 0);
        bus_map_ram(&rig.mem, &rig.ram, "ram", rig.bytes, 0, RAM_BYTES, 0);
        cpu_init(cpu, 0, CPU_PENTIUM2, 0, 0);
        cpu->mem = &rig.mem;
        cpu->io = &rig.io;
        cpu->time_at = rig_time;
        rig.mem.on_remap = rig_remap;
        rig.mem.on_code_write = rig_code_write;
        made = true;
    }
    memset(rig.bytes, 0, RAM_BYTES);
    cpu->model = CPU_PENTIUM2;
    cpu_reset(cpu, RESET_POWER);
}

static inline void rig_tables(void)
{
    put_desc(S_C0, 0, 0xfffff, 0xc09b);
    put_desc(S_D0, 0, 0xfffff, 0xc093);
    put_desc(S_C3, 0, 0xfffff, 0xc0fb);
    put_desc(S_D3, 0, 0xfffff, 0xc0f3);
    put_desc(S_TA, TSSA, 0x200, 0x008b);
    put_desc(S_TB, TSSB, 0x67, 0x0089);
    put_desc(S_TC, TSSC, 0x2b, 0x0081);
    put_desc(S_CONF, 0, 0xfffff, 0xc09f);
    put_desc(S_LDT, LDT, 0xff, 0x0082);
    put_desc(S_NP, 0, 0xfffff, 0xc013);
    put_desc(S_C16, 0, 0xffff, 0x009b);
    put_desc(S_DOWN, 0, 0x0fff, 0x4097);
    put_desc(S_RO, 0, 0xfffff, 0xc091);
    put_desc(S_XO, 0, 0xfffff, 0xc099);
    put_desc(S_SMALL, 0x20000, 0xff, 0x4093);
    put_desc(S_D16, 0, 0xffff, 0x0093);
    put_gate(GDT + S_GATE, S_C0, CODE + 0x8000, 0xec, 2);
    put_gate(GDT + S_GATE16, S_C0, 0x9000, 0xe4, 1);
    put_gate(GDT + S_TG, S_TB, 0, 0xe5, 0);
    for (unsigned v = 0; v < 48; v++)
        put_idt(v, S_C0, CODE + 0x100 * v, 0x8e);
    memset(rig.bytes + CODE, 0xf4, 0x8000);      /* HLT */
    put32(TSSA + 4, STACK0);
    put32(TSSA + 8, S_D0);
    put16(TSSA + 0x66, 0x100);                   /* I/O map */
    memset(rig.bytes + TSSA + 0x100, 0xff, 0x102);
}

static inline void rig_seg(unsigned s, unsigned sel)
{
    struct desc d = { .sel = (uint16_t)sel, .lo = ram32(GDT + (sel & 0xfff8)),
                      .hi = ram32(GDT + (sel & 0xfff8) + 4) };
    cpu->seg[s] = seg_of(&d, sel);
}

/* Protected mode at the given level, flat, with everything in place. */
static inline void rig_protected(unsigned cpl)
{
    rig_init();
    rig_tables();
    cpu->cr0 |= CR0_PE;
    cpu->gdtr = (struct dtr){ 0xff, GDT };
    cpu->idtr = (struct dtr){ 8 * 48 - 1, IDT };
    for (unsigned s = 0; s < 6; s++)
        rig_seg(s, s == SEG_CS ? cpl ? S_C3 : S_C0 : cpl ? S_D3 : S_D0);
    rig_seg(SEG_TR, S_TA);
    rig_seg(SEG_LDTR, S_LDT);
    cpu->cpl = (uint8_t)cpl;
    cpu->rip = START;
    cpu->gpr[R_SP] = cpl ? STACK3 : STACK0 - 0x1000;
    cpu_update_mode(cpu);
}

/* A virtual-8086 program at 1000:0, stack 2000:1000. */
static inline void rig_v86(unsigned iopl)
{
    rig_protected(0);
    cpu_set_eflags(cpu, FL_VM | FL_IF | iopl << 12);
    cpu->cpl = 3;
    for (unsigned s = 0; s < 6; s++)
        load_segment_real(cpu, s, (uint16_t)(0x1000 + 0x100 * s));
    load_segment_real(cpu, SEG_CS, 0x1800);
    load_segment_real(cpu, SEG_SS, 0x2000);
    cpu->gpr[R_SP] = 0x1000;
    cpu->rip = 0;
    cpu_update_mode(cpu);
}

/* Runs n instructions of the given code, which goes to START. */
#define RUN(n, ...) do { \
        static const uint8_t code_[] = { __VA_ARGS__ }; \
        memcpy(rig.bytes + START, code_, sizeof code_); \
        blocks_flush(cpu); \
        cpu_run(cpu, n); \
    } while (0)

#define EQ(a, b) ck_assert_uint_eq((uint64_t)(a), (uint64_t)(b))

static inline void fault_is(unsigned vector, uint32_t code)
{
    ck_assert(cpu->fault.raised);
    EQ(cpu->fault.vector, vector);
    EQ(cpu->fault.code, code);
    cpu->fault.raised = false;
}

/* After a run: vector's handler was entered at level 0, with the error code on top of its stack. */
static inline void handler_is(unsigned vector, uint32_t code)
{
    EQ(cpu->last_fault.vector, vector);
    EQ(cpu->last_fault.code, code);
    EQ(cpu->rip, CODE + 0x100 * vector);
    EQ(ram32((uint32_t)cpu->gpr[R_SP]), code);
}

static inline int rig_main(const char *name, const TTest *const *tests, size_t n)
{
    Suite *s = suite_create(name);
    TCase *t = tcase_create(name);
    suite_add_tcase(s, t);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(t, tests[i]);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
