/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the window draws over the guest's picture: a bar that hides, the menu, a line that fades;
 * and the keys and clicks that are for them. Each is a texture of its own, drawn anew only when
 * what it says has changed.
 */
#include "frontend/sdl_video.h"

#ifdef HAVE_SDL
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/clock.h"
#include "host/whole_file.h"
#include "machine/machine.h"

#define MS        UINT64_C(1000000)
#define LIT_TIME  (120 * MS)
#define PASTE_MAX (64u << 10)
#define LONG_TYPING 150u                     /* keys down and up: 3 seconds */
#define MENU_W    (8 * FONT_W)               /* of the bar's button */
#define GROUND    0xf6181c20u
#define TEXT      0xffe8e8e8u
#define DIM       0xffa0a0a0u

/* ---- what is remembered ---- */

void ui_start(struct video *v)
{
    static const char file[] = "window.conf";
    struct error err;
    uint8_t *p;
    size_t n;
    char *dir = SDL_GetPrefPath("", "vitrine");
    prefs_init(&v->prefs);
    v->ui = 1;
    v->locks_tried = NO_LOCKS;
    v->bar_until = host_now() + 4000 * MS;
    if (dir && (v->prefs_path = malloc(strlen(dir) + sizeof file))) {
        strcpy(v->prefs_path, dir);
        strcat(v->prefs_path, file);
        if (whole_file_read(v->prefs_path, 1 << 16, &p, &n, &err)) {
            prefs_parse(&v->prefs, (char *)p);
            free(p);
        }
    }
    SDL_free(dir);
    v->host = host_key_find(v->prefs.host_key);
    if (!v->host)
        v->host = host_key_find(HOST_KEY_DEFAULT);
}

static void free_layer(struct layer *l)
{
    canvas_free(&l->c);
    if (l->tex)
        SDL_DestroyTexture(l->tex);
}

void ui_close(struct video *v)
{
    struct buf out = { 0 };
    struct error err;
    if (v->prefs_changed && v->prefs_path) {
        prefs_write(&v->prefs, &out);
        whole_file_write(v->prefs_path, out.p, out.len, &err);
        buf_free(&out);
    }
    free(v->prefs_path);
    free_layer(&v->bar);
    free_layer(&v->panel);
    free_layer(&v->said);
    menu_close(&v->menu);
    typer_free(&v->typer);
}

/* ---- the three things ---- */

void ui_show_bar(struct video *v, unsigned ms)
{
    uint64_t until = host_now() + ms * MS;
    v->bar_until = until > v->bar_until ? until : v->bar_until;
}

void video_message(struct video *v, const char *fmt, ...)
{
    char text[NOTE_TEXT];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    note_say(&v->note, host_now(), text);
    v->next_frame = 0;
}

void video_hold(struct video *v, const char *text)
{
    note_hold(&v->note, text);
    v->next_frame = 0;
}

/* Next time, look there again. */
void video_inserted(struct video *v, int slot, const char *path)
{
    size_t n = path ? (size_t)(path_last(path) - path) : 0;
    if (!n)
        return;
    prefs_recent(&v->prefs, slot == SLOT_CDROM, path);
    if (n > 1 && path[n - 2] != ':')
        n--;                                 /* but for a root, without its last slash */
    if (n < sizeof v->prefs.folder)
        snprintf(v->prefs.folder, sizeof v->prefs.folder, "%.*s", (int)n, path);
    v->prefs_changed = true;
}

bool ui_has_keys(const struct video *v) { return menu_is_open(&v->menu); }

static struct menu_view view_of(struct video *v)
{
    struct menu_view m = { .paused = v->status.state == VIDEO_PAUSED, .captured = v->grabbed,
                           .fullscreen = v->fullscreen, .speed = v->status.speed,
                           .scaling = v->prefs.scaling, .aspect = v->prefs.aspect,
                           .bar = v->prefs.bar, .host_key = v->host,
                           .recent = { v->prefs.recent[0], v->prefs.recent[1] },
                           .keymap = v->typer.layout };
    for (int i = 0; i < SLOTS && v->s; i++) {
        m.drive[i] = session_has_drive(v->s, i);
        m.medium[i] = v->s->media[i].bd ? v->s->media[i].name : NULL;
        m.path[i] = v->s->media[i].path;
        m.locked[i] = i != SLOT_CDROM && v->s->media[i].bd && v->s->media[i].bd->read_only;
    }
    m.absolute = v->s && machine_mouse_absolute(v->s->m);
    return m;
}

