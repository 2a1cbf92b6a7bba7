/* SPDX-License-Identifier: BSD-2-Clause */
/* links: machine devices cpu host core */
/*
 * A whole PC under random traffic on all its ports and windows: nothing may crash, hang or reach
 * out of bounds, and a machine that was saved and loaded half-way must end with the same hash.
 */
#include "device_test.h"

#include "host/disk_mem.h"
#include "machine/internal.h"

#define FLOPPY (1440 * 1024)
#define DISK   (64 * 1024)
#define CD     (32 * 2048)
#define BIOS   65536

struct rig {
    struct machine *m;
    struct disk_mem media[3];
    uint8_t *bytes[3];
};

static const size_t sizes[3] = { FLOPPY, DISK, CD };

static void discard(void *self, const uint8_t *p, size_t n)
{
    (void)self;
    (void)p;
    (void)n;
}

static void rig_init(struct rig *r)
{
    static uint8_t bios[BIOS];
    struct machine_config cfg = { .board = BOARD_PC,
                                  .cpu_model = -1,
                                  .memory = 1 << 20,
                                  .ips = 1000000,
                                  .testdev = true,
                                  .is_cdrom = { [2] = true } };
    struct error err;
    memset(r, 0, sizeof *r);
    memset(bios, 0x90, sizeof bios);
    memcpy(bios + 0xfff0, "\xeb\xfe", 2);          /* loops: time passes, a millisecond a
                                                      thousand */
    for (unsigned i = 0; i < 3; i++)
        r->bytes[i] = calloc(1, sizes[i]);
    cfg.bios = (struct memory_image){ bios, sizeof bios };
    cfg.floppy[0] = disk_mem_init(&r->media[0], r->bytes[0], FLOPPY, 512, false);
    cfg.disk[0] = disk_mem_init(&r->media[1], r->bytes[1], DISK, 512, false);
    cfg.disk[2] = disk_mem_init(&r->media[2], r->bytes[2], CD, 2048, true);
    cfg.serial[0].put = cfg.debugcon.put = discard;
    r->m = machine_create(&cfg, &err);
    ck_assert_msg(r->m != NULL, "%s", err.text);
}

static void rig_free(struct rig *r)
{
    machine_destroy(r->m);
    for (unsigned i = 0; i < 3; i++)
        free(r->bytes[i]);
}

static uint16_t some_port(struct machine *m, uint32_t x)
{
    const struct region *r = m->io.regions[x % m->io.n_regions];
    return (uint16_t)(r->enabled ? r->base + (x >> 8) % r->size : x >> 8);
}

/* Addresses where something other than RAM may answer: VGA window, shadow area, BARs. */
static paddr some_address(struct machine *m, uint32_t x)
{
    const struct region *r = m->mem.regions[x % m->mem.n_regions];
    return r->base + (x >> 8) % (r->size ? r->size : 1);
}

/* Configuration space: mostly real functions and their first registers. */
static void use_pci(struct machine *m, uint32_t x, uint32_t y)
{
    uint32_t addr = 0x80000000 | (x & 0xff) << 8 | (y >> 24 & 0xfc);
    bus_write(&m->io, 0xcf8, x & 0x100 ? addr : (addr & 0x800003ff) | 1 << 11, 4);
    if (x & 0x200)
        bus_read(&m->io, 0xcfc + (x >> 10 & 3), 1);
    else
        bus_write(&m->io, 0xcfc + (x >> 10 & 3), y, 1u << (x >> 12 & 1));
}

static uint64_t step(struct rig *g, struct dt_rng *r)
{
    struct machine *m = g->m;
    uint32_t x = dt_rand(r), y = dt_rand(r), how = x & 15;
    unsigned size = 1u << (x >> 4) % 3;
    if (how < 6) {
        bus_write(&m->io, some_port(m, x >> 8), y, size);
    } else if (how < 10) {
        return bus_read(&m->io, some_port(m, x >> 8), size);
    } else if (how == 10) {
        bus_write(&m->mem, some_address(m, y), x >> 6, size);
    } else if (how == 11) {
        return bus_read(&m->mem, some_address(m, y), size);
    } else if (how == 12) {
        use_pci(m, x >> 4, y);
    } else if (how == 13) {
        machine_input(
            m, (struct input){ (uint8_t)((x >> 4) % 4), y & 0x1ff, (int16_t)(y >> 16), 1, 0 });
    } else {
        enum stop why = machine_run(m, y % (y & 0x100 ? 100 : 20000), VTIME_NEVER);
        m->powered_off = false;                    /* and on again */
        return why;
    }
    return 0;
}

START_TEST(saved_and_loaded_machines_agree)
{
    struct dt_rng r = dt_seed((uint64_t)_i), same;
    struct rig a, b;
    struct buf image = { 0 };
    struct error err = { 0 };
    rig_init(&a);
    rig_init(&b);
    for (int i = 0; i < 2000; i++)
        step(&a, &r);
    ck_assert_msg(machine_save(a.m, &image, &err), "%s", err.text);
    ck_assert_msg(machine_load(b.m, image.p, image.len, &err), "%s", err.text);
    for (unsigned i = 0; i < 3; i++)
        memcpy(b.bytes[i], a.bytes[i], sizes[i]);
    ck_assert_uint_eq(machine_hash(a.m), machine_hash(b.m));
    same = r;
    for (int i = 0; i < 500; i++)
        ck_assert_uint_eq(step(&a, &r), step(&b, &same));
    struct device_list *la = machine_devices(a.m), *lb = machine_devices(b.m);
    for (unsigned i = 0; i < la->n; i++)
        dt_same(la->d[i].cls, la->d[i].self, lb->d[i].self);
    ck_assert_uint_eq(machine_hash(a.m), machine_hash(b.m));
    buf_free(&image);
    rig_free(&a);
    rig_free(&b);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fuzz_machine");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, saved_and_loaded_machines_agree, 0, 10);
    suite_add_tcase(s, t);
    return dt_run(s);
}
