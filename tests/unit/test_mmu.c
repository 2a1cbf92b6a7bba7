/* SPDX-License-Identifier: BSD-2-Clause */
/* links: cpu core */
/* Paging against the SDM, volume 3, chapter 4: rights, error codes, A and D bits, page sizes,
 * flushes, A20. */
#include "tests/unit/cpu_rig.h"

/* ---- paging ---- */

#define PD 0x100000u
#define PT 0x101000u

static void paging(unsigned cpl)
{
    rig_protected(cpl);
    put32(PD, PT | 7);
    for (unsigned i = 0; i < 512; i++)
        put32(PT + 4 * i, i << 12 | 7);
    ck_assert(cr_write(cpu, 3, PD));
    ck_assert(cr_write(cpu, 0, cpu->cr0 | CR0_PG));
}

static void pf_is(uint32_t addr, uint32_t code)
{
    EQ(cpu->fault.cr2, addr);
    fault_is(EXC_PF, code);
}

START_TEST(page_faults)
{
    uint64_t v;
    paging(3);
    put32(PT + 4 * 0x80, 0x80000);
    put32(PT + 4 * 0x81, 0x81000 | 3);
    put32(PT + 4 * 0x82, 0x82000 | 5);
    ck_assert(!seg_read(cpu, SEG_DS, 0x80123, 4, &v));
    pf_is(0x80123, 4);
    ck_assert(!seg_write(cpu, SEG_DS, 0x80123, 0, 4));
    pf_is(0x80123, 6);
    ck_assert(!seg_read(cpu, SEG_DS, 0x81123, 4, &v));
    pf_is(0x81123, 5);
    ck_assert(seg_read(cpu, SEG_DS, 0x82123, 4, &v));
    ck_assert(!seg_write(cpu, SEG_DS, 0x82123, 0, 4));
    pf_is(0x82123, 7);
    ck_assert(!seg_write(cpu, SEG_DS, 0x7fffe, 0x11223344, 4));    /* the second page */
    pf_is(0x80000, 6);
    EQ(ram16(0x7fffe), 0);
    ck_assert(lin_write(cpu, 0x82123, 1, 4, false));               /* supervisor, WP clear */
    ck_assert(cr_write(cpu, 0, cpu->cr0 | CR0_WP));
    ck_assert(!lin_write(cpu, 0x82123, 1, 4, false));
    pf_is(0x82123, 3);
    ck_assert(!lin_read(cpu, 0x80000, 1, false, &v));
    pf_is(0x80000, 0);
    ck_assert(!lin_read(cpu, 0x400000, 1, false, &v));
    pf_is(0x400000, 0);
}
END_TEST

START_TEST(accessed_and_dirty)
{
    uint64_t v;
    paging(0);
    put32(PD, PT | 7);
    put32(PT + 4 * 0x90, 0x90000 | 7);
    tlb_flush_all(cpu);
    ck_assert(seg_read(cpu, SEG_DS, 0x90000, 1, &v));
    EQ(ram32(PD), PT | 0x27);
    EQ(ram32(PT + 4 * 0x90), 0x90027);
    ck_assert(seg_write(cpu, SEG_DS, 0x90000, 0x55, 1));
    EQ(ram32(PT + 4 * 0x90), 0x90067);
    EQ(rig.bytes[0x90000], 0x55);
    bus_write(cpu->mem, PT + 4 * 0x90, 0xa0000 | 7, 4);      /* followed at once */
    ck_assert(seg_read(cpu, SEG_DS, 0x90000, 1, &v));
    EQ(v, 0);
    EQ(ram32(PT + 4 * 0x90), 0xa0027);
    bus_write(cpu->mem, PT + 4 * 0x90, 0xa0007, 2);          /* A taken away, and set again */
    ck_assert(seg_read(cpu, SEG_DS, 0x90000, 1, &v));
    EQ(ram32(PT + 4 * 0x90), 0xa0027);
    bus_write(cpu->mem, PD, 0, 4);
    ck_assert(!seg_read(cpu, SEG_DS, 0x90000, 1, &v));
    pf_is(0x90000, 0);
    cpu->fault.raised = false;
    bus_write(cpu->mem, PD, PT | 7, 4);
}
END_TEST