static void menu_changed(struct video *v)
{
    v->menu_dirty = true;
    v->next_frame = 0;
    if (!menu_is_open(&v->menu))
        return;
    sdl_release_keys(v);
    sdl_grab(v, false);
}

void ui_toggle_menu(struct video *v)
{
    char here[WANT_PATH];
    if (menu_is_open(&v->menu)) {
        menu_close(&v->menu);
    } else {
        const char *start = v->prefs.folder;
        if (!*start && folder_current(here, sizeof here))
            start = here;
        menu_open(&v->menu, *start ? start : ".");
    }
    menu_changed(v);
}

/* Is there something to lose, and has the user not been told so? Asking twice for the same is an
 * answer. */
static bool ask(struct video *v, const struct want *w)
{
    enum video_state state = v->status.state;
    enum want_kind what = w->kind;
    bool sure = w->arg || menu_asks(&v->menu, what);
    if (sure || (state != VIDEO_RUNS && state != VIDEO_PAUSED) || !v->s || session_is_demo(v->s)) {
        menu_close(&v->menu);
        menu_changed(v);
        typer_clear(&v->typer);
        v->see_locks = true;
        return false;
    }
    menu_ask(&v->menu, what);
    menu_changed(v);
    if (SDL_GetWindowFlags(v->win) & SDL_WINDOW_MINIMIZED)
        SDL_RestoreWindow(v->win);
    return true;
}

/* ---- input ---- */

bool ui_key(struct video *v, const SDL_KeyboardEvent *e, struct want *w)
{
    static const struct { SDL_Scancode key; enum menu_key menu; } keys[] = {
        { SDL_SCANCODE_UP, MENU_UP }, { SDL_SCANCODE_DOWN, MENU_DOWN },
        { SDL_SCANCODE_PAGEUP, MENU_PAGE_UP }, { SDL_SCANCODE_PAGEDOWN, MENU_PAGE_DOWN },
        { SDL_SCANCODE_HOME, MENU_HOME }, { SDL_SCANCODE_END, MENU_END },
        { SDL_SCANCODE_RETURN, MENU_ENTER }, { SDL_SCANCODE_KP_ENTER, MENU_ENTER },
        { SDL_SCANCODE_RIGHT, MENU_ENTER }, { SDL_SCANCODE_LEFT, MENU_BACK },
        { SDL_SCANCODE_BACKSPACE, MENU_BACK }, { SDL_SCANCODE_ESCAPE, MENU_CLOSE },
    };
    struct menu_view view = view_of(v);
    v->menu_dirty = true;
    v->next_frame = 0;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (keys[i].key == e->keysym.scancode)
            return menu_key(&v->menu, keys[i].menu, &view, w) && !ui_act(v, w);
    if (e->keysym.sym > ' ' && e->keysym.sym < 0x7f)
        return menu_char(&v->menu, (char)e->keysym.sym, &view, w) && !ui_act(v, w);
    return false;
}

bool ui_button(struct video *v, const SDL_MouseButtonEvent *e, struct want *w)
{
    int x = e->x, y = e->y;
    bool down = e->type == SDL_MOUSEBUTTONDOWN, left = e->button == SDL_BUTTON_LEFT;
    sdl_to_output(v, &x, &y);
    x /= v->ui;
    y /= v->ui;
    w->kind = WANT_NOTHING;
    if (v->bar.on && y < BAR_HEIGHT) {
        if (down && left && x < MENU_W)
            ui_toggle_menu(v);
        return true;
    }
    if (!menu_is_open(&v->menu))
        return false;
    if (!down)
        return true;
    v->menu_dirty = true;
    v->next_frame = 0;
    x -= v->panel.x;
    y -= v->panel.y;
    if (x < 0 || y < 0 || x >= v->panel.c.w || y >= v->panel.c.h) {
        menu_close(&v->menu);
        return true;
    }
    struct menu_view view = view_of(v);
    if (left && menu_click(&v->menu, x, y, &view, w) && ui_act(v, w))
        w->kind = WANT_NOTHING;
    return true;
}

