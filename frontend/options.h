/* SPDX-License-Identifier: BSD-2-Clause */
/* What `vitrine run` was asked to do: its options, parsed and checked as far as that needs no
 * file. */
#pragma once
#include <stdio.h>

#include "core/error.h"
#include "frontend/keys.h"
#include "frontend/layout.h"
#include "machine/config.h"

enum slot { SLOT_FDA, SLOT_FDB, SLOT_HDA, SLOT_HDB, SLOT_HDC, SLOT_HDD, SLOT_CDROM, SLOTS };

struct options {
    struct machine_config cfg;           /* the plain values; no media, no endpoints, no files */
    bool        set_board, set_vga, set_cpu, set_memory, set_ips, set_rtc, set_boot;
    bool        rtc_now;
    const char *image, *media[SLOTS];
    bool        discard_writes;
    const char *bios, *vgabios, *kernel, *initrd[INITRDS_MAX];
    const char *serial[4], *debugcon, *parallel, *sound;
    unsigned    serials;
    bool        headless, fullscreen;
    unsigned    scale;                   /* 0: choose */
    bool        set_clock, realtime;
    uint64_t    max_instructions;        /* 0: none; likewise below */
    vtime       max_guest;
    uint64_t    max_host;                /* ns */
    const char *script, *load, *save, *screenshot, *screen_text, *record, *replay;
    const struct host_key *host_key;     /* NULL: the usual one, or what the user's file says */
    const char *drop;                    /* for tests: dropped on the window */
    const struct layout *keymap;         /* the guest's keyboard */
    bool        set_keymap;
    bool        hash, stats, demo, verbose;
};

enum parsed { PARSED_RUN, PARSED_HELP, PARSED_BAD };
/* argv: what follows the command's name. On PARSED_BAD, err says what is wrong. */
enum parsed options_parse(struct options *o, int argc, char **argv, struct error *err);
void options_help(FILE *to);

/* Values; false: not one. Sizes are bytes with an optional K, M or G; times seconds with up to
 * nine decimals. */
bool parse_size(const char *s, uint64_t *bytes);
bool parse_seconds(const char *s, uint64_t *ns);
bool parse_count(const char *s, uint64_t *n);
