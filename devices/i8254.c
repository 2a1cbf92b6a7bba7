/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/i8254.h"

#define NEVER UINT64_MAX

static const struct field ch_fields[] = {
    FIELD_MAX(struct i8254_ch, mode, 5),     FIELD_MAX(struct i8254_ch, rw, 3),
    FIELD(struct i8254_ch, bcd),             FIELD(struct i8254_ch, gate),
    FIELD(struct i8254_ch, rd_msb),          FIELD(struct i8254_ch, wr_msb),
    FIELD(struct i8254_ch, wr_lsb),          FIELD_MAX(struct i8254_ch, latched, 2),
    FIELD(struct i8254_ch, latch),           FIELD(struct i8254_ch, status_latched),
    FIELD(struct i8254_ch, status),          FIELD(struct i8254_ch, armed),
    FIELD(struct i8254_ch, frozen),          FIELD_MAX(struct i8254_ch, n, 65536),
    FIELD_MAX(struct i8254_ch, cr, 65536),   FIELD(struct i8254_ch, cr_at),
    FIELD(struct i8254_ch, t0),              FIELD(struct i8254_ch, held),
    FIELD_END
};

static const struct field fields[] = {
    FIELD_STRUCTS(struct i8254, ch, ch_fields),
    FIELD_ARRAY(struct i8254, edge),
    FIELD_ARRAY(struct i8254, out),
    FIELD_TRANSIENT(struct i8254, sched),
    FIELD_TRANSIENT(struct i8254, moved),
    FIELD_TRANSIENT(struct i8254, moved_owner),
    FIELD_END
};

struct view { uint32_t count; bool out; uint64_t edge; };    /* edge: ticks until OUT changes */

static bool periodic(const struct i8254_ch *c)  { return c->mode == 2 || c->mode == 3; }
static bool triggered(const struct i8254_ch *c) { return c->mode == 1 || c->mode == 5; }

/* Ticks since CE was n; a load takes effect on the CLK after the write, hence the lead. */
static uint64_t lead(const struct i8254_ch *c, uint64_t now)
{
    return (int64_t)(c->t0 - now) > 0 ? c->t0 - now : 0;
}

static uint64_t elapsed(const struct i8254_ch *c, uint64_t now)
{
    return c->frozen ? c->held : lead(c, now) ? 0 : now - c->t0;
}

static uint32_t minus(const struct i8254_ch *c, uint64_t e)      /* CE after e decrements */
{
    uint32_t m = c->bcd ? 10000 : 65536;
    return (uint32_t)((c->n + m - e % m) % m);
}

/* The first of two bytes stops mode 0 and takes OUT low. */
static bool halted(const struct i8254_ch *c) { return c->mode == 0 && c->wr_msb; }

/* OUT is low for the tick in which the count reaches zero; where GATE stops it there in mode 4, t0
 * is that tick. */
static bool strobes(const struct i8254_ch *c, uint64_t e, uint64_t now)
{
    return e == c->n && !(c->mode == 4 && c->frozen && now > c->t0);
}

/* 231164, "Mode Definitions": CE, OUT and the next OUT edge at tick now. */
static struct view view(const struct i8254_ch *c, uint64_t now)
{
    uint64_t e = elapsed(c, now), n = c->n, at, half;
    struct view v = { 0, c->mode != 0, NEVER };
    bool strobe = false;

    if (!c->armed)
        return v;
    switch (c->mode) {
    case 0: case 1:                                  /* low until terminal count */
        v.out = e >= n && !halted(c);
        v.count = minus(c, e);
        v.edge = v.out ? NEVER : n - e;
        break;
    case 2:                                          /* low for the last tick of n */
        at = e % n;
        v.out = at != n - 1;
        v.count = minus(c, at);
        v.edge = v.out ? n - 1 - at : 1;
        break;
    case 3:                                          /* counts by two; the high half is longer */
        at = e % n;
        half = (n + 1) / 2;
        v.out = at < half;
        v.count = (uint32_t)((n & ~UINT64_C(1)) - 2 * (v.out ? at : at - half));
        v.edge = v.out ? half - at : n - at;
        break;
    default:                                         /* 4, 5: low for one tick at zero */
        strobe = strobes(c, e, now);
        v.out = !strobe;
        v.count = minus(c, e);
        v.edge = e < n ? n - e : strobe ? 1 : NEVER;
        break;
    }
    if (c->frozen) {
        v.edge = strobe ? 1 : NEVER;
        v.out |= periodic(c);                        /* GATE low forces OUT high */
    } else if (v.edge != NEVER) {
        v.edge += lead(c, now);
    }
    return v;
}

/* Moves CR to CE where modes 2 and 3 do it: at the end of the period or half-period. */
static void settle(struct i8254_ch *c, uint64_t now)
{
    if (!c->cr || !c->armed || c->frozen || !periodic(c) || now < c->cr_at)
        return;
    bool was_high = c->mode == 3 && view(c, c->cr_at - 1).out;
    c->t0 = c->cr_at - (was_high ? (c->cr + 1) / 2 : 0);
    c->n = c->cr;
    c->cr = 0;
}