void ui_motion(struct video *v, int x, int y)
{
    y /= v->ui;
    x /= v->ui;
    /* A guest with the pointer has things of its own at the top: there only the edge will do. */
    bool guest = v->s && machine_mouse_absolute(v->s->m);
    v->in_bar = y < (v->bar.on ? BAR_HEIGHT + 8 : guest ? 3 : BAR_HEIGHT - 10);
    if (v->in_bar || menu_is_open(&v->menu))
        v->next_frame = 0;
    if (!menu_is_open(&v->menu))
        return;
    struct menu_view view = view_of(v);
    menu_hover(&v->menu, x - v->panel.x, y - v->panel.y, &view);
    v->menu_dirty = true;
}

bool ui_wheel(struct video *v, int y)
{
    struct menu_view view = view_of(v);
    if (!menu_is_open(&v->menu))
        return false;
    menu_wheel(&v->menu, -y, &view);
    v->menu_dirty = true;
    return true;
}

/* ---- what the window does itself ---- */

static void paste(struct video *v)
{
    static const uint16_t caps_lock = 0x3a;
    if (v->typer.queued) {
        typer_clear(&v->typer);
        video_message(v, "Typing stopped");
        return;
    }
    char *text = SDL_GetClipboardText();
    if (!text || !*text) {
        video_message(v, "The clipboard holds no text");
    } else if (strlen(text) > PASTE_MAX) {
        video_message(v, "The clipboard holds too much to type: at most 64 KB");
    } else {
        bool caps = v->s && machine_locks(v->s->m) & LOCK_CAPS;
        if (caps)
            typer_combo(&v->typer, &caps_lock, 1);
        unsigned unknown = typer_text(&v->typer, text);
        if (caps)
            typer_combo(&v->typer, &caps_lock, 1);
        if (unknown)
            video_message(v, "%u character%s left out that this keyboard does not have: %s (the "
                          "menu has others)", unknown, unknown == 1 ? "" : "s",
                          layout_title(v->typer.layout));
    }
    SDL_free(text);
}

static void copy(struct video *v)
{
    struct buf text = { 0 };
    bool is_text = v->s && session_has_text(v->s);
    if (is_text)
        session_text(v->s, &text, false);
    if (is_text && text.p && !SDL_SetClipboardText((char *)text.p))
        video_message(v, "The screen's text is in the clipboard");
    else
        video_message(v, is_text ? "The clipboard does not take it" :
                         "This screen is a picture: a screenshot keeps it");
    buf_free(&text);
}

static void send_combo(struct video *v, int row)
{
    const uint16_t *k = menu_combos[row].keys;
    unsigned n = 0;
    while (n < 4 && k[n])
        n++;
    typer_combo(&v->typer, k, n);
}

bool ui_act(struct video *v, const struct want *w)
{
    v->expose = true;
    switch (w->kind) {
    case WANT_QUIT:
    case WANT_RESET:      return ask(v, w);
    case WANT_PASTE:      paste(v); return true;
    case WANT_COPY:       copy(v); return true;
    case WANT_KEYS:       send_combo(v, w->arg); return true;
    case WANT_FULLSCREEN: sdl_toggle_fullscreen(v); return true;
    case WANT_SIZE:       sdl_resize(v, w->arg); return true;
    case WANT_CAPTURE:
        if (!v->s || !machine_mouse_absolute(v->s->m))
            sdl_grab(v, !v->grabbed);
        return true;
    case WANT_KEYMAP:
        v->typer.layout = layout_at((unsigned)w->arg);
        strcpy(v->prefs.keymap, layout_name(v->typer.layout));
        break;
    case WANT_HOST_KEY:
        v->host = host_key_at((unsigned)w->arg);
        strcpy(v->prefs.host_key, v->host->name);
        video_message(v, "%s opens this menu and releases the mouse", v->host->title);
        break;
    case WANT_LOAD:
        if (v->s && session_disks_went_on(v->s) && ask(v, w))
            return true;
        typer_clear(&v->typer);
        v->see_locks = true;
        return false;
    case WANT_SCALING:    v->prefs.scaling = (enum scaling)w->arg; break;
    case WANT_ASPECT:     v->prefs.aspect = w->arg != 0; break;
    case WANT_BAR:        v->prefs.bar = w->arg != 0; break;
    default: return false;
    }
    return v->prefs_changed = true;
}

/* ---- drawing ---- */

