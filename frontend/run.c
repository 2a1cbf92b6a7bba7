/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run loop, the same with and without a window: feed the inputs, let the script look, run a
 * slice, pace. Slices end on a fixed grid of guest time, so that headless runs with a fixed clock
 * repeat exactly.
 */
#include "frontend/run.h"

#include <signal.h>
#include <stdio.h>

#include "frontend/actions.h"
#include "frontend/pacing.h"
#include "frontend/replay.h"
#include "frontend/script.h"
#include "frontend/session.h"
#include "frontend/sound.h"
#include "frontend/video.h"
#include "host/clock.h"
#include "host/program.h"
#include "host/whole_file.h"

enum { EXIT_OK = 0, EXIT_TROUBLE = 1, EXIT_LIMIT = 3, EXIT_STOPPED = 4, EXIT_REPORTED = 10 };

#define IPS_DEFAULT  UINT64_C(100000000)
#define IDLE_PATIENCE (UINT64_C(60) * 1000000000)   /* a guest nobody talks to may skip this much
                                                       idle time */
#define SECOND       UINT64_C(1000000000)
#define NAP          UINT64_C(10000000)
#define DISKS_EVERY  UINT64_C(1000000000)
#define SLICE_MIN    UINT64_C(1000000)       /* realtime: less than this is not worth a look */

static volatile sig_atomic_t signal_got;
static void on_signal(int n) { signal_got = n; }

struct last { int status; const char *stop, *text; };

struct run {
    const struct options *o;
    struct session        s;
    struct script         script;
    char                 *script_text;
    struct pacing         pace;
    struct video         *v;
    struct sound          sound;
    enum guest_state      guest;
    bool                  ended;
    bool                  disks_wait;    /* until what the guest wrote is in the images */
    struct last           last;          /* how to end when that is done; stop NULL: go on */
    uint64_t              disks_next;    /* when to look after them again */
    struct desk           desk;          /* what the window asked for */
    struct status         shown;         /* what the bar tells */
    uint64_t              seen_host, seen_insns;
    vtime                 seen_t;
    int                   status;
    const char           *stop;          /* for --stats */
    uint64_t              host0, cpu0, insns0;
    vtime                 guest_t0;
};

static void complain(const char *text) { fprintf(stderr, "vitrine: %s\n", text); }
static void tell(const struct run *r, const char *text)
{
    complain(text);
    if (r->v)
        video_message(r->v, "%s", text);
}

static void hold(const struct run *r, const char *text)
{
    char more[sizeof((struct error *)0)->text + 80];
    snprintf(more, sizeof more, "%s%s", text,
             *text ? "\nThe machine waits: free some space, or give the disk back" : "");
    if (r->v)
        video_hold(r->v, more);
}

static void end(struct run *r, int status, const char *stop, const char *text)
{
    r->ended = true;
    r->status = status;
    r->stop = stop;
    if (text)
        complain(text);
}

/* ---- what ends a run ---- */

/* Nobody is there who could free some space or type. */
static bool unattended(const struct run *r)
{
    return !r->v && (r->o->script || r->o->max_guest || r->o->max_instructions);
}

/* The guest has stopped: with a script or a window there may be more to do. What it wrote and no
 * disk has taken yet is waited for, as while it runs. */
static void guest_stopped(struct run *r, enum guest_state state, int status, const char *stop,
                          const char *text)
{
    r->guest = state;
    if (r->o->script)
        return;                              /* the script sees it at its next look */
    if (r->v && state == GUEST_DEAD) {       /* the user may reset it */
        tell(r, text);
        return;
    }
    struct error err;
    if (!unattended(r) && !session_disks_good(&r->s, &err)) {
        r->last = (struct last){ status, stop, text };
        return;
    }
    end(r, status, stop, text);
}

