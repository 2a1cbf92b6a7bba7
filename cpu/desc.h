/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors and stack frames, shared by the protected-mode files and nobody else.
 * Governing document: Intel SDM volume 3, chapters 3 and 5.
 */
#pragma once
#include "cpu/op.h"
#include "cpu/protect.h"

/* A descriptor as read from a table; at: linear address, for the accessed and busy bits. */
struct desc { uint16_t sel; uint32_t lo, hi; laddr at; };

/* System descriptor types (S = 0) */
enum { DT_TSS16 = 1, DT_LDT = 2, DT_TSS16_BUSY = 3, DT_CALL16 = 4, DT_TASK = 5, DT_INT16 = 6,
       DT_TRAP16 = 7, DT_TSS32 = 9, DT_TSS32_BUSY = 11, DT_CALL32 = 12, DT_INT32 = 14,
       DT_TRAP32 = 15 };
#define DT_BUSY 2u
#define TYPES_TSS      (1u << DT_TSS16 | 1u << DT_TSS32)               /* available */
#define TYPES_TSS_BUSY (1u << DT_TSS16_BUSY | 1u << DT_TSS32_BUSY)

static inline unsigned desc_type(const struct desc *d) { return d->hi >> 8 & 0xf; }
static inline unsigned desc_dpl(const struct desc *d)  { return d->hi >> 13 & 3; }
static inline bool desc_present(const struct desc *d)  { return d->hi >> 15 & 1; }
static inline bool desc_s(const struct desc *d)        { return d->hi >> 12 & 1; }
static inline bool desc_code(const struct desc *d)     { return (d->hi & 0x1800) == 0x1800; }
static inline bool desc_conforming(const struct desc *d) { return (d->hi & 0x1c00) == 0x1c00; }
static inline bool desc_writable(const struct desc *d) { return (d->hi & 0x1a00) == 0x1200; }
static inline bool desc_readable(const struct desc *d)
{
    return desc_s(d) && (d->hi & 0x0a00) != 0x0800;
}
static inline uint32_t desc_base(const struct desc *d)
{
    return d->lo >> 16 | (d->hi & 0xff) << 16 | (d->hi & 0xff000000u);
}
static inline uint32_t desc_limit(const struct desc *d)
{
    uint32_t l = (d->lo & 0xffff) | (d->hi & 0xf0000);
    return d->hi & 0x800000 ? l << 12 | 0xfff : l;
}
static inline bool sel_null(unsigned sel) { return (sel & 0xfffc) == 0; }
static inline unsigned sel_err(unsigned sel) { return sel & 0xfffc; }

/* Reads the descriptor of a selector that is not null, from GDT or LDT. Beyond the table's
 * limit: vector(sel | ext). */
bool desc_read(struct cpu *c, unsigned sel, unsigned vector, unsigned ext, struct desc *d);
/* Where an instruction or gate wants a system segment that is there: in the GDT, of one of types
 * (bit N: type N), present. Not so: vector(sel | ext), and #NP at last. */
bool desc_read_system(struct cpu *c, unsigned sel, unsigned types, unsigned vector, unsigned ext,
                      struct desc *d);
/* As desc_read, without a fault for a selector outside its table (LAR, VERR...): *found tells. */
bool desc_peek(struct cpu *c, unsigned sel, struct desc *d, bool *found);
/* Sets the accessed bit in memory and in d. */
bool desc_touch(struct cpu *c, struct desc *d);
/* Writes the type's busy bit; probing first is desc_probe. */
bool desc_set_busy(struct cpu *c, struct desc *d, bool busy);
/* The hidden part for a descriptor. */
struct seg seg_of(const struct desc *d, unsigned sel);
/* A null selector in a data segment register, or LDTR. */
void seg_null(struct seg *s, unsigned sel);
/* Installs a code segment (checked by the caller, DPL and RPL settled) and makes cpl its
 * privilege. */
void set_cs(struct cpu *c, const struct desc *d, unsigned cpl);
void set_ss(struct cpu *c, const struct desc *d, unsigned sel);
/* May [off, off + size) be used in s, by limit alone? */
bool seg_limit_ok(const struct seg *s, uint32_t off, unsigned size);
/* Checks of a stack segment for privilege cpl; 'vector' is #GP or #TS for all but 'not present'
 * (#SS). */
bool ss_check(struct cpu *c, unsigned sel, unsigned cpl, unsigned vector, unsigned ext,
              struct desc *d);

/* A stack being pushed to: nothing is written before stack_commit(), which fails as a whole. */
#define FRAME_MAX 48
struct frame {
    const struct seg *ss;
    uint32_t sp, mask;
    bool     user;
    unsigned size;               /* of each item: 2 or 4 */
    unsigned n;
    uint32_t fault_code;         /* of the #SS for a limit violation */
    uint32_t item[FRAME_MAX];
};
static inline void frame_push(struct frame *f, uint32_t v) { f->item[f->n++] = v; }
/* A frame on the present stack. */
struct frame frame_here(const struct cpu *c, unsigned size);
bool frame_check(struct cpu *c, const struct frame *f);
/* Writes a checked frame and returns the new stack pointer, unmasked bits kept. */
uint32_t frame_write(struct cpu *c, const struct frame *f);

/* Bits of EFLAGS the model has. */
uint32_t eflags_known(const struct cpu *c);

enum task_how { TASK_JMP, TASK_CALL, TASK_IRET, TASK_INT };
/* TASK_OLD: a fault is recorded and nothing has changed. TASK_NEW: a fault is recorded in the
 * new task, at its c->rip. */
enum task_result { TASK_DONE, TASK_OLD, TASK_NEW };
/* Switches to the TSS whose descriptor d has passed type and privilege checks. next: EIP to
 * save. code: error code for the new task's stack, or NULL. ext: the EXT bit of error codes. */
enum task_result task_switch(struct cpu *c, struct desc *d, enum task_how how, uint64_t next,
                             unsigned ext, const uint32_t *code);
/* The outcome in a handler: false leaves a fault for op_fault(); otherwise the new task is
 * entered. */
bool task_settle(struct cpu *c, enum task_result r);
/* Stack of privilege 'dpl' from the present TSS. */
bool tss_stack(struct cpu *c, unsigned dpl, unsigned ext, uint16_t *ss, uint32_t *esp);
/* Does the virtual-8086 program's own IVT get INT vector (CR4.VME and the TSS bitmap)? False on
 * a fault. */
bool tss_redirects(struct cpu *c, uint8_t vector, bool *to_v86);
