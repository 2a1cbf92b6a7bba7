/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host devices cpu core */
/* Many elements at once have the effect of one after another: string instructions on a device's
 * window and port, the VGA's memory, the data port of a drive. */
#include "tests/unit/cpu_fixture.h"

#include "devices/ata.h"
#include "devices/vga.h"
#include "host/disk_mem.h"

/* ---- string instructions ---- */

#define WINDOW  0x40000u
#define W_SIZE  0x4000u
#define PORT    0x300u
#define STEPS   400u

/* Memory that changes what is written by what was read and written before. */
struct odd { uint8_t mem[W_SIZE]; uint32_t mix, bulks; unsigned most; };

static uint64_t odd_read(void *dev, uint32_t off, unsigned size)
{
    struct odd *o = dev;
    o->mix = o->mix * 5 + off;
    return load_le(o->mem + off, size) ^ (o->mix & 1);
}
static void odd_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct odd *o = dev;
    o->mix = o->mix * 3 + (uint32_t)v;
    store_le(o->mem + off, v + (o->mix >> 7 & 1), size);
}
static unsigned odd_limit(struct odd *o, unsigned n)
{
    o->bulks++;
    return n < o->most ? n : o->most;
}
static unsigned odd_reads(void *dev, uint32_t off, void *to, unsigned n, unsigned size)
{
    n = odd_limit(dev, n);
    for (unsigned i = 0; i < n; i++)
        store_le((uint8_t *)to + i * size, odd_read(dev, off + i * size, size), size);
    return n;
}
static unsigned odd_writes(void *dev, uint32_t off, const void *from, unsigned n, unsigned size)
{
    n = odd_limit(dev, n);
    for (unsigned i = 0; i < n; i++)
        odd_write(dev, off + i * size, load_le((const uint8_t *)from + i * size, size), size);
    return n;
}
static unsigned odd_copies(void *dev, uint32_t to, uint32_t from, unsigned n, unsigned size)
{
    n = odd_limit(dev, n);
    for (unsigned i = 0; i < n * size; i += size)
        odd_write(dev, to + i, odd_read(dev, from + i, size), size);
    return n;
}
static unsigned port_reads(void *dev, uint32_t off, void *to, unsigned n, unsigned size)
{
    n = odd_limit(dev, n);
    for (unsigned i = 0; i < n; i++)
        store_le((uint8_t *)to + i * size, odd_read(dev, off, size), size);
    return n;
}
static unsigned port_writes(void *dev, uint32_t off, const void *from, unsigned n, unsigned size)
{
    n = odd_limit(dev, n);
    for (unsigned i = 0; i < n; i++)
        odd_write(dev, off, load_le((const uint8_t *)from + i * size, size), size);
    return n;
}
static const struct bus_ops odd_ops = { odd_read, odd_write, 1 | 2 | 4 };
static const struct bus_bulk window_bulk = { odd_reads, odd_writes, odd_copies };
static const struct bus_bulk port_bulk = { port_reads, port_writes, NULL };

struct odd_rig { struct cpu_fixture *f; struct odd odd, port; struct region window, ports; };

static void odd_setup(struct odd_rig *x, bool bulk)
{
    x->f = fix_new(0);
    bus_map_io(&x->f->mem, &x->window, "odd", &odd_ops, &x->odd, WINDOW, W_SIZE, 1);
    bus_map_io(&x->f->io, &x->ports, "port", &odd_ops, &x->port, PORT, 8, 1);
    x->window.bulk = bulk ? &window_bulk : NULL;
    x->ports.bulk = bulk ? &port_bulk : NULL;
}

static uint32_t somewhere(uint32_t *s)
{
    uint32_t r = fix_rand(s), base = r & 1 ? WINDOW : 0x20000;
    return base + 0x80 + (r >> 8) % (W_SIZE - 0x2100) + (r & 2 ? 0 : 0x1000u - (r >> 4 & 15));
}

/* The same random string instruction on both. */
static void string_step(struct odd_rig *x, unsigned count, uint32_t seed)
{
    static const uint8_t ops[] = { 0xa4, 0xa5, 0xaa, 0xab, 0x6c, 0x6d, 0x6e, 0x6f, 0xac, 0xad };
    static const uint8_t at_once[] = { 1, 3, 100, 255 };
    struct cpu *c = &x->f->cpu;
    uint8_t *p = x->f->ram + FIX_CODE;
    x->odd.most = x->port.most = at_once[fix_rand(&seed) & 3];
    fix_start(x->f, 32);
    p[0] = 0xf3;
    p[1] = fix_rand(&seed) & 2 ? 0x66 : 0x90;
    p[2] = p[1] == 0x90 ? ops[fix_rand(&seed) % sizeof ops] : 0xf3;
    if (p[1] == 0x90)
        p[1] = p[2];
    else
        p[2] = ops[fix_rand(&seed) % sizeof ops];
    memset(p + (p[1] == 0x66 ? 3 : 2), 0x90, 8);
    c->gpr[R_SI] = somewhere(&seed);
    c->gpr[R_DI] = somewhere(&seed);
    c->gpr[R_AX] = fix_rand(&seed);
    c->gpr[R_DX] = PORT;
    c->gpr[R_CX] = count;
    if ((fix_rand(&seed) & 7) == 0)
        c->eflags |= FL_DF;
    blocks_flush(c);
    cpu_run(c, 4);
}

