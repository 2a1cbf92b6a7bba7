/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scripts that type, wait and look (docs/SCRIPTS.md). A script is parsed as a whole before anything
 * runs; then the run loop calls script_step() every SCRIPT_GRID of guest time, so that what a
 * script does depends on the guest alone.
 */
#pragma once
#include "frontend/session.h"
#include "frontend/typer.h"

#define SCRIPT_GRID UINT64_C(10000000)       /* ns of guest time between two looks */

enum op { OP_WAIT_SCREEN, OP_WAIT_SERIAL, OP_WAIT_IDLE, OP_WAIT_POWEROFF, OP_SLEEP, OP_TYPE,
          OP_SEND, OP_KEY, OP_MOUSE_MOVE, OP_MOUSE_TO, OP_MOUSE_CLICK, OP_MOUSE_DOWN, OP_MOUSE_UP,
          OP_SCREENSHOT, OP_SCREEN, OP_SAVE, OP_LOAD, OP_INSERT, OP_EJECT, OP_RESET, OP_POWEROFF,
          OP_QUIT };

#define COMBO_MAX 6
struct command {
    enum op  op;
    unsigned line;
    char    *text;                           /* what to type or look for, or a file */
    vtime    time;
    int      a, b;                           /* mouse: dx dy, x y or button; drive; exit status */
    uint16_t keys[COMBO_MAX];
    unsigned n_keys;
};

enum script_state { SCRIPT_RUNS, SCRIPT_ENDED, SCRIPT_FAILED };
enum guest_state { GUEST_RUNS, GUEST_DEAD, GUEST_OFF };

struct script {
    const char     *name;
    struct command *cmd;
    unsigned        n, pc;
    bool            begun;                   /* the present command has begun, at 'since' */
    vtime           since;
    struct typer    typer;                   /* keys and buttons still to be sent */
    uint8_t         buttons;
    int             at_x, at_y;              /* where the mouse was put last, in pixels */
    /* how long the guest has been idle */
    vtime           seen, idle;
    uint64_t        seen_insns;
    int             status;
    bool            reset;                   /* the machine was reset or loaded: it runs again */
};

/* l: the keyboard that 'type' types on */
bool script_parse(struct script *s, const char *name, const char *text, const struct layout *l,
                  struct error *err);
void script_free(struct script *s);
/* Goes as far as it can at this moment. On SCRIPT_ENDED or _FAILED, s->status is the exit
 * status; what failed is in err. */
enum script_state script_step(struct script *s, struct session *on, enum guest_state guest,
                              struct error *err);
