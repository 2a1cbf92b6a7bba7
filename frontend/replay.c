/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stamp is an instruction count and a time: while the processor is halted only time goes on. The
 * machine is run to exactly there; passing either without the other means that this is not the run
 * that was recorded.
 */
#include "frontend/replay.h"

#include <stdlib.h>

#include "core/snapshot.h"
#include "host/whole_file.h"
#include "machine/machine.h"

#define PORTION UINT64_C(10000000)           /* ns of guest time between two looks at the host */
#define SNAPSHOT_MAX ((size_t)16 << 30)

/* ---- snapshots taken on the way ---- */

static struct buf *saved_as(struct replay *r, const char *path)
{
    for (unsigned i = 0; i < r->n_saves; i++)
        if (!strcmp(r->saves[i].path, path))
            return &r->saves[i].data;
    return NULL;
}

static bool keep(struct replay *r, struct session *s, const char *path, struct error *err)
{
    struct buf *b = saved_as(r, path);
    if (!b && r->n_saves < REPLAY_SAVES && (r->saves[r->n_saves].path = malloc(strlen(path) + 1))) {
        strcpy(r->saves[r->n_saves].path, path);
        b = &r->saves[r->n_saves++].data;
    }
    if (!b)
        return error_set(err, 1, "replay: too many snapshots to keep in memory");
    buf_free(b);
    return machine_save(s->m, b, err) &&
           (!b->bad || error_set(err, 1, "replay: not enough memory for a snapshot"));
}

static bool load(struct replay *r, struct session *s, const struct log_entry *e, struct error *err)
{
    struct buf *b = saved_as(r, e->path);
    uint8_t *p;
    size_t n;
    if (b)
        return session_load_bytes(s, e->path, b->p, b->len, err);
    if (!whole_file_read(e->path, SNAPSHOT_MAX, &p, &n, err))
        return false;
    bool ok = crc32_update(0, p, n) == e->value
                  ? session_load_bytes(s, e->path, p, n, err)
                  : error_set(err, 1, "%s: not the snapshot that was loaded when the log was "
                              "recorded: put that one back", e->path);
    free(p);
    return ok;
}

/* ---- entries ---- */

static bool ended_alike(struct session *s, uint64_t hash, struct error *err)
{
    uint64_t is = machine_hash(s->m);
    return is == hash ? true
                      : error_set(err, 1,
                                  "%s: the replay ended with hash %016llx, the recorded run with "
                                  "%016llx: were the disks as they were then? (--discard-writes "
                                  "keeps them so)",
                                  s->replay->path, (unsigned long long)is,
                                  (unsigned long long)hash);
}

static bool apply(struct replay *r, struct session *s, struct error *err)
{
    const struct log_entry *e = &r->next;
    switch (e->what) {
    case LOGGED_INPUT:
        return session_input(s, e->in) ||
               error_set(err, 1, "%s:%u: the guest could take this input then, and now cannot: "
                         "this is not the run that was recorded", s->replay->path,
                         s->replay->line);
    case LOGGED_RESET:  session_reset(s); return true;
    case LOGGED_POWER:  session_power_button(s); return true;
    case LOGGED_RATE:   session_set_rate(s, e->value); return true;
    case LOGGED_INSERT: return session_insert(s, e->slot, e->path, err);
    case LOGGED_EJECT:  return session_insert(s, e->slot, NULL, err);
    case LOGGED_SAVE:   return keep(r, s, e->path, err);
    case LOGGED_LOAD:   return load(r, s, e, err);
    case LOGGED_END:    return ended_alike(s, e->value, err);
    }
    return false;
}

static bool left(struct session *s, struct error *err)
{
    return error_set(err, 1,
                     "%s:%u: this run is not the one that was recorded: it came to instruction "
                     "%llu at %.9f s instead (same options, disks as they were?)",
                     s->replay->path, s->replay->line, (unsigned long long)machine_icount(s->m),
                     (double)machine_now(s->m) * 1e-9);
}

/* One portion towards the stamp. The last instructions run by count, time that passes in HLT by
 * the clock. */
static bool run_towards(struct session *s, const struct log_entry *e, uint64_t max_insns,
                        vtime max_time, struct error *err)
{
    struct machine *m = s->m;
    uint64_t insns = machine_icount(m), n = e->icount - insns;
    vtime now = machine_now(m), until = e->time;
    if (insns > e->icount || now > e->time)
        return left(s, err);
    if (until > now + PORTION)
        until = now + PORTION;
    if (max_time && until > max_time)
        until = max_time;
    if (until == now)
        until++;                             /* several instructions in one nanosecond */
    if (max_insns && n > max_insns - insns)
        n = max_insns - insns;
    machine_run(m, n ? n : UINT64_MAX, until);
    return machine_icount(m) != insns || machine_now(m) != now || left(s, err);
}

enum replay_state replay_step(struct replay *r, struct session *s, uint64_t max_insns,
                              vtime max_time, struct error *err)
{
    if (!r->have && !log_reader_next(s->replay, &r->next)) {
        error_set(err, 1, "%s: the log has no end (was the program killed?): this is the last "
                  "input", s->replay->path);
        return REPLAY_FAILED;
    }
    r->have = true;
    const struct log_entry *e = &r->next;
    if (machine_icount(s->m) != e->icount || machine_now(s->m) != e->time)
        return run_towards(s, e, max_insns, max_time, err) ? REPLAY_RUNS : REPLAY_FAILED;
    r->have = false;
    if (!apply(r, s, err))
        return REPLAY_FAILED;
    return e->what == LOGGED_END ? REPLAY_ENDED : REPLAY_RUNS;
}

void replay_free(struct replay *r)
{
    for (unsigned i = 0; i < r->n_saves; i++) {
        free(r->saves[i].path);
        buf_free(&r->saves[i].data);
    }
    r->n_saves = 0;
}
