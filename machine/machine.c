/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's life: creation, the run loop, inputs. docs/ARCHITECTURE.md sections 6 and 7
 * govern time and determinism.
 *
 * Time is t_anchor + (icount - i_anchor) / ips. Anchors move only where the guest's own history
 * says so: when a halted processor skips to the next event, and when the rate changes as an input.
 */
#include <stdlib.h>

#include "machine/internal.h"

#define ROM_MAX  (16u << 20)          /* the space above FF000000h */
#define VRAM     (16u << 20)         /* of the standard VGA */
#define MEM_SPAN (UINT64_C(1) << 32)
#define INPUT_RETRY UINT64_C(1000000)            /* ns between looks at a full device */

/* ---- time ---- */

void machine_rate_changed(struct machine *m)
{
    uint64_t a = UINT64_C(1000000000), b = m->ips;
    while (b) {
        uint64_t t = a % b;
        a = b;
        b = t;
    }
    m->rate = (struct clk){ (uint32_t)(UINT64_C(1000000000) / a), (uint32_t)(m->ips / a) };
}

static vtime time_at(void *owner, uint64_t icount)
{
    const struct machine *m = owner;
    return m->t_anchor + clk_ticks(m->rate, icount - m->i_anchor);
}

/* The first instruction count at which time is t or later. */
static uint64_t count_at(const struct machine *m, vtime t)
{
    return t <= m->t_anchor ? m->i_anchor : m->i_anchor + clk_when(m->rate, t - m->t_anchor);
}

static vtime in_slice(void *cpu) { return cpu_now(cpu); }
static void kick(void *cpu) { cpu_kick(cpu); }

vtime machine_now(const struct machine *m) { return time_at((void *)(uintptr_t)m, m->cpu.icount); }
uint64_t machine_icount(const struct machine *m) { return m->cpu.icount; }
bool machine_halted(const struct machine *m) { return m->cpu.halted; }
void *machine_memory(struct machine *m, size_t *n)
{
    *n = (size_t)m->ram_size;
    return m->ram;
}

unsigned machine_exit_code(const struct machine *m) { return m->exit_code; }

static void anchor(struct machine *m, vtime t)
{
    m->t_anchor = t;
    m->i_anchor = m->cpu.icount;
}

void machine_set_rate(struct machine *m, uint64_t ips)
{
    if (ips < 1000000 || ips > UINT64_C(4000000000) || ips == m->ips)
        return;
    anchor(m, machine_now(m));
    m->ips = ips;
    machine_rate_changed(m);
}

/* ---- requests from devices ---- */

void machine_want_reset(struct machine *m, enum reset_kind kind)
{
    *(kind == RESET_INIT ? &m->init_wanted : &m->reset_wanted) = true;
    cpu_kick(&m->cpu);
}
void machine_want_power_off(struct machine *m)
{
    m->powered_off = true;
    cpu_kick(&m->cpu);
}
void machine_want_exit(struct machine *m, uint32_t code)
{
    m->exited = true;
    m->exit_code = code;
    cpu_kick(&m->cpu);
}

static void do_reset(struct machine *m, enum reset_kind kind)
{
    m->reset_wanted = m->init_wanted = false;
    m->cpu.pending &= ~(uint32_t)PEND_SHUTDOWN;
    board_reset(m, kind);
}

void machine_reset(struct machine *m)
{
    m->powered_off = m->exited = false;      /* the button of a machine that is off turns it on */
    do_reset(m, RESET_HARD);
}

/* ---- inputs ---- */

static bool deliver(struct machine *m, struct input in)
{
    switch (in.kind) {
    case IN_KEY:    return board_key(m, in.code, in.a != 0, in.b == 0);
    case IN_MOUSE:  return board_mouse(m, in.a, in.b, in.c, in.code);
    case IN_MOUSE_AT: return board_mouse_at(m, in.a, in.b, in.c, in.code);
    case IN_JOY:    return board_joy(m, in.code, in.a, in.b);
    case IN_SERIAL: return board_serial(m, in.code, (uint8_t)in.a);
    default:        return true;
    }
}

/* Oldest first. One that its device cannot take yet holds up those behind it for the same
 * device, not the others: a guest that never reads its keyboard still has a serial line. */
static void drain_inputs(void *owner, vtime when)
{
    struct machine *m = owner;
    uint32_t full = 0;                       /* bit: a device that has no room */
    for (unsigned i = 0; i < m->inputs.count;) {
        struct input in = input_at(&m->inputs, i);
        uint32_t bit = in.kind == IN_SERIAL ? 256u << (in.code & 3) : 1u << (in.kind & 7);
        if (!(full & bit) && deliver(m, in)) {
            input_remove(&m->inputs, i);
        } else {
            full |= bit;
            i++;
        }
    }
    sched_arm(&m->sched, &m->input_event, m->inputs.count ? when + INPUT_RETRY : VTIME_NEVER);
}

