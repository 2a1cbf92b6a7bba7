/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands of a script do. Every decision looks at the guest and its time only. */
#include "frontend/script.h"
#include "machine/machine.h"

#define IDLE_TIME UINT64_C(500000000)        /* idle for so long is idle */

enum step { STEP_WAIT, STEP_DONE, STEP_FAIL };

/* ---- keys and mouse ---- */

/* To COM1, as if from the other end of its cable. */
static void send_bytes(struct typer *t, const char *text)
{
    for (; *text; text++)
        typer_put(t, (struct input){ IN_SERIAL, 0, (unsigned char)*text, 0, 0 });
}

/* The middle of a pixel, in parts of the whole screen. */
static int16_t part(int at, unsigned of)
{
    return (int16_t)(of ? (2 * (int64_t)at + 1) * 16384 / of : 0);
}

/* The mouse at its place, for a guest that asks for places. */
static void put_mouse(struct script *s, struct session *on)
{
    struct error none;
    if (!session_draw(on, &none))
        return;
    int w = (int)on->surface.width, h = (int)on->surface.height;
    s->at_x = s->at_x < 0 || !w ? 0 : s->at_x < w ? s->at_x : w - 1;
    s->at_y = s->at_y < 0 || !h ? 0 : s->at_y < h ? s->at_y : h - 1;
    typer_put(&s->typer, (struct input){ IN_MOUSE_AT, s->buttons, part(s->at_x, on->surface.width),
                                         part(s->at_y, on->surface.height), 0 });
}

static void send_buttons(struct script *s, struct session *on)
{
    if (machine_mouse_absolute(on->m))
        put_mouse(s, on);
    else
        typer_put(&s->typer, (struct input){ IN_MOUSE, s->buttons, 0, 0, 0 });
}

static void move_mouse(struct script *s, struct session *on, const struct command *c)
{
    if (machine_mouse_absolute(on->m)) {
        bool to = c->op == OP_MOUSE_TO;
        s->at_x = to ? c->a : s->at_x + c->a;
        s->at_y = to ? c->b : s->at_y + c->b;
        put_mouse(s, on);
        return;
    }
    if (c->op == OP_MOUSE_TO)                /* perform() says why not */
        return;
    for (int x = c->a, y = c->b; x || y;) {  /* a packet carries 8 bits and a sign */
        int dx = x > 100 ? 100 : x < -100 ? -100 : x, dy = y > 100 ? 100 : y < -100 ? -100 : y;
        typer_put(&s->typer, (struct input){ IN_MOUSE, s->buttons, (int16_t)dx, (int16_t)dy, 0 });
        x -= dx;
        y -= dy;
    }
}

static void send_mouse(struct script *s, struct session *on, const struct command *c)
{
    if (c->op == OP_MOUSE_MOVE || c->op == OP_MOUSE_TO) {
        move_mouse(s, on, c);
        return;
    }
    if (c->op != OP_MOUSE_UP) {
        s->buttons |= (uint8_t)c->a;
        send_buttons(s, on);
    }
    if (c->op != OP_MOUSE_DOWN) {
        s->buttons &= (uint8_t)~c->a;
        send_buttons(s, on);
    }
}

/* ---- looking ---- */

static bool on_screen(struct session *on, const char *text)
{
    struct buf b = { 0 };
    session_text(on, &b, false);
    bool found = !b.bad && strstr((const char *)b.p, text);
    b.len = 0;
    if (!found && !b.bad) {
        session_text(on, &b, true);
        found = !b.bad && strstr((const char *)b.p, text);
    }
    buf_free(&b);
    return found;
}

/* Looks in what came since the last find, on any port, and takes everything up to the end of the
 * text. */
static bool on_serial(struct session *on, const char *text)
{
    for (unsigned i = 0; i < 4; i++) {
        struct tap *t = &on->tap[i];
        char *p = t->n ? strstr(t->text, text) : NULL;
        if (!p)
            continue;
        size_t used = (size_t)(p - t->text) + strlen(text);
        memmove(t->text, t->text + used, t->n - used + 1);
        t->n -= used;
        return true;
    }
    return false;
}

/* Idle: halted, and less than a tenth of the instructions that would have had the time. */
static void watch_idle(struct script *s, struct session *on, vtime now)
{
    uint64_t insns = machine_icount(on->m), ips = on->cfg.ips ? on->cfg.ips : 100000000;
    if (now < s->seen || insns < s->seen_insns)
        s->idle = 0;
    else if ((double)(insns - s->seen_insns) * 10 <= (double)(now - s->seen) * 1e-9 * (double)ips)
        s->idle += now - s->seen;
    else if (now > s->seen)
        s->idle = 0;
    s->seen = now;
    s->seen_insns = insns;
}

/* ---- commands ---- */

static enum step wait_for(const struct script *s, const struct command *c, bool there,
                          enum guest_state guest, vtime now, struct error *err)
{
    static const char *const what[] = { "the text on the screen", "the text on a serial port",
                                        "an idle guest", "the guest to power off" };
    const char *name = c->op == OP_POWEROFF ? what[3] : what[c->op - OP_WAIT_SCREEN];
    if (there)
        return STEP_DONE;
    if (guest != GUEST_RUNS)
        error_set(err, 5, "%s:%u: waited for %s%s%s%s: the guest %s", s->name, c->line, name,
                  c->text ? " \"" : "", c->text ? c->text : "", c->text ? "\"" : "",
                  guest == GUEST_OFF ? "has powered off" : "has halted for good");
    else if (now - s->since >= c->time)
        error_set(err, 5,
                  "%s:%u: waited for %s%s%s%s: it did not come within %.3g seconds of the guest",
                  s->name, c->line, name, c->text ? " \"" : "", c->text ? c->text : "",
                  c->text ? "\"" : "", (double)c->time * 1e-9);
    else
        return STEP_WAIT;
    return STEP_FAIL;
}

