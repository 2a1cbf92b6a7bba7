/* SPDX-License-Identifier: BSD-2-Clause */
/* The acts, some of them as long as a driver's: a command with all its registers. */
#include "core/disc.h"
#include "pc.h"

static const size_t sizes[PC_MEDIA] = { 720 * 1024, 256 * 1024, 64 * 2048 };

size_t pc_size(unsigned medium) { return sizes[medium]; }

static void discard(void *self, const uint8_t *p, size_t n) { (void)self; (void)p; (void)n; }

/* The CD: data, then two tracks of sound. */
static bool read_raw(const struct disc *d, uint32_t lba, uint8_t *raw, struct error *err)
{
    memset(raw, (int)(lba * 3), 2352);
    if (lba < d->track[0].end)
        disc_mode1(raw, lba);
    return true;
}
static const struct disc disc = {
    .n = 3, .first = 1, .read_raw = read_raw,
    .track = { { .end = 30, .mode = DISC_MODE1, .control = 4 },
               { .pregap = 30, .start = 32, .end = 50, .mode = DISC_AUDIO },
               { .pregap = 50, .start = 50, .end = 64, .mode = DISC_AUDIO } },
};

void pc_init(struct pc_rig *r, unsigned board)
{
    static uint8_t bios[PC_BIOS];
    /* Small memories: making, comparing and saving them is what an input costs. */
    struct machine_config cfg = { .board = board & 1 ? BOARD_AT : BOARD_PC,
                                  .vga = board & 2 ? VGA_CIRRUS : VGA_STD,
                                  .cpu_model = -1, .memory = 1 << 20, .vram = 1 << 20,
                                  .cache_ops = 4096, .ips = 1000000,
                                  .testdev = true, .is_cdrom = { [2] = true },
                                  .floppy_drive = { true, true },
                                  .kernel_boot = board & 2, .kloadrom = { bios, KLOAD_ROM_SIZE } };
    struct error err;
    memset(r, 0, sizeof *r);
    memset(bios, 0x90, sizeof bios);
    memcpy(bios + 0xfff0, "\xeb\xfe", 2);    /* loops: time passes, a millisecond a thousand */
    for (unsigned i = 0; i < PC_MEDIA; i++)
        FUZZ_CHECK((r->bytes[i] = calloc(1, sizes[i])), "no memory");
    cfg.bios = (struct memory_image){ bios, sizeof bios };
    cfg.floppy[0] = disk_mem_init(&r->media[0], r->bytes[0], sizes[0], 512, false);
    cfg.disk[0] = disk_mem_init(&r->media[1], r->bytes[1], sizes[1], 512, false);
    cfg.disk[2] = disk_mem_init(&r->media[2], r->bytes[2], sizes[2], 2048, true);
    r->media[2].bd.disc = &disc;
    for (unsigned i = 0; i < 4; i++)
        cfg.serial[i].put = discard;
    cfg.debugcon.put = cfg.printer.put = discard;
    r->m = machine_create(&cfg, &err);
    FUZZ_CHECK(r->m, "%s", err.text);
    machine_audio_start(r->m);
    pc_set_up(r->m);
}

void pc_free(struct pc_rig *r)
{
    machine_destroy(r->m);
    for (unsigned i = 0; i < PC_MEDIA; i++)
        free(r->bytes[i]);
}

static void put_medium(struct pc_rig *r, unsigned medium, bool in)
{
    struct error err;
    r->out[medium] = !in;
    machine_insert(r->m, medium == PC_CD ? 'd' : 'a', in ? &r->media[medium].bd : NULL, &err);
}

void pc_again(struct pc_rig *r, const struct buf *fresh)
{
    struct error err = { 0 };
    for (unsigned i = 0; i < PC_MEDIA; i++) {
        memset(r->bytes[i], 0, sizes[i]);
        if (i != PC_DISK)
            put_medium(r, i, true);
    }
    FUZZ_CHECK(machine_load(r->m, fresh->p, fresh->len, &err), "%s", err.text);
}

