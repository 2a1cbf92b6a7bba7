/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/lapic.h"

static const struct clk CLK = { 1, 10 };             /* 100 MHz */
#define T0_MAX (UINT64_C(1) << 59)

enum { R_ID = 0x02, R_VERSION = 0x03, R_TPR = 0x08, R_APR = 0x09, R_PPR = 0x0a, R_EOI = 0x0b,
       R_REMOTE = 0x0c, R_LDR = 0x0d, R_DFR = 0x0e, R_SVR = 0x0f, R_ISR = 0x10, R_TMR = 0x18,
       R_IRR = 0x20, R_ESR = 0x28, R_ICR = 0x30, R_ICR_HIGH = 0x31, R_LVT_TIMER = 0x32,
       R_LVT_PERF = 0x34, R_LVT_ERROR = 0x37, R_INITIAL = 0x38, R_COUNT = 0x39, R_DCR = 0x3e };
enum { SVR_ENABLE = 0x100, SVR_MASK = 0x3f0, SVR_ONES = 0x00f };
enum { LVT_REMOTE_IRR = 0x4000, LVT_LEVEL = 0x8000, LVT_MASKED = 0x10000, LVT_PERIODIC = 0x20000 };
enum { ICR_LOGICAL = 0x800, ICR_ASSERT = 0x4000, ICR_LEVEL = 0x8000, ICR_MASK = 0xccfff };
enum { ESR_NOT_ACCEPTED = 0x04, ESR_SENT_ILLEGAL = 0x20, ESR_GOT_ILLEGAL = 0x40,
       ESR_NO_REGISTER = 0x80 };

/* What software may write of each entry of the local vector table. */
static const uint32_t lvt_mask[LVT_COUNT] = { 0x300ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff };

static const struct field fields[] = {
    FIELD(struct lapic, on),                 FIELD_MAX(struct lapic, id, 15),
    FIELD(struct lapic, tpr),                FIELD(struct lapic, ldr),
    FIELD_MAX(struct lapic, dfr, 15),        FIELD_MAX(struct lapic, svr, SVR_MASK | SVR_ONES),
    FIELD(struct lapic, esr),                FIELD(struct lapic, errors),
    FIELD_ARRAY(struct lapic, icr),          FIELD_ARRAY(struct lapic, lvt),
    FIELD_ARRAY(struct lapic, isr),          FIELD_ARRAY(struct lapic, tmr),
    FIELD_ARRAY(struct lapic, irr),          FIELD_MAX(struct lapic, pins, 3),
    FIELD(struct lapic, ext),                FIELD_MAX(struct lapic, dcr, 15),
    FIELD(struct lapic, counting),           FIELD(struct lapic, initial),
    FIELD(struct lapic, count),              FIELD_MAX(struct lapic, t0, T0_MAX),
    FIELD(struct lapic, timer),              FIELD(struct lapic, intr),
    FIELD_TRANSIENT(struct lapic, boot),     FIELD_TRANSIENT(struct lapic, p6),
    FIELD_TRANSIENT(struct lapic, reset_id), FIELD_TRANSIENT(struct lapic, cpu),
    FIELD_TRANSIENT(struct lapic, bus),      FIELD_TRANSIENT(struct lapic, sched),
    FIELD_END
};

/* ---- vectors and priorities ---- */

static bool has_bit(const uint32_t *r, unsigned v) { return r[v / 32] >> v % 32 & 1; }
static void set_bit(uint32_t *r, unsigned v) { r[v / 32] |= UINT32_C(1) << v % 32; }
static void clear_bit(uint32_t *r, unsigned v) { r[v / 32] &= ~(UINT32_C(1) << v % 32); }

/* The highest vector, or -1. */
static int highest(const uint32_t *r)
{
    for (unsigned i = 8; i--;)
        if (r[i])
            return (int)(i * 32 + bit_high(r[i]));
    return -1;
}

