/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine as one object: what machine.c, state.c and the boards share. */
#pragma once
#include "core/input.h"
#include "cpu/cpu.h"
#include "machine/machine.h"
#include "machine/pc.h"

#define DEFAULT_MEMORY (UINT64_C(128) << 20)
#define DEFAULT_IPS    UINT64_C(100000000)
#define RTC_DEFAULT    INT64_C(946684800)      /* 2000-01-01 00:00:00 */

struct machine {
    /* guest state of the machine itself: machine_fields */
    vtime    t_anchor;           /* virtual time when i_anchor instructions had executed */
    uint64_t i_anchor;
    uint64_t ips;                /* instructions per virtual second from there on */
    bool     exited, powered_off;
    uint32_t exit_code;
    bool     a20;                /* the gate */
    struct input_queue inputs;
    struct event       input_event;

    struct machine_config cfg;
    struct clk    rate;          /* ns per instruction, from ips */
    struct sched  sched;
    struct bus    mem, io;
    struct cpu    cpu;
    struct device_list devices;
    struct log    log;
    uint8_t      *ram, *vram, *rom;
    uint32_t     *scratch;       /* a picture's room, with the test device only */
    struct vga_look look;        /* at the last machine_draw_changed() */
    uint64_t      ram_size;
    uint32_t      vram_size, rom_size;
    bool          reset_wanted, init_wanted;
    struct pc     pc;
};

extern const struct device_class machine_class;

/* board.c: allocates nothing; wires the chips by cfg. */
bool board_init(struct machine *m, struct error *err);
void board_reset(struct machine *m, enum reset_kind kind);
/* What a pulse on INIT, or a triple fault, comes to on this board: RESET_INIT or RESET_HARD. */
enum reset_kind board_init_kind(const struct machine *m);
void board_cmos(struct machine *m);
bool board_key(struct machine *m, uint16_t code, bool down, bool typematic);
bool board_mouse(struct machine *m, int dx, int dy, int wheel, unsigned buttons);
bool board_mouse_at(struct machine *m, int x, int y, int wheel, unsigned buttons);
bool board_joy(struct machine *m, unsigned code, int x, int y);
bool board_serial(struct machine *m, unsigned port, uint8_t byte);
void board_update_a20(struct machine *m);
void board_map_apic(struct machine *m);      /* by the processor's IA32_APIC_BASE */
/* After a load: do the chips agree with each other? */
bool board_loaded(struct machine *m, struct error *err);

/* From devices: between slices the machine acts on them. */
void machine_want_reset(struct machine *m, enum reset_kind kind);
void machine_want_power_off(struct machine *m);
void machine_want_exit(struct machine *m, uint32_t code);
void machine_rate_changed(struct machine *m);
