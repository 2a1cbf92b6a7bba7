/* SPDX-License-Identifier: BSD-2-Clause */
/* What sdl_video.c and sdl_input.c share: the window and what is held down in it. */
#pragma once
#include "frontend/video.h"

#ifdef HAVE_SDL
#define SDL_MAIN_HANDLED
#include <SDL.h>

#define PENDING 128
struct video {
    SDL_Window   *win;
    SDL_Renderer *ren;
    SDL_Texture  *tex;
    int           tex_w, tex_h;          /* size of the texture */
    int           set_w, set_h;          /* size we gave the window; another one is the user's
                                            choice */
    SDL_Rect      windowed;              /* where it was before it filled the screen */
    unsigned      scale;
    bool          fullscreen, expose;
    uint32_t     *shown;                 /* the picture in the texture */
    bool          shown_any, shown_doubled;
    uint64_t      next_frame, last_change;
    char          title[128];
    /* input */
    bool          grabbed, host_key, host_used;
    uint8_t       buttons;
    int           dx, dy, wheel;
    bool          mouse_changed;
    bool          down[512];             /* by set 1 code: what the guest believes is held */
    struct input  pending[PENDING];      /* what the machine could not take yet */
    unsigned      n_pending;
};

#ifdef __APPLE__
#define HOST_KEY      SDL_SCANCODE_LGUI
#define HOST_KEY_NAME "left Command"
#else
#define HOST_KEY      SDL_SCANCODE_RCTRL
#define HOST_KEY_NAME "right Ctrl"
#endif

void sdl_grab(struct video *v, bool on);
void sdl_toggle_fullscreen(struct video *v);
#endif
