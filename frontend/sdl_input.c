/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keyboard and mouse of the window. Keys go by their place on the keyboard: SDL's scancodes are USB
 * HID usages (HID Usage Tables, page 7), and the table gives each one's PS/2 set 1 code. The host
 * key is never the guest's.
 */
#include "frontend/sdl_video.h"

#ifdef HAVE_SDL
#include <stdio.h>

#include "machine/machine.h"

/* clang-format off */
static const uint16_t set1[SDL_NUM_SCANCODES] = {
    /* 04 a */
    [0x04] = 0x1e, 0x30, 0x2e, 0x20, 0x12, 0x21, 0x22, 0x23, 0x17, 0x24, 0x25, 0x26, 0x32,
    /* 11 n */ 0x31, 0x18, 0x19, 0x10, 0x13, 0x1f, 0x14, 0x16, 0x2f, 0x11, 0x2d, 0x15, 0x2c,
    /* 1e 1 */ 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
    /* 28 enter esc backspace tab space - = [ ] \ */
    0x1c, 0x01, 0x0e, 0x0f, 0x39, 0x0c, 0x0d, 0x1a, 0x1b, 0x2b,
    /* 32 # ; ' ` , . / caps */ 0x2b, 0x27, 0x28, 0x29, 0x33, 0x34, 0x35, 0x3a,
    /* 3a f1 */ 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x44, 0x57, 0x58,
    /* 46 print scroll pause */ 0x137, 0x46, 0x145,
    /* 49 ins home pgup del end pgdn */ 0x152, 0x147, 0x149, 0x153, 0x14f, 0x151,
    /* 4f right left down up */ 0x14d, 0x14b, 0x150, 0x148,
    /* 53 num / * - + enter */ 0x45, 0x135, 0x37, 0x4a, 0x4e, 0x11c,
    /* 59 1..9 0 . */ 0x4f, 0x50, 0x51, 0x4b, 0x4c, 0x4d, 0x47, 0x48, 0x49, 0x52, 0x53,
    /* 64 <> menu */ 0x56, 0x15d,
    /* 68 f13 */ [0x68] = 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x76,
    /* 85 kp, */ [0x85] = 0x7e,
    /* 87 ro kana yen henkan muhenkan */ [0x87] = 0x73, 0x70, 0x7d, 0x79, 0x7b,
    /* 90 hangul hanja */ [0x90] = 0xf2, 0xf1,
    /* e0 ctrl shift alt win, left and right */
    [0xe0] = 0x1d, 0x2a, 0x38, 0x15b, 0x11d, 0x36, 0x138, 0x15c,
};
/* clang-format on */

/* ---- to the machine, in order, holding back what it cannot take ---- */

static void flush(struct video *v, struct session *s)
{
    unsigned n = 0;
    while (n < v->n_pending && session_input(s, v->pending[n]))
        n++;
    v->n_pending -= n;
    memmove(v->pending, v->pending + n, v->n_pending * sizeof v->pending[0]);
}

static void send(struct video *v, struct input in)
{
    if (v->n_pending < PENDING)
        v->pending[v->n_pending++] = in;
}

static void send_key(struct video *v, unsigned code, bool down)
{
    if (!code || (!down && !v->down[code]))
        return;
    v->down[code] = down;
    /* a guest faster than the wall would repeat what was only touched */
    int16_t ours = v->status.speed != SPEED_REAL;
    send(v, (struct input){ IN_KEY, (uint16_t)code, down, ours, 0 });
}

void sdl_release_keys(struct video *v)
{
    for (unsigned code = 0; code < ARRAY_LEN(v->down); code++)
        send_key(v, code, false);
}

static int16_t clip(int v, int limit)
{
    return (int16_t)(v > limit ? limit : v < -limit ? -limit : v);
}