static void load(struct i8254_ch *c, uint64_t now, uint32_t n)
{
    c->n = n;
    c->cr = 0;
    c->t0 = now + 1;
    c->held = 0;
    c->armed = true;
    c->frozen = !c->gate && !triggered(c);
}

static void load_later(struct i8254_ch *c, uint64_t now, uint32_t n)
{
    if (!c->cr && !c->frozen && periodic(c))
        c->cr_at = c->mode == 3 ? now + view(c, now).edge
                                : now + lead(c, now) + c->n - elapsed(c, now) % c->n;
    c->cr = n;
}

static void update(struct i8254 *p, unsigned i, uint64_t now)
{
    struct view v = view(&p->ch[i], now);
    line_set(&p->out[i], v.out);
    if (v.edge != NEVER && v.edge > 2 * 65536)       /* only a hostile snapshot can make it so */
        v.edge = 2 * 65536;
    bool wired = p->out[i].set && v.edge != NEVER;
    sched_arm(p->sched, &p->edge[i], wired ? clk_when(I8254_CLK, now + v.edge) : VTIME_NEVER);
}

static void moved(struct i8254 *p, unsigned i, uint64_t now)
{
    update(p, i, now);
    if (p->moved)
        p->moved(p->moved_owner, i);
}

static uint64_t now_ticks(struct i8254 *p) { return clk_ticks(I8254_CLK, sched_now(p->sched)); }

/* sched->now is 'when', but for an event that a snapshot claims to be long overdue. */
static void on_edge(struct i8254 *p, unsigned i)
{
    uint64_t now = clk_ticks(I8254_CLK, p->sched->now);
    settle(&p->ch[i], now);
    update(p, i, now);
}
static void on_edge0(void *p, vtime when) { on_edge(p, 0); }
static void on_edge1(void *p, vtime when) { on_edge(p, 1); }
static void on_edge2(void *p, vtime when) { on_edge(p, 2); }

static uint16_t to_bcd(uint32_t v)
{
    return (uint16_t)(v % 10 | v / 10 % 10 << 4 | v / 100 % 10 << 8 | v / 1000 % 10 << 12);
}

static void latch_count(struct i8254_ch *c, uint64_t now)
{
    if (c->latched)                                  /* the first latch holds until it is read */
        return;
    uint32_t count = view(c, now).count;
    c->latch = c->bcd ? to_bcd(count % 10000) : (uint16_t)count;
    c->latched = c->rw == 3 ? 2 : 1;
}

static void latch_status(struct i8254_ch *c, uint64_t now)
{
    if (c->status_latched)
        return;
    bool null = !c->armed || c->cr || lead(c, now);
    c->status = (uint8_t)(view(c, now).out << 7 | null << 6 | c->rw << 4 | c->mode << 1 | c->bcd);
    c->status_latched = true;
}

static void write_control(struct i8254 *p, uint8_t v, uint64_t now)
{
    if (v >> 6 == 3) {                               /* read-back: D5, D4 are active low */
        for (unsigned i = 0; i < 3; i++) {
            if (!(v & 2u << i))
                continue;
            if (!(v & 0x20))
                latch_count(&p->ch[i], now);
            if (!(v & 0x10))
                latch_status(&p->ch[i], now);
        }
        return;
    }
    struct i8254_ch *c = &p->ch[v >> 6];
    if (!(v & 0x30)) {
        latch_count(c, now);
        return;
    }
    uint8_t m = v >> 1 & 7;
    *c = (struct i8254_ch){ .mode = m > 5 ? m - 4 : m, .rw = v >> 4 & 3, .bcd = v & 1,
                            .gate = c->gate };
    moved(p, v >> 6, now);
}

static void write_count(struct i8254 *p, unsigned i, uint8_t v, uint64_t now)
{
    struct i8254_ch *c = &p->ch[i];
    uint32_t raw = c->rw == 2 ? (uint32_t)v << 8 : v;

    if (c->rw == 3 && !c->wr_msb) {
        c->wr_lsb = v;
        c->wr_msb = true;
        if (halted(c)) {
            c->held = elapsed(c, now);
            c->frozen = true;
        }
        moved(p, i, now);
        return;
    }
    if (c->rw == 3)
        raw = (uint32_t)v << 8 | c->wr_lsb;
    c->wr_msb = false;

    uint32_t n = raw;
    if (c->bcd)
        n = (raw >> 12) * 1000 + (raw >> 8 & 15) * 100 + (raw >> 4 & 15) * 10 + (raw & 15);
    if (!n)
        n = c->bcd ? 10000 : 65536;
    if (n == 1 && periodic(c))
        n = 2;

    bool waits = triggered(c) || (periodic(c) && c->armed);
    if (waits && !lead(c, now))
        load_later(c, now, n);                       /* for a trigger, or for settle() */
    else
        load(c, now, n);
    moved(p, i, now);
}

