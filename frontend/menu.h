/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window's menu: lists in one panel, each replacing the one it was opened from, and a list of
 * files. Used by keys and by mouse; knows nothing of SDL or of the machine, so that tests can drive
 * it.
 */
#pragma once
#include "frontend/canvas.h"
#include "frontend/fit.h"
#include "frontend/options.h"
#include "frontend/prefs.h"
#include "host/folder.h"

#define WANT_PATH 4096

enum want_kind {
    WANT_NOTHING, WANT_PAUSE, WANT_POWER, WANT_SCREENSHOT,
    WANT_QUIT, WANT_RESET, WANT_LOAD,    /* arg: 1 when the user has been asked */
    WANT_SAVE,                   /* arg: 1 to quit after that */
    WANT_SPEED,                  /* arg: SPEED_REAL, SPEED_FAST, or MIPS */
    WANT_INSERT, WANT_EJECT,     /* arg: slot; path */
    WANT_DROP,                   /* path: a file to insert where it fits */
    /* the window's own */
    WANT_KEYS,                   /* arg: row of menu_combos */
    WANT_PASTE, WANT_COPY, WANT_CAPTURE, WANT_FULLSCREEN, WANT_SCALING, WANT_ASPECT, WANT_BAR,
    WANT_KEYMAP, WANT_HOST_KEY,  /* arg: as layout_at() and host_key_at() have them */
    WANT_SIZE                    /* arg: enlargement */
};
enum { SPEED_REAL = 0, SPEED_FAST = -1 };
struct want { enum want_kind kind; int arg; char path[WANT_PATH]; };

/* What the lists tell about. */
struct menu_view {
    bool paused, captured, fullscreen, absolute;
    int  speed;
    enum scaling scaling;
    bool aspect, bar;
    bool drive[SLOTS];           /* removable ones that are there */
    const char *medium[SLOTS];   /* what is in them, or NULL */
    bool locked[SLOTS];          /* it is a floppy that may not be written */
    const char *path[SLOTS];     /* of its image, absolute, or NULL */
    const char (*recent[2])[PREFS_PATH];         /* floppies and CDs, as in struct prefs */
    const struct layout *keymap;
    const struct host_key *host_key;
};

struct combo { const char *name; uint16_t keys[4]; };
extern const struct combo menu_combos[];

struct item {
    char text[128], hint[24];
    enum want_kind kind;         /* WANT_NOTHING: opens a list, or just stands there */
    int  arg, opens;             /* list, 0: none */
    const char *path;            /* or NULL */
    bool checked, line;          /* a line above it */
};
#define ITEMS_MAX 32
#define MENU_DEPTH 4
struct menu {
    unsigned depth;              /* 0: closed */
    struct { int list, sel, top; } level[MENU_DEPTH];
    struct item item[ITEMS_MAX];
    int   n;
    /* the list of files */
    int   slot;
    bool  looked;                /* around: the list begins where it was left */
    char  path[WANT_PATH];
    struct folder files;
    unsigned others;             /* files there that are no images for this drive */
    char  trouble[128];
    char  typed[32];             /* the beginning of a name */
    int   rows;                  /* that fit */
};

enum menu_key { MENU_UP, MENU_DOWN, MENU_PAGE_UP, MENU_PAGE_DOWN, MENU_HOME, MENU_END, MENU_ENTER,
                MENU_BACK, MENU_CLOSE };

/* path: where the list of files begins */
void menu_open(struct menu *m, const char *path);
void menu_close(struct menu *m);
static inline bool menu_is_open(const struct menu *m) { return m->depth != 0; }
/* These return true when the user wants something; the menu is closed then. */
bool menu_key(struct menu *m, enum menu_key key, const struct menu_view *v, struct want *w);
bool menu_click(struct menu *m, int x, int y, const struct menu_view *v, struct want *w);
void menu_hover(struct menu *m, int x, int y, const struct menu_view *v);
void menu_wheel(struct menu *m, int lines, const struct menu_view *v);
/* In the list of files to the next name, elsewhere enters the row with that letter. */
bool menu_char(struct menu *m, char c, const struct menu_view *v, struct want *w);
/* Opens with the question whether to quit or to reset; whether that is open. */
void menu_ask(struct menu *m, enum want_kind what);
bool menu_asks(const struct menu *m, enum want_kind what);
/* Draws the panel on a canvas it sizes, no larger than this. */
bool menu_draw(struct menu *m, const struct menu_view *v, struct canvas *c, int max_w, int max_h);