static void upload(struct video *v, struct layer *l)
{
    if (!l->tex || l->tex_w != l->c.w || l->tex_h != l->c.h) {
        if (l->tex)
            SDL_DestroyTexture(l->tex);
        l->tex = SDL_CreateTexture(v->ren, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING,
                                   l->c.w, l->c.h);
        l->tex_w = l->c.w;
        l->tex_h = l->c.h;
        if (l->tex) {
            SDL_SetTextureBlendMode(l->tex, SDL_BLENDMODE_BLEND);
            SDL_SetTextureScaleMode(l->tex, SDL_ScaleModeNearest);
        }
    }
    if (l->tex)
        SDL_UpdateTexture(l->tex, NULL, l->c.px, l->c.w * (int)sizeof *l->c.px);
    l->on = l->tex != NULL;
}

static const struct { int slot; const char *name; uint32_t lit; } lamps[] = {
    { SLOT_FDA, "A", 0xff50e050u }, { SLOT_FDB, "B", 0xff50e050u }, { SLOT_HDA, "1", 0xffffb020u },
    { SLOT_HDB, "2", 0xffffb020u }, { SLOT_HDC, "3", 0xffffb020u }, { SLOT_HDD, "4", 0xffffb020u },
    { SLOT_CDROM, "CD", 0xff60b0ffu },
};

static void draw_bar(struct video *v, const struct bar_view *b)
{
    struct canvas *c = &v->bar.c;
    if (!canvas_size(c, b->w, BAR_HEIGHT))
        return;
    canvas_rect(c, 0, 0, c->w, c->h, GROUND);
    if (b->menu)
        canvas_rect(c, 0, 0, MENU_W, c->h, 0xff2f6fb0u);
    canvas_text(c, FONT_W / 2, 3, "\u2261 Menu", 7, TEXT);
    int x = MENU_W + FONT_W, chars = (b->w - x) / FONT_W;
    for (size_t i = 0; i < ARRAY_LEN(lamps); i++) {
        if (!b->present[lamps[i].slot])
            continue;
        canvas_rect(c, x, 7, 8, 8, b->light[lamps[i].slot] ? lamps[i].lit : 0xff404448u);
        x = canvas_text(c, x + 11, 3, lamps[i].name, 2, DIM) + FONT_W;
    }
    x = canvas_text(c, x + FONT_W, 3, b->speed, 24, DIM) + 2 * FONT_W;
    chars = (b->w - x - FONT_W / 2) / FONT_W;
    int n = canvas_text_chars(b->mouse);
    if (chars > 3)
        canvas_text(c, n < chars ? b->w - FONT_W / 2 - n * FONT_W : x, 3, b->mouse, chars,
                    b->captured ? 0xffffe060u : DIM);
    upload(v, &v->bar);
}

static void look_at_drives(struct video *v, struct bar_view *b, uint64_t now)
{
    for (int i = 0; i < SLOTS && v->s; i++) {
        const struct blockdev *bd = v->s->media[i].bd;
        uint64_t uses = bd ? bd->uses : 0;
        b->present[i] = bd || session_has_drive(v->s, i);
        if (uses != v->uses[i] && bd)
            v->lit_until[i] = now + LIT_TIME;
        v->uses[i] = uses;
        b->light[i] = now < v->lit_until[i];
    }
}

static void speed_text(const struct video *v, char *to, size_t room)
{
    const struct status *st = &v->status;
    static const char *const states[] = { "", "paused", "powered off", "halted" };
    if (st->state != VIDEO_RUNS)
        snprintf(to, room, "%s", states[st->state]);
    else if (st->percent)
        snprintf(to, room, "%u MIPS %u%%", st->mips, st->percent);
}