static enum step type(struct script *s, struct session *on, enum guest_state guest,
                      const struct command *c, vtime now, struct error *err)
{
    if (guest != GUEST_RUNS && s->typer.sent) {  /* what was typed had its effect before the last
                                                key was let go */
        typer_clear(&s->typer);
        return STEP_DONE;
    }
    if (guest != GUEST_RUNS) {
        error_set(err, 5, "%s:%u: nobody reads the keyboard and mouse: the guest %s", s->name,
                  c->line, guest == GUEST_OFF ? "has powered off" : "has halted for good");
        return STEP_FAIL;
    }
    return typer_run(&s->typer, on, now) ? STEP_DONE : STEP_WAIT;
}

static void begin(struct script *s, struct session *on, const struct command *c, vtime now)
{
    s->begun = true;
    s->since = now;
    switch (c->op) {
    case OP_TYPE:     typer_text(&s->typer, c->text); break;
    case OP_SEND:     send_bytes(&s->typer, c->text); break;
    case OP_KEY:      typer_combo(&s->typer, c->keys, c->n_keys); break;
    case OP_MOUSE_MOVE: case OP_MOUSE_TO: case OP_MOUSE_CLICK: case OP_MOUSE_DOWN:
    case OP_MOUSE_UP:
        send_mouse(s, on, c);
        break;
    case OP_POWEROFF: session_power_button(on); break;
    default:          break;
    }
}

/* The commands that need no guest time. */
static bool act(struct script *s, struct session *on, const struct command *c, struct error *err)
{
    struct error why = { .code = 1 };
    bool ok = true;
    switch (c->op) {
    case OP_SCREENSHOT: ok = session_screenshot(on, c->text, &why); break;
    case OP_SCREEN:     ok = session_screen(on, c->text, &why); break;
    case OP_SAVE:       ok = session_save(on, c->text, &why); break;
    case OP_LOAD:       ok = s->reset = session_load(on, c->text, &why); break;
    case OP_INSERT:     ok = session_insert(on, c->a, c->text, &why); break;
    case OP_EJECT:      ok = session_insert(on, c->a, NULL, &why); break;
    case OP_RESET:
        session_reset(on);
        s->reset = true;
        break;
    default: break;
    }
    return ok ? true : error_set(err, 1, "%s:%u: %s", s->name, c->line, why.text);
}

static enum step perform(struct script *s, struct session *on, const struct command *c,
                         enum guest_state guest, vtime now, struct error *err)
{
    switch (c->op) {
    case OP_WAIT_SCREEN: return wait_for(s, c, on_screen(on, c->text), guest, now, err);
    case OP_WAIT_SERIAL: return wait_for(s, c, on_serial(on, c->text), guest, now, err);
    case OP_WAIT_IDLE:
        return wait_for(s, c, s->idle >= IDLE_TIME || guest == GUEST_DEAD, guest, now, err);
    case OP_WAIT_POWEROFF:
    case OP_POWEROFF:    return wait_for(s, c, guest == GUEST_OFF, guest, now, err);
    case OP_SLEEP: return guest != GUEST_RUNS || now - s->since >= c->time ? STEP_DONE : STEP_WAIT;
    case OP_MOUSE_TO:
        if (guest == GUEST_RUNS && !machine_mouse_absolute(on->m)) {
            error_set(err, 5, "%s:%u: this guest has not asked for the place of the mouse: write "
                              "mouse move DX DY", s->name, c->line);
            return STEP_FAIL;
        }
        return type(s, on, guest, c, now, err);
    case OP_TYPE: case OP_SEND: case OP_KEY:
    case OP_MOUSE_MOVE: case OP_MOUSE_CLICK: case OP_MOUSE_DOWN: case OP_MOUSE_UP:
        return type(s, on, guest, c, now, err);
    default:
        return act(s, on, c, err) ? STEP_DONE : STEP_FAIL;
    }
}

enum script_state script_step(struct script *s, struct session *on, enum guest_state guest,
                              struct error *err)
{
    vtime now = machine_now(on->m);
    watch_idle(s, on, now);
    while (s->pc < s->n) {
        const struct command *c = &s->cmd[s->pc];
        if (c->op == OP_QUIT) {
            s->status = c->a;
            return SCRIPT_ENDED;
        }
        if (!s->begun)
            begin(s, on, c, now);
        enum step step = perform(s, on, c, guest, now, err);
        if (step == STEP_FAIL) {
            s->status = err->code;
            return SCRIPT_FAILED;
        }
        if (step == STEP_WAIT)
            return SCRIPT_RUNS;
        s->begun = false;
        s->pc++;
        if (s->reset) {                      /* time may have gone back: look again after a slice */
            s->typer.next = 0;
            return SCRIPT_RUNS;
        }
    }
    s->status = 0;
    return SCRIPT_ENDED;
}