void pc_copy(struct pc_rig *b, struct pc_rig *a)
{
    struct buf image = { 0 };
    struct error err = { 0 };
    FUZZ_CHECK(machine_save(a->m, &image, &err), "%s", err.text);
    for (unsigned i = 0; i < PC_MEDIA; i++) {
        memcpy(b->bytes[i], a->bytes[i], sizes[i]);
        if (i != PC_DISK)
            put_medium(b, i, !a->out[i]);
    }
    FUZZ_CHECK(machine_load(b->m, image.p, image.len, &err), "%s", err.text);
    buf_free(&image);
}

static void same_device(const struct device *d, void *other, const char *when)
{
    struct buf x = { 0 }, y = { 0 };
    if (d->cls->pre_save) {
        d->cls->pre_save(d->self);
        d->cls->pre_save(other);
    }
    fields_save(&x, d->cls->fields, d->self);
    fields_save(&y, d->cls->fields, other);
    FUZZ_CHECK(x.len == y.len, "%s %s: length", when, d->id);
    char name[200];
    size_t i = 0;
    while (i < x.len && x.p[i] == y.p[i])
        i++;
    fuzz_field_at(x.p, x.len, i, name, sizeof name);
    FUZZ_CHECK(i == x.len, "%s: %s differs in %s (%02x, %02x)", when, d->id, name, x.p[i], y.p[i]);
    buf_free(&x);
    buf_free(&y);
}

void pc_same(struct pc_rig *a, struct pc_rig *b, const char *when)
{
    struct device_list *la = machine_devices(a->m), *lb = machine_devices(b->m);
    for (unsigned i = 0; i < la->n; i++)
        same_device(&la->d[i], lb->d[i].self, when);
    FUZZ_CHECK(!memcmp(a->m->ram, b->m->ram, a->m->ram_size), "%s: RAM differs", when);
    FUZZ_CHECK(!memcmp(a->m->vram, b->m->vram, a->m->vram_size), "%s: VRAM differs", when);
    for (unsigned i = 0; i < PC_MEDIA; i++)
        FUZZ_CHECK(!memcmp(a->bytes[i], b->bytes[i], sizes[i]), "%s: medium %u differs", when, i);
}

/* ---- acts ---- */

struct act pc_act(struct feed *f)
{
    struct act a;
    a.what = (uint8_t)feed(f, 1);
    a.size = (uint8_t)feed(f, 1);
    a.where = (uint16_t)feed(f, 2);
    a.v = feed(f, 4);
    a.w = feed(f, 4);
    return a;
}

static uint16_t some_port(struct machine *m, unsigned x)
{
    const struct region *r = m->io.regions[(x & 0xff) % m->io.n_regions];
    return (uint16_t)(r->enabled && r->size ? r->base + (x >> 8) % r->size : x);
}

/* Where something other than RAM may answer: VGA window, shadow area, BARs. */
static paddr some_address(struct machine *m, unsigned x, uint32_t off)
{
    const struct region *r = m->mem.regions[x % m->mem.n_regions];
    return r->enabled && r->size ? r->base + off % r->size : 0xa0000 + off % 0x60000;
}

/* Configuration space: mostly real functions and their first registers. */
static void use_pci(struct machine *m, struct act a)
{
    uint32_t addr = 0x80000000 | (uint32_t)a.where << 8 | (a.w & 0xfc);
    if (a.size & 0x80)
        addr = (addr & 0x800007ff) | ((a.w >> 8 & 15) < 4 ? 1u << 11 : (a.w >> 8 & 15) << 11);
    bus_write(&m->io, 0xcf8, addr, 4);
    if (a.size & 0x40)
        bus_read(&m->io, 0xcfc + (a.w & 3), 1);
    else
        bus_write(&m->io, 0xcfc + (a.size & 2), a.v, 1u << (a.size & 1));
}