/* A message about where the processor has stopped, and how far a test had come. */
static const char *at_place(const struct run *r, const char *before, const char *after)
{
    static char text[160];
    struct machine_place at = machine_place(r->s.m);
    int n = snprintf(text, sizeof text, "%s at %04X:%08llX%s", before, at.cs,
                     (unsigned long long)at.ip, after);
    if (r->o->cfg.testdev && n > 0 && (size_t)n < sizeof text)
        snprintf(text + n, sizeof text - (size_t)n, "; its last progress code was %02Xh", at.post);
    return text;
}

static void handle_stop(struct run *r, enum stop stop)
{
    switch (stop) {
    case STOP_LIMIT:
        break;
    case STOP_POWER_OFF:
        guest_stopped(r, GUEST_OFF, EXIT_OK, "power off", NULL);
        break;
    case STOP_GUEST_EXIT:
        end(r, machine_exit_code(r->s.m) ? EXIT_REPORTED : EXIT_OK, "guest exit", NULL);
        if (r->status) {
            char text[80];
            snprintf(text, sizeof text, "the guest gave %u to the test device",
                     machine_exit_code(r->s.m));
            complain(text);
        }
        break;
    case STOP_SHUTDOWN:
        end(r, EXIT_STOPPED, "triple fault",
            at_place(r, "the guest stopped with a triple fault", ""));
        break;
    case STOP_RESET:
        end(r, EXIT_OK, "reset", NULL);
        break;
    case STOP_ENGINE_MISMATCH:
        end(r, EXIT_TROUBLE, "engine mismatch", machine_stop_text(r->s.m));
        break;
    case STOP_DEAD:
        guest_stopped(r, GUEST_DEAD, EXIT_STOPPED, "halted",
                      at_place(r, "the guest has halted with interrupts off",
                               " and nothing can wake it"));
        break;
    }
}

static void check_limits(struct run *r)
{
    const struct options *o = r->o;
    if (o->max_instructions && machine_icount(r->s.m) >= o->max_instructions)
        end(r, EXIT_LIMIT, "limit", "--max-instructions was reached");
    else if (o->max_guest && machine_now(r->s.m) >= o->max_guest)
        end(r, EXIT_LIMIT, "limit", "--max-guest-seconds was reached");
    else if (o->max_host && host_now() - r->host0 >= o->max_host)
        end(r, EXIT_LIMIT, "limit", "--max-seconds was reached");
}

/* A disk is full or gone: told once, and the machine waits until what it wrote is written. A run
 * that nobody watches ends instead. */
static void check_disks(struct run *r)
{
    struct error err;
    uint64_t now = host_now();
    bool look = now >= r->disks_next;
    if (look)
        r->disks_next = now + DISKS_EVERY;
    while (session_trouble(&r->s, look, &err))
        tell(r, err.text);
    if (look && r->disks_wait && session_disks_good(&r->s, &err)) {
        r->disks_wait = false;
        hold(r, "");
        tell(r, r->last.stop ? "all that waited is in the images now"
                             : "all that waited is in the images now: the machine goes on");
        pacing_restart(&r->pace);
    } else if (!r->disks_wait && !session_disks_good(&r->s, &err)) {
        if (unattended(r))
            end(r, EXIT_TROUBLE, "disk trouble", NULL);
        else
            complain("the machine waits until its disks can be written");
        hold(r, err.text);
        r->disks_wait = true;
    }
    if (r->last.stop && !r->disks_wait && !r->ended)
        end(r, r->last.status, r->last.stop, r->last.text);
}

static void step_script(struct run *r)
{
    struct error err = { .code = 1 };
    enum script_state state = script_step(&r->script, &r->s, r->guest, &err);
    if (r->script.reset) {
        r->script.reset = false;
        r->guest = GUEST_RUNS;
        pacing_restart(&r->pace);
    }
    if (state == SCRIPT_ENDED)
        end(r, r->script.status, "script", NULL);
    if (state != SCRIPT_FAILED)
        return;
    end(r, r->script.status, "script failed", err.text);
    if (r->status == 5) {
        struct buf text = { 0 };
        session_text(&r->s, &text, false);
        fprintf(stderr, "--- the screen ---\n%.*s--- end ---\n", (int)text.len,
                text.p ? (char *)text.p : "");
        buf_free(&text);
    }
}

