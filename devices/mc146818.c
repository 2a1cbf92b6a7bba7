/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/mc146818.h"

enum { SEC = 0, SEC_AL, MIN, MIN_AL, HOUR, HOUR_AL, DOW, DATE, MONTH, YEAR, A, B, C, D,
       CENTURY = 0x32 };
enum { A_UIP = 0x80, A_DV = 0x70, A_RS = 0x0f };
enum { B_SET = 0x80, B_PIE = 0x40, B_AIE = 0x20, B_UIE = 0x10, B_SQWE = 0x08, B_DM = 0x04,
       B_24 = 0x02 };
enum { C_IRQF = 0x80, C_PF = 0x40, C_AF = 0x20, C_UF = 0x10 };
enum { D_VRT = 0x80 };

static const struct clk CRYSTAL = { 32768, 1000000000 };
#define HZ         32768u
#define UIP_TICKS  73u          /* 244 us warning and a cycle of 1984 us */
#define DAY        86400u
#define PM         0x80u
#define YEAR_0     INT64_C(-62167219200)      /* 0000-01-01, in seconds from 1970 */
#define TICK_MAX   (UINT64_C(1) << 48)    /* 272 years: beyond it clk_when() would overflow */

static const struct field fields[] = {
    FIELD(struct mc146818, index),         FIELD_ARRAY(struct mc146818, ram),
    FIELD_MAX(struct mc146818, next, TICK_MAX),
    FIELD(struct mc146818, pf_from),       FIELD(struct mc146818, event),
    FIELD(struct mc146818, irq),           FIELD_TRANSIENT(struct mc146818, sched),
    FIELD_END
};

/* Bytes <-> numbers, in the mode that register B selects. Nonsense gives some number in range. */
static uint8_t encode(const struct mc146818 *p, unsigned v)
{
    return (uint8_t)(p->ram[B] & B_DM ? v : v / 10 << 4 | v % 10);
}

static unsigned decode(const struct mc146818 *p, uint8_t v, unsigned limit)
{
    unsigned n = p->ram[B] & B_DM ? v : (v >> 4) * 10u + (v & 15);
    return n % limit;
}

static uint8_t encode_hour(const struct mc146818 *p, unsigned h)
{
    if (p->ram[B] & B_24)
        return encode(p, h);
    return (uint8_t)(encode(p, h % 12 ? h % 12 : 12) | (h >= 12 ? PM : 0));
}

static unsigned decode_hour(const struct mc146818 *p, uint8_t v)
{
    if (p->ram[B] & B_24)
        return decode(p, v, 24);
    return decode(p, v & 0x7f, 12) + (v & PM ? 12 : 0);
}

/* The proleptic Gregorian calendar, counted in days from 1 March of the year 0: leap days then come
 * last in their year, their four-year cycle and their century. */
static uint64_t days_of(unsigned y, unsigned m, unsigned d)      /* m 1..12, d from 1 */
{
    uint64_t years = m <= 2 ? y + 9999u : y + 10000u;            /* cycles of 400 do not matter */
    uint64_t months = m <= 2 ? m + 9 : m - 3;
    return years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + d - 1;
}

static void date_of(uint64_t days, unsigned *y, unsigned *m, unsigned *d)
{
    uint64_t era = days / 146097, in_era = days % 146097;
    uint64_t years = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    uint64_t in_year = in_era - (365 * years + years / 4 - years / 100);
    uint64_t months = (5 * in_year + 2) / 153;
    *d = (unsigned)(in_year - (153 * months + 2) / 5 + 1);
    *m = (unsigned)(months < 10 ? months + 3 : months - 9);
    *y = (unsigned)((years + era * 400 + (*m <= 2)) % 10000);
}

static unsigned second_of_day(const struct mc146818 *p)
{
    return decode_hour(p, p->ram[HOUR]) * 3600 + decode(p, p->ram[MIN], 60) * 60 +
           decode(p, p->ram[SEC], 60);
}

static void store_time(struct mc146818 *p, unsigned tod)
{
    p->ram[SEC] = encode(p, tod % 60);
    p->ram[MIN] = encode(p, tod / 60 % 60);
    p->ram[HOUR] = encode_hour(p, tod / 3600);
}

