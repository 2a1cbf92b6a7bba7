/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a machine by an input log (inputlog.h): each input enters where it entered then. */
#pragma once
#include "frontend/session.h"

#define REPLAY_SAVES 16
struct replay {
    bool             have;                   /* next is valid */
    struct log_entry next;
    /* Snapshots the recorded run took, taken again: it may load one later. */
    struct { char *path; struct buf data; } saves[REPLAY_SAVES];
    unsigned         n_saves;
};

enum replay_state { REPLAY_RUNS, REPLAY_ENDED, REPLAY_FAILED };
/* Goes on towards the next input, for some ms of guest time; limits that are 0 are none. */
enum replay_state replay_step(struct replay *r, struct session *s, uint64_t max_insns,
                              vtime max_time, struct error *err);
void replay_free(struct replay *r);
