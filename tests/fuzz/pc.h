/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole PC that idles in a loop, with media in memory, and one random act upon it from outside
 * its processor: ports, memory, DMA, inputs, media, time. For the targets devices and snapshot.
 */
#pragma once
#include "core/snapshot.h"
#include "fuzz.h"
#include "host/disk_mem.h"
#include "machine/internal.h"

enum { PC_FLOPPY, PC_DISK, PC_CD, PC_MEDIA };
#define PC_BIOS 65536u

struct pc_rig {
    struct machine *m;
    struct disk_mem media[PC_MEDIA];
    uint8_t        *bytes[PC_MEDIA];
    bool            out[PC_MEDIA];   /* ejected */
};

/* board: bit 0 an AT, bit 1 with a Cirrus and direct boot. */
void pc_init(struct pc_rig *r, unsigned board);
void pc_free(struct pc_rig *r);
/* As pc_init left it, by loading what was saved then: sooner done than making it anew. */
void pc_again(struct pc_rig *r, const struct buf *fresh);
size_t pc_size(unsigned medium);
/* Makes b's machine and media what a's are, by saving and loading. */
void pc_copy(struct pc_rig *b, struct pc_rig *a);
/* Every field of every chip, memory and media are the same. */
void pc_same(struct pc_rig *a, struct pc_rig *b, const char *when);

/* What one act is made of: 12 bytes of input. */
struct act { uint8_t what, size; uint16_t where; uint32_t v, w; };
struct act pc_act(struct feed *f);
/* Does it; what was read comes back. */
uint64_t pc_do(struct pc_rig *r, struct act a);

/* ---- between pc.c and pc_drivers.c ---- */

/* Base addresses, as firmware would give them. */
void pc_set_up(struct machine *m);
/* Lets the machine run for microseconds. */
void pc_pause(struct machine *m, unsigned us);
void pc_use_master(struct machine *m, struct act a);
void pc_use_smbus(struct machine *m, struct act a);
uint64_t pc_use_apic(struct machine *m, struct act a);
void pc_use_blt(struct machine *m, struct act a);
void pc_use_cirrus(struct machine *m, struct act a);
void pc_use_mode(struct machine *m, struct act a);
void pc_use_mouse(struct machine *m, struct act a);
uint64_t pc_use_vmmouse(struct machine *m, struct act a);