static uint64_t use_dma(struct machine *m, struct act a)
{
    uint8_t buf[64];
    bool tc = false;
    struct dma_port d = i8237_port(&m->pc.dma, a.where & 7);
    memset(buf, (int)(a.v & 0xff), sizeof buf);
    d.request(d.ctl, d.channel, a.where & 8);
    size_t n = d.move(d.ctl, d.channel, buf, a.size & 63, a.where & 16, &tc);
    FUZZ_CHECK(n <= (a.size & 63), "more than asked for");
    return n + tc;
}

/* An ATA or ATAPI command with its registers, and some of its data. */
static uint64_t use_ata(struct machine *m, struct act a)
{
    static const uint16_t base[2] = { 0x1f0, 0x170 };
    static const uint8_t common[] = { 0x20, 0x30, 0xc4, 0xc5, 0xc6, 0xa0, 0xa1, 0xec, 0xc8, 0xca,
                                      0x24, 0x34, 0x25, 0x35, 0x91, 0xef, 0xe7, 0xb0, 0x08, 0xa0,
                                      0x29, 0x39, 0x27, 0x37, 0xe0, 0xe2, 0xe4, 0xe8, 0x40, 0xb0 };
    uint16_t at = base[a.where & 1];
    uint64_t sum = 0;
    uint8_t cmd = a.size & 0x80 ? (uint8_t)a.w : common[a.w % ARRAY_LEN(common)];
    bus_write(&m->io, at + 6u, 0xa0 | (a.where >> 1 & 0x5f), 1);
    for (unsigned i = 1; i < 6; i++)             /* as a rule an address that is there */
        bus_write(&m->io, at + i, i > 3 && a.where & 0x100 ? 0 : a.v >> (i * 6), 1);
    if (cmd == 0xb0) {                           /* SMART, and its key */
        bus_write(&m->io, at + 1u, 0xd0 + a.v % 13, 1);
        bus_write(&m->io, at + 4u, 0x4f, 1);
        bus_write(&m->io, at + 5u, 0xc2, 1);
    }
    bus_write(&m->io, at + 7u, cmd, 1);
    if (a.where & 0x200)
        pc_pause(m, 50);
    for (unsigned i = 0; i < (a.size & 63u); i++) {
        if (a.w & 0x1000)
            bus_write(&m->io, at, a.w * i >> 8, a.w & 0x2000 ? 4 : 2);
        else
            sum = sum * 31 + bus_read(&m->io, at, a.w & 0x2000 ? 4 : 2);
    }
    for (unsigned i = 0; i < 256 && a.where & 0x400; i++)        /* the rest of a sector */
        sum = sum * 31 + bus_read(&m->io, at, 2);
    return sum + bus_read(&m->io, at + 7u, 1);
}

/* A packet for the CD drive. */
static void use_packet(struct machine *m, struct act a)
{
    static const uint8_t common[] = { 0x00, 0x03, 0x12, 0x1b, 0x1e, 0x25, 0x28, 0x43, 0x46, 0x4a,
                                      0x51, 0x55, 0x5a, 0xa8, 0xad, 0xbd, 0xbe, 0x42, 0x44, 0x47,
                                      0x45, 0x48, 0x4b, 0x4e, 0x52, 0xb9, 0xbb, 0x23, 0x2b, 0xa5,
                                      0x1a, 0x15, 0xba, 0xaf, 0xa2, 0xac };
    uint8_t p[12] = { a.size & 0x80 ? (uint8_t)a.w : common[a.w % ARRAY_LEN(common)],
                      (uint8_t)(a.v >> 24), 0, 0, (uint8_t)(a.v >> 16), (uint8_t)(a.v >> 8), 0,
                      (uint8_t)(a.where >> 8), (uint8_t)a.where, (uint8_t)(a.w >> 24) };
    bus_write(&m->io, 0x176, 0xa0, 1);
    bus_write(&m->io, 0x171, a.size & 1, 1);
    bus_write(&m->io, 0x174, a.v, 1);
    bus_write(&m->io, 0x175, a.v >> 4 & 15, 1);
    bus_write(&m->io, 0x177, 0xa0, 1);
    pc_pause(m, a.size & 1 ? 1 : 30);
    for (unsigned i = 0; i < 12; i += 2)
        bus_write(&m->io, 0x170, load_le16(p + i), 2);
    if (a.w & 0x800000)
        pc_pause(m, 60);
    for (unsigned i = 0; i < (a.v & 63) && a.w & 0x400000; i++)
        bus_write(&m->io, 0x170, a.w * i, 2);    /* parameters, of commands that have them */
    for (unsigned i = 0; i < (a.size & 0x7eu); i++)
        bus_read(&m->io, 0x170, 2);
}

