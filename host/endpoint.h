/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a serial or debug port leads on the host:
 *     stdio           standard input and output; a terminal is in raw mode until endpoint_close()
 *     file:PATH       output is written to a new file; no input
 *     tcp:HOST:PORT   connects as a client
 *     none            output is dropped
 * Nothing here blocks but endpoint_wait(). Output is kept until endpoint_flush().
 */
#pragma once
#include "core/error.h"

struct endpoint;
/* spec is kept by pointer. input: whether the port also reads. err: what is wrong with the text
 * (code 2) or the host (code 1). */
struct endpoint *endpoint_open(const char *spec, bool input, struct error *err);
void   endpoint_close(struct endpoint *e);              /* NULL is fine */
/* The chardev's put(). */
void   endpoint_put(void *self, const uint8_t *p, size_t n);
void   endpoint_flush(struct endpoint *e);
/* Has a file not taken all output? From there on nothing is written to it. */
bool   endpoint_lost(const struct endpoint *e);
/* The same, true once; err: what the user should know. */
bool   endpoint_trouble(struct endpoint *e, struct error *err);
/* What has arrived, up to n bytes; 0: nothing now. */
size_t endpoint_read(struct endpoint *e, uint8_t *p, size_t n);
/* May input still come? No for files, after end of file, and when the other side has hung up. */
bool   endpoint_live(const struct endpoint *e);
/* Is it the user's terminal, where Ctrl-A is the escape key? */
bool   endpoint_is_terminal(const struct endpoint *e);
/* Waits until one of them has input, at most ns. */
void   endpoint_wait(struct endpoint *const *list, unsigned n, uint64_t ns);

/* Per host: endpoint_posix.c, endpoint_win.c. */
struct endpoint_ops {
    size_t (*read)(struct endpoint *e, uint8_t *p, size_t n, bool *ended);
    /* all of it; false: hung up */
    bool   (*write)(struct endpoint *e, const uint8_t *p, size_t n);
    void   (*close)(struct endpoint *e);
};
struct endpoint {
    const struct endpoint_ops *ops;  /* NULL: none */
    bool     live, terminal, dead, told;
    const char *file;                /* the file's name; NULL: something else */
    intptr_t in, out;                /* descriptors or handles; -1: none */
    void    *priv;
    size_t   n;
    uint8_t  buf[4096];
};
bool endpoint_open_stdio(struct endpoint *e, bool input, struct error *err);
bool endpoint_open_file(struct endpoint *e, const char *path, struct error *err);
bool endpoint_open_tcp(struct endpoint *e, const char *host, const char *port, struct error *err);
