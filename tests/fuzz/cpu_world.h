/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A processor in a small world of random but plausible contents: 1 MB of RAM with descriptor
 * tables, page tables, task states and code; a device window; a device at all ports, which mixes
 * what it sees, tells the time, raises interrupts and moves the A20 gate. For fuzz_cpu.c.
 */
#pragma once
#include "cpu/cpu.h"
#include "fuzz.h"

#define WORLD_RAM  0x100000u
#define WORLD_CODE 0x10000u      /* where code begins to run */
#define WORLD_CODE_SIZE 0x4000u

struct world {
    struct cpu    cpu;
    struct bus    mem, io;
    struct region ram_region, window, ports;
    struct sched  sched;
    uint8_t      *ram;
    uint32_t      mix;           /* the device's state */
};

/* The shape of a processor: what must make no difference. */
struct build { uint8_t engine, cache, block; };

/* A world as new. Making an engine takes long, so they are used again: which (0..2) tells apart
 * those in use at the same time. */
struct world *world_new(unsigned model, struct build s, unsigned which);
/* Fills tables and code, from chance. */
void world_fill(struct world *w, struct fuzz_rng *r);
/* Puts the processor into a random state of a random mode that its model has. */
void world_enter(struct world *w, struct fuzz_rng *r);
/* Copies the world by saving and loading. */
void world_copy(struct world *to, struct world *from);
/* cpu_code.c: fills code space with instructions by table. bits: 16 or 32. */
void world_code(uint8_t *p, unsigned n, unsigned bits, struct fuzz_rng *r);