static uint8_t class_of(int vector) { return vector < 0 ? 0 : (uint8_t)(vector & 0xf0); }

static uint8_t ppr(const struct lapic *p)
{
    uint8_t serving = class_of(highest(p->isr));
    return (p->tpr & 0xf0) >= serving ? p->tpr : serving;
}

/* What arbitration for lowest-priority messages goes by. */
static uint8_t apr(const struct lapic *p)
{
    uint8_t task = p->tpr & 0xf0, serving = class_of(highest(p->isr));
    uint8_t waiting = class_of(highest(p->irr));
    if (task >= waiting && task > serving)
        return p->tpr;
    return waiting > serving ? waiting : serving;
}

/* The vector that may interrupt now, or -1. */
static int deliverable(const struct lapic *p)
{
    int v = highest(p->irr);
    return class_of(v) > (ppr(p) & 0xf0) ? v : -1;
}

static unsigned lvt_mode(uint32_t lvt) { return lvt >> 8 & 7; }

/* An external controller wants its vector fetched. */
static bool external(const struct lapic *p)
{
    for (unsigned i = 0; i < 2; i++) {
        uint32_t lvt = p->lvt[LVT_LINT0 + i];
        if (p->pins >> i & 1 && !(lvt & LVT_MASKED) && lvt_mode(lvt) == APIC_EXTINT)
            return true;
    }
    return p->ext;
}

static void update(struct lapic *p)
{
    bool wants = p->on ? deliverable(p) >= 0 || external(p) : p->pins & 1;
    line_set(&p->intr, wants);
}

/* ---- accepting ---- */

static void take(struct lapic *p, uint8_t vector, bool level)
{
    set_bit(p->irr, vector);
    if (level)
        set_bit(p->tmr, vector);
    else
        clear_bit(p->tmr, vector);
    update(p);
}

/* The first error since ESR was written interrupts; that interrupt's own vector cannot be one more
 * reason for it. */
static void error(struct lapic *p, uint8_t what)
{
    uint32_t lvt = p->lvt[LVT_ERROR];
    bool first = !p->errors;
    p->errors |= what;
    if (!first || lvt & LVT_MASKED)
        return;
    if ((lvt & 0xff) < 16)
        p->errors |= ESR_GOT_ILLEGAL;
    else
        take(p, (uint8_t)lvt, false);
}

static void accept(struct lapic *p, unsigned mode, uint8_t vector, bool level)
{
    switch (mode) {
    case APIC_FIXED: case APIC_LOWEST:
        if (vector < 16)
            error(p, ESR_GOT_ILLEGAL);
        else
            take(p, vector, level);
        break;
    case APIC_NMI:
        if (p->cpu.nmi)
            p->cpu.nmi(p->cpu.owner);
        break;
    case APIC_INIT:
        if (p->cpu.init)
            p->cpu.init(p->cpu.owner);
        break;
    case APIC_EXTINT:
        p->ext = true;
        update(p);
        break;
    default:
        break;
    }
}

/* ---- the bus ---- */

static bool named(const struct lapic *p, const struct apic_message *m)
{
    if (!m->logical)
        return (m->dest & 15) == 15 || (m->dest & 15) == p->id;
    if (m->dest == 0xff)
        return true;
    if (p->dfr == 15)
        return m->dest & p->ldr;
    return !((m->dest ^ p->ldr) & 0xf0) && m->dest & p->ldr & 15;
}

/* An APIC that software has turned off takes INIT, NMI, SMI and start-up only. */
static bool listens(const struct lapic *p, unsigned mode)
{
    bool vector = mode == APIC_FIXED || mode == APIC_LOWEST || mode == APIC_EXTINT;
    return p->on && (!vector || p->svr & SVR_ENABLE);
}

