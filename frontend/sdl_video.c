/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window: one texture that holds the guest's screen, shown as large as it fits, and what
 * sdl_ui.c draws over it. Nothing is drawn while nothing changes, and a screen that has not changed
 * for a while is looked at less often. Where OpenGL would be the processor's work, SDL's own
 * renderer and our enlarging are used instead: they can show the lines that changed, and no others.
 */
#include "frontend/sdl_video.h"

#ifdef HAVE_SDL
#include <stdio.h>
#include <stdlib.h>

#include "frontend/icon.h"

#define FRAME      UINT64_C(16666667)
#define FRAME_IDLE UINT64_C(50000000)
#define IDLE_AFTER UINT64_C(1000000000)
#define SETTLE     1000              /* ms that a window manager may take to follow */
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
    SDL_SetHint("SDL_WINDOWS_DPI_AWARENESS", "permonitorv2");    /* else Windows scales again */
    SDL_SetHint("SDL_APP_NAME", "Vitrine");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO))
        return error_set(err, 1, "no display (%s): run inside a desktop session, or use --headless",
                         SDL_GetError());
    SDL_EnableScreenSaver();
    sdl_joy_open();
    return true;
}

/* ---- sizes ---- */

/* Where on its screen the window can be, within its frame, as far as that is known. */
static bool usable(struct video *v, SDL_Rect *r)
{
    int display = v->win ? SDL_GetWindowDisplayIndex(v->win) : 0, top, left, bottom, right;
    if (SDL_GetDisplayUsableBounds(display < 0 ? 0 : display, r))
        return false;
    if (v->win && !SDL_GetWindowBordersSize(v->win, &top, &left, &bottom, &right)) {
        r->x += left;
        r->y += top;
        r->w -= left + right;
        r->h -= top + bottom;
    }
    return r->w > 0 && r->h > 0;
}

/* No larger than the screen, and of the same shape. */
static void fit_screen(struct video *v, int *w, int *h)
{
    SDL_Rect r;
    if (!usable(v, &r))
        return;
    if (*w > r.w) {
        *h = (int)((int64_t)*h * r.w / *w);
        *w = r.w;
    }
    if (*h > r.h) {
        *w = (int)((int64_t)*w * r.h / *h);
        *h = r.h;
    }
}

/* What was remembered, or asked for; else what is good to read on this screen. */
static void choose_size(struct video *v, const struct options *o)
{
    SDL_Rect r;
    v->base_w = 960;
    v->base_h = 720;
    if (o->scale) {
        v->base_w = 720 * (int)o->scale;
        v->base_h = 540 * (int)o->scale;
    } else if (v->prefs.w) {
        v->user_sized = true;
        v->base_w = v->prefs.w;
        v->base_h = v->prefs.h;
    } else if (usable(v, &r) && r.w >= 2400 && r.h >= 1300) {
        v->base_w = 1440;
        v->base_h = 1080;
    } else if (usable(v, &r) && (r.w < 1200 || r.h < 800)) {
        v->base_w = 720;
        v->base_h = 540;
    }
    fit_screen(v, &v->base_w, &v->base_h);
    v->set_w = v->base_w;
    v->set_h = v->base_h;
}

/* A window that has grown, or that a smaller screen remembers, may reach out of it. */
static void keep_on_screen(struct video *v)
{
    SDL_Rect r;
    int x, y;
    if (!usable(v, &r))
        return;
    SDL_GetWindowPosition(v->win, &x, &y);
    int right = r.x + r.w - v->set_w, low = r.y + r.h - v->set_h;
    int to_x = x > right ? right : x, to_y = y > low ? low : y;
    to_x = to_x < r.x ? r.x : to_x;
    to_y = to_y < r.y ? r.y : to_y;
    if (to_x != x || to_y != y)
        SDL_SetWindowPosition(v->win, to_x, to_y);
}

