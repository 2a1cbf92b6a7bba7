/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window: one texture that holds the guest's screen, shown as large as it fits. Nothing is
 * drawn while nothing changes, and a screen that has not changed for a while is looked at less
 * often.
 */
#include "frontend/sdl_video.h"

#ifdef HAVE_SDL
#include <stdio.h>
#include <stdlib.h>

#define FRAME      UINT64_C(16666667)
#define FRAME_IDLE UINT64_C(50000000)
#define IDLE_AFTER UINT64_C(1000000000)
#define SHOWN_SIZE ((size_t)SURFACE_MAX_W * SURFACE_MAX_H * sizeof(uint32_t))

/* On Unix the session says what it speaks: asking every driver in turn would print their
 * complaints. */
static bool choose_driver(void)
{
#if !defined _WIN32 && !defined __APPLE__
    const char *x11 = SDL_getenv("DISPLAY"), *wayland = SDL_getenv("WAYLAND_DISPLAY");
    const char *chosen = SDL_getenv("SDL_VIDEODRIVER");
    if (chosen && *chosen)
        return true;
    if ((!x11 || !*x11) && (!wayland || !*wayland))
        return false;
    if (!wayland || !*wayland)
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "x11");
    else if (!x11 || !*x11)
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "wayland");
#endif
    return true;
}

static bool open_display(struct error *err)
{
    if (!choose_driver())
        return error_set(err, 1, "no display: run inside a desktop session, or use --headless");
    SDL_SetMainReady();
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint("SDL_APP_NAME", "Vitrine");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO))
        return error_set(err, 1, "no display (%s): run inside a desktop session, or use --headless",
                         SDL_GetError());
    SDL_EnableScreenSaver();
    return true;
}

static unsigned choose_scale(void)
{
    SDL_Rect r;
    return !SDL_GetDisplayUsableBounds(0, &r) && r.w >= 2400 && r.h >= 1300 ? 2 : 1;
}

/* The largest factor, at most 'scale', with which w x h pixels still fit on the screen. */
static unsigned fit_scale(unsigned scale, int w, int h)
{
    SDL_Rect r;
    if (SDL_GetDisplayUsableBounds(0, &r))
        return scale;
    while (scale > 1 && (w * (int)scale > r.w || h * (int)scale > r.h))
        scale--;
    return scale;
}