static void send_place(struct video *v)
{
    int16_t wheel = clip(v->wheel, 7);
    if (v->mouse_changed || wheel)
        send(v, (struct input){ IN_MOUSE_AT, v->buttons, (int16_t)v->at_x, (int16_t)v->at_y,
                                wheel });
    v->mouse_changed = false;
    v->dx = v->dy = v->wheel = 0;
}

/* Motion is gathered over one poll, so that a fast mouse does not fill the queue. */
static void send_mouse(struct video *v)
{
    if (v->s && machine_mouse_absolute(v->s->m)) {
        send_place(v);
        return;
    }
    for (unsigned parts = 8; parts && (v->mouse_changed || v->dx || v->dy || v->wheel); parts--) {
        int16_t dx = clip(v->dx, 255), dy = clip(v->dy, 255), wheel = clip(v->wheel, 7);
        send(v, (struct input){ IN_MOUSE, v->buttons, dx, dy, wheel });
        v->dx -= dx;
        v->dy -= dy;
        v->wheel -= wheel;
        v->mouse_changed = false;
    }
    v->dx = v->dy = v->wheel = 0;
}

void sdl_grab(struct video *v, bool on)
{
    if (v->grabbed == on)
        return;
    ui_show_bar(v, 4000);
    v->grabbed = on;
    v->expose = true;
    SDL_SetRelativeMouseMode(on ? SDL_TRUE : SDL_FALSE);
    SDL_SetWindowKeyboardGrab(v->win, on ? SDL_TRUE : SDL_FALSE);
    SDL_SetHint(SDL_HINT_WINDOWS_NO_CLOSE_ON_ALT_F4, on ? "1" : "0");     /* it is the guest's */
    if (!on && v->buttons) {
        v->buttons = 0;
        v->mouse_changed = true;
    }
}

/* ---- events ---- */

static bool host_combo(struct video *v, SDL_Scancode key, struct want *w)
{
    static const struct { SDL_Scancode key; enum want_kind kind; } keys[] = {
        { SDL_SCANCODE_P, WANT_PAUSE }, { SDL_SCANCODE_R, WANT_RESET },
        { SDL_SCANCODE_B, WANT_POWER }, { SDL_SCANCODE_S, WANT_SCREENSHOT },
        { SDL_SCANCODE_Q, WANT_QUIT }, { SDL_SCANCODE_F, WANT_FULLSCREEN },
        { SDL_SCANCODE_G, WANT_CAPTURE }, { SDL_SCANCODE_V, WANT_PASTE },
        { SDL_SCANCODE_C, WANT_COPY },
        { SDL_SCANCODE_F5, WANT_SAVE }, { SDL_SCANCODE_F9, WANT_LOAD },
        { SDL_SCANCODE_DELETE, WANT_KEYS },
    };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (keys[i].key == key) {
            *w = (struct want){ keys[i].kind, 0, "" };
            return !ui_act(v, w);
        }
    return false;
}

/* By itself it gives the mouse back, or opens the menu; with a letter it is a shortcut. */
static void on_host_key(struct video *v, bool down, bool repeat)
{
    if (down && !repeat) {
        sdl_release_keys(v);
        v->host_used = false;
    }
    if (!down && v->host_key && !v->host_used) {
        if (v->grabbed)
            sdl_grab(v, false);
        else
            ui_toggle_menu(v);
    }
    v->host_key = down;
}

/* Windows has the left Ctrl before AltGr, which is both to it: nobody pressed that. */
static bool shadow(const SDL_KeyboardEvent *e)
{
    SDL_Event next;
    if (e->type != SDL_KEYDOWN || e->repeat || e->keysym.scancode != SDL_SCANCODE_LCTRL ||
        strcmp(SDL_GetCurrentVideoDriver(), "windows") != 0)
        return false;
    for (unsigned wait = 0; wait < 3; wait++) {      /* the two may come apart */
        if (SDL_PeepEvents(&next, 1, SDL_PEEKEVENT, SDL_KEYDOWN, SDL_KEYDOWN) == 1)
            return next.key.keysym.scancode == SDL_SCANCODE_RALT;
        SDL_Delay(1);
        SDL_PumpEvents();
    }
    return false;
}