static void set_size(struct video *v, int w, int h)
{
    fit_screen(v, &w, &h);
    if (w == v->set_w && h == v->set_h)
        return;
    v->set_w = w;
    v->set_h = h;
    v->settle = SDL_GetTicks() + SETTLE;
    SDL_SetWindowSize(v->win, w, h);
    keep_on_screen(v);
}

static struct picture picture(const struct video *v)
{
    return (struct picture){ v->tex_w, v->tex_h, v->shown_doubled, v->shown_paired };
}

/* The menu's sizes: whole pixels of the present mode. */
void sdl_resize(struct video *v, int times)
{
    int w, h;
    if (v->fullscreen || !v->tex)
        return;
    fit_natural(picture(v), v->prefs.aspect, &w, &h);
    set_size(v, w * times, h * times);
    v->base_w = v->prefs.w = v->set_w;
    v->base_h = v->prefs.h = v->set_h;
    v->user_sized = v->prefs_changed = true;
}

/* Was the window given another size by the user? */
static void watch_size(struct video *v)
{
    int w, h;
    SDL_GetWindowSize(v->win, &w, &h);
    if (v->fullscreen || !SDL_TICKS_PASSED(SDL_GetTicks(), v->settle))
        return;
    if ((w == v->set_w && h == v->set_h) || w <= 0 || h <= 0)
        return;
    v->set_w = w;
    v->set_h = h;
    v->user_sized = true;
    if (SDL_GetWindowFlags(v->win) & SDL_WINDOW_MAXIMIZED)
        return;
    v->base_w = v->prefs.w = w;
    v->base_h = v->prefs.h = h;
    v->prefs_changed = true;
}

void sdl_to_output(struct video *v, int *x, int *y)
{
    int ww, wh, ow, oh;
    SDL_GetWindowSize(v->win, &ww, &wh);
    if (SDL_GetRendererOutputSize(v->ren, &ow, &oh) || ww <= 0 || wh <= 0)
        return;
    *x = (int)((int64_t)*x * ow / ww);
    *y = (int)((int64_t)*y * oh / wh);
}

/* ---- opening ---- */

/* For tests: as if this file had been dropped on the window. */
static void push_drop(const char *path)
{
    SDL_Event e = { .type = SDL_DROPFILE };
    e.drop.file = SDL_strdup(path);
    SDL_PushEvent(&e);
}

/* Does the processor do what OpenGL asks for? */
static bool slow_renderer(SDL_Renderer *ren)
{
#if defined _WIN32 || defined __APPLE__
    return false;
#else
    static const char *const names[] = { "llvmpipe", "softpipe", "Software Rasterizer", "SWR" };
    typedef const unsigned char *get_string(unsigned);
    SDL_RendererInfo info;
    if (SDL_GetHint(SDL_HINT_RENDER_DRIVER) || SDL_GetRendererInfo(ren, &info) ||
        strncmp(info.name, "opengl", 6) != 0)
        return false;
    void *p = SDL_GL_GetProcAddress("glGetString");
    get_string *get;
    if (!p)
        return false;
    memcpy(&get, &p, sizeof get);
    const char *name = (const char *)get(0x1f01);            /* GL_RENDERER */
    for (size_t i = 0; name && i < ARRAY_LEN(names); i++)
        if (strstr(name, names[i]))
            return true;
    return false;
#endif
}

static bool create_renderer(struct video *v)
{
    SDL_RendererInfo info;
    v->ren = SDL_CreateRenderer(v->win, -1, 0);
    if (v->ren && slow_renderer(v->ren)) {
        SDL_DestroyRenderer(v->ren);
        v->ren = NULL;
    }
    if (!v->ren) {
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
        v->ren = SDL_CreateRenderer(v->win, -1, SDL_RENDERER_SOFTWARE);
    }
    if (!v->ren)
        v->ren = SDL_CreateRenderer(v->win, -1, 0);
    v->plain = v->ren && !SDL_GetRendererInfo(v->ren, &info) &&
               info.flags & SDL_RENDERER_SOFTWARE;
    return v->ren != NULL;
}