bool apic_send(struct apic_bus *bus, struct apic_message m)
{
    struct lapic *lowest = NULL;
    bool taken = false;
    for (unsigned i = 0; i < bus->n; i++) {
        struct lapic *p = bus->local[i];
        if (!named(p, &m) || !listens(p, m.mode))
            continue;
        taken = true;
        if (m.mode != APIC_LOWEST)
            accept(p, m.mode, m.vector, m.level);
        else if (!lowest || apr(p) < apr(lowest))
            lowest = p;
    }
    if (lowest)
        accept(lowest, m.mode, m.vector, m.level);
    return taken;
}

/* ---- timer ---- */

static unsigned divisor(const struct lapic *p)
{
    unsigned n = (p->dcr >> 1 & 4) | (p->dcr & 3);
    return n == 7 ? 1 : 2u << n;
}

static uint64_t now_ticks(const struct lapic *p) { return clk_ticks(CLK, sched_now(p->sched)); }

static uint64_t elapsed(const struct lapic *p, uint64_t now)
{
    return now > p->t0 ? (now - p->t0) / divisor(p) : 0;
}

static uint32_t current(const struct lapic *p, uint64_t now)
{
    return p->counting ? (uint32_t)(p->count - elapsed(p, now)) : 0;
}

/* Brings the counter up to the present; a count that ran out interrupts. */
static void settle(struct lapic *p, uint64_t now)
{
    uint32_t lvt = p->lvt[LVT_TIMER];
    uint64_t e = elapsed(p, now);
    if (!p->counting || e < p->count)
        return;
    if (lvt & LVT_PERIODIC) {
        uint64_t rest = e - p->count, periods = rest / p->initial;
        p->t0 += (p->count + periods * p->initial) * divisor(p);
        p->count = p->initial;
    } else {
        p->counting = false;
        p->count = 0;
    }
    if (!(lvt & LVT_MASKED))
        accept(p, APIC_FIXED, (uint8_t)lvt, false);
}

/* While its interrupt waits already, one more makes no difference. */
static void arm(struct lapic *p)
{
    uint32_t lvt = p->lvt[LVT_TIMER];
    bool wanted = p->counting && !(lvt & LVT_MASKED) && !has_bit(p->irr, lvt & 0xff);
    sched_arm(p->sched, &p->timer,
              wanted ? clk_when(CLK, p->t0 + (uint64_t)p->count * divisor(p)) : VTIME_NEVER);
}

static void on_timer(void *owner, vtime when)
{
    struct lapic *p = owner;
    settle(p, clk_ticks(CLK, when));
    arm(p);
}

static void load_timer(struct lapic *p, uint32_t count)
{
    p->initial = p->count = count;
    p->counting = count != 0;
    p->t0 = now_ticks(p);
    arm(p);
}

static void write_dcr(struct lapic *p, uint32_t v)
{
    uint64_t now = now_ticks(p);
    settle(p, now);
    p->count = current(p, now);
    p->t0 = now;
    p->dcr = v & 0xb;
    arm(p);
}

/* ---- local interrupts ---- */

/* ExtINT is looked at where it is needed; lowest priority is reserved here, with some others that
 * accept() ignores. An illegal vector is not accepted, so nobody would end it. */
static void local(struct lapic *p, unsigned entry)
{
    uint32_t lvt = p->lvt[entry];
    bool level = lvt & LVT_LEVEL && lvt_mode(lvt) == APIC_FIXED;
    if (lvt & LVT_MASKED || lvt_mode(lvt) == APIC_EXTINT || lvt_mode(lvt) == APIC_LOWEST)
        return;
    if (level && (lvt & 0xff) >= 16)
        p->lvt[entry] |= LVT_REMOTE_IRR;
    accept(p, lvt_mode(lvt), (uint8_t)lvt, level);
}

/* A level that is still there and was not delivered since it was last ended. */
static void repeat_level(struct lapic *p, unsigned pin)
{
    uint32_t lvt = p->lvt[LVT_LINT0 + pin];
    if (p->pins >> pin & 1 && lvt & LVT_LEVEL && lvt_mode(lvt) == APIC_FIXED &&
        !(lvt & LVT_REMOTE_IRR))
        local(p, LVT_LINT0 + pin);
}

