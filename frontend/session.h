/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One machine and what it has on the host: media, endpoints, files. Made from the options, used by
 * the run loop, the window and scripts.
 */
#pragma once
#include "core/buf.h"
#include "frontend/inputlog.h"
#include "frontend/medium.h"
#include "frontend/options.h"
#include "host/endpoint.h"
#include "machine/machine.h"

/* What a serial port has sent since a script last found something in it. */
struct tap {
    struct endpoint *to;                 /* or NULL */
    bool             keep;
    size_t           n;
    char             text[65536];
};

#define FILES_MAX (4 + INITRDS_MAX)
struct session {
    const struct options  *o;
    struct machine_config  cfg;
    struct machine        *m;
    struct medium          media[SLOTS];
    struct endpoint       *debugcon, *printer;
    struct tap             tap[4];
    uint8_t               *files[FILES_MAX];     /* firmware and kernels, until the end */
    unsigned               n_files;
    struct surface         surface;              /* px: SURFACE_MAX_W * SURFACE_MAX_H, made at
                                                    need */
    struct text_screen     text;
    bool                   was_cdrom[4], was_floppy[2];  /* drives of the machine in the snapshot */
    bool                   escape;               /* Ctrl-A was typed at the terminal */
    bool                   waiting[4];           /* held[i] has been read and not yet taken by
                                                    the guest */
    uint8_t                held[4];
    struct input_log       log;                  /* f NULL: nothing is recorded */
    uint64_t               writes[SLOTS];        /* of each medium, at the last snapshot */
    struct log_reader     *replay;               /* inputs come from here; NULL: from the world */
};

bool session_open(struct session *s, const struct options *o, bool keep_serial, struct error *err);
/* --record: the end of the run and of its input log. */
bool session_end_log(struct session *s, struct error *err);
/* The end of the run: tells what could not be written, if anything. False: something was lost. */
bool session_close_media(struct session *s);
void session_close(struct session *s);

/* What comes to the machine from outside comes through these and session_insert() and
 * session_load(), which write it to the input log. */
bool session_input(struct session *s, struct input in);
void session_reset(struct session *s);
void session_power_button(struct session *s);
void session_set_rate(struct session *s, uint64_t ips);

/* path NULL: eject */
bool session_insert(struct session *s, int slot, const char *path, struct error *err);
/* True when a medium (medium_trouble()) or a port's file has failed since the last call: err says
 * how. */
bool session_trouble(struct session *s, bool deleted, struct error *err);
/* Is something that the guest sent missing in a port's file? */
bool session_output_lost(const struct session *s);
/* Writes what waits for a disk that was full or gone. False: something still does. */
bool session_disks_good(struct session *s, struct error *err);
/* Where a file belongs, by content: a slot whose medium can be changed; -1, and why, otherwise. */
int  session_slot_for(const struct session *s, const char *path, struct error *err);
/* Is a file one for that drive? Stricter than the options, which can name a drive for anything. */
bool session_suits(int slot, const char *path, struct error *err);
/* The demo, and no image of the user's. */
bool session_is_demo(const struct session *s);
/* What the machine is called: its first image, kernel or snapshot, without folders. */
const char *session_name(const struct session *s);
/* Is there such a drive with removable media? */
bool session_has_drive(const struct session *s, int slot);
bool session_save(struct session *s, const char *path, struct error *err);
bool session_load(struct session *s, const char *path, struct error *err);
/* Has something been written to a disk, for good, since the last snapshot that was saved or loaded?
 * Then an older state does not fit it. */
bool session_disks_went_on(const struct session *s);
/* The same, but when the file is of no use the machine goes on as it was. */
bool session_try_load(struct session *s, const char *path, struct error *err);
/* The same from bytes; path is what to call them. */
bool session_load_bytes(struct session *s, const char *path, const uint8_t *p, size_t n,
                        struct error *err);
bool session_screenshot(struct session *s, const char *path, struct error *err);
bool session_screen(struct session *s, const char *path, struct error *err);
/* The screen in s->surface; false: no memory. */
bool session_draw(struct session *s, struct error *err);
/* The same if it is another one than at the last call of this function; the rows that may be
 * others: from first to before last. */
bool session_draw_changed(struct session *s, unsigned *first, unsigned *last);
bool session_has_text(struct session *s);
/* The screen's text appended in UTF-8; in a graphics mode, one line that says so. */
void session_text(struct session *s, struct buf *out, bool joined);
/* Bytes that have come in for the serial ports go to the guest. False: the user asked to quit
 * (Ctrl-A x). */
bool session_feed(struct session *s);
/* Is there an endpoint from which input may come? */
bool session_interactive(const struct session *s);
void session_flush(struct session *s);
/* Waits for serial input, at most ns. */
void session_wait(struct session *s, uint64_t ns);