bool machine_input(struct machine *m, struct input in)
{
    if (!input_push(&m->inputs, in))
        return false;
    drain_inputs(m, machine_now(m));
    return true;
}

/* ---- running ---- */

const char *machine_stop_text(const struct machine *m)
{
    const char *text = cpu_mismatch(&m->cpu);
    return text ? text : "";
}

struct machine_place machine_place(const struct machine *m)
{
    return (struct machine_place){ m->cpu.seg[SEG_CS].sel, m->cpu.rip, m->pc.testdev.post };
}

static bool stopped(struct machine *m, enum stop *why)
{
    if (cpu_mismatch(&m->cpu)) {
        *why = STOP_ENGINE_MISMATCH;
        return true;
    }
    if (m->powered_off) {
        *why = STOP_POWER_OFF;
        return true;
    }
    if (m->exited) {
        m->exited = false;
        *why = STOP_GUEST_EXIT;
        return true;
    }
    bool shutdown = m->cpu.pending & PEND_SHUTDOWN;
    if (!shutdown && !m->reset_wanted && !m->init_wanted)
        return false;
    enum reset_kind kind = m->reset_wanted ? RESET_HARD : board_init_kind(m);
    if (m->cfg.no_reboot && kind == RESET_HARD) {
        *why = shutdown ? STOP_SHUTDOWN : STOP_RESET;
        return true;
    }
    do_reset(m, kind);
    return false;
}

/* A halted processor: time jumps to the next event. False: nothing to wait for before 'until'. */
static bool skip_halt(struct machine *m, vtime now, vtime until, enum stop *why)
{
    if (!(m->cpu.eflags & FL_IF) && !m->cpu.nmi) {
        *why = STOP_DEAD;
        return false;
    }
    vtime t = sched_next(&m->sched);
    if (t > until)
        t = until;
    if (t == VTIME_NEVER || t <= now) {
        *why = STOP_LIMIT;
        return false;
    }
    anchor(m, t);
    return true;
}

static uint64_t slice_length(const struct machine *m, uint64_t last, vtime next)
{
    uint64_t n = last - m->cpu.icount;
    if (next != VTIME_NEVER) {
        uint64_t to = count_at(m, next) - m->cpu.icount;
        n = to < n ? to : n;
    }
    if (m->cfg.slice && n > m->cfg.slice)
        n = m->cfg.slice;
    return n < UINT32_MAX ? n : UINT32_MAX;
}

static void run_slice(struct machine *m, uint64_t n, vtime next)
{
    m->sched.slice_end = next;
    m->sched.in_slice = in_slice;
    cpu_run(&m->cpu, n);
    m->sched.in_slice = NULL;
    m->sched.now = machine_now(m);
}

enum stop machine_run(struct machine *m, uint64_t max_insns, vtime until)
{
    enum stop why = STOP_LIMIT;
    uint64_t last = max_insns > UINT64_MAX - m->cpu.icount ? UINT64_MAX : m->cpu.icount + max_insns;
    for (;;) {
        vtime now = machine_now(m);
        sched_advance(&m->sched, now);
        if (stopped(m, &why))
            return why;
        if (m->cpu.icount >= last || now >= until)
            return STOP_LIMIT;
        bool wake = (m->cpu.intr && (m->cpu.eflags & FL_IF)) || m->cpu.nmi;
        if (m->cpu.halted && !wake) {
            if (!skip_halt(m, now, until, &why))
                return why;
            continue;
        }
        vtime next = sched_next(&m->sched);
        run_slice(m, slice_length(m, last, next < until ? next : until), next);
    }
}

/* ---- creation ---- */

static void on_remap(void *owner, uint64_t base, uint64_t size)
{
    cpu_remapped(&((struct machine *)owner)->cpu, base, size);
}

static void on_code_write(void *owner, paddr a, unsigned n)
{
    struct machine *m = owner;
    cpu_code_write(&m->cpu, a, n);
}

static bool check_config(const struct machine_config *cfg, struct error *err)
{
    uint64_t mem = cfg->memory ? cfg->memory : DEFAULT_MEMORY;
    if (mem < (UINT64_C(1) << 20) || mem > (UINT64_C(3) << 30) || mem & 0xfffff)
        return error_set(err, 1, "memory size: from 1M to 3G in whole megabytes");
    if (!cfg->bios.n || cfg->bios.n > ROM_MAX || cfg->bios.n & 0xfff)
        return error_set(err, 1,
                         "BIOS image: whole 4K up to 16M (64K to 256K as a rule), this one has "
                         "%llu bytes",
                         (unsigned long long)cfg->bios.n);
    if (cfg->vgabios.n > 65536)
        return error_set(err, 1, "VGA BIOS image: at most 64K, this one has %llu bytes",
                         (unsigned long long)cfg->vgabios.n);
    if (cfg->cpu_model >= CPU_MODEL_COUNT)
        return error_set(err, 1, "no such CPU model");
    return true;
}