static void pit_write(void *dev, uint32_t off, uint64_t data, unsigned size)
{
    struct i8254 *p = dev;
    uint64_t now = now_ticks(p);
    uint8_t v = (uint8_t)data;
    for (unsigned i = 0; i < 3; i++)
        settle(&p->ch[i], now);
    if ((off & 3) == 3)
        write_control(p, v, now);
    else
        write_count(p, off & 3, v, now);
}

static uint64_t pit_read(void *dev, uint32_t off, unsigned size)
{
    struct i8254 *p = dev;
    if ((off & 3) == 3)
        return 0xff;                                 /* no such register; the bus floats high */
    struct i8254_ch *c = &p->ch[off & 3];
    uint64_t now = now_ticks(p);

    settle(c, now);
    if (c->status_latched) {
        c->status_latched = false;
        return c->status;
    }
    bool held = c->latched != 0;
    if (!held) {
        latch_count(c, now);                         /* reads the live count, a byte at a time */
        c->latched = 0;
    } else {
        c->latched--;
    }
    bool msb = c->rw == 2 || (c->rw == 3 && c->rd_msb);
    if (c->rw == 3)
        c->rd_msb = !c->rd_msb;
    return (uint8_t)(msb ? c->latch >> 8 : c->latch);
}

static void freeze(struct i8254_ch *c, uint64_t now)
{
    bool strobe = c->mode == 4 && strobes(c, elapsed(c, now), now);
    c->held = elapsed(c, now);
    c->frozen = true;
    if (strobe)
        c->t0 = now;
}

/* A rising GATE restarts a period. A strobe that ended meanwhile is as far back as a whole turn of
 * the counter. */
static void thaw(struct i8254_ch *c, uint64_t now)
{
    if (periodic(c)) {
        load(c, now, c->cr ? c->cr : c->n);
        return;
    }
    if (c->mode == 4 && c->held == c->n && now > c->t0)
        c->held += c->bcd ? 10000 : 65536;
    c->t0 = c->held ? now - c->held : now + lead(c, now);
    c->frozen = false;
}

void i8254_gate(struct i8254 *p, unsigned i, bool level)
{
    struct i8254_ch *c = &p->ch[i];
    uint64_t now = now_ticks(p);
    bool rose = level && !c->gate;

    settle(c, now);
    if (c->gate == level)
        return;
    c->gate = level;
    if (triggered(c) && rose && (c->cr || c->armed))
        load(c, now, c->cr ? c->cr : c->n);
    else if (!triggered(c) && c->armed && !level)
        freeze(c, now);
    else if (!triggered(c) && c->armed && !halted(c))
        thaw(c, now);
    moved(p, i, now);
}

bool i8254_out(struct i8254 *p, unsigned i)
{
    uint64_t now = now_ticks(p);
    settle(&p->ch[i], now);
    return view(&p->ch[i], now).out;
}

bool i8254_wave(struct i8254_ch *copy, uint64_t tick, uint64_t *stays)
{
    settle(copy, tick);
    struct view v = view(copy, tick);
    *stays = v.edge;
    return v.out;
}

uint32_t i8254_hz(const struct i8254 *p, unsigned i)
{
    struct i8254_ch c = p->ch[i];
    settle(&c, clk_ticks(I8254_CLK, sched_now(p->sched)));   /* a copy: looking changes nothing */
    if (!periodic(&c) || !c.armed || c.frozen)
        return 0;
    return (uint32_t)(UINT64_C(105000000) / 88 / c.n);
}

void i8254_init(struct i8254 *p, struct sched *s)
{
    *p = (struct i8254){ .sched = s };
    sched_add(s, &p->edge[0], "pit.out0", on_edge0, p);
    sched_add(s, &p->edge[1], "pit.out1", on_edge1, p);
    sched_add(s, &p->edge[2], "pit.out2", on_edge2, p);
    for (unsigned i = 0; i < 3; i++)
        p->ch[i] = (struct i8254_ch){ .rw = 3, .gate = i != 2 };
}

/* The chip has no reset pin: a bus reset leaves it counting. Power-on contents are undefined; we
 * choose mode 0, RW both, no count, with counters 0 and 1 gated on as the AT board straps them. */
static void pit_reset(void *dev, enum reset_kind kind)
{
    struct i8254 *p = dev;
    for (unsigned i = 0; i < 3 && kind == RESET_POWER; i++) {
        p->ch[i] = (struct i8254_ch){ .rw = 3, .gate = i != 2 };
        moved(p, i, now_ticks(p));
    }
}

static bool pit_post_load(void *dev, unsigned version, struct error *err)
{
    struct i8254 *p = dev;
    for (unsigned i = 0; i < 3; i++) {
        const struct i8254_ch *c = &p->ch[i];
        uint32_t least = periodic(c) ? 2 : 1;
        if ((c->armed && c->n < least) || (c->cr && c->cr < least))
            return error_set(err, 1, "i8254: counter %u holds an impossible count", i);
    }
    return true;
}

const struct bus_ops i8254_ops = { pit_read, pit_write, 1 };
const struct device_class i8254_class = { "i8254", 1, 1, fields, pit_reset, pit_post_load, NULL };