START_TEST(large_and_global_pages)
{
    uint64_t v;
    paging(0);
    rig.bytes[0x12345] = 0x77;
    ck_assert(cr_write(cpu, 4, CR4_PSE | CR4_PGE));
    put32(PD + 4, 0x1e7);                                    /* 400000 -> 0, 4 MB, global */
    ck_assert(seg_read(cpu, SEG_DS, 0x412345, 1, &v));
    EQ(v, 0x77);
    ck_assert(cr_write(cpu, 3, PD));
    ck_assert(seg_read(cpu, SEG_DS, 0x412345, 1, &v));
    bus_write(cpu->mem, PD + 4, 0, 4);
    ck_assert(!seg_read(cpu, SEG_DS, 0x412345, 1, &v));
    pf_is(0x412345, 0);
    put32(PD + 4, 0x20087);                                  /* reserved bit 17 */
    ck_assert(!seg_read(cpu, SEG_DS, 0x412345, 1, &v));
    pf_is(0x412345, 9);
    bus_write(cpu->mem, PD + 4, 0x3087, 4);                  /* PAT; bit 32 of the address */
    ck_assert(seg_read(cpu, SEG_DS, 0x412345, 1, &v));
    EQ(v, 0xff);
    cpu->model = CPU_PENTIUM;                                /* which has neither */
    for (unsigned bit = 12; bit < 22; bit++) {
        bus_write(cpu->mem, PD + 4, 0x87 | 1u << bit, 4);
        ck_assert(!seg_read(cpu, SEG_DS, 0x412345, 1, &v));
        pf_is(0x412345, 9);
    }
    put32(PD + 8, PT | 7);
    put32(PT, 0x12087);
    ck_assert(!seg_read(cpu, SEG_DS, 0x800345, 1, &v));
    pf_is(0x800345, 9);
    cpu->cr4 = CR4_PGE;
    ck_assert(seg_read(cpu, SEG_DS, 0x800345, 1, &v));
    EQ(v, 0x77);
    cpu->model = CPU_PENTIUM2;
    cpu->fault.raised = false;
    ck_assert(!cr_write(cpu, 4, 0x40000000));
    fault_is(EXC_GP, 0);
}
END_TEST

START_TEST(pae)
{
    uint64_t v;
    rig_protected(0);
    put32(0x110000, 0x111001);                               /* directory pointers */
    put32(0x111000, 0xe7);                                   /* 2 MB identity */
    put32(0x111008, 0x112007);                               /* 200000: a table */
    put32(0x112000, 0x12007);
    put32(0x112008, 0x12007);
    put32(0x11200c, 0x10);                                   /* reserved bit 36 */
    rig.bytes[0x12345] = 0x77;
    ck_assert(cr_write(cpu, 4, CR4_PAE));
    ck_assert(cr_write(cpu, 3, 0x110000));
    ck_assert(cr_write(cpu, 0, cpu->cr0 | CR0_PG));
    ck_assert(seg_read(cpu, SEG_DS, 0x200345, 1, &v));
    EQ(v, 0x77);
    EQ(ram32(0x112000), 0x12027);
    ck_assert(seg_read(cpu, SEG_DS, 0x12345, 1, &v));
    EQ(v, 0x77);
    ck_assert(!seg_read(cpu, SEG_DS, 0x201345, 1, &v));
    pf_is(0x201345, 9);
    ck_assert(!seg_read(cpu, SEG_DS, 0x40000000, 1, &v));
    pf_is(0x40000000, 0);
    put32(0x110008, 0x3);
    ck_assert(!cr_write(cpu, 3, 0x110000));
    fault_is(EXC_GP, 0);
}
END_TEST

/* Tables in memory that changes behind the bus's back are looked at each time; a device's, too. */
START_TEST(tables_in_shared_memory)
{
    static uint8_t table[4096];
    struct region r = { .name = "shared", .base = PT, .size = 4096, .layer = 1, .rd = table,
                        .wr = table, .enabled = true, .shared = true };
    uint64_t v;
    paging(0);
    unsigned n = rig.mem.n_regions;
    bus_map(&rig.mem, &r);
    for (unsigned i = 0; i < 512; i++)
        store_le32(table + 4 * i, i << 12 | 7);
    put32(0x80000, 1);
    put32(0x81000, 2);
    ck_assert(seg_read(cpu, SEG_DS, 0x80000, 4, &v));
    EQ(v, 1);
    store_le32(table + 4 * 0x80, 0x81000 | 7);
    ck_assert(seg_read(cpu, SEG_DS, 0x80000, 4, &v));
    EQ(v, 2);
    bus_update(&rig.mem, &r, false, PT, 4096);       /* and the old ones are there again */
    rig.mem.n_regions = n;
    ck_assert(seg_read(cpu, SEG_DS, 0x80000, 4, &v));
    EQ(v, 1);
}
END_TEST

START_TEST(a20_gate)
{
    uint64_t v;
    rig_init();
    rig.bytes[0x10] = 0x11;
    rig.bytes[0x100010] = 0x22;
    load_segment_real(cpu, SEG_DS, 0xffff);
    ck_assert(seg_read(cpu, SEG_DS, 0x20, 1, &v));
    EQ(v, 0x22);
    cpu_set_a20(cpu, false);
    ck_assert(seg_read(cpu, SEG_DS, 0x20, 1, &v));
    EQ(v, 0x11);
    cpu_set_a20(cpu, true);
}
END_TEST

START_TEST(page_fault_by_instruction_is_restartable)
{
    paging(3);
    put32(PT + 4 * 0x80, 0);
    RUN(1, 0xff, 0x35, 0, 0, 8, 0);                          /* PUSH dword [80000] */
    EQ(cpu->cr2, 0x80000);
    EQ(ram32((uint32_t)cpu->gpr[R_SP]), 4);
    EQ(ram32((uint32_t)cpu->gpr[R_SP] + 4), START);
    EQ(ram32((uint32_t)cpu->gpr[R_SP] + 16), STACK3);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        page_faults, accessed_and_dirty, large_and_global_pages, pae, a20_gate,
        tables_in_shared_memory, page_fault_by_instruction_is_restartable,
    };
    return rig_main("mmu", tests, ARRAY_LEN(tests));
}
