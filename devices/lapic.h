/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Local APIC of the Pentium and P6 processors, and the bus between such APICs.
 *                                        Ref: Intel SDM volume 3, chapter "APIC"; Intel 242016 (MP)
 *
 *   MMIO      4 KiB at IA32_APIC_BASE, registers of 32 bits every 16 bytes  (lapic_ops)
 *   pin 0, 1  LINT0, LINT1: lapic_lint(). With the APIC off they are INTR and NMI
 *   intr      to the processor; it takes the vector by lapic_inta()
 *   nmi, init to the processor, by call
 *   timer     counts a bus clock of 100 MHz of virtual time, divided
 *
 * The timer is evaluated, not ticked: the state is "held 'count' at tick t0", and an event exists
 * only while a new interrupt may come of it. IPIs arrive at once: delivery status is always idle.
 *
 * Not modelled:  remote read, SMI, focus processor, arbitration (the lowest index wins a tie), the
 *                two-deep queue of each priority; nobody counts what the performance entry tells.
 * Deviations:    a boot processor's LINT0 and LINT1 come out of reset open, as ExtINT and NMI, so
 *                that programs which know of no APIC have their interrupts. Lines say "asserted"
 *                and no voltage: polarity is kept and has no effect. Stores of 8 and 16 bits are
 *                ignored. A start-up IPI finds nobody who waits for it.
 */
#pragma once
#include "core/bus.h"
#include "core/device.h"

#define LAPIC_BASE UINT64_C(0xfee00000)
#define LAPIC_SIZE 0x1000u
#define LAPICS_MAX 8

enum apic_mode { APIC_FIXED, APIC_LOWEST, APIC_SMI, APIC_RESERVED, APIC_NMI, APIC_INIT,
                 APIC_STARTUP, APIC_EXTINT };

struct lapic;

/* What travels between APICs. */
struct apic_message {
    uint8_t dest, vector;
    uint8_t mode;                /* enum apic_mode */
    bool    logical, level;
};

struct apic_bus {
    struct lapic *local[LAPICS_MAX];
    unsigned      n;
    void        (*eoi)(void *io, uint8_t vector);          /* end of a level interrupt: to I/O
                                                              APICs */
    void         *io;
};

struct lapic_cpu {               /* the processor's side; any of them may be NULL */
    void  (*nmi)(void *owner);
    void  (*init)(void *owner);
    void   *owner;
    int   (*ext_inta)(void *pic);            /* the 8259s' acknowledge, for ExtINT */
    void   *pic;
};

enum lapic_lvt { LVT_TIMER, LVT_PERF, LVT_LINT0, LVT_LINT1, LVT_ERROR, LVT_COUNT };

struct lapic {
    bool         on;             /* IA32_APIC_BASE.E */
    uint8_t      id;             /* 0..15 */
    uint8_t      tpr, ldr, dfr;  /* dfr: the four bits of the model */
    uint16_t     svr;
    uint8_t      esr, errors;    /* as read; gathered since the last write of ESR */
    uint32_t     icr[2];
    uint32_t     lvt[LVT_COUNT];
    uint32_t     isr[8], tmr[8], irr[8];
    uint8_t      pins;           /* levels of LINT0 and LINT1 */
    bool         ext;            /* an ExtINT message waits for its acknowledge */
    uint8_t      dcr;
    bool         counting;
    uint32_t     initial;
    uint32_t     count;          /* at t0, in divided ticks */
    uint64_t     t0;             /* bus clocks */
    struct event timer;
    struct line  intr;

    bool         boot;           /* the bootstrap processor's */
    bool         p6;             /* else a Pentium's: no performance entry */
    uint8_t      reset_id;
    struct lapic_cpu cpu;
    struct apic_bus *bus;
    struct sched    *sched;
};

extern const struct device_class lapic_class;
extern const struct bus_ops lapic_ops;                     /* one page */

/* Adds itself to the bus; its place there is its ID. The first one boots. */
void lapic_init(struct lapic *p, struct sched *s, struct apic_bus *bus, bool p6,
                struct lapic_cpu cpu);
/* IA32_APIC_BASE.E changed: off leaves INTR and NMI, on starts from reset. */
void lapic_enable(struct lapic *p, bool on);
void lapic_lint(void *p, int pin, bool level);             /* fits line.set */
/* The processor acknowledges intr: the vector, 0..255. */
int  lapic_inta(void *p);
/* Delivers a message to whom it names; false: nobody took it. */
bool apic_send(struct apic_bus *bus, struct apic_message m);
