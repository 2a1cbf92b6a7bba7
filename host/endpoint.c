/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of endpoints that is the same on every host. */
#include "host/endpoint.h"

#include <stdlib.h>

/* A name from the services file, or a number that is a port: resolvers take 99999 for 34463. */
static bool port_exists(const char *p)
{
    size_t digits = strspn(p, "0123456789");
    unsigned long n = strtoul(p, NULL, 10);
    return *p && (p[digits] || (digits < 9 && n >= 1 && n <= 65535));
}

static bool open_tcp(struct endpoint *e, const char *spec, struct error *err)
{
    char host[256];
    const char *colon = strrchr(spec, ':');
    size_t n = colon ? (size_t)(colon - spec) : 0;
    if (!n || n >= sizeof host || !port_exists(colon + 1))
        return error_set(err, 2, "tcp:%s: not a host and a port: write tcp:HOST:PORT", spec);
    if (spec[0] == '[' && spec[n - 1] == ']') {          /* an IPv6 address in brackets */
        spec++;
        n -= 2;
    }
    memcpy(host, spec, n);
    host[n] = 0;
    return endpoint_open_tcp(e, host, colon + 1, err);
}

struct endpoint *endpoint_open(const char *spec, bool input, struct error *err)
{
    struct endpoint *e = calloc(1, sizeof *e);
    bool ok;
    if (!e) {
        error_set(err, 1, "not enough memory: close other programs");
        return NULL;
    }
    e->in = e->out = -1;
    if (!strcmp(spec, "stdio"))
        ok = endpoint_open_stdio(e, input, err);
    else if (!strncmp(spec, "file:", 5) && spec[5])
        ok = endpoint_open_file(e, e->file = spec + 5, err);
    else if (!strncmp(spec, "tcp:", 4))
        ok = open_tcp(e, spec + 4, err);
    else if (!strcmp(spec, "none"))
        ok = true;
    else
        ok = error_set(err, 2,
                       "%s: not a place for a port: write stdio, file:PATH, tcp:HOST:PORT or none",
                       spec);
    if (ok)
        return e;
    free(e);
    return NULL;
}

void endpoint_close(struct endpoint *e)
{
    if (!e)
        return;
    endpoint_flush(e);
    if (e->ops)
        e->ops->close(e);
    free(e);
}

void endpoint_put(void *self, const uint8_t *p, size_t n)
{
    struct endpoint *e = self;
    while (n) {
        size_t room = sizeof e->buf - e->n, part = n < room ? n : room;
        memcpy(e->buf + e->n, p, part);
        e->n += part;
        p += part;
        n -= part;
        if (e->n == sizeof e->buf)
            endpoint_flush(e);
    }
}

void endpoint_flush(struct endpoint *e)
{
    if (e->ops && e->n && !e->dead)
        e->dead = !e->ops->write(e, e->buf, e->n);
    e->n = 0;
}

bool endpoint_lost(const struct endpoint *e) { return e->dead && e->file; }

bool endpoint_trouble(struct endpoint *e, struct error *err)
{
    if (!endpoint_lost(e) || e->told)
        return false;
    e->told = true;
    error_set(err, 1, "%s: not all that the guest sends can be written: free some space, or choose "
              "another place, and run it again", e->file);
    return true;
}

size_t endpoint_read(struct endpoint *e, uint8_t *p, size_t n)
{
    if (!e->live)
        return 0;
    bool ended = false;
    size_t got = e->ops->read(e, p, n, &ended);
    if (ended)
        e->live = false;
    return got;
}

bool endpoint_live(const struct endpoint *e) { return e->live; }
bool endpoint_is_terminal(const struct endpoint *e) { return e->terminal; }