static void set_icon(struct video *v)
{
    struct canvas c = { 0 };
    SDL_Surface *s;
    if (icon_draw(&c) && (s = SDL_CreateRGBSurfaceWithFormatFrom(
                              c.px, c.w, c.h, 32, c.w * (int)sizeof *c.px,
                              SDL_PIXELFORMAT_ARGB8888))) {
        SDL_SetWindowIcon(v->win, s);
        SDL_FreeSurface(s);
    }
    canvas_free(&c);
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
    v->typer.layout = o->keymap;
    ui_start(v);
    if (!o->set_keymap && layout_find(v->prefs.keymap))
        v->typer.layout = layout_find(v->prefs.keymap);
    if (o->host_key)
        v->host = o->host_key;
    choose_size(v, o);
    v->win = SDL_CreateWindow("Vitrine", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, v->set_w,
                              v->set_h, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!v->win || !create_renderer(v)) {
        error_set(err, 1, "the window cannot be opened (%s): use --headless", SDL_GetError());
        video_close(v);
        return NULL;
    }
    set_icon(v);
    SDL_SetWindowMinimumSize(v->win, 240, 160);
    keep_on_screen(v);
    if (o->fullscreen)
        sdl_toggle_fullscreen(v);
    if (o->drop)
        push_drop(o->drop);
    return v;
}