/* ---- the window ---- */

static void window_events(struct run *r, uint64_t wait)
{
    static struct want w;                    /* large: a path */
    struct desk *d = &r->desk;
    while (video_poll(r->v, &r->s, wait, r->guest == GUEST_RUNS && !d->paused, &w)) {
        wait = 0;
        desk_act(d, &w);
        if (d->again) {
            r->guest = GUEST_RUNS;
            d->paused = d->again = false;
            pacing_restart(&r->pace);
        }
        if (d->quit) {
            end(r, EXIT_OK, "quit", NULL);
            return;
        }
    }
}

/* What the bar shows: the instructions and the guest's time of the last second. */
static void watch_speed(struct run *r, uint64_t now)
{
    struct status *st = &r->shown;
    uint64_t insns = machine_icount(r->s.m), host = now - r->seen_host;
    vtime t = machine_now(r->s.m);
    st->state = r->desk.paused || r->disks_wait ? VIDEO_PAUSED :
                r->guest == GUEST_DEAD ? VIDEO_DEAD :
                r->guest == GUEST_OFF ? VIDEO_OFF : VIDEO_RUNS;
    st->speed = r->desk.speed;
    if (host < SECOND)
        return;
    bool steady = r->seen_host && insns >= r->seen_insns && t >= r->seen_t;
    st->mips = steady ? (unsigned)((double)(insns - r->seen_insns) * 1e3 / (double)host + 0.5) : 0;
    st->percent = steady ? (unsigned)((double)(t - r->seen_t) * 100 / (double)host + 0.5) : 0;
    r->seen_host = now;
    r->seen_insns = insns;
    r->seen_t = t;
}

/* What the machine has sounded since the last call. Only at the guest's true speed can it be
 * heard; into a file it goes at any. */
static void play(struct run *r, bool audible)
{
    struct error err;
    if (!sound_pump(&r->sound, r->s.m, audible, &err))
        tell(r, err.text);
}

static void nap(struct run *r, uint64_t ns)
{
    if (r->v)
        window_events(r, ns);
    else if (session_interactive(&r->s))
        session_wait(&r->s, ns);
    else
        host_sleep(ns);
}

/* ---- the loop ---- */

/* Where this slice ends: on the grid, at the limit, or where the wall clock is. False: it is not
 * time yet. */
static bool slice_end(struct run *r, vtime now, vtime *until)
{
    *until = (now / SCRIPT_GRID + 1) * SCRIPT_GRID;
    if (r->o->max_guest && *until > r->o->max_guest)
        *until = r->o->max_guest;
    if (!r->pace.realtime)
        return true;
    vtime due = pacing_due(&r->pace, host_now(), now);
    if (due < now + SLICE_MIN)
        return false;
    if (*until > due)
        *until = due;
    return true;
}

static bool may_be_woken(const struct run *r)
{
    if (session_interactive(&r->s) || r->v)
        return true;
    return !unattended(r) && r->pace.idle > IDLE_PATIENCE;
}

static void run_slice(struct run *r)
{
    struct machine *m = r->s.m;
    vtime now = machine_now(m), until;
    uint64_t insns = machine_icount(m), budget = UINT64_MAX;
    if (!slice_end(r, now, &until)) {
        nap(r, r->pace.idle ? NAP : NAP / 4);
        return;
    }
    if (r->o->max_instructions)
        budget = r->o->max_instructions - insns;
    uint64_t began = host_now();
    enum stop stop = machine_run(m, budget, until);
    uint64_t took = host_now() - began;
    session_flush(&r->s);
    play(r, r->pace.realtime);
    handle_stop(r, stop);
    uint64_t ips = pacing_measure(&r->pace, machine_icount(m) - insns, took, machine_now(m) - now,
                                  machine_halted(m));
    if (ips)
        session_set_rate(&r->s, ips);
    if (r->pace.realtime || r->ended)
        return;
    uint64_t hold = pacing_hold(&r->pace, host_now(), machine_now(m), may_be_woken(r));
    if (hold)
        nap(r, hold);
}