static bool allocate(struct machine *m, struct error *err)
{
    m->ram_size = m->cfg.memory;
    m->vram_size = m->cfg.vga == VGA_CIRRUS ? CIRRUS_VRAM : m->cfg.vram ? m->cfg.vram : VRAM;
    m->rom_size = (uint32_t)m->cfg.bios.n;
    m->ram = calloc(1, (size_t)m->ram_size);
    m->vram = calloc(1, m->vram_size);
    m->look.vram = calloc(1, m->vram_size);
    m->rom = malloc(m->rom_size);
    if (m->cfg.testdev)
        m->scratch = malloc((size_t)SURFACE_MAX_W * SURFACE_MAX_H * sizeof *m->scratch);
    if (!m->ram || !m->vram || !m->look.vram || !m->rom || !bus_init(&m->mem, 32, MEM_SPAN) ||
        !bus_init(&m->io, 16, 0) ||
        !cpu_init(&m->cpu, 0, (enum cpu_model)m->cfg.cpu_model, m->cfg.cache_ops,
                  m->cfg.block_ops) ||
        !cpu_set_engine(&m->cpu, m->cfg.engine == ENGINE_IR ? CPU_IR : CPU_INTERP,
                        m->cfg.check_engine))
        return error_set(
            err, 1, "not enough host memory for a guest with %llu MB: choose less with --memory",
            (unsigned long long)(m->ram_size >> 20));
    memcpy(m->rom, m->cfg.bios.p, m->rom_size);
    return true;
}

/* Power-on contents of RAM, from the seed: 0 leaves zeroes. */
static void fill_ram(struct machine *m)
{
    uint64_t x = m->cfg.seed;
    if (!x)
        return;
    for (uint64_t i = 0; i + 8 <= m->ram_size; i += 8) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        store_le64(m->ram + i, x);
    }
}

static void wire_cpu(struct machine *m)
{
    struct cpu *c = &m->cpu;
    c->mem = &m->mem;
    c->io = &m->io;
    c->sched = &m->sched;
    c->log = &m->log;
    c->time_at = time_at;
    c->owner = m;
    m->mem.on_remap = on_remap;
    m->mem.on_code_write = on_code_write;
    m->mem.owner = m;
    m->sched.kick = kick;
    m->sched.cpu = c;
}

/* The stress build: everything that is a cache overflows all the time. */
static void stress(struct machine_config *cfg)
{
#ifdef VITRINE_STRESS
    cfg->slice = cfg->slice ? cfg->slice : 7;
    cfg->cache_ops = cfg->cache_ops ? cfg->cache_ops : 200;
    cfg->block_ops = cfg->block_ops ? cfg->block_ops : 3;
#else
    (void)cfg;
#endif
}

struct machine *machine_create(const struct machine_config *cfg, struct error *err)
{
    if (!check_config(cfg, err))
        return NULL;
    struct machine *m = calloc(1, sizeof *m);
    if (!m) {
        error_set(err, 1, "not enough host memory");
        return NULL;
    }
    m->cfg = *cfg;
    m->cfg.memory = cfg->memory ? cfg->memory : DEFAULT_MEMORY;
    m->cfg.cpu_model = cfg->cpu_model < 0 ? (int)CPU_MODEL_DEFAULT : cfg->cpu_model;
    m->ips = m->cfg.ips = cfg->ips ? cfg->ips : DEFAULT_IPS;
    stress(&m->cfg);
    m->log = cfg->log;
    log_init(&m->log);
    machine_rate_changed(m);
    if (!allocate(m, err)) {
        machine_destroy(m);
        return NULL;
    }
    fill_ram(m);
    wire_cpu(m);
    device_add(&m->devices, &machine_class, m, "machine");
    sched_add(&m->sched, &m->input_event, "input", drain_inputs, m);
    device_add(&m->devices, &cpu_class, &m->cpu, "cpu0");
    if (!board_init(m, err)) {
        machine_destroy(m);
        return NULL;
    }
    board_reset(m, RESET_POWER);
    return m;
}

void machine_destroy(struct machine *m)
{
    if (!m)
        return;
    cpu_free(&m->cpu);
    bus_free(&m->mem);
    bus_free(&m->io);
    free(m->ram);
    free(m->vram);
    free(m->rom);
    free(m->scratch);
    free(m->look.vram);
    free(m);
}

void machine_get_stats(const struct machine *m, struct machine_stats *s)
{
    uint64_t built, dropped;
    blocks_stats(&m->cpu, &built, &dropped);
    *s = (struct machine_stats){ m->cpu.icount, built, dropped, m->cpu.n_fills,
                                 m->cpu.n_interrupts };
}

struct device_list *machine_devices(struct machine *m) { return &m->devices; }