void video_close(struct video *v)
{
    if (!v)
        return;
    ui_close(v);
    sdl_joy_close(v);
    if (v->tex)
        SDL_DestroyTexture(v->tex);
    if (v->big)
        SDL_DestroyTexture(v->big);
    if (v->ren)
        SDL_DestroyRenderer(v->ren);
    if (v->win)
        SDL_DestroyWindow(v->win);
    SDL_Quit();
    scaler_free(&v->scaler);
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
    v->settle = SDL_GetTicks() + SETTLE;
    if (v->fullscreen) {
        int top = 0, side;
        v->framed = !SDL_GetWindowBordersSize(v->win, &top, &side, &side, &side) && top > 0;
        SDL_GetWindowPosition(v->win, &v->windowed.x, &v->windowed.y);
        SDL_GetWindowSize(v->win, &v->windowed.w, &v->windowed.h);
        if (!v->framed)
            place_on_screen(v);
        video_message(v, "Full screen: %s+F leaves it", v->host->title);
    }
    SDL_SetWindowFullscreen(v->win, v->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    if (!v->fullscreen && !v->framed) {
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
    const char *what = v->s && !v->s->o->demo ? session_name(v->s) : "";
    snprintf(title, sizeof title, "Vitrine%s%s%s%s%s%s", *what ? " - " : "", what, names[state],
             v->grabbed ? " - press " : "", v->grabbed ? v->host->title : "",
             v->grabbed ? " or Ctrl+Alt+G to release the mouse" : "");
    if (!strcmp(title, v->title))
        return;
    strcpy(v->title, title);
    SDL_SetWindowTitle(v->win, title);
}

/* A new mode: a texture of its size, and a larger window while it needs one, unless the user has
 * chosen a size. */
static bool new_mode(struct video *v, const struct surface *s)
{
    int w, h;
    if (v->tex)
        SDL_DestroyTexture(v->tex);
    v->tex_w = (int)s->width;
    v->tex_h = (int)s->height;
    v->tex = SDL_CreateTexture(v->ren, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING,
                               v->tex_w, v->tex_h);
    v->shown_doubled = s->doubled;
    v->shown_paired = s->paired;
    v->shown_any = false;
    v->expose = true;
    v->dirty0 = v->dirty1 = 0;
    if (v->fullscreen || v->user_sized)
        return v->tex != NULL;
    fit_natural(picture(v), v->prefs.aspect, &w, &h);
    bool larger = w > v->base_w || h > v->base_h;
    set_size(v, larger ? w : v->base_w, larger ? h : v->base_h);
    return v->tex != NULL;
}

/* A texture of the size of what is shown of the picture. */
static bool have_big(struct video *v, int access, int w, int h)
{
    if (v->big && w == v->big_w && h == v->big_h)
        return true;
    if (v->big)
        SDL_DestroyTexture(v->big);
    v->big = SDL_CreateTexture(v->ren, SDL_PIXELFORMAT_RGB888, access, w, h);
    v->big_w = w;
    v->big_h = h;
    v->dirty0 = 0;
    v->dirty1 = v->tex_h;
    return v->big != NULL;
}

/* The picture enlarged by whole numbers, so that smoothing the rest leaves its pixels crisp. */
static SDL_Texture *enlarged(struct video *v)
{
    int w = v->tex_w * v->fit.kx, h = v->tex_h * v->fit.ky;
    if ((v->fit.kx == 1 && v->fit.ky == 1) || !SDL_RenderTargetSupported(v->ren))
        return v->tex;
    if (!have_big(v, SDL_TEXTUREACCESS_TARGET, w, h) || SDL_SetRenderTarget(v->ren, v->big))
        return v->tex;
    SDL_SetTextureScaleMode(v->tex, SDL_ScaleModeNearest);
    SDL_SetTextureColorMod(v->tex, 255, 255, 255);
    SDL_RenderCopy(v->ren, v->tex, NULL, NULL);
    SDL_SetRenderTarget(v->ren, NULL);
    return v->big;
}

/* The same and smoothed, by the processor: what has changed. Its lines are put into r. */
static SDL_Texture *enlarged_here(struct video *v, SDL_Rect *r)
{
    const struct fit *f = &v->fit;
    void *to;
    int pitch, d0, d1;
    if (!have_big(v, SDL_TEXTUREACCESS_STREAMING, f->w, f->h) ||
        !scaler_set(&v->scaler, v->tex_w, v->tex_h, f->w, f->h, f->kx, f->ky))
        return NULL;
    scaler_range(&v->scaler, v->dirty0, v->dirty1, &d0, &d1);
    *r = (SDL_Rect){ 0, d0, f->w, d1 - d0 };
    if (d0 >= d1)
        return v->big;
    if (SDL_LockTexture(v->big, r, &to, &pitch))
        return NULL;
    scaler_run(&v->scaler, v->shown, to, pitch / (int)sizeof(uint32_t), d0, d1);
    SDL_UnlockTexture(v->big);
    return v->big;
}

/* Only those lines, if nothing is over them. */
static bool present_lines(struct video *v, SDL_Texture *from, SDL_Rect r)
{
    SDL_Rect to = { v->fit.x, v->fit.y + r.y, r.w, r.h };
    if (v->expose || !r.h || ui_covers(v, &to))
        return false;
    return !SDL_RenderCopy(v->ren, from, &r, &to) && !SDL_RenderFlush(v->ren) &&
           !SDL_UpdateWindowSurfaceRects(v->win, &to, 1);
}

static void present(struct video *v, bool dimmed)
{
    int ow, oh, top = v->prefs.bar ? BAR_HEIGHT * v->ui : 0;
    if (SDL_GetRendererOutputSize(v->ren, &ow, &oh) || !v->tex)
        return;
    v->fit = fit_picture(picture(v), v->prefs.scaling, v->prefs.aspect, ow, oh - top);
    v->fit.y += top;
    SDL_Rect r = { v->fit.x, v->fit.y, v->fit.w, v->fit.h }, lines = { 0 };
    bool whole = r.w % v->tex_w == 0 && r.h % v->tex_h == 0;
    SDL_Texture *from = v->plain ? enlarged_here(v, &lines) : NULL;
    if (v->plain && !from)
        SDL_UpdateTexture(v->tex, NULL, v->shown, v->tex_w * (int)sizeof *v->shown);
    if (!from)
        from = whole ? v->tex : enlarged(v);
    uint8_t light = dimmed ? 120 : 255;
    SDL_SetTextureScaleMode(from, whole || v->plain ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
    SDL_SetTextureColorMod(from, light, light, light);
    v->dirty0 = v->dirty1 = 0;
    if (present_lines(v, from, lines))
        return;
    SDL_SetRenderDrawColor(v->ren, 0, 0, 0, 255);
    SDL_RenderClear(v->ren);
    SDL_RenderCopy(v->ren, from, NULL, &r);
    ui_present(v);
    SDL_RenderPresent(v->ren);
}

/* Copies what differs of the picture between two lines, and the lines from the first to the last
 * that do to the texture. */
static void take(struct video *v, const struct surface *s, unsigned from_line, unsigned to_line)
{
    int first = -1, last = -1;
    for (uint32_t y = from_line; y < to_line; y++) {
        const uint32_t *from = s->px + (size_t)y * s->stride;
        uint32_t *to = v->shown + (size_t)y * s->width;
        if (v->shown_any && !memcmp(to, from, s->width * sizeof *to))
            continue;
        memcpy(to, from, s->width * sizeof *to);
        last = (int)y;
        first = first < 0 ? last : first;
    }
    v->shown_any = true;
    if (first < 0)
        return;
    SDL_Rect r = { 0, first, v->tex_w, last - first + 1 };
    if (!v->plain)
        SDL_UpdateTexture(v->tex, &r, v->shown + (size_t)first * s->width,
                          v->tex_w * (int)sizeof *v->shown);
    bool none = v->dirty0 == v->dirty1;
    v->dirty0 = none || first < v->dirty0 ? first : v->dirty0;
    v->dirty1 = none || last + 1 > v->dirty1 ? last + 1 : v->dirty1;
}

/* Has the picture changed? Then v->shown and the texture are the new one. */
static bool look(struct video *v, struct session *s)
{
    unsigned first, last;
    bool changed = session_draw_changed(s, &first, &last);
    const struct surface *p = &s->surface;
    bool other = !v->tex || (int)p->width != v->tex_w || (int)p->height != v->tex_h ||
                 p->doubled != v->shown_doubled || p->paired != v->shown_paired;
    if (!p->px || !p->width || !p->height || p->width > SURFACE_MAX_W || p->height > SURFACE_MAX_H)
        return false;
    if ((!changed && v->shown_any && v->tex_w) || (other && !new_mode(v, p)))
        return false;
    if (!changed || !v->shown_any || last > p->height) {
        first = 0;
        last = p->height;
    }
    take(v, p, first, last);
    return v->dirty0 != v->dirty1;
}

void video_show(struct video *v, struct session *s, const struct status *st, uint64_t now)
{
    char before[sizeof v->title];
    if (now < v->next_frame && !v->expose)
        return;
    v->s = s;
    v->status = *st;
    watch_size(v);
    strcpy(before, v->title);
    set_title(v, st->state);
    v->expose |= strcmp(before, v->title) != 0;
    v->expose |= ui_update(v, now);
    if (SDL_GetWindowFlags(v->win) & SDL_WINDOW_MINIMIZED) {
        v->next_frame = now + FRAME_IDLE;
        return;
    }
    bool changed = look(v, s);
    if (changed)
        v->last_change = now;
    v->next_frame = now + (now - v->last_change > IDLE_AFTER ? FRAME_IDLE : FRAME);
    if (changed || v->expose)
        present(v, st->state != VIDEO_RUNS);
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
bool video_poll(struct video *v, struct session *s, uint64_t ns, bool feed, struct want *w)
{
    return false;
}
void video_show(struct video *v, struct session *s, const struct status *st, uint64_t now)
{
    (void)v;
}
void video_message(struct video *v, const char *fmt, ...) { (void)v; }
void video_hold(struct video *v, const char *text) { (void)v; }
void video_inserted(struct video *v, int slot, const char *path) { (void)v; }
#endif
