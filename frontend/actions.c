/* SPDX-License-Identifier: BSD-2-Clause */
/* The window's requests. */
#include "frontend/actions.h"

#include <stdio.h>
#include <time.h>

#include "host/clock.h"
#include "host/folder.h"
#include "host/names.h"
#include "machine/machine.h"

#define MIPS UINT64_C(1000000)

/* Where it is, for users who did not start the program from a terminal. */
static const char *full_name(const char *name)
{
    static char full[4096];
    return folder_absolute(full, sizeof full, name) ? full : name;
}

static void screenshot(struct desk *d)
{
    struct error err;
    char name[64], stem[40];
    time_t t = (time_t)host_date();
    struct tm *tm = localtime(&t);
    if (!tm || !strftime(stem, sizeof stem, "vitrine-%Y%m%d-%H%M%S", tm))
        strcpy(stem, "vitrine");
    snprintf(name, sizeof name, "%s.png", stem);
    for (int i = 2; i < 100 && name_kind(name, NULL) != NAME_NONE; i++)
        snprintf(name, sizeof name, "%s-%d.png", stem, i);
    if (session_screenshot(d->s, name, &err))
        video_message(d->v, "Screenshot: %s", full_name(name));
    else
        video_message(d->v, "%s", err.text);
}

/* One a machine, in the place it was started from. */
static void quick_name(const struct session *s, char *name, size_t room)
{
    snprintf(name, room, "%.200s.quick.snap", session_name(s));
}

static bool writable_disk(const struct session *s)
{
    for (int i = SLOT_FDA; i <= SLOT_HDD; i++)
        if (s->media[i].bd && !s->media[i].bd->read_only && !s->media[i].bd->ops->load &&
            !s->o->demo)
            return true;
    return false;
}

static bool quick(struct desk *d, bool load)
{
    struct error err = { 0 };
    char name[256];
    quick_name(d->s, name, sizeof name);
    if (load && name_kind(name, NULL) == NAME_NONE) {
        video_message(d->v, "There is no quick save yet: %s", full_name(name));
        return false;
    }
    bool ok = load ? session_try_load(d->s, name, &err) : session_save(d->s, name, &err);
    if (!ok)
        video_message(d->v, "%s", err.text);
    else
        video_message(d->v, "%s %s%s", load ? "Loaded" : "Saved to", full_name(name),
                      writable_disk(d->s) ? " (disks are not part of it)" : "");
    d->again |= load && ok;
    return ok;
}

static void set_speed(struct desk *d, int speed)
{
    d->speed = speed;
    d->pace->realtime = speed != SPEED_FAST;
    d->pace->steady = speed > 0;
    if (speed > 0) {
        session_set_rate(d->s, (uint64_t)speed * MIPS);
        d->pace->ips = (uint64_t)speed * MIPS;
    }
    pacing_restart(d->pace);
    if (speed > 0)
        video_message(d->v, "Speed: %d MIPS in real time", speed);
    else
        video_message(d->v, "Speed: %s", speed ? "as fast as possible" : "real time");
}

static void change_medium(struct desk *d, int slot, const char *path)
{
    struct error err = { 0 };
    const char *drive = slot == SLOT_CDROM ? "CD" : slot == SLOT_FDA ? "floppy A" : "floppy B";
    const struct medium *now = &d->s->media[slot];
    if ((path && !session_suits(slot, path, &err)) || !session_insert(d->s, slot, path, &err)) {
        video_message(d->v, "%s", err.text);
        return;
    }
    if (!path) {
        video_message(d->v, "Drive %s is empty", drive);
        return;
    }
    bool locked = slot != SLOT_CDROM && now->bd->read_only;
    bool starts = slot == SLOT_FDA && d->s->o->demo;
    video_inserted(d->v, slot, now->path);
    video_message(d->v, "%s is in drive %s%s%s", now->name, drive,
                  locked ? ", write-protected" : "", starts ? ": a reset starts from it" : "");
}

static void drop(struct desk *d, const char *path)
{
    struct error err = { 0 };
    int slot = session_slot_for(d->s, path, &err);
    if (slot < 0)
        video_message(d->v, "%s", err.text);
    else
        change_medium(d, slot, path);
}

static void reset(struct desk *d)
{
    session_reset(d->s);
    d->again = true;
    video_message(d->v, "Reset");
}

static void power_button(struct desk *d)
{
    bool heard = machine_power_heard(d->s->m);
    session_power_button(d->s);
    if (d->paused)
        pacing_restart(d->pace);
    d->paused = false;
    video_message(d->v, heard ? "Power button pressed: the guest has been told"
                              : "Power button pressed, but this guest takes no notice of it: shut "
                                "it down by its own means, or quit");
}

void desk_act(struct desk *d, const struct want *w)
{
    switch (w->kind) {
    case WANT_QUIT:       d->quit = true; break;
    case WANT_PAUSE:
        d->paused = !d->paused;
        pacing_restart(d->pace);
        break;
    case WANT_RESET:      reset(d); break;
    case WANT_POWER:      power_button(d); break;
    case WANT_SCREENSHOT: screenshot(d); break;
    case WANT_SAVE:       d->quit = quick(d, false) && w->arg; break;
    case WANT_LOAD:       quick(d, true); break;
    case WANT_SPEED:      set_speed(d, w->arg); break;
    case WANT_INSERT:     change_medium(d, w->arg, w->path); break;
    case WANT_EJECT:      change_medium(d, w->arg, NULL); break;
    case WANT_DROP:       drop(d, w->path); break;
    default:              break;
    }
}