static bool update_bar(struct video *v, int w, uint64_t now)
{
    struct bar_view b;
    bool was = v->bar.on;
    bool on = v->prefs.bar || menu_is_open(&v->menu) || now < v->bar_until ||
              (v->in_bar && !v->grabbed && SDL_GetMouseFocus() == v->win);
    if (!on) {
        v->bar.on = false;
        return was;
    }
    memset(&b, 0, sizeof b);
    b.w = w;
    b.menu = menu_is_open(&v->menu);
    b.captured = v->grabbed;
    look_at_drives(v, &b, now);
    speed_text(v, b.speed, sizeof b.speed);
    if (v->grabbed)
        snprintf(b.mouse, sizeof b.mouse, "%s or Ctrl+Alt+G releases the mouse",
                 v->host->title);
    else if (v->s && machine_mouse_absolute(v->s->m))
        snprintf(b.mouse, sizeof b.mouse, "%s: menu", v->host->title);
    else
        snprintf(b.mouse, sizeof b.mouse, "%s: menu  Click: mouse to the guest", v->host->title);
    if (was && !memcmp(&b, &v->bar_shown, sizeof b))
        return false;
    v->bar_shown = b;
    draw_bar(v, &b);
    return true;
}

static bool update_menu(struct video *v, int w, int h)
{
    bool was = v->panel.on;
    if (!menu_is_open(&v->menu)) {
        v->panel.on = v->menu_dirty = false;
        return was;
    }
    if (was && !v->menu_dirty)
        return false;
    struct menu_view view = view_of(v);
    v->panel.x = 4;
    v->panel.y = BAR_HEIGHT + 2;
    if (menu_draw(&v->menu, &view, &v->panel.c, w - 8, h - v->panel.y - 4))
        upload(v, &v->panel);
    v->menu_dirty = false;
    return true;
}

/* Long texts are typed for a while. */
static void typing_text(const struct video *v, char *to, size_t room)
{
    const struct typer *t = &v->typer;
    *to = 0;
    if (t->queued >= LONG_TYPING)
        snprintf(to, room, "Typing the clipboard: %u%% (%s+V stops it)",
                 (unsigned)(t->sent * 100 / t->queued), v->host->title);
}

static bool update_note(struct video *v, int w, int h, uint64_t now)
{
    struct layer *l = &v->said;
    unsigned strength;
    char typing[120];
    const char *text = note_now(&v->note, now, &strength);
    if (!*text) {
        typing_text(v, typing, sizeof typing);
        text = typing;
    }
    bool was = l->on, same = was && !strcmp(text, v->said_text) && w == v->said_w;
    if (!*text) {
        l->on = false;
        return was;
    }
    if (!same) {
        if (!note_draw(&l->c, text, w - FONT_W))
            return false;
        upload(v, l);
        strcpy(v->said_text, text);
        v->said_w = w;
    }
    l->x = (w - l->c.w) / 2;
    l->y = h - l->c.h - 8;
    if (l->tex)
        SDL_SetTextureAlphaMod(l->tex, (uint8_t)strength);
    return !same || strength < 255;
}

bool ui_update(struct video *v, uint64_t now)
{
    int ow, oh, ww, wh;
    SDL_GetWindowSize(v->win, &ww, &wh);
    if (SDL_GetRendererOutputSize(v->ren, &ow, &oh) || ow < 16 || oh < 16 || ww <= 0)
        return false;
    int ui = (ow + ww / 2) / ww;
    ui = ui < 1 ? 1 : ui;
    if (ui == 1 && oh >= 1500)
        ui = 2;
    if (ui != v->ui) {
        v->ui = ui;
        v->bar.on = v->said.on = false;
        v->menu_dirty = true;
    }
    bool changed = update_bar(v, ow / ui, now);
    changed |= update_menu(v, ow / ui, oh / ui);
    changed |= update_note(v, ow / ui, oh / ui, now);
    return changed;
}

static void put(struct video *v, const struct layer *l)
{
    SDL_Rect r = { l->x * v->ui, l->y * v->ui, l->tex_w * v->ui, l->tex_h * v->ui };
    if (l->on && l->tex)
        SDL_RenderCopy(v->ren, l->tex, NULL, &r);
}

bool ui_covers(const struct video *v, const SDL_Rect *r)
{
    const struct layer *const layers[] = { &v->bar, &v->panel, &v->said };
    for (size_t i = 0; i < ARRAY_LEN(layers); i++) {
        const struct layer *l = layers[i];
        SDL_Rect at = { l->x * v->ui, l->y * v->ui, l->tex_w * v->ui, l->tex_h * v->ui };
        if (l->on && SDL_HasIntersection(&at, r))
            return true;
    }
    return false;
}

void ui_present(struct video *v)
{
    put(v, &v->bar);
    put(v, &v->panel);
    put(v, &v->said);
}
#else
typedef int not_empty;               /* ISO C wants a declaration in every file */
#endif