/* Until the log ends, a limit is reached, or the run leaves what was recorded. */
static void replay_loop(struct run *r)
{
    struct replay p = { 0 };
    struct error err = { .code = EXIT_TROUBLE };
    while (!r->ended) {
        switch (replay_step(&p, &r->s, r->o->max_instructions, r->o->max_guest, &err)) {
        case REPLAY_RUNS:   break;
        case REPLAY_ENDED:  end(r, EXIT_OK, "replay", NULL); break;
        case REPLAY_FAILED: end(r, EXIT_TROUBLE, "replay", err.text); break;
        }
        session_flush(&r->s);
        play(r, false);
        if (signal_got)
            end(r, 128 + (int)signal_got, "signal", NULL);
        if (!r->ended)
            check_limits(r);
    }
    replay_free(&p);
}

static void run_loop(struct run *r)
{
    if (r->s.replay) {
        replay_loop(r);
        return;
    }
    while (!r->ended) {
        if (!session_feed(&r->s))
            end(r, EXIT_OK, "quit", NULL);
        if (r->v && !r->ended) {
            window_events(r, 0);
            watch_speed(r, host_now());
            video_show(r->v, &r->s, &r->shown, host_now());
        }
        if (!r->ended)
            check_disks(r);
        if (r->o->script && !r->ended && !r->desk.paused && !r->disks_wait)
            step_script(r);
        if (signal_got)
            end(r, 128 + (int)signal_got, "signal", NULL);
        if (!r->ended)
            check_limits(r);
        if (r->ended)
            break;
        if (r->desk.paused || r->disks_wait || r->guest != GUEST_RUNS) {
            sound_hush(&r->sound);
            nap(r, NAP);
        } else {
            run_slice(r);
        }
    }
}

/* ---- what is told at the end ---- */

static void print_stats(struct run *r)
{
    static const char *const engines[] = { "auto", "interp", "ir" };
    struct machine_stats st = { 0 };
    machine_get_stats(r->s.m, &st);
    uint64_t insns = machine_icount(r->s.m) - r->insns0;
    double host = (double)(host_now() - r->host0) * 1e-9,
           cpu = (double)(host_cpu() - r->cpu0) * 1e-9;
    printf("{\"instructions\": %llu, \"guest_seconds\": %.6f, \"host_seconds\": %.6f, "
           "\"cpu_seconds\": %.6f, "
           "\"mips\": %.3f, \"engine\": \"%s\", \"blocks\": %llu, \"invalidations\": %llu, "
           "\"tlb_fills\": %llu, \"interrupts\": %llu, \"stop\": \"%s\", \"status\": %d}\n",
           (unsigned long long)insns, (double)(machine_now(r->s.m) - r->guest_t0) * 1e-9, host, cpu,
           cpu > 0 ? (double)insns / cpu * 1e-6 : 0.0,
           engines[r->o->cfg.engine == ENGINE_AUTO ? ENGINE_INTERP : r->o->cfg.engine],
           (unsigned long long)st.blocks_built, (unsigned long long)st.invalidations,
           (unsigned long long)st.tlb_fills, (unsigned long long)st.interrupts, r->stop, r->status);
}

static void after(struct run *r, bool ok, const struct error *err)
{
    if (ok)
        return;
    complain(err->text);
    if (!r->status || r->status == EXIT_LIMIT)   /* a limit is how a run for its files ends */
        r->status = EXIT_TROUBLE;
}