START_TEST(string_instructions)
{
    static struct odd_rig a, b;
    uint32_t seed = 77 + (uint32_t)_i * 999, done = 0;
    odd_setup(&a, true);
    odd_setup(&b, false);
    for (unsigned i = 0; i < STEPS; i++) {
        uint32_t step = fix_rand(&seed) | 1, count = (fix_rand(&seed) & 7) ? step >> 5 & 127 : 1100;
        string_step(&a, count, step);
        string_step(&b, count, step);
        ck_assert(!memcmp(a.f->cpu.gpr, b.f->cpu.gpr, sizeof a.f->cpu.gpr));
        ck_assert_uint_eq(a.f->cpu.icount, b.f->cpu.icount);
        ck_assert_uint_eq(a.f->cpu.rip, b.f->cpu.rip);
        ck_assert(!memcmp(a.f->ram, b.f->ram, FIX_RAM));
        ck_assert(!memcmp(a.odd.mem, b.odd.mem, W_SIZE) && a.odd.mix == b.odd.mix);
        ck_assert(!memcmp(a.port.mem, b.port.mem, 8) && a.port.mix == b.port.mix);
    }
    done = a.odd.bulks && a.port.bulks;
    ck_assert(done && !b.odd.bulks);
    fix_free(a.f);
    fix_free(b.f);
}
END_TEST

/* ---- the VGA's memory ---- */

static struct sched sched;
static struct vga vga[2];
static uint8_t vram[2][1 << 18];

static void both(unsigned port, unsigned val)
{
    for (unsigned k = 0; k < 2; k++)
        vga_ops.write(&vga[k], port - VGA_PORT_BASE, val, 1);
}
static void setting(unsigned port, unsigned i, unsigned val) { both(port, i); both(port + 1, val); }

static void random_mode(uint32_t *s)
{
    static const uint8_t memory[] = { 0x06, 0x06, 0x0e, 0x02 }, one[] = { 1, 2, 4, 8 };
    uint32_t r = fix_rand(s);
    setting(0x3c4, 2, r & 1 ? 15 : r & 2 ? one[r >> 2 & 3] : r >> 4 & 15);
    setting(0x3c4, 4, memory[r >> 8 & 3]);
    setting(0x3ce, 0, r >> 10 & 15);
    setting(0x3ce, 1, r & 0x10000 ? 0 : r >> 12 & 15);
    setting(0x3ce, 3, r & 0x20000 ? 0 : r >> 18 & 0x1f);
    r = fix_rand(s);
    setting(0x3ce, 4, r & 3);
    setting(0x3ce, 5, (r & 4 ? 0 : r >> 3 & 3) | (r & 0x60 ? 0 : 8) | (r & 0x380 ? 0 : 0x10));
    setting(0x3ce, 6, (r >> 10 & 3) << 2 | (r & 0x3000 ? 1 : 3));
    setting(0x3ce, 8, r & 0x4000 ? 0xff : r >> 16 & 0xff);
    both(0x3c2, r & 0xf00000 ? 0x63 : 0x61);
}

/* n elements at 'off' one by one; 'data' goes there, or comes from there. */
static void one_by_one(struct vga *v, uint32_t off, uint8_t *data, unsigned n, unsigned size,
                       bool write)
{
    for (unsigned i = 0; i < n * size; i += size)
        if (write)
            vga_mem_ops.write(v, off + i, load_le(data + i, size), size);
        else
            store_le(data + i, vga_mem_ops.read(v, off + i, size), size);
}

static unsigned vga_act(uint32_t *s)
{
    uint8_t data[2][4096];
    uint32_t r = fix_rand(s), off = r % VGA_MEM_SIZE, from = fix_rand(s) % VGA_MEM_SIZE;
    unsigned size = 1u << (fix_rand(s) & 3) % 3, n = 1 + fix_rand(s) % 300, done;
    uint32_t last = PAGE_SIZE - (off & PAGE_MASK), room = PAGE_SIZE - (from & PAGE_MASK);
    n = n < last / size ? n : last / size;
    for (unsigned i = 0; i < sizeof data[0]; i++)
        data[0][i] = data[1][i] = (uint8_t)(fix_rand(s) >> 8);
    switch (r >> 20 & 3) {
    case 0:
        done = vga_mem_bulk.read(&vga[0], off, data[0], n, size);
        one_by_one(&vga[1], off, data[1], done, size, false);
        break;
    case 1:
        n = n < room / size ? n : room / size;
        done = n ? vga_mem_bulk.copy(&vga[0], off, from, n, size) : 0;
        for (unsigned i = 0; i < done * size; i += size)
            vga_mem_ops.write(&vga[1], off + i, vga_mem_ops.read(&vga[1], from + i, size), size);
        break;
    default:
        done = vga_mem_bulk.write(&vga[0], off, data[0], n, size);
        one_by_one(&vga[1], off, data[1], done, size, true);
        break;
    }
    ck_assert(!memcmp(data[0], data[1], sizeof data[0]));
    return done;
}

