/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole PC as one object: create, run, feed input, look at the screen, save, load, hash. This and
 * config.h are all that a front end includes.
 *
 * A machine touches nothing of the host but the media and endpoints its configuration hands in. The
 * same configuration, media and inputs give the same machine_hash() after the same number of
 * instructions.
 */
#pragma once
#include "core/audio.h"
#include "core/blockdev.h"
#include "core/buf.h"
#include "core/chardev.h"
#include "core/device.h"
#include "core/error.h"
#include "core/input.h"
#include "core/log.h"
#include "core/surface.h"
#include "machine/config.h"

enum stop {
    STOP_LIMIT,                  /* the instruction or time limit of this call was reached */
    STOP_POWER_OFF,              /* ACPI S5, or another power-off port */
    STOP_GUEST_EXIT,             /* the exit port was written: machine_exit_code() */
    STOP_SHUTDOWN,               /* triple fault with no_reboot */
    STOP_RESET,                  /* a guest reset with no_reboot */
    STOP_ENGINE_MISMATCH,        /* --check-engine found a difference: machine_stop_text() */
    STOP_DEAD,                   /* halted with interrupts off and nothing that could wake it */
};

struct machine;
struct machine *machine_create(const struct machine_config *cfg, struct error *err);
void      machine_destroy(struct machine *m);
/* Where the guest's memory lies: for advice to the host, not to be looked at. */
void     *machine_memory(struct machine *m, size_t *n);
void      machine_reset(struct machine *m);            /* the reset button */
void      machine_power_button(struct machine *m);     /* ACPI power button, pressed once */
bool      machine_power_heard(const struct machine *m);    /* does the guest listen to it? */

/* Runs until max_insns more instructions have executed or virtual time 'until' is reached, or
 * something else stops it. With a halted guest time skips to the next event. */
enum stop machine_run(struct machine *m, uint64_t max_insns, vtime until);
/* After STOP_ENGINE_MISMATCH: where and about what the engines disagree, in lines of text. */
const char *machine_stop_text(const struct machine *m);
vtime     machine_now(const struct machine *m);        /* virtual ns since power-on */
uint64_t  machine_icount(const struct machine *m);     /* instructions since power-on */
bool      machine_halted(const struct machine *m);     /* waiting for an interrupt: the host may
                                                          sleep */
unsigned  machine_exit_code(const struct machine *m);  /* after STOP_GUEST_EXIT */
/* Where the processor stands, for messages, and the progress code last given to the test device. */
struct machine_place { uint16_t cs; uint64_t ip; uint8_t post; };
struct machine_place machine_place(const struct machine *m);
/* Instructions per virtual second, from the next slice on (docs/ARCHITECTURE.md, section 7). */
void      machine_set_rate(struct machine *m, uint64_t ips);

/* Inputs (core/input.h), which take effect at the present instruction. False: the queue is full,
 * try again later. */
bool      machine_input(struct machine *m, struct input in);

/* The keyboard's lights: bit 0 Scroll Lock, 1 Num Lock, 2 Caps Lock. */
unsigned  machine_locks(const struct machine *m);
/* Would the BIOS lose a further key, as nothing has taken the last ones? A guest with a driver of
 * its own for the keyboard never says so. */
bool      machine_keys_full(const struct machine *m);

/* Does the guest ask for the mouse's place on the screen (IN_MOUSE_AT)? Else it takes motion. */
bool      machine_mouse_absolute(const struct machine *m);

/* The screen. Reads state, changes none. */
void      machine_draw(struct machine *m, struct surface *out);
/* Draws into the same surface again what has changed: the rows from first to before last. False,
 * and nothing drawn: nothing has. */
bool      machine_draw_changed(struct machine *m, struct surface *out, unsigned *first,
                               unsigned *last);
void      machine_text(struct machine *m, struct text_screen *out);
/* is it sounding, and at what pitch */
bool      machine_speaker(const struct machine *m, uint32_t *hz);
/* Sound, from the moment somebody begins to listen: takes up to n of the frames that are complete
 * by now. To be asked often: the machine keeps a third of a second. */
void      machine_audio_start(struct machine *m);
size_t    machine_audio(struct machine *m, struct audio_frame *out, size_t n);

/* Removable media: drive 'a', 'b' floppies; 'd' the first CD. bd NULL ejects. The machine does
 * not own media. */
bool      machine_insert(struct machine *m, char drive, struct blockdev *bd, struct error *err);

/* Complete state, host independent. Load: into a machine of the same configuration. After a
 * failed load the machine must be destroyed. */
bool      machine_save(struct machine *m, struct buf *out, struct error *err);
bool      machine_load(struct machine *m, const void *p, size_t n, struct error *err);
uint64_t  machine_hash(struct machine *m);
/* The configuration a snapshot was taken with, for --load without other options. */
bool machine_peek_config(const void *p, size_t n, struct machine_config *cfg, struct error *err);

struct machine_stats { uint64_t instructions, blocks_built, invalidations, tlb_fills, interrupts; };
void      machine_get_stats(const struct machine *m, struct machine_stats *s);
/* The device list, for tests. */
struct device_list *machine_devices(struct machine *m);
