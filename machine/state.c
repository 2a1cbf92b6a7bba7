/* SPDX-License-Identifier: BSD-2-Clause */
/* Saving, loading and hashing a machine: walks over the field tables of its devices, and its
 * memories. The container is core/snapshot.h. */
#include "core/snapshot.h"
#include "machine/internal.h"

static const struct field machine_fields[] = {
    FIELD(struct machine, t_anchor),
    FIELD(struct machine, i_anchor),
    FIELD(struct machine, ips),
    FIELD(struct machine, exited),
    FIELD(struct machine, powered_off),
    FIELD(struct machine, exit_code),
    FIELD(struct machine, a20),
    FIELD(struct machine, reset_wanted),
    FIELD(struct machine, init_wanted),
    FIELD_STRUCT(struct machine, inputs, input_queue_fields),
    FIELD(struct machine, input_event),
    FIELD_END
};

static bool machine_post_load(void *dev, unsigned version, struct error *err)
{
    struct machine *m = dev;
    if (m->ips < 1000000 || m->ips > UINT64_C(4000000000) || !input_queue_valid(&m->inputs) ||
        m->i_anchor > m->cpu.icount)
        return error_set(err, 1, "snapshot: the machine's clock or input queue makes no sense");
    machine_rate_changed(m);
    return true;
}

static void machine_class_reset(void *dev, enum reset_kind kind)
{
    struct machine *m = dev;
    if (kind != RESET_INIT)
        m->a20 = true;
    if (kind == RESET_POWER)
        m->exited = m->powered_off = false;
}

const struct device_class machine_class = {
    "Machine", 1, 1, machine_fields, machine_class_reset, machine_post_load, NULL,
};

/* What a snapshot needs to find the same machine again: scalars of the configuration. */
struct recipe {
    uint32_t board, cpu_model, testdev, no_reboot, cds, floppies, kernel_boot, vga;
    uint64_t memory, rtc_start, seed;
};
static const struct field recipe_fields[] = { FIELD_MAX(struct recipe, board, BOARD_AT),
                                              FIELD_MAX(struct recipe, cpu_model,
                                                        CPU_MODEL_COUNT - 1),
                                              FIELD_MAX(struct recipe, testdev, 1),
                                              FIELD_MAX(struct recipe, no_reboot, 1),
                                              FIELD_MAX(struct recipe, cds, 15),
                                              FIELD_MAX(struct recipe, floppies, 3),
                                              FIELD_MAX(struct recipe, kernel_boot, 1),
                                              FIELD_MAX(struct recipe, vga, VGA_CIRRUS),
                                              FIELD_MAX(struct recipe, memory, UINT64_C(3) << 30),
                                              FIELD(struct recipe, rtc_start),
                                              FIELD(struct recipe, seed),
                                              FIELD_END };

static struct recipe recipe_of(const struct machine *m)
{
    const struct machine_config *c = &m->cfg;
    struct recipe r = { .board = c->board,
                        .cpu_model = (uint32_t)c->cpu_model,
                        .testdev = c->testdev,
                        .no_reboot = c->no_reboot,
                        .kernel_boot = c->kernel_boot,
                        .vga = c->vga,
                        .memory = c->memory,
                        .rtc_start = (uint64_t)c->rtc_start,
                        .seed = c->seed };
    for (unsigned i = 0; i < 4; i++)
        r.cds |= (uint32_t)c->is_cdrom[i] << i;
    for (unsigned i = 0; i < 2; i++)
        r.floppies |= (uint32_t)c->floppy_drive[i] << i;
    return r;
}

/* A snapshot belongs to machines with the same boards, memory, processor, drives, hard disks (by
 * size) and firmware; media that can be changed may have been. */
static uint64_t config_hash(const struct machine *m)
{
    struct recipe r = recipe_of(m);
    r.no_reboot = 0;
    r.rtc_start = r.seed = 0;
    uint64_t h = fields_hash(HASH_SEED, recipe_fields, &r);
    for (unsigned i = 0; i < 4; i++)
        h = hash_u64(h, m->cfg.disk[i] && !m->cfg.is_cdrom[i] ? m->cfg.disk[i]->sectors : 0);
    h = hash_bytes(h, m->cfg.vgabios.n ? m->pc.rom : NULL, m->cfg.vgabios.n);
    h = hash_bytes(h, m->pc.kload_rom, sizeof m->pc.kload_rom);
    return hash_bytes(h, m->rom, m->rom_size);
}

/* ---- what the guest wrote to disks that forget it ---- */

static const char *const drives[] = { "hda", "hdb", "hdc", "hdd", "fda", "fdb" };

static struct blockdev *drive_medium(const struct machine *m, unsigned i)
{
    return i < 4 ? m->cfg.disk[i] : m->cfg.floppy[i - 4];
}

