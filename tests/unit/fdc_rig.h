/* SPDX-License-Identifier: BSD-2-Clause */
/* A floppy controller with a disk in drive 0, a DMA channel and somebody who types commands: for
 * test programs of the controller, which include this once. */
#pragma once
#include "unit/device_test.h"

#include "devices/i82077.h"
#include "host/disk_mem.h"

enum { SECTORS = 2880 };
enum { DOR = 2, MSR = 4, FIFO = 5 };
#define MS     UINT64_C(1000000)
#define SECOND (1000 * MS)
#define TURN   (200 * MS)

struct rig {
    struct sched    sched;
    struct i82077   fdc;
    struct dt_pin   irq;
    struct disk_mem disk;
    uint8_t         image[SECTORS * 512], memory[40000];
    size_t          at, left;            /* a DMA channel that was programmed for so many bytes */
    bool            dreq, masked;
};
static struct rig r;

static void on_request(void *ctl, unsigned channel, bool level)
{
    ck_assert_uint_eq(channel, 2);
    ((struct rig *)ctl)->dreq = level;
}

static size_t on_move(void *ctl, unsigned channel, void *buf, size_t n, bool to_memory, bool *tc)
{
    struct rig *x = ctl;
    if (x->masked || !x->left || !x->dreq)
        return 0;
    n = n < x->left ? n : x->left;
    if (to_memory)
        memcpy(x->memory + x->at, buf, n);
    else
        memcpy(buf, x->memory + x->at, n);
    x->at += n;
    x->left -= n;
    *tc = x->left == 0;
    return n;
}

static void build(struct rig *x)
{
    struct dt_rng rng = dt_seed(11);
    memset(x, 0, sizeof *x);
    for (size_t i = 0; i < sizeof x->image; i += 4)
        store_le32(x->image + i, dt_rand(&rng));
    i82077_init(&x->fdc, &x->sched);
    i82077_attach(&x->fdc, 0, FLOPPY_1440K,
                  disk_mem_init(&x->disk, x->image, sizeof x->image, 512, false));
    x->fdc.dma = (struct dma_port){ x, 2, on_request, on_move };
    dt_wire(&x->fdc.irq, &x->irq);
}

static inline void out(unsigned reg, unsigned v) { i82077_ops.write(&r.fdc, reg, v, 1); }
static inline uint8_t in(unsigned reg) { return (uint8_t)i82077_ops.read(&r.fdc, reg, 1); }

static inline void send(unsigned n, const uint8_t *p)
{
    for (unsigned i = 0; i < n; i++) {
        ck_assert_uint_eq(in(MSR) & 0xc0, 0x80);
        out(FIFO, p[i]);
    }
}

static inline void results(unsigned n, uint8_t *p)
{
    for (unsigned i = 0; i < n; i++) {
        ck_assert_uint_eq(in(MSR) & 0xd0, 0xd0);
        p[i] = in(FIFO);
    }
    ck_assert_uint_eq(in(MSR) & 0xd0, 0x80);
}

static inline void wait_irq(void)
{
    for (int i = 0; i < 20000 && !r.irq.level; i++)
        sched_advance(&r.sched, r.sched.now + 100000);
    ck_assert(r.irq.level);
}

static inline void sense(uint8_t st0, uint8_t pcn)
{
    uint8_t b[2];
    send(1, (const uint8_t[]){ 8 });
    results(2, b);
    ck_assert_uint_eq(b[0], st0);
    ck_assert_uint_eq(b[1], pcn);
}

static inline void start(void)
{
    out(DOR, 0x1c);
    ck_assert_uint_eq(in(MSR), 0);
    wait_irq();
    for (uint8_t i = 0; i < 4; i++)
        sense(0xc0 | i, 0);
    ck_assert(!r.irq.level);
    send(3, (const uint8_t[]){ 3, 0xaf, 2 });
    i82077_dir_ops.write(&r.fdc, 0, 0, 1);         /* 500 kbit/s */
}

static inline void go(uint8_t track)
{
    send(3, (const uint8_t[]){ 0x0f, 0, track });
    ck_assert_uint_eq(in(MSR) & 1, 1);
    wait_irq();
    sense(0x20, track);
    ck_assert_uint_eq(in(MSR), 0x80);
}

static inline void setup(void)
{
    build(&r);
    start();
}

static inline void dma(size_t at, size_t n)
{
    r.at = at;
    r.left = n;
}

static inline void transfer(uint8_t cmd, uint8_t c, uint8_t h, uint8_t s, uint8_t eot,
                            uint8_t res[7])
{
    send(9, (const uint8_t[]){ cmd, (uint8_t)(h << 2), c, h, s, 2, eot, 0x1b, 0xff });
    wait_irq();
    results(7, res);
    ck_assert(!r.irq.level && !r.dreq);
}