void lapic_lint(void *dev, int pin, bool level)
{
    struct lapic *p = dev;
    unsigned n = (unsigned)pin & 1;
    uint8_t bit = (uint8_t)(1u << n);
    bool rose = level && !(p->pins & bit);
    p->pins = level ? p->pins | bit : p->pins & (uint8_t)~bit;
    if (!p->on) {
        if (n == 1 && rose && p->cpu.nmi)
            p->cpu.nmi(p->cpu.owner);
    } else if (p->lvt[LVT_LINT0 + n] & LVT_LEVEL && lvt_mode(p->lvt[LVT_LINT0 + n]) == APIC_FIXED) {
        repeat_level(p, n);
    } else if (rose) {
        local(p, LVT_LINT0 + n);
    }
    update(p);
}

static void write_lvt(struct lapic *p, unsigned entry, uint32_t v)
{
    uint32_t old = p->lvt[entry];
    if (entry == LVT_TIMER)
        settle(p, now_ticks(p));
    v &= lvt_mask[entry];
    if (!(p->svr & SVR_ENABLE))
        v |= LVT_MASKED;
    if (v & LVT_LEVEL)
        v |= old & LVT_REMOTE_IRR;
    p->lvt[entry] = v;
    if (entry == LVT_TIMER)
        arm(p);
    if (entry == LVT_LINT0 || entry == LVT_LINT1)
        repeat_level(p, entry - LVT_LINT0);
}

static void mask_all(struct lapic *p)
{
    settle(p, now_ticks(p));
    for (unsigned i = 0; i < LVT_COUNT; i++)
        p->lvt[i] |= LVT_MASKED;
    arm(p);
}

/* ---- the processor ---- */

int lapic_inta(void *dev)
{
    struct lapic *p = dev;
    int v;
    if (!p->on)
        return p->cpu.ext_inta ? p->cpu.ext_inta(p->cpu.pic) : -1;
    v = deliverable(p);
    if (v >= 0) {
        settle(p, now_ticks(p));             /* what came until now is one with it */
        clear_bit(p->irr, (unsigned)v);
        set_bit(p->isr, (unsigned)v);
        arm(p);
    } else if (external(p) && p->cpu.ext_inta) {
        p->ext = false;
        v = p->cpu.ext_inta(p->cpu.pic);
    } else {
        v = p->svr & 0xff;
    }
    update(p);
    return v;
}

static void end_of_interrupt(struct lapic *p)
{
    int v = highest(p->isr);
    if (v < 0)
        return;
    clear_bit(p->isr, (unsigned)v);
    if (!has_bit(p->tmr, (unsigned)v))
        return;
    for (unsigned i = 0; i < 2; i++)
        if (p->lvt[LVT_LINT0 + i] & LVT_LEVEL && (p->lvt[LVT_LINT0 + i] & 0xff) == (unsigned)v) {
            p->lvt[LVT_LINT0 + i] &= ~(uint32_t)LVT_REMOTE_IRR;
            repeat_level(p, i);
        }
    if (p->bus->eoi)
        p->bus->eoi(p->bus->io, (uint8_t)v);
}

static bool send_to_all(struct lapic *p, struct apic_message m, bool self)
{
    for (unsigned i = 0; i < p->bus->n; i++)
        if ((self || p->bus->local[i] != p) && listens(p->bus->local[i], m.mode))
            accept(p->bus->local[i], m.mode, m.vector, false);
    return true;
}

