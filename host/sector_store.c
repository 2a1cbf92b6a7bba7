/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/sector_store.h"

#include <stdlib.h>

#define CLUSTER   65536u
#define PER_TABLE 1024u          /* clusters that one second-level table covers: 64 MiB */

struct cluster { uint64_t held[2]; uint8_t data[CLUSTER]; };   /* bit per sector, at most 128 */
struct sector_table { struct cluster *c[PER_TABLE]; };

bool sector_store_init(struct sector_store *s, uint64_t sectors, uint32_t sector_size)
{
    *s = (struct sector_store){ .sector_size = sector_size, .per_cluster = CLUSTER / sector_size };
    s->n_tables = (sectors / s->per_cluster + PER_TABLE) / PER_TABLE;
    s->tables = calloc((size_t)s->n_tables, sizeof *s->tables);
    return s->tables != NULL;
}

void sector_store_free(struct sector_store *s)
{
    for (uint64_t i = 0; s->tables && i < s->n_tables; i++) {
        for (unsigned j = 0; s->tables[i] && j < PER_TABLE; j++)
            free(s->tables[i]->c[j]);
        free(s->tables[i]);
    }
    free(s->tables);
    s->tables = NULL;
}

static struct cluster *cluster_at(const struct sector_store *s, uint64_t lba)
{
    uint64_t n = lba / s->per_cluster;
    struct sector_table *t = s->tables[n / PER_TABLE];
    return t ? t->c[n % PER_TABLE] : NULL;
}

static struct cluster *cluster_make(struct sector_store *s, uint64_t lba)
{
    uint64_t n = lba / s->per_cluster;
    struct sector_table **t = &s->tables[n / PER_TABLE];
    if (!*t && !(*t = calloc(1, sizeof **t)))
        return NULL;
    struct cluster **c = &(*t)->c[n % PER_TABLE];
    if (!*c && (*c = calloc(1, sizeof **c)))
        s->clusters++;
    return *c;
}

static bool holds(const struct cluster *c, uint32_t i)
{
    return c && c->held[i / 64] >> i % 64 & 1;
}

uint32_t sector_store_run(const struct sector_store *s, uint64_t lba, uint32_t n, bool *held)
{
    const struct cluster *c = cluster_at(s, lba);
    uint32_t i = (uint32_t)(lba % s->per_cluster), len = 1;
    *held = holds(c, i);
    while (len < n && i + len < s->per_cluster && holds(c, i + len) == *held)
        len++;
    return len;
}

void sector_store_get(const struct sector_store *s, uint64_t lba, uint32_t n, void *buf)
{
    const struct cluster *c = cluster_at(s, lba);
    memcpy(buf, c->data + (size_t)(lba % s->per_cluster) * s->sector_size,
           (size_t)n * s->sector_size);
}

bool sector_store_put(struct sector_store *s, uint64_t lba, uint32_t n, const void *buf)
{
    const uint8_t *p = buf;
    for (; n; n--, lba++, p += s->sector_size) {
        struct cluster *c = cluster_make(s, lba);
        uint32_t i = (uint32_t)(lba % s->per_cluster);
        if (!c)
            return false;
        memcpy(c->data + (size_t)i * s->sector_size, p, s->sector_size);
        s->held += !holds(c, i);
        c->held[i / 64] |= UINT64_C(1) << i % 64;
    }
    return true;
}

void sector_store_drop(struct sector_store *s, uint64_t lba, uint32_t n)
{
    for (; n; n--, lba++) {
        struct cluster *c = cluster_at(s, lba);
        uint32_t i = (uint32_t)(lba % s->per_cluster);
        if (!holds(c, i))
            continue;
        c->held[i / 64] &= ~(UINT64_C(1) << i % 64);
        s->held--;
    }
}

bool sector_store_next(const struct sector_store *s, uint64_t *lba)
{
    uint64_t span = (uint64_t)s->per_cluster * PER_TABLE, end = s->n_tables * span;
    for (uint64_t at = *lba; at < end;) {
        const struct cluster *c = NULL;
        if (!s->tables[at / span]) {
            at = (at / span + 1) * span;
        } else if (!(c = cluster_at(s, at)) || !(c->held[0] | c->held[1])) {
            at = (at / s->per_cluster + 1) * s->per_cluster;
        } else if (holds(c, (uint32_t)(at % s->per_cluster))) {
            *lba = at;
            return true;
        } else {
            at++;
        }
    }
    return false;
}