START_TEST(vga_memory)
{
    uint32_t seed = 4711 + (uint32_t)_i;
    unsigned done = 0;
    for (unsigned k = 0; k < 2; k++) {
        memset(vram[k], 0, sizeof vram[k]);
        vga_init(&vga[k], &sched, vram[k], sizeof vram[k]);
        vga_class.reset(&vga[k], RESET_POWER);
    }
    for (unsigned i = 0; i < 500; i++) {
        random_mode(&seed);
        for (unsigned k = 0; k < 4; k++) {
            done += vga_act(&seed);
            ck_assert_uint_eq(vga[0].latch, vga[1].latch);
        }
        ck_assert(!memcmp(vram[0], vram[1], sizeof vram[0]));
    }
    ck_assert_uint_gt(done, 10000);
}
END_TEST

/* ---- the data port of a drive ---- */

enum { SECTORS = 64 };
struct drive_rig { struct sched sched; struct ata ata; struct disk_mem disk; };
static struct drive_rig drive[2];
static uint8_t image[2][SECTORS * 512];

static void drive_setup(struct drive_rig *x, uint8_t *sectors)
{
    memset(x, 0, sizeof *x);
    ata_init(&x->ata, &x->sched, 0);
    ata_attach(&x->ata, 0, ATA_DISK, disk_mem_init(&x->disk, sectors, sizeof image[0], 512, false));
}

static void drives_command(unsigned cmd, unsigned lba, unsigned count)
{
    const uint8_t regs[] = { (uint8_t)count, (uint8_t)lba, 0, 0, 0xe0, (uint8_t)cmd };
    for (unsigned k = 0; k < 2; k++)
        for (unsigned i = 0; i < sizeof regs; i++)
            ata_cmd_ops.write(&drive[k].ata, 2 + i, regs[i], 1);
}

static void drives_wait(void)
{
    for (unsigned k = 0; k < 2; k++)
        sched_advance(&drive[k].sched, drive[k].sched.now + 1000000);
}

/* The same number of elements at the port of both. */
static unsigned drives_move(uint32_t *s, bool read)
{
    uint8_t data[2][2400];
    unsigned size = 1u << (fix_rand(s) & 3) % 3, n = 1 + fix_rand(s) % 600, done;
    for (unsigned i = 0; i < sizeof data[0]; i++)
        data[0][i] = data[1][i] = (uint8_t)(fix_rand(s) >> 8);
    done = read ? ata_bulk.read(&drive[0].ata, 0, data[0], n, size)
                : ata_bulk.write(&drive[0].ata, 0, data[0], n, size);
    ck_assert_uint_le(done, n);
    for (unsigned i = 0; i < done * size; i += size)
        if (read)
            store_le(data[1] + i, ata_cmd_ops.read(&drive[1].ata, 0, size), size);
        else
            ata_cmd_ops.write(&drive[1].ata, 0, load_le(data[1] + i, size), size);
    ck_assert(!memcmp(data[0], data[1], sizeof data[0]));
    return done;
}

/* Everything but the wiring. */
static void drives_equal(void)
{
    const struct ata_drive *a = &drive[0].ata.drive[0], *b = &drive[1].ata.drive[0];
    ck_assert(a->pos == b->pos && a->stop == b->stop && a->phase == b->phase &&
              a->status == b->status && a->intrq == b->intrq && a->left == b->left &&
              a->event.when == b->event.when && !memcmp(a->buf, b->buf, sizeof a->buf));
    ck_assert(!memcmp(image[0], image[1], sizeof image[0]));
}

START_TEST(data_port)
{
    static const uint8_t commands[] = { 0x20, 0x30, 0xc4, 0xc5, 0xec, 0xe8 };
    uint32_t seed = 99 + (uint32_t)_i;
    unsigned done = 0;
    for (unsigned i = 0; i < sizeof image[0]; i++)
        image[0][i] = image[1][i] = (uint8_t)(fix_rand(&seed) >> 8);
    for (unsigned k = 0; k < 2; k++)
        drive_setup(&drive[k], image[k]);
    drives_command(0xc6, 0, 8);
    for (unsigned i = 0; i < 1000; i++) {
        drives_wait();
        if (!(fix_rand(&seed) & 7))
            drives_command(commands[fix_rand(&seed) % sizeof commands], fix_rand(&seed) % SECTORS,
                           1 + fix_rand(&seed) % 20);
        drives_wait();
        for (unsigned k = 0; k < 2; k++)
            done += drives_move(&seed, k);
        drives_equal();
    }
    ck_assert_uint_gt(done, 10000);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bulk");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, string_instructions, 0, 3);
    tcase_add_loop_test(t, vga_memory, 0, 4);
    tcase_add_loop_test(t, data_port, 0, 4);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