static void store_date(struct mc146818 *p, uint64_t days)
{
    unsigned y, m, d;
    date_of(days, &y, &m, &d);
    p->ram[DATE] = encode(p, d);
    p->ram[MONTH] = encode(p, m);
    p->ram[YEAR] = encode(p, y % 100);
    p->ram[CENTURY] = encode(p, y / 100);
}

static void advance_days(struct mc146818 *p, uint64_t n)
{
    unsigned m = decode(p, p->ram[MONTH], 13), d = decode(p, p->ram[DATE], 32);
    unsigned y = decode(p, p->ram[CENTURY], 100) * 100 + decode(p, p->ram[YEAR], 100);
    unsigned dow = decode(p, p->ram[DOW], 8);
    store_date(p, days_of(y, m ? m : 1, d ? d : 1) + n);
    p->ram[DOW] = encode(p, (unsigned)((dow + 6 + n) % 7 + 1));
}

/* Seconds from tod until the alarm bytes match, 1..86400; 0: never. C0h..FFh match anything. */
static unsigned until_alarm(const struct mc146818 *p, unsigned tod)
{
    const uint8_t *r = p->ram;
    unsigned t = tod + 1;
    while (t <= tod + DAY) {
        if (r[HOUR_AL] < 0xc0 && r[HOUR_AL] != encode_hour(p, t / 3600 % 24))
            t += 3600 - t % 3600;
        else if (r[MIN_AL] < 0xc0 && r[MIN_AL] != encode(p, t / 60 % 60))
            t += 60 - t % 60;
        else if (r[SEC_AL] < 0xc0 && r[SEC_AL] != encode(p, t % 60))
            t++;
        else
            return t - tod;
    }
    return 0;
}

static bool running(const struct mc146818 *p) { return (p->ram[A] & 0x60) != 0x60; }

/* Ticks between periodic interrupts; 0: none. Rates 1 and 2 repeat 8 and 9 (table 5). */
static uint64_t period(const struct mc146818 *p)
{
    unsigned rs = p->ram[A] & A_RS;
    return !rs ? 0 : UINT64_C(1) << (rs <= 2 ? rs + 6 : rs - 1);
}

/* Ticks since the last boundary of the periodic interrupt; the periods divide the second. */
static uint64_t since_boundary(const struct mc146818 *p, uint64_t now)
{
    return (now - p->next) & (period(p) - 1);
}

static uint64_t now_ticks(const struct mc146818 *p)
{
    return clk_ticks(CRYSTAL, sched_now(p->sched));
}

/* Brings the time bytes and the flags up to date. */
static void settle(struct mc146818 *p, uint64_t now)
{
    uint8_t *r = p->ram;
    if (!running(p))
        return;
    if (period(p) && since_boundary(p, now) < now - p->pf_from)
        r[C] |= C_PF;
    p->pf_from = now;
    if (now < p->next)
        return;
    uint64_t n = (now - p->next) / HZ + 1;
    p->next += n * HZ;
    if (r[B] & B_SET)
        return;
    unsigned tod = second_of_day(p), alarm = until_alarm(p, tod);
    r[C] |= C_UF | (alarm && alarm <= n ? C_AF : 0);
    if (tod + n >= DAY)
        advance_days(p, (tod + n) / DAY);
    store_time(p, (unsigned)((tod + n) % DAY));
}