static void send(struct lapic *p)
{
    uint32_t low = p->icr[0];
    struct apic_message m = { .dest = (uint8_t)(p->icr[1] >> 24), .vector = (uint8_t)low,
                              .mode = low >> 8 & 7, .logical = low & ICR_LOGICAL };
    bool taken = true;
    if (m.mode == APIC_INIT && low & ICR_LEVEL && !(low & ICR_ASSERT))
        return;                              /* de-assert: arbitration starts anew, that is all */
    if (m.mode == APIC_RESERVED || m.mode == APIC_EXTINT)
        return;                              /* both are reserved in ICR */
    if (m.mode <= APIC_LOWEST && m.vector < 16) {
        error(p, ESR_SENT_ILLEGAL);
        return;
    }
    switch (low >> 18 & 3) {
    case 0:
        taken = apic_send(p->bus, m);
        break;
    case 1:
        if (listens(p, m.mode))
            accept(p, m.mode, m.vector, false);
        break;
    default:
        send_to_all(p, m, (low >> 18 & 3) == 2);
        break;
    }
    if (!taken)
        error(p, ESR_NOT_ACCEPTED);
}

/* ---- registers ---- */

/* The entry of the local vector table in register r, or LVT_COUNT. */
static unsigned entry_at(const struct lapic *p, unsigned r)
{
    if (r == R_LVT_TIMER)
        return LVT_TIMER;
    if (r < R_LVT_PERF || r > R_LVT_ERROR || (r == R_LVT_PERF && !p->p6))
        return LVT_COUNT;
    return LVT_PERF + (r - R_LVT_PERF);
}

static uint32_t read_timer(struct lapic *p)
{
    uint64_t now = now_ticks(p);
    settle(p, now);
    arm(p);
    return current(p, now);
}

/* SDM volume 3, figure "Error Status Register": reserved in the Pentium. */
static void no_register(struct lapic *p)
{
    if (p->p6)
        error(p, ESR_NO_REGISTER);
}

static uint32_t read_register(struct lapic *p, unsigned r)
{
    unsigned entry = entry_at(p, r);
    if (entry < LVT_COUNT)
        return p->lvt[entry];
    if (r >= R_ISR && r < R_ESR)
        return (r < R_TMR ? p->isr : r < R_IRR ? p->tmr : p->irr)[r & 7];
    switch (r) {
    case R_ID:       return (uint32_t)p->id << 24;
    case R_VERSION:  return p->p6 ? 0x40011 : 0x30010;
    case R_TPR:      return p->tpr;
    case R_APR:      return apr(p);
    case R_PPR:      return ppr(p);
    case R_EOI:      return 0;
    case R_REMOTE:   return 0;
    case R_LDR:      return (uint32_t)p->ldr << 24;
    case R_DFR:      return (uint32_t)p->dfr << 28 | 0x0fffffff;
    case R_SVR:      return p->svr;
    case R_ESR:      return p->esr;
    case R_ICR: case R_ICR_HIGH:
        return p->icr[r - R_ICR];
    case R_INITIAL:  return p->initial;
    case R_COUNT:    return read_timer(p);
    case R_DCR:      return p->dcr;
    default:
        no_register(p);
        return 0;
    }
}

static uint64_t lapic_read(void *dev, uint32_t off, unsigned size)
{
    unsigned at = off & 15;
    uint32_t v = at < 4 ? read_register(dev, off >> 4) : 0;
    return (uint64_t)v >> 8 * (at & 3);
}

static void write_svr(struct lapic *p, uint32_t v)
{
    p->svr = (uint16_t)((v & SVR_MASK) | SVR_ONES);
    if (!(v & SVR_ENABLE))
        mask_all(p);
}

static void write_esr(struct lapic *p)
{
    p->esr = p->errors;
    p->errors = 0;
}