/* A floppy command, byte by byte; and its results. */
static void use_fdc(struct machine *m, struct act a)
{
    static const uint8_t common[] = { 0x06, 0x45, 0x0f, 0x07, 0x08, 0x03, 0x4a, 0x4d, 0x13, 0x10,
                                      0x0e, 0x04, 0x02, 0x4c, 0x49, 0x11, 0x0c, 0x12, 0x94, 0x14 };
    uint8_t p[9] = { a.size & 0x80 ? (uint8_t)a.w : common[a.w % ARRAY_LEN(common)],
                     (uint8_t)(a.where & 7), (uint8_t)(a.v & 0x7f), (uint8_t)(a.v >> 7 & 1),
                     (uint8_t)(a.v >> 8), 2, (uint8_t)(a.v >> 16), 0x1b, 0xff };
    if (a.where & 0x100) {                       /* channel 2 of the DMA controller */
        const uint16_t dma[][2] = { { 0x0a, 6 }, { 0x0c, 0 },
                                    { 0x0b, a.where & 0x200 ? 0x46 : 0x4a },
                                    { 0x04, 0 }, { 0x04, 0x40 }, { 0x81, a.where >> 10 & 15 },
                                    { 0x05, a.w >> 8 & 0xff }, { 0x05, a.w >> 16 & 0x1f },
                                    { 0x0a, 2 } };
        for (unsigned i = 0; i < ARRAY_LEN(dma); i++)
            bus_write(&m->io, dma[i][0], dma[i][1], 1);
    }
    bus_write(&m->io, 0x3f2, 0x1c | (a.where >> 3 & 1), 1);
    bus_write(&m->io, 0x3f7, a.where >> 4 & 3, 1);
    for (unsigned i = 0; i < 9; i++)
        if ((bus_read(&m->io, 0x3f4, 1) & 0xc0) == 0x80)
            bus_write(&m->io, 0x3f5, p[i], 1);
    if (a.where & 0x4000)
        pc_pause(m, 2000);
    for (unsigned i = 0; i < (a.size & 31u); i++)
        if ((bus_read(&m->io, 0x3f4, 1) & 0xc0) == 0xc0)
            bus_read(&m->io, 0x3f5, 1);
}

/* Index and data: VGA, DISPI, CMOS; and the two ports of the keyboard controller. */
static void use_indexed(struct machine *m, struct act a)
{
    static const uint16_t pair[][2] = { { 0x3c4, 0x3c5 }, { 0x3ce, 0x3cf }, { 0x3d4, 0x3d5 },
                                        { 0x3c0, 0x3c0 }, { 0x1ce, 0x1cf }, { 0x70, 0x71 },
                                        { 0x64, 0x60 },   { 0x3c8, 0x3c9 } };
    const uint16_t *p = pair[a.where & 7];
    unsigned wide = p[0] == 0x1ce ? 2 : 1;
    for (unsigned i = 0; i < 4; i++, a.v >>= 8, a.w >>= 8) {
        bus_write(&m->io, p[0], a.v & 0xff, wide);
        if (a.where >> (8 + i) & 1)
            bus_read(&m->io, p[1], wide);
        else
            bus_write(&m->io, p[1], wide == 2 ? a.w & 0xfff : a.w & 0xff, wide);
    }
}