/* While another window had the keyboard, Num or Caps Lock may have changed there: before the next
 * key the guest gets them. A guest that did not follow the last time has its own mind. */
static void sync_locks(struct video *v, SDL_Scancode key)
{
    static const struct { SDL_Keymod host; unsigned lock; uint16_t code; } locks[] = {
        { KMOD_NUM, LOCK_NUM, 0x45 }, { KMOD_CAPS, LOCK_CAPS, 0x3a },
    };
    bool is_lock = key == SDL_SCANCODE_CAPSLOCK || key == SDL_SCANCODE_NUMLOCKCLEAR;
    if (!v->see_locks || is_lock || !v->s || v->status.state != VIDEO_RUNS)
        return;
    unsigned now = machine_locks(v->s->m), before = v->locks_tried;
    v->see_locks = false;
    v->locks_tried = NO_LOCKS;
    for (size_t i = 0; i < ARRAY_LEN(locks) && now != before; i++) {
        if (!(now & locks[i].lock) == !(SDL_GetModState() & locks[i].host))
            continue;
        v->locks_tried = now;
        send_key(v, locks[i].code, true);
        send_key(v, locks[i].code, false);
    }
}

static bool on_key(struct video *v, const SDL_KeyboardEvent *e, struct want *w)
{
    SDL_Scancode key = e->keysym.scancode;
    bool down = e->type == SDL_KEYDOWN, first = down && !e->repeat;
    if (shadow(e))
        return false;
    if (key == (SDL_Scancode)v->host->usage) {
        on_host_key(v, down, e->repeat);
        return false;
    }
    v->host_used |= v->host_key && down;
    if (v->host_key)
        return first && host_combo(v, key, w);
    if (ui_has_keys(v))
        return down && ui_key(v, e, w);
    /* for keyboards without the host key */
    if (first && v->grabbed && key == SDL_SCANCODE_G && (e->keysym.mod & KMOD_CTRL) &&
        (e->keysym.mod & KMOD_ALT)) {
        sdl_release_keys(v);
        sdl_grab(v, false);
        return false;
    }
    if (first)
        sync_locks(v, key);
    if ((unsigned)key < SDL_NUM_SCANCODES)
        send_key(v, set1[key], down);
    return false;
}

static bool absolute(const struct video *v)
{
    return v->s && machine_mouse_absolute(v->s->m);
}

/* Where the pointer is on the guest's screen, where it draws its own. */
static void place(struct video *v, int x, int y)
{
    bool guest = absolute(v) && !ui_has_keys(v) && !v->in_bar;
    if ((SDL_ShowCursor(SDL_QUERY) == SDL_ENABLE) == guest)
        SDL_ShowCursor(guest ? SDL_DISABLE : SDL_ENABLE);
    if (!guest)
        return;
    int64_t px = x - v->fit.x, py = y - v->fit.y, w = v->fit.w, h = v->fit.h;
    if (w < 2 || h < 2)
        return;
    px = px < 0 ? 0 : px >= w ? w - 1 : px;
    py = py < 0 ? 0 : py >= h ? h - 1 : py;
    v->at_x = (int)(px * 32767 / (w - 1));
    v->at_y = (int)(py * 32767 / (h - 1));
    v->mouse_changed = true;
}

static bool on_button(struct video *v, const SDL_MouseButtonEvent *e, struct want *w)
{
    static const uint8_t bits[] = { [SDL_BUTTON_LEFT] = 1, [SDL_BUTTON_RIGHT] = 2,
                                    [SDL_BUTTON_MIDDLE] = 4, [SDL_BUTTON_X1] = 8,
                                    [SDL_BUTTON_X2] = 16 };
    uint8_t bit = e->button < ARRAY_LEN(bits) ? bits[e->button] : 0;
    bool down = e->type == SDL_MOUSEBUTTONDOWN;
    if (!v->grabbed && (down || !(v->buttons & bit))) {
        if (ui_button(v, e, w))
            return w->kind != WANT_NOTHING;
        if (!absolute(v)) {
            if (down && e->button == SDL_BUTTON_LEFT)
                sdl_grab(v, true);
            return false;
        }
    }
    v->buttons = (uint8_t)(down ? v->buttons | bit : v->buttons & ~bit);
    v->mouse_changed = true;
    send_mouse(v);
    return false;
}