static void write_register(struct lapic *p, unsigned r, uint32_t v)
{
    unsigned entry = entry_at(p, r);
    if (entry < LVT_COUNT) {
        write_lvt(p, entry, v);
        return;
    }
    if (r >= R_ISR && r < R_ESR)
        return;
    switch (r) {
    case R_ID:       p->id = v >> 24 & 15; break;
    case R_TPR:      p->tpr = (uint8_t)v; break;
    case R_EOI:      end_of_interrupt(p); break;
    case R_LDR:      p->ldr = (uint8_t)(v >> 24); break;
    case R_DFR:      p->dfr = (uint8_t)(v >> 28); break;
    case R_SVR:      write_svr(p, v); break;
    case R_ESR:      write_esr(p); break;
    case R_ICR:
        p->icr[0] = v & ICR_MASK;
        send(p);
        break;
    case R_ICR_HIGH: p->icr[1] = v & 0xff000000; break;
    case R_INITIAL:  load_timer(p, v); break;
    case R_DCR:      write_dcr(p, v); break;
    case R_VERSION: case R_APR: case R_PPR: case R_REMOTE: case R_COUNT:
        break;
    default:
        no_register(p);
        break;
    }
}

static void lapic_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct lapic *p = dev;
    if (size != 4 || off & 15)
        return;
    write_register(p, off >> 4, (uint32_t)v);
    update(p);
}

/* ---- life ---- */

/* SDM volume 3, "Local APIC State After Power-Up or Reset". The pins belong to their drivers. */
static void start(struct lapic *p)
{
    memset(p->isr, 0, sizeof p->isr);
    memset(p->tmr, 0, sizeof p->tmr);
    memset(p->irr, 0, sizeof p->irr);
    p->icr[0] = p->icr[1] = 0;
    p->tpr = p->ldr = p->esr = p->errors = p->dcr = 0;
    p->dfr = 15;
    p->svr = 0xff;
    for (unsigned i = 0; i < LVT_COUNT; i++)
        p->lvt[i] = LVT_MASKED;
    if (p->boot) {
        p->lvt[LVT_LINT0] = APIC_EXTINT << 8;
        p->lvt[LVT_LINT1] = APIC_NMI << 8;
    }
    p->ext = p->counting = false;
    p->initial = p->count = 0;
    p->t0 = 0;
    arm(p);
    update(p);
}

void lapic_enable(struct lapic *p, bool on)
{
    if (p->on == on)
        return;
    p->on = on;
    start(p);
}

static void lapic_reset(void *dev, enum reset_kind kind)
{
    struct lapic *p = dev;
    if (kind != RESET_INIT) {
        p->id = p->reset_id;
        p->on = true;
    }
    start(p);
}

static bool lvt_valid(const struct lapic *p)
{
    for (unsigned i = 0; i < LVT_COUNT; i++)
        if (p->lvt[i] & ~(lvt_mask[i] | (lvt_mask[i] & LVT_LEVEL ? LVT_REMOTE_IRR : 0)))
            return false;
    return true;
}

static bool lapic_post_load(void *dev, unsigned version, struct error *err)
{
    struct lapic *p = dev;
    if ((p->counting && (!p->count || !p->initial)) || p->dcr & 4 || !lvt_valid(p) ||
        (p->svr & SVR_ONES) != SVR_ONES || p->icr[0] & ~(uint32_t)ICR_MASK || p->icr[1] << 8)
        return error_set(err, 1, "lapic: impossible state");
    return true;
}

const struct bus_ops lapic_ops = { lapic_read, lapic_write, 4 };
const struct device_class lapic_class = {
    "lapic", 1, 1, fields, lapic_reset, lapic_post_load, NULL,
};

void lapic_init(struct lapic *p, struct sched *s, struct apic_bus *bus, bool p6,
                struct lapic_cpu cpu)
{
    *p = (struct lapic){ .sched = s, .bus = bus, .p6 = p6, .cpu = cpu, .on = true,
                         .id = (uint8_t)bus->n, .reset_id = (uint8_t)bus->n, .boot = !bus->n };
    bus->local[bus->n++ % LAPICS_MAX] = p;
    sched_add(s, &p->timer, "lapic.timer", on_timer, p);
    start(p);
}
