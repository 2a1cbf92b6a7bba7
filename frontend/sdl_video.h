/* SPDX-License-Identifier: BSD-2-Clause */
/* What sdl_video.c, sdl_input.c and sdl_ui.c share: the window, what is held down in it, what is
 * drawn over the guest's picture. */
#pragma once
#include "frontend/video.h"

#ifdef HAVE_SDL
#define SDL_MAIN_HANDLED
#include <SDL.h>

#include "frontend/fit.h"
#include "frontend/keys.h"
#include "frontend/menu.h"
#include "frontend/note.h"
#include "frontend/prefs.h"
#include "frontend/scale.h"
#include "frontend/typer.h"

/* Something drawn over the picture: pixels of ours, enlarged v->ui times. */
struct layer {
    struct canvas c;
    SDL_Texture  *tex;
    int           x, y, tex_w, tex_h;
    bool          on;
};

/* What the bar says; it is drawn again when this changes. */
struct bar_view {
    int  w;
    bool present[SLOTS], light[SLOTS], menu, captured;
    char speed[40], mouse[80];
};

#define PENDING 128
struct video {
    SDL_Window   *win;
    SDL_Renderer *ren;
    SDL_Texture  *tex, *big;             /* the picture, and enlarged by repetition */
    int           tex_w, tex_h;          /* size of the texture */
    int           big_w, big_h;
    int           base_w, base_h;        /* the window's size for modes that fit it */
    int           set_w, set_h;          /* size we gave the window; another one is the user's
                                            choice */
    bool          user_sized;
    uint32_t      settle;                /* until then (ms) sizes are not the user's */
    SDL_Rect      windowed;              /* where it was before it filled the screen */
    bool          fullscreen, expose;
    bool          framed;                /* a window manager looks after it */
    uint32_t     *shown;                 /* the picture in the texture */
    bool          shown_any, shown_doubled, shown_paired;
    int           dirty0, dirty1;        /* lines of it that are not on the screen yet */
    bool          plain;                 /* SDL's renderer without graphics card: we enlarge, and */
    struct scaler scaler;                /* show single lines; 'big' is what was enlarged */
    uint64_t      next_frame, last_change;
    char          title[400];
    struct fit    fit;                   /* where the picture is, in pixels of the output */
    /* what the user chose */
    struct prefs  prefs;
    char         *prefs_path;
    bool          prefs_changed;
    /* over the picture */
    int           ui;                    /* a pixel of ours */
    struct layer  bar, panel, said;
    struct bar_view bar_shown;
    struct menu   menu;
    bool          menu_dirty, in_bar;
    uint64_t      bar_until;
    struct note   note;
    char          said_text[NOTE_TEXT];  /* what is drawn of it, and for which width */
    int           said_w;
    uint64_t      uses[SLOTS], lit_until[SLOTS];
    struct status status;
    struct session *s;
    /* input */
    const struct host_key *host;
    bool          grabbed, host_key, host_used;
    uint8_t       buttons;
    int           dx, dy, wheel, at_x, at_y;
    bool          mouse_changed;
    bool          see_locks;             /* whether Num and Caps Lock are as the host has them */
    unsigned      locks_tried;           /* the guest's before we last pressed one, or NO_LOCKS */
    bool          down[512];             /* by set 1 code: what the guest believes is held */
    struct input  pending[PENDING];      /* what the machine could not take yet */
    unsigned      n_pending;
    SDL_GameController *pad[2];
    struct input  joy[2];                /* the sticks as the guest knows them */
    struct typer  typer;                 /* pasted text, keys from the menu */
};

enum { LOCK_NUM = 2, LOCK_CAPS = 4, NO_LOCKS = 8 };        /* as machine_locks() has them */
#define BAR_HEIGHT 22                        /* in pixels of ours */

/* sdl_video.c */
void sdl_toggle_fullscreen(struct video *v);
void sdl_resize(struct video *v, int times);
/* From the window's coordinates to those of the output. */
void sdl_to_output(struct video *v, int *x, int *y);

/* sdl_input.c */
void sdl_grab(struct video *v, bool on);
/* The guest is told that nothing is held down. */
void sdl_release_keys(struct video *v);
/* sdl_joy.c */
void sdl_joy_open(void);
void sdl_joy_close(struct video *v);
void sdl_joy_event(struct video *v, const SDL_Event *e);
bool sdl_joy_state(struct video *v, unsigned stick, struct input *in);   /* true: it has changed */

/* sdl_ui.c */
void ui_start(struct video *v);
void ui_close(struct video *v);
/* Is the guest to have no keys and clicks now? */
bool ui_has_keys(const struct video *v);
bool ui_key(struct video *v, const SDL_KeyboardEvent *e, struct want *w);
/* True: the event was for us, and not for the guest. */
bool ui_button(struct video *v, const SDL_MouseButtonEvent *e, struct want *w);
void ui_motion(struct video *v, int x, int y);
bool ui_wheel(struct video *v, int y);
void ui_toggle_menu(struct video *v);
void ui_show_bar(struct video *v, unsigned ms);
/* What the window does itself; false: it is for the front end. */
bool ui_act(struct video *v, const struct want *w);
/* Redraws what has changed; true when something has. */
bool ui_update(struct video *v, uint64_t now);
void ui_present(struct video *v);
/* Is something drawn over this part of the output? */
bool ui_covers(const struct video *v, const SDL_Rect *r);
#endif