struct video *video_open(const struct options *o, struct error *err)
{
    struct video *v = calloc(1, sizeof *v);
    if (v)
        v->shown = calloc(1, SHOWN_SIZE);
    if (!v || !v->shown) {
        error_set(err, 1,
                  "not enough memory for a window: close other programs, or use --headless");
        video_close(v);
        return NULL;
    }
    if (!open_display(err)) {
        video_close(v);
        return NULL;
    }
    v->scale = o->scale ? o->scale : choose_scale();
    v->set_w = 720 * (int)fit_scale(v->scale, 720, 400);
    v->set_h = 400 * (int)fit_scale(v->scale, 720, 400);
    v->win = SDL_CreateWindow("Vitrine", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, v->set_w,
                              v->set_h, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (v->win)
        v->ren = SDL_CreateRenderer(v->win, -1, 0);
    if (v->win && !v->ren)
        v->ren = SDL_CreateRenderer(v->win, -1, SDL_RENDERER_SOFTWARE);
    if (!v->ren) {
        error_set(err, 1, "the window cannot be opened (%s): use --headless", SDL_GetError());
        video_close(v);
        return NULL;
    }
    if (o->fullscreen)
        sdl_toggle_fullscreen(v);
    return v;
}

void video_close(struct video *v)
{
    if (!v)
        return;
    if (v->tex)
        SDL_DestroyTexture(v->tex);
    if (v->ren)
        SDL_DestroyRenderer(v->ren);
    if (v->win)
        SDL_DestroyWindow(v->win);
    SDL_Quit();
    free(v->shown);
    free(v);
}

/* SDL asks the window manager to do it; where there is none, nobody would move the window. */
static void place_on_screen(struct video *v)
{
    SDL_Rect r;
    int display = SDL_GetWindowDisplayIndex(v->win);
    if (SDL_GetDisplayBounds(display < 0 ? 0 : display, &r))
        return;
    SDL_SetWindowPosition(v->win, r.x, r.y);
    SDL_SetWindowSize(v->win, r.w, r.h);
}

void sdl_toggle_fullscreen(struct video *v)
{
    v->fullscreen = !v->fullscreen;
    if (v->fullscreen) {
        SDL_GetWindowPosition(v->win, &v->windowed.x, &v->windowed.y);
        SDL_GetWindowSize(v->win, &v->windowed.w, &v->windowed.h);
        place_on_screen(v);
    }
    SDL_SetWindowFullscreen(v->win, v->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    if (!v->fullscreen) {
        SDL_SetWindowSize(v->win, v->windowed.w, v->windowed.h);
        SDL_SetWindowPosition(v->win, v->windowed.x, v->windowed.y);
    }
    v->expose = true;
}

/* ---- showing ---- */

static void set_title(struct video *v, enum video_state state)
{
    static const char *const names[] = { "", " - paused", " - powered off", " - halted" };
    char title[sizeof v->title];
    snprintf(title, sizeof title, "Vitrine%s%s", names[state],
             v->grabbed ? " - " HOST_KEY_NAME "+G releases the mouse" : "");
    if (!strcmp(title, v->title))
        return;
    strcpy(v->title, title);
    SDL_SetWindowTitle(v->win, title);
}

/* A new mode: a texture of its size, and a window that fits unless the user has chosen one. */
static bool new_mode(struct video *v, const struct surface *s)
{
    int w = (int)s->width, h = (int)s->height, ww, wh;
    if (v->tex)
        SDL_DestroyTexture(v->tex);
    v->tex = SDL_CreateTexture(v->ren, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING, w, h);
    v->tex_w = w;
    v->tex_h = h;
    v->shown_doubled = s->doubled;
    v->shown_any = false;
    SDL_GetWindowSize(v->win, &ww, &wh);
    if (v->fullscreen || ww != v->set_w || wh != v->set_h)
        return v->tex != NULL;
    unsigned scale = w * (s->doubled ? 2 : 1) < 400 ? v->scale * 2 : v->scale;
    scale = fit_scale(scale, w * (s->doubled ? 2 : 1), h);
    v->set_w = w * (s->doubled ? 2 : 1) * (int)scale;
    v->set_h = h * (int)scale;
    SDL_SetWindowSize(v->win, v->set_w, v->set_h);
    return v->tex != NULL;
}

static void present(struct video *v, bool dimmed)
{
    int ow, oh, pw = v->tex_w * (v->shown_doubled ? 2 : 1), ph = v->tex_h;
    if (SDL_GetRendererOutputSize(v->ren, &ow, &oh) || !pw || !ph)
        return;
    SDL_Rect r = { 0, 0, ow, oh };
    if ((int64_t)ow * ph > (int64_t)oh * pw)
        r.w = (int)((int64_t)oh * pw / ph);
    else
        r.h = (int)((int64_t)ow * ph / pw);
    r.x = (ow - r.w) / 2;
    r.y = (oh - r.h) / 2;
    bool whole = r.w % pw == 0 && r.h % ph == 0;
    SDL_SetTextureScaleMode(v->tex, whole ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
    uint8_t light = dimmed ? 120 : 255;
    SDL_SetTextureColorMod(v->tex, light, light, light);
    SDL_SetRenderDrawColor(v->ren, 0, 0, 0, 255);
    SDL_RenderClear(v->ren);
    SDL_RenderCopy(v->ren, v->tex, NULL, &r);
    SDL_RenderPresent(v->ren);
}

/* Copies the picture; true when it differs from the one shown. */
static bool take(struct video *v, const struct surface *s)
{
    bool changed = !v->shown_any;
    for (uint32_t y = 0; y < s->height; y++) {
        const uint32_t *from = s->px + (size_t)y * s->stride;
        uint32_t *to = v->shown + (size_t)y * s->width;
        if (!changed && !memcmp(to, from, s->width * sizeof *to))
            continue;
        memcpy(to, from, s->width * sizeof *to);
        changed = true;
    }
    if (changed)
        SDL_UpdateTexture(v->tex, NULL, v->shown, v->tex_w * (int)sizeof *v->shown);
    v->shown_any = true;
    return changed;
}

void video_show(struct video *v, struct session *s, enum video_state state, uint64_t now)
{
    struct error err;
    char before[sizeof v->title];
    if (now < v->next_frame && !v->expose)
        return;
    strcpy(before, v->title);
    set_title(v, state);
    v->expose |= strcmp(before, v->title) != 0;
    if (!session_draw(s, &err))
        return;
    const struct surface *p = &s->surface;
    if (!p->width || !p->height || p->width > SURFACE_MAX_W || p->height > SURFACE_MAX_H)
        return;
    bool other = !v->tex || (int)p->width != v->tex_w || (int)p->height != v->tex_h ||
                 p->doubled != v->shown_doubled;
    if (other && !new_mode(v, p))
        return;
    if (take(v, p)) {
        v->last_change = now;
        v->expose = true;
    }
    v->next_frame = now + (now - v->last_change > IDLE_AFTER ? FRAME_IDLE : FRAME);
    if (v->expose)
        present(v, state != VIDEO_RUNS);
    v->expose = false;
}

#else /* without SDL 2 */

struct video *video_open(const struct options *o, struct error *err)
{
    error_set(
        err, 1,
        "this build has no window (SDL 2 was not there): use --headless, or build with SDL 2");
    return NULL;
}
void video_close(struct video *v) { (void)v; }
enum video_want video_poll(struct video *v, struct session *s, uint64_t ns, bool feed)
{
    return WANT_NOTHING;
}
void video_show(struct video *v, struct session *s, enum video_state state, uint64_t now)
{
    (void)v;
}
#endif