static bool save_overlays(const struct machine *m, struct buf *out, struct error *err)
{
    for (unsigned i = 0; i < ARRAY_LEN(drives); i++) {
        const struct blockdev *b = drive_medium(m, i);
        if (!b || !b->ops->save)
            continue;
        size_t before = out->len, mark = snapshot_open_chunk(out, "Overlay", drives[i], 1),
               empty = out->len;
        if (!b->ops->save(b, out, err))
            return false;
        if (out->len > empty)
            snapshot_close_chunk(out, mark);
        else
            out->len = before;
    }
    return true;
}

static bool forget_overlays(const struct machine *m, struct error *err)
{
    for (unsigned i = 0; i < ARRAY_LEN(drives); i++) {
        struct blockdev *b = drive_medium(m, i);
        if (b && b->ops->load && !b->ops->load(b, NULL, 0, err))
            return false;
    }
    return true;
}

static bool load_overlay(const struct machine *m, const struct snapshot_chunk *c,
                         struct error *err)
{
    for (unsigned i = 0; i < ARRAY_LEN(drives); i++) {
        struct blockdev *b = drive_medium(m, i);
        struct error why = { 0 };
        if (strcmp(c->instance, drives[i]))
            continue;
        if (!b || !b->ops->load)
            return error_set(err, 1, "snapshot: it holds what was written to %s under "
                                     "--discard-writes: give that disk and that option again",
                             drives[i]);
        return b->ops->load(b, c->p, c->n, &why) ||
               error_set(err, 1, "snapshot: %s: %s", drives[i], why.text);
    }
    return error_set(err, 1, "snapshot: it holds what was written to a drive that is not there");
}

bool machine_save(struct machine *m, struct buf *out, struct error *err)
{
    struct recipe r = recipe_of(m);
    snapshot_begin(out, config_hash(m));
    size_t mark = snapshot_open_chunk(out, "Config", "machine", 1);
    fields_save(out, recipe_fields, &r);
    snapshot_close_chunk(out, mark);
    snapshot_devices(out, &m->devices);
    snapshot_memory(out, "Ram", "ram", m->ram, m->ram_size);
    snapshot_memory(out, "Vram", "vram", m->vram, m->vram_size);
    return save_overlays(m, out, err) && snapshot_end(out, err);
}

static bool load_other(void *owner, const struct snapshot_chunk *c, bool *known, struct error *err)
{
    struct machine *m = owner;
    *known = true;
    if (snapshot_is(c, "Ram"))
        return snapshot_load_memory(c, m->ram, m->ram_size, err);
    if (snapshot_is(c, "Vram"))
        return snapshot_load_memory(c, m->vram, m->vram_size, err);
    if (snapshot_is(c, "Overlay"))
        return load_overlay(m, c, err);
    *known = snapshot_is(c, "Config");
    return true;
}

bool machine_load(struct machine *m, const void *p, size_t n, struct error *err)
{
    struct snapshot s;
    if (!snapshot_open(&s, p, n, err))
        return false;
    if (s.config_hash != config_hash(m))
        return error_set(
            err, 1,
            "snapshot: it was taken on a machine with other memory, processor, board, display "
            "adapter, drives, disks, firmware or test device: start with the same options");
    blocks_flush(&m->cpu);
    if (!forget_overlays(m, err) || !snapshot_load(&s, &m->devices, load_other, m, err))
        return false;
    sched_rescan(&m->sched);
    m->sched.now = machine_now(m);
    if (!board_loaded(m, err))
        return false;
    tlb_flush_all(&m->cpu);
    return true;
}

bool machine_peek_config(const void *p, size_t n, struct machine_config *cfg, struct error *err)
{
    struct snapshot s;
    struct snapshot_chunk c;
    bool end = false;
    if (!snapshot_open(&s, p, n, err))
        return false;
    while (snapshot_next(&s, &c, &end, err)) {
        if (!snapshot_is(&c, "Config"))
            continue;
        struct recipe r = { 0 };
        if (!fields_load(c.p, c.n, recipe_fields, &r))
            return error_set(err, 1, "snapshot: its configuration makes no sense");
        cfg->board = (enum board)r.board;
        cfg->cpu_model = (int)r.cpu_model;
        cfg->memory = r.memory;
        cfg->testdev = r.testdev;
        cfg->kernel_boot = r.kernel_boot;
        cfg->vga = (enum vga_kind)r.vga;
        cfg->rtc_start = (int64_t)r.rtc_start;
        cfg->seed = r.seed;
        for (unsigned i = 0; i < 4; i++)
            cfg->is_cdrom[i] |= r.cds >> i & 1;
        for (unsigned i = 0; i < 2; i++)
            cfg->floppy_drive[i] |= r.floppies >> i & 1;
        return true;
    }
    return end ? error_set(err, 1, "snapshot: it holds no configuration") : false;
}

uint64_t machine_hash(struct machine *m)
{
    uint64_t h = HASH_SEED;
    for (unsigned i = 0; i < m->devices.n; i++) {
        const struct device *d = &m->devices.d[i];
        if (d->cls->pre_save)
            d->cls->pre_save(d->self);
        h = fields_hash(h, d->cls->fields, d->self);
    }
    h = hash_bytes(h, m->ram, (size_t)m->ram_size);
    return hash_bytes(h, m->vram, m->vram_size);
}