static void finish(struct run *r)
{
    const struct options *o = r->o;
    struct error err;
    session_flush(&r->s);
    while (session_trouble(&r->s, false, &err))
        complain(err.text);
    if (session_output_lost(&r->s) && (!r->status || r->status == EXIT_LIMIT))
        r->status = EXIT_TROUBLE;
    if (o->screenshot)
        after(r, session_screenshot(&r->s, o->screenshot, &err), &err);
    if (o->screen_text)
        after(r, session_screen(&r->s, o->screen_text, &err), &err);
    if (o->save)
        after(r, session_save(&r->s, o->save, &err), &err);
    after(r, session_end_log(&r->s, &err), &err);
    after(r, sound_close(&r->sound, r->s.m, &err), &err);
    if (o->hash)
        printf("hash %016llx instructions %llu\n", (unsigned long long)machine_hash(r->s.m),
               (unsigned long long)machine_icount(r->s.m));
    if (o->stats)
        print_stats(r);
    if (!session_close_media(&r->s) &&
        (!r->status || r->status == EXIT_LIMIT || r->status == EXIT_STOPPED))
        r->status = EXIT_TROUBLE;
    if (fflush(stdout) || ferror(stdout))
        after(r, error_set(&err, 1, "standard output cannot be written: free some space"), &err);
}

/* ---- start ---- */

static bool open_script(struct run *r, struct error *err)
{
    uint8_t *p;
    size_t n;
    if (!r->o->script)
        return true;
    if (!whole_file_read(r->o->script, 1 << 20, &p, &n, err))
        return false;
    r->script_text = (char *)p;
    if (memchr(p, 0, n))
        return error_set(err, 2, "%s: not a script: it holds zero bytes", r->o->script);
    return script_parse(&r->script, r->o->script, r->script_text, r->o->keymap, err);
}

/* A machine without a voice is better than none; a file that cannot be written ends the run. */
static bool open_sound(struct run *r, struct error *err)
{
    const char *spec = r->o->sound;
    if (sound_open(&r->sound, spec ? spec : r->v ? "sdl" : "none", r->s.m, err))
        return true;
    if (spec && strcmp(spec, "sdl"))
        return false;
    if (spec)
        tell(r, err->text);
    else
        complain(err->text);
    return true;
}

/* Before the guest finds out. Of floppies it is the label, and of CDs the rule. */
static void tell_unwritable(struct run *r)
{
    for (int i = SLOT_HDA; i <= SLOT_HDD; i++) {
        const struct medium *d = &r->s.media[i];
        char text[200];
        if (!d->bd || !d->bd->read_only)
            continue;
        snprintf(text, sizeof text, "%s: %s may not be written: the guest's writes will fail (or "
                 "use --discard-writes)", d->drive, d->name);
        tell(r, text);
    }
}

static bool start(struct run *r, struct error *err)
{
    if (!open_script(r, err) || !session_open(&r->s, r->o, r->o->script != NULL, err))
        return false;
    if (!r->o->headless && !(r->v = video_open(r->o, err)))
        return false;
    if (!open_sound(r, err))
        return false;
    for (int i = 0; i < SLOTS && r->v; i++)
        if (session_has_drive(&r->s, i))
            video_inserted(r->v, i, r->s.media[i].path);
    tell_unwritable(r);
    program_on_end(on_signal);
    uint64_t ips = r->s.cfg.ips ? r->s.cfg.ips : IPS_DEFAULT;
    r->s.cfg.ips = ips;
    pacing_init(&r->pace, r->o->realtime, ips);
    r->desk = (struct desk){ .s = &r->s, .pace = &r->pace, .v = r->v,
                             .speed = r->o->realtime ? SPEED_REAL : SPEED_FAST };
    r->host0 = host_now();
    r->cpu0 = host_cpu();
    r->insns0 = machine_icount(r->s.m);
    r->guest_t0 = machine_now(r->s.m);
    r->stop = "none";
    return true;
}

int run_options(const struct options *o)
{
    static struct run r;                     /* large: taps and text */
    struct error err = { .code = EXIT_TROUBLE };
    r = (struct run){ .o = o };
    if (start(&r, &err)) {
        run_loop(&r);
        finish(&r);
    } else {
        session_flush(&r.s);
        complain(err.text);
        r.status = err.code ? err.code : EXIT_TROUBLE;
    }
    sound_abandon(&r.sound);
    if (r.v)
        video_close(r.v);
    session_close(&r.s);
    script_free(&r.script);
    free(r.script_text);
    return r.status;
}