static uint64_t sooner(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Tells the PIC, and arms the event for the next flag that would. Call after settle(). */
static void update(struct mc146818 *p, uint64_t now)
{
    uint8_t *r = p->ram;
    bool irqf = r[C] & r[B] & (C_PF | C_AF | C_UF);
    uint64_t tick = UINT64_MAX;
    if (!irqf && running(p)) {
        if (r[B] & B_PIE && period(p))
            tick = now + period(p) - since_boundary(p, now);
        if (r[B] & B_UIE && !(r[B] & B_SET))
            tick = sooner(tick, p->next);
        if (r[B] & B_AIE && !(r[B] & B_SET)) {
            unsigned n = until_alarm(p, second_of_day(p));
            if (n)
                tick = sooner(tick, p->next + (n - 1) * (uint64_t)HZ);
        }
    }
    r[C] = (uint8_t)((r[C] & ~C_IRQF) | (irqf ? C_IRQF : 0));
    line_set(&p->irq, irqf);
    sched_arm(p->sched, &p->event, tick == UINT64_MAX ? VTIME_NEVER : clk_when(CRYSTAL, tick));
}

static void on_event(void *dev, vtime when)
{
    struct mc146818 *p = dev;
    uint64_t now = clk_ticks(CRYSTAL, p->sched->now);
    settle(p, now);
    update(p, now);
}

static void write_a(struct mc146818 *p, uint8_t v, uint64_t now)
{
    bool was = running(p);
    p->ram[A] = v & (A_DV | A_RS);
    if (was || !running(p))
        return;
    p->next = now + HZ / 2;                  /* half a second after a divider reset */
    p->pf_from = now;
}

static void write_data(struct mc146818 *p, uint8_t v, uint64_t now)
{
    switch (p->index & 0x7f) {
    case A: write_a(p, v, now); break;
    case B: p->ram[B] = v & B_SET ? v & (uint8_t)~B_UIE : v; break;
    case C: case D: break;
    default: p->ram[p->index & 0x7f] = v; break;
    }
}

static void rtc_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct mc146818 *p = dev;
    if (!(off & 1)) {
        p->index = (uint8_t)v;
        return;
    }
    uint64_t now = now_ticks(p);
    settle(p, now);
    write_data(p, (uint8_t)v, now);
    update(p, now);
}

static bool updating(const struct mc146818 *p, uint64_t now)
{
    return running(p) && !(p->ram[B] & B_SET) && p->next - now <= UIP_TICKS;
}

static uint64_t rtc_read(void *dev, uint32_t off, unsigned size)
{
    struct mc146818 *p = dev;
    if (!(off & 1))
        return 0xff;                         /* the index cannot be read */
    uint64_t now = now_ticks(p);
    uint8_t i = p->index & 0x7f, v;
    settle(p, now);
    update(p, now);
    v = p->ram[i];
    if (i == A && updating(p, now))
        v |= A_UIP;
    if (i == C) {
        p->ram[C] = 0;
        update(p, now);
    }
    return v;
}

void mc146818_set(struct mc146818 *p, unsigned off, uint8_t v)
{
    if (off > D && off < sizeof p->ram)
        p->ram[off] = v;
}

uint8_t mc146818_get(const struct mc146818 *p, unsigned off) { return p->ram[off & 0x7f]; }

void mc146818_init(struct mc146818 *p, struct sched *s, int64_t start)
{
    *p = (struct mc146818){ .sched = s, .next = HZ };
    p->ram[A] = 0x26;                        /* running, 1024 Hz */
    p->ram[B] = B_24;
    p->ram[D] = D_VRT;
    if (start < YEAR_0)
        start = YEAR_0;
    uint64_t sec = (uint64_t)start - (uint64_t)YEAR_0;
    store_time(p, (unsigned)(sec % DAY));
    store_date(p, days_of(0, 1, 1) + sec / DAY);
    p->ram[DOW] = (uint8_t)((sec / DAY + 6) % 7 + 1);    /* 1: Sunday; 1 January 0 was a Saturday */
    sched_add(s, &p->event, "rtc", on_event, p);
}

/* RESET# stops the interrupts; the battery keeps everything else. */
static void rtc_reset(void *dev, enum reset_kind kind)
{
    struct mc146818 *p = dev;
    uint64_t now = now_ticks(p);
    if (kind == RESET_INIT)
        return;
    settle(p, now);
    p->ram[B] &= (uint8_t)~(B_PIE | B_AIE | B_UIE | B_SQWE);
    p->ram[C] = 0;
    update(p, now);
}

static bool rtc_post_load(void *dev, unsigned version, struct error *err)
{
    struct mc146818 *p = dev;
    if (p->ram[A] & A_UIP || p->ram[C] & 0x0f || p->ram[D] != D_VRT)
        return error_set(err, 1, "mc146818: impossible registers");
    return true;
}

const struct bus_ops mc146818_ops = { rtc_read, rtc_write, 1 };
const struct device_class mc146818_class = { "mc146818", 1, 1, fields, rtc_reset, rtc_post_load,
                                             NULL };