static uint64_t several(struct machine *m, struct act a)
{
    unsigned size = 1u << a.size % 3;
    uint64_t sum = 0;
    uint16_t port = some_port(m, a.where);
    for (unsigned i = 0; i <= a.size >> 2; i++) {
        if (a.what & 0x40)
            bus_write(&m->io, port, a.v + a.w * i, size);
        else
            sum = sum * 31 + bus_read(&m->io, port, size);
    }
    return sum;
}

static void use_button(struct machine *m, struct act a)
{
    if (a.where & 1)
        machine_power_button(m);
    else if (!(a.where & 0x3e))
        machine_reset(m);
}

/* Timers of a microsecond make every step long; a guest may do that, a test need not. */
static uint64_t pass_time(struct machine *m, struct act a)
{
    for (unsigned i = 0; i < 3; i++)
        if (m->pc.pit.ch[i].armed && m->pc.pit.ch[i].n < 200)
            bus_write(&m->io, 0x43, 0x30 | i << 6, 1);
    enum stop why = machine_run(m, a.v % (a.size & 7 ? 200 : 20000), VTIME_NEVER);
    m->powered_off = false;                  /* and on again */
    return why;
}

static void look(struct machine *m)
{
    static struct audio_frame sound[512];
    static uint32_t pixels[SURFACE_MAX_W * SURFACE_MAX_H];
    struct surface s = { .px = pixels };
    struct text_screen t;
    machine_draw(m, &s);
    machine_text(m, &t);
    machine_audio(m, sound, ARRAY_LEN(sound));
    FUZZ_CHECK(s.width <= SURFACE_MAX_W && s.height <= SURFACE_MAX_H, "picture of %u x %u", s.width,
               s.height);
}

uint64_t pc_do(struct pc_rig *r, struct act a)
{
    struct machine *m = r->m;
    unsigned size = 1u << a.size % 3;
    switch ((a.what & 63) < 48 ? a.what & 63 : a.what & 31) {
    case 0: case 1: case 2: case 3:
        bus_write(&m->io, some_port(m, a.where), a.v, size);
        return 0;
    case 4: case 5: case 6: return bus_read(&m->io, some_port(m, a.where), size);
    case 7: case 8: return several(m, a);
    case 9: case 10: bus_write(&m->mem, some_address(m, a.where, a.w), a.v, size); return 0;
    case 11: return bus_read(&m->mem, some_address(m, a.where, a.w), size);
    case 12: case 13: use_pci(m, a); return 0;
    case 14: return use_dma(m, a);
    case 15: case 16: return use_ata(m, a);
    case 17: case 18: use_packet(m, a); return 0;
    case 19: case 20: use_fdc(m, a); return 0;
    case 21: case 22: case 23: use_indexed(m, a); return 0;
    case 24: case 25:
        machine_input(m, (struct input){ a.size % IN_KINDS, a.where & 0x3ff, (int16_t)a.v,
                                         (int16_t)(a.v >> 16), (int16_t)(a.w & 7) });
        return 0;
    case 26:
        if (a.where & 4)
            use_button(m, a);
        else
            put_medium(r, a.where & 1 ? PC_CD : PC_FLOPPY, a.where & 2);
        return 0;
    case 27: bus_dma_write(&m->mem, a.where << 4, &a, sizeof a.v + sizeof a.w); return 0;
    case 28:
        if (a.size < 32)
            look(m);
        return 0;
    case 32: case 33:
        if (m->pc.has_pci)
            pc_use_master(m, a);
        return 0;
    case 34: pc_use_smbus(m, a); return 0;
    case 35: case 36: case 37: return pc_use_apic(m, a);
    case 38: case 39: pc_use_blt(m, a); return 0;
    case 40: pc_use_cirrus(m, a); return 0;
    case 41: case 42: case 43: pc_use_mode(m, a); return 0;
    case 44: case 45: pc_use_mouse(m, a); return 0;
    case 46: case 47: return pc_use_vmmouse(m, a);
    default: return pass_time(m, a);
    }
}
