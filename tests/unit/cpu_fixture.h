/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A processor with nothing but RAM around it, for tests: flat 32-bit (or 16-bit) code, an empty
 * IDT, so that a fault ends in PEND_SHUTDOWN with last_fault telling why. And encodings made from
 * rows.
 */
#pragma once
#include <check.h>
#include <stdlib.h>

#include "cpu/block.h"
#include "cpu/cpu.h"
#include "cpu/operands.h"
#include "cpu/protect.h"

#define FIX_RAM  (1u << 20)
#define FIX_CODE 0x1000u

struct cpu_fixture {
    struct cpu    cpu;
    struct bus    mem, io;
    struct region ram_region;
    struct sched  sched;
    uint8_t      *ram;
};

static inline uint32_t fix_rand(uint32_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 17;
    return *s ^= *s << 5;
}

static vtime fix_time(void *owner, uint64_t icount) { (void)owner; return icount; }
static void fix_remapped(void *owner, uint64_t base, uint64_t size)
{
    cpu_remapped(&((struct cpu_fixture *)owner)->cpu, base, size);
}
static void fix_code_written(void *owner, paddr a, unsigned n)
{
    cpu_code_write(&((struct cpu_fixture *)owner)->cpu, a, n);
}

/* block_ops: longest block, 0 for the default. */
static inline struct cpu_fixture *fix_new(unsigned block_ops)
{
    struct cpu_fixture *f = calloc(1, sizeof *f);
    f->ram = calloc(1, FIX_RAM);
    ck_assert(f->ram && bus_init(&f->mem, 32, 1u << 24) && bus_init(&f->io, 16, 0) &&
              cpu_init(&f->cpu, 0, CPU_MODEL_DEFAULT, 1024, block_ops));
    f->mem.on_remap = fix_remapped;
    f->mem.on_code_write = fix_code_written;
    f->mem.owner = f;
    f->cpu.mem = &f->mem;
    f->cpu.io = &f->io;
    f->cpu.sched = &f->sched;
    f->cpu.time_at = fix_time;
    bus_map_ram(&f->mem, &f->ram_region, "ram", f->ram, 0, FIX_RAM, 0);
    return f;
}

static inline void fix_free(struct cpu_fixture *f)
{
    cpu_free(&f->cpu);
    bus_free(&f->mem);
    bus_free(&f->io);
    free(f->ram);
    free(f);
}

/* Flat segments, CPL 0, protected mode, 16 or 32 bits, at FIX_CODE; registers are the caller's. */
static inline void fix_start(struct cpu_fixture *f, unsigned bits)
{
    struct cpu *c = &f->cpu;
    uint16_t db = bits == 32 ? SA_DB : 0;
    cpu_reset(c, RESET_POWER);
    c->icount = 0;
    memset(c->gpr, 0, sizeof c->gpr);
    for (unsigned i = 0; i < 6; i++) {
        c->seg[i] =
            (struct seg){ .sel = i == SEG_CS ? 8 : 16,
                          .limit = 0xffffffff,
                          .attr = (uint16_t)(SA_P | SA_S | SA_G | db | (i == SEG_CS ? 0xb : 3)) };
        seg_derive(&c->seg[i]);
    }
    c->cr0 |= CR0_PE | CR0_NE;
    c->x87.cw = 0x37f;           /* all exceptions masked */
    c->rip = FIX_CODE;
    c->idtr = (struct dtr){ 0, 0 };
    cpu_update_mode(c);
    c->pending = 0;
    c->halted = false;
}

/* An encoding of row r for 16/32-bit code: prefixes as the row demands, a modrm that fits, then
 * random bytes. How long it is the decoder tells: 0 when it would not have it. */
static inline int fix_encode(const struct decoder *d, uint8_t b[15], unsigned bits,
                             const struct insn_row *r, uint32_t *seed)
{
    static const uint8_t prefix[5] = { 0, 0, 0x66, 0xf3, 0xf2 }, escape[4] = { 0, 0, 0x38, 0x3a };
    struct insn in;
    for (unsigned tries = 0; tries < 200; tries++) {
        unsigned n = 0;
        for (unsigned k = 0; k < 15; k++)
            b[k] = (uint8_t)(fix_rand(seed) >> 9);
        if (prefix[r->ext >> 12])
            b[n++] = prefix[r->ext >> 12];
        else if (!(r->ext >> 12) && (fix_rand(seed) & 3) == 0)
            b[n++] = 0x66;
        if (r->map != M1)
            b[n++] = 0x0f;
        if (escape[r->map])
            b[n++] = escape[r->map];
        b[n] = (uint8_t)(r->opcode + (r->attr & ROW8 ? b[n] & 7 : 0));
        if ((r->ext & 0xf00) == 0x200)
            b[n + 1] = (uint8_t)r->ext;
        else if ((r->ext & 0xf00) && (r->ext & 0xff) < 0x30)
            b[n + 1] = (uint8_t)((b[n + 1] & 0xc7) | (r->ext & 7) << 3);
        int len =
            insn_decode(d, &in, (struct decode_mode){ (uint8_t)bits, CPU_MODEL_DEFAULT }, b, 15);
        if (len > 0 && &insn_rows[in.id] == r)
            return len;
    }
    return 0;
}

/* n instructions, one behind the other, of rows that `wanted` takes. Returns how many bytes. */
static inline unsigned fix_make_run(const struct decoder *d, uint8_t *code, unsigned n,
                                    unsigned bits,
                                    bool (*wanted)(const struct insn_row *r, uint32_t *seed),
                                    uint32_t *seed)
{
    unsigned at = 0;
    while (n) {
        const struct insn_row *r = &insn_rows[fix_rand(seed) % insn_row_count];
        uint8_t b[15];
        int len = wanted(r, seed) ? fix_encode(d, b, bits, r, seed) : 0;
        if (!len)
            continue;
        memcpy(code + at, b, (size_t)len);
        at += (unsigned)len;
        n--;
    }
    return at;
}

/* Puts code in place, among NOPs and then 25h; registers point between 8000h and FFFFh. */
static inline void fix_start_run(struct cpu_fixture *f, unsigned bits, const uint8_t *code,
                                 unsigned n_code, uint32_t *seed)
{
    struct cpu *c = &f->cpu;
    fix_start(f, bits);
    for (unsigned i = 0; i < 8; i++)
        c->gpr[i] = 0x8000 + (fix_rand(seed) & 0x7fff);
    cpu_set_eflags(c, (fix_rand(seed) & FL_ARITH) | 2);
    memset(f->ram, 0x25, FIX_RAM);
    memset(f->ram + FIX_CODE, 0x90, 0x1000);
    memcpy(f->ram + FIX_CODE, code, n_code);
    blocks_flush(c);
    tlb_flush_all(c);
}