static void on_motion(struct video *v, const SDL_MouseMotionEvent *e)
{
    int x = e->x, y = e->y;
    if (v->grabbed) {
        v->dx += e->xrel;
        v->dy += e->yrel;
        return;
    }
    sdl_to_output(v, &x, &y);
    ui_motion(v, x, y);
    place(v, x, y);
}

static void on_window(struct video *v, const SDL_WindowEvent *e)
{
    switch (e->event) {
    case SDL_WINDOWEVENT_FOCUS_LOST:
        v->host_key = false;
        sdl_release_keys(v);
        sdl_grab(v, false);
        break;
    case SDL_WINDOWEVENT_FOCUS_GAINED:
        v->see_locks = true;
        break;
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SIZE_CHANGED:
        v->expose = true;
        break;
    default:
        break;
    }
}

static bool on_drop(char *path, struct want *w)
{
    *w = (struct want){ .kind = WANT_DROP };
    snprintf(w->path, sizeof w->path, "%s", path ? path : "");
    SDL_free(path);
    return true;
}

static bool on_event(struct video *v, const SDL_Event *e, struct want *w)
{
    switch (e->type) {
    case SDL_QUIT:
        *w = (struct want){ .kind = WANT_QUIT };
        return !ui_act(v, w);
    case SDL_KEYDOWN:
    case SDL_KEYUP:           return on_key(v, &e->key, w);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:   return on_button(v, &e->button, w);
    case SDL_MOUSEMOTION:     on_motion(v, &e->motion); break;
    case SDL_DROPFILE:        return on_drop(e->drop.file, w);
    case SDL_WINDOWEVENT:     on_window(v, &e->window); break;
    case SDL_RENDER_TARGETS_RESET: v->expose = true; break;
    case SDL_RENDER_DEVICE_RESET:  v->tex_w = v->big_w = 0; break;
    case SDL_MOUSEWHEEL:
        if (!v->grabbed && ui_wheel(v, e->wheel.y))
            break;
        v->wheel += v->grabbed || absolute(v) ? e->wheel.y : 0;
        break;
    case SDL_CONTROLLERDEVICEADDED:
    case SDL_CONTROLLERDEVICEREMOVED: sdl_joy_event(v, e); break;
    default: break;
    }
    return false;
}

static void send_sticks(struct video *v)
{
    struct input in;
    for (unsigned i = 0; i < 2; i++)
        if (sdl_joy_state(v, i, &in))
            send(v, in);
}

bool video_poll(struct video *v, struct session *s, uint64_t ns, bool feed, struct want *w)
{
    SDL_Event e;
    bool wants = false;
    int ms = (int)((ns + 500000) / 1000000);
    v->s = s;
    w->kind = WANT_NOTHING;
    if (v->grabbed && absolute(v))           /* the guest has changed its mind */
        sdl_grab(v, false);
    bool any = ms ? SDL_WaitEventTimeout(&e, ms) : SDL_PollEvent(&e);
    while (any && !(wants = on_event(v, &e, w)))
        any = SDL_PollEvent(&e);
    send_mouse(v);
    send_sticks(v);
    if (feed) {
        flush(v, s);
        typer_run(&v->typer, s, machine_now(s->m));
    } else {
        v->see_locks |= v->n_pending != 0;
        v->n_pending = 0;
    }
    return wants;
}
#else
typedef int not_empty;               /* ISO C wants a declaration in every file */
#endif
