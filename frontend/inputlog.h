/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input log: everything that came to a machine from outside, with the instruction count and the
 * guest time at which it entered. Together with the configuration and the media it repeats a run to
 * the last bit, whatever set its pace (docs/DETERMINISM.md).
 *
 * A text file, one line an entry, written as the machine runs:
 *     vitrine-input-log 1
 *     rtc SECONDS ips RATE start HASH
 *     INSTRUCTIONS TIME key|mouse|serial|... CODE A B C
 *     INSTRUCTIONS TIME reset | power | rate N | insert DRIVE PATH | eject DRIVE
 *     INSTRUCTIONS TIME save PATH | load PATH CRC | end HASH
 * In a path, bytes up to the blank, % and 7F are written as %HH. The format's number changes when
 * a reader of the old one could be misled.
 */
#pragma once
#include <stdio.h>

#include "core/error.h"
#include "core/input.h"

#define LOG_PATH_MAX 4096

enum logged { LOGGED_INPUT, LOGGED_RESET, LOGGED_POWER, LOGGED_RATE, LOGGED_INSERT, LOGGED_EJECT,
              LOGGED_SAVE, LOGGED_LOAD, LOGGED_END };
struct log_entry {
    enum logged  what;
    uint64_t     icount;
    vtime        time;
    struct input in;                         /* LOGGED_INPUT */
    uint64_t     value;                      /* rate; CRC-32 of a snapshot; hash at the end */
    int          slot;                       /* LOGGED_INSERT, LOGGED_EJECT */
    char         path[LOG_PATH_MAX];         /* LOGGED_INSERT, LOGGED_SAVE, LOGGED_LOAD */
};
struct log_head {
    int64_t  rtc;                            /* the guest's clock at power-on */
    uint64_t ips;                            /* and its rate */
    uint64_t start;                          /* machine_hash() before the first instruction */
};

struct input_log { FILE *f; const char *path; };
bool input_log_create(struct input_log *l, const char *path, struct error *err);
void input_log_head(struct input_log *l, const struct log_head *h);
void input_log_put(struct input_log *l, const struct log_entry *e);
/* False: not all of it could be written. */
bool input_log_close(struct input_log *l, struct error *err);

struct log_reader {
    const char *path;
    char       *text;                        /* the whole file */
    const char *at;
    unsigned    line;
    struct log_head head;
};
/* Reads the file and checks each of its lines. */
bool log_reader_open(struct log_reader *r, const char *path, struct error *err);
/* The next entry; false: that was the last. */
bool log_reader_next(struct log_reader *r, struct log_entry *e);
void log_reader_close(struct log_reader *r);
