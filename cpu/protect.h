/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segmentation, exceptions, interrupts and tasks: what the run loop and the far-transfer handlers
 * call.
 * Governing document: Intel SDM volume 3, chapters 5, 6 and 7.
 */
#pragma once
#include "cpu/mem.h"

/* Flags as they are pushed: the 8086 has ones for bits 12 to 15, by which programs know it. */
static inline uint32_t flags_image(const struct cpu *c, uint32_t v)
{
    return c->model == CPU_8086 ? v | 0xf000 : v;
}

/* Delivers c->fault (recorded with c->rip at the faulting instruction) and clears it: real-mode
 * IVT, IDT gates, task gates; a fault meanwhile becomes #DF by the SDM's table 6-5, then
 * shutdown (PEND_SHUTDOWN). */
void exception_deliver(struct cpu *c);
/* Delivers an external interrupt or NMI at an instruction boundary, with c->rip the next
 * instruction. */
void interrupt_external(struct cpu *c, uint8_t vector);
/* INT n, INT3, INTO, ICEBP: from their handlers. next: rip to push. False when a fault was
 * recorded. */
bool interrupt_software(struct cpu *c, uint8_t vector, uint64_t next);
/* #DB with the given DR6 bits set; a trap: c->rip is already the next instruction. */
void debug_trap(struct cpu *c, uint64_t dr6_bits);

/* debug.c: breakpoints. DR6 bits of those on an instruction at a; accesses that went through. */
uint32_t debug_code(const struct cpu *c, laddr a);
void debug_data(struct cpu *c, laddr a, unsigned size, bool write);
bool debug_step(const struct cpu *c, bool jumped);
void debug_io(struct cpu *c, unsigned port, unsigned size);

/* MOV/POP/Lxx to a segment register other than CS, with all checks. False: fault recorded. */
bool load_segment(struct cpu *c, unsigned seg, uint16_t sel);
/* Real and virtual-8086 mode: base = sel << 4; real mode keeps limit and attributes ("unreal"). */
void load_segment_real(struct cpu *c, unsigned seg, uint16_t sel);

/* May the present code touch size ports from port on? CPL against IOPL, then the TSS bitmap;
 * #GP(0). */
bool io_allowed(struct cpu *c, unsigned port, unsigned size);

/* PAE: reads and checks the directory pointers at cr3. False: #GP(0), and nothing has changed. */
bool mmu_load_pdptes(struct cpu *c, uint32_t cr3);

/* CR writes with their checks and side effects (flushes, mode changes). False: fault recorded. */
bool cr_write(struct cpu *c, unsigned n, uint64_t v);
