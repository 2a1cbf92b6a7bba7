/* SPDX-License-Identifier: BSD-2-Clause */
/* links: host devices core */
/*
 * Two disks on a channel beside a naive model that goes sector by sector, after ATA/ATAPI-6: random
 * commands by PIO and DMA, with addresses of all three kinds, within the disk and beyond; what
 * moved, the interrupts, and every register afterwards.
 */
#include "unit/device_test.h"

#include "devices/ata.h"
#include "host/disk_mem.h"

enum { SIZE_0 = 5000, SIZE_1 = 2600, MOST = 400 };
enum { ERR = 1, COUNT, LOW, MID, HIGH, DEVICE, COMMAND, STATUS = 7 };
enum { READY = 0x50, FAILED = 0x51, ABRT = 4, IDNF = 16 };

/* A drive as the standard describes it. */
struct ref {
    uint8_t  *image;
    uint32_t  sectors;
    unsigned  heads, spt, multiple, power;
    /* registers, the previous contents behind the present */
    unsigned  count[2], low[2], mid[2], high[2], device, error, status;
    uint8_t   buffer[512];
    bool      buffer_known;
};
static struct ref ref[2];
static uint8_t image[2][SIZE_0 * 512], ref_image[2][SIZE_0 * 512];

static struct sched sched;
static struct ata ata;
static struct disk_mem disk[2];
static struct dt_pin irq;

/* The other end of DMA: takes and gives in pieces. */
static struct { uint8_t *at; size_t left; bool to_memory; struct dt_rng *r; } host;
static uint32_t move(void *ctl, void *buf, uint32_t n, bool to_memory)
{
    uint32_t part = 2 * (1 + dt_below(host.r, 5000));
    (void)ctl;
    n = n < part ? n : part;
    n = n < host.left ? n : (uint32_t)host.left;
    if (to_memory != host.to_memory)
        return 0;
    if (to_memory)
        memcpy(host.at, buf, n);
    else
        memcpy(buf, host.at, n);
    host.at += n;
    host.left -= n;
    return n;
}

/* ---- commands ---- */

enum { NODATA, IN, OUT, DMA_IN, DMA_OUT };
struct kind { uint8_t code, how, wide, many; };          /* wide: 48 bits; many: MULTIPLE */
static const struct kind transfers[] = {
    { 0x20, IN, 0, 0 },     { 0x21, IN, 0, 0 },      { 0x24, IN, 1, 0 },  { 0xc4, IN, 0, 1 },
    { 0x29, IN, 1, 1 },     { 0x30, OUT, 0, 0 },     { 0x34, OUT, 1, 0 }, { 0xc5, OUT, 0, 1 },
    { 0x39, OUT, 1, 1 },    { 0xc8, DMA_IN, 0, 0 },  { 0x25, DMA_IN, 1, 0 },
    { 0xca, DMA_OUT, 0, 0 }, { 0x35, DMA_OUT, 1, 0 }, { 0x40, NODATA, 0, 0 },
    { 0x42, NODATA, 1, 0 }, { 0x3c, OUT, 0, 0 },
};

/* Where a command begins; false: there is no such cylinder, head and sector. */
static bool address(const struct ref *d, bool wide, uint64_t *lba, unsigned *n)
{
    unsigned cylinder = d->high[0] * 256 + d->mid[0], head = d->device & 15;
    *n = wide ? d->count[1] * 256 + d->count[0] : d->count[0];
    *n = *n ? *n : wide ? 65536 : 256;
    *lba = d->low[0] + d->mid[0] * 256 + d->high[0] * 65536;
    if (wide)
        *lba += ((uint64_t)d->low[1] << 24) + ((uint64_t)d->mid[1] << 32) +
                ((uint64_t)d->high[1] << 40);
    else if (d->device & 0x40)
        *lba += (uint64_t)head << 24;
    else
        *lba = (uint64_t)(cylinder * d->heads + head) * d->spt + d->low[0] - 1;
    return wide || d->device & 0x40 || (d->low[0] >= 1 && d->low[0] <= d->spt && head < d->heads);
}

static void put_address(struct ref *d, bool wide, uint64_t lba)
{
    if (!wide && !(d->device & 0x40)) {
        unsigned cylinder = (unsigned)(lba / (d->spt * d->heads));
        d->low[0] = (unsigned)(lba % d->spt) + 1;
        d->device = (d->device & 0xf0) | (unsigned)(lba / d->spt % d->heads);
        d->mid[0] = cylinder & 0xff;
        d->high[0] = cylinder >> 8 & 0xff;
        return;
    }
    d->low[0] = lba & 0xff;
    d->mid[0] = lba >> 8 & 0xff;
    d->high[0] = lba >> 16 & 0xff;
    if (wide) {
        d->low[1] = lba >> 24 & 0xff;
        d->mid[1] = lba >> 32 & 0xff;
        d->high[1] = lba >> 40 & 0xff;
    } else {
        d->device = (d->device & 0xf0) | (lba >> 24 & 15);
    }
}

static void end(struct ref *d, unsigned error)
{
    d->error = error;
    d->status = error ? FAILED : READY;
}

/* What a transfer does: how many sectors move, and in blocks of how many. 'data' goes in or comes
 * out. */
static unsigned transfer(struct ref *d, const struct kind *k, uint8_t *data, unsigned *block)
{
    uint64_t lba;
    unsigned n, done = 0;
    *block = k->many ? d->multiple : 1;
    if (k->many && !d->multiple) {
        end(d, ABRT);
        return 0;
    }
    if (!address(d, k->wide, &lba, &n)) {
        end(d, IDNF);
        return 0;
    }
    if (k->how != NODATA)
        d->power = 0xff;
    for (; done < n && lba + done < d->sectors; done++)
        if (k->how == OUT || k->how == DMA_OUT)
            memcpy(d->image + (lba + done) * 512, data + done * 512, 512);
        else if (k->how != NODATA)
            memcpy(data + done * 512, d->image + (lba + done) * 512, 512);
    d->buffer_known = false;
    put_address(d, k->wide, done < n ? lba + done : lba + n - 1);
    d->count[0] = (n - done) & 0xff;
    if (k->wide)
        d->count[1] = (n - done) >> 8 & 0xff;
    end(d, done < n ? IDNF : 0);
    return done;
}

/* Commands that move nothing, or one sector of the buffer. */
static void lesser(struct ref *d, unsigned code, unsigned feature)
{
    uint64_t lba;
    unsigned n;
    bool found = address(d, false, &lba, &n) && lba < d->sectors;
    switch (code) {
    case 0x10: d->mid[0] = d->high[0] = 0; break;
    case 0x70:
        d->power = 0xff;
        end(d, found ? 0 : IDNF);
        return;
    case 0x91:
        if (!d->count[0]) {
            end(d, ABRT);
            return;
        }
        d->spt = d->count[0];
        d->heads = (d->device & 15) + 1;
        break;
    case 0xc6:
        for (n = 1; n < d->count[0]; n *= 2)
            ;
        if (d->count[0] > 16 || (d->count[0] && n != d->count[0])) {
            end(d, ABRT);
            return;
        }
        d->multiple = d->count[0];
        break;
    case 0xe0: case 0xe2: d->power = 0; break;
    case 0xe1: case 0xe3: d->power = 0x80; break;
    case 0xe5: d->count[0] = d->power; break;
    case 0xe7: break;
    case 0xef:
        end(d, feature == 0x02 || feature == 0x82 || feature == 0x55 || feature == 0xaa ? 0 : ABRT);
        return;
    case 0xf8: case 0x27:
        d->device |= 0x40;
        put_address(d, code == 0x27, d->sectors - 1);
        break;
    default:
        end(d, ABRT);
        return;
    }
    end(d, 0);
}

/* ---- both ---- */

static void out(unsigned reg, unsigned v) { ata_cmd_ops.write(&ata, reg, v, 1); }
static unsigned in(unsigned reg) { return (unsigned)ata_cmd_ops.read(&ata, reg, 1) & 0xff; }

/* Registers are written to both drives. */
static void set(unsigned reg, unsigned v)
{
    out(reg, v);
    for (unsigned i = 0; i < 2; i++) {
        unsigned *to = reg == COUNT ? ref[i].count : reg == LOW ? ref[i].low
                     : reg == MID   ? ref[i].mid   : ref[i].high;
        if (reg == DEVICE) {
            ref[i].device = v & 0xef;
        } else if (reg > ERR) {
            to[1] = to[0];
            to[0] = v;
        }
    }
}

static unsigned ready(void)
{
    for (int i = 0; i < 100000 && ata_ctl_ops.read(&ata, 0, 1) & 0x80; i++) {
        sched_advance(&sched, sched.now + 7000);
        ata_dma_ready(&ata);
    }
    return in(STATUS);
}

static void compare(unsigned dev, unsigned code)
{
    const struct ref *d = &ref[dev];
    unsigned got[2][5], want = 0xa0 | d->device | dev << 4;
    for (unsigned hob = 0; hob < 2; hob++) {
        ata_ctl_ops.write(&ata, 0, hob ? 0x80 : 0, 1);
        for (unsigned i = 0; i < 5; i++)
            got[hob][i] = in(COUNT + i);
    }
    dt_require(in(STATUS) == d->status, "%02x: status %02x, model %02x", code, in(STATUS),
               d->status);
    for (unsigned h = 0; h < 2; h++)
        dt_require(got[h][0] == d->count[h] && got[h][1] == d->low[h] && got[h][2] == d->mid[h] &&
                       got[h][3] == d->high[h],
                   "%02x: %02x %02x %02x %02x, model %02x %02x %02x %02x", code, got[h][0],
                   got[h][1], got[h][2], got[h][3], d->count[h], d->low[h], d->mid[h], d->high[h]);
    dt_require(got[0][4] == want, "%02x: device %02x, model %02x", code, got[0][4], want);
    ata_ctl_ops.write(&ata, 0, 0, 1);
    if (d->status & 1)
        dt_require(in(ERR) == d->error, "%02x: error %02x, model %02x", code, in(ERR), d->error);
}

/* An address near the end, near the beginning, or anywhere; in one of three ways. */
static void some_address(struct dt_rng *r, unsigned dev, bool wide)
{
    unsigned n = dt_below(r, 5) ? 1 + dt_below(r, 40) : dt_below(r, MOST);
    uint64_t lba = dt_below(r, 3) ? dt_below(r, ref[dev].sectors) : ref[dev].sectors - 20u +
                                                                       dt_below(r, 30);
    unsigned flags = dt_below(r, 3) ? 0xe0 : 0xa0;
    struct ref t = ref[dev];
    n = wide && lba < ref[dev].sectors - 50 && n == 0 ? 1 : n;     /* not 65536 of them */
    t.device = flags;
    put_address(&t, wide, lba);
    set(DEVICE, flags | dev << 4 | (dt_below(r, 20) ? t.device & 15 : dt_below(r, 16)));
    if (wide || dt_below(r, 4) == 0) {
        set(COUNT, wide ? n >> 8 : dt_rand(r) & 0xff);
        set(LOW, wide ? t.low[1] : dt_rand(r) & 0xff);
        set(MID, wide ? t.mid[1] : dt_rand(r) & 0xff);
        set(HIGH, wide ? t.high[1] : dt_rand(r) & 0xff);
    }
    set(COUNT, n & 0xff);
    set(LOW, t.low[0]);
    set(MID, t.mid[0]);
    set(HIGH, dt_below(r, 50) ? t.high[0] : dt_rand(r) & 0xff);
}

static void pio(uint8_t *data, unsigned bytes, bool in_)
{
    for (unsigned i = 0; i < bytes; i += 2)
        if (in_)
            store_le16(data + i, (uint16_t)ata_cmd_ops.read(&ata, 0, 2));
        else
            ata_cmd_ops.write(&ata, 0, load_le16(data + i), 2);
}

/* A whole transfer, as a driver does it. */
static void do_transfer(struct dt_rng *r, unsigned dev)
{
    static uint8_t data[MOST * 512], want[sizeof data];
    const struct kind *k = &transfers[dt_below(r, ARRAY_LEN(transfers))];
    unsigned block, interrupts = irq.rises, expected, got = 0, blocks = 0;
    some_address(r, dev, k->wide);
    for (size_t i = 0; i < sizeof data; i += 4)
        store_le32(data + i, dt_rand(r));
    memcpy(want, data, sizeof data);
    host.at = data;
    host.left = sizeof data;
    host.to_memory = k->how == DMA_IN;
    host.r = r;
    out(COMMAND, k->code);
    unsigned n = transfer(&ref[dev], k, want, &block);
    bool failed = ref[dev].status & 1;
    if (k->how == IN || k->how == OUT)
        while (ready() & 8) {
            /* the last block may be shorter; that of a write over the end of the disk is whole */
            unsigned most = failed && k->how == OUT ? MOST : n, part = block;
            part = most - got < part ? most - got : part;
            pio(data + got * 512, part * 512, k->how == IN);
            got += part;
            blocks++;
        }
    else
        ready();
    expected = k->how == IN ? blocks + failed : k->how == OUT && blocks ? blocks : 1;
    if (k->how == OUT && n)                      /* as many as it takes, to the one at fault */
        dt_require(blocks == (failed ? n / block + 1 : (n + block - 1) / block),
                   "%02x: %u blocks for %u sectors", k->code, blocks, n);
    dt_require(irq.rises - interrupts == expected, "%02x: %u interrupts, model %u", k->code,
               irq.rises - interrupts, expected);
    dt_require(k->how != IN || got == n, "%02x: %u sectors, model %u", k->code, got, n);
    dt_require((k->how != IN && k->how != DMA_IN) || !memcmp(data, want, n * 512),
               "%02x: other bytes", k->code);
    compare(dev, k->code);
}

static void do_lesser(struct dt_rng *r, unsigned dev)
{
    static const uint8_t codes[] = { 0x10, 0x70, 0x91, 0xc6, 0xc6, 0xe0, 0xe1, 0xe2, 0xe3,
                                     0xe5, 0xe7, 0xef, 0xf8, 0x27, 0x00, 0x0b, 0x88, 0x5c };
    unsigned code = codes[dt_below(r, sizeof codes)], feature = dt_below(r, 2) ? 0x02 : 0x55;
    unsigned interrupts = irq.rises;
    some_address(r, dev, code == 0x27);
    if (code == 0xe2 || code == 0xe3)
        set(COUNT, 0);                           /* no standby timer */
    if (code == 0xc6)
        set(COUNT, dt_below(r, 3) ? 1u << dt_below(r, 6) : dt_below(r, 40));
    if (code == 0x91)
        set(COUNT, dt_below(r, 8) ? 10 + dt_below(r, 54) : 0);
    out(ERR, dt_below(r, 4) ? feature : 0x99);
    feature = ata.drive[dev].feature;
    out(COMMAND, code);
    lesser(&ref[dev], code, feature);
    ready();
    dt_require(irq.rises == interrupts + 1, "%02x: no interrupt", code);
    compare(dev, code);
}

static void do_buffer(struct dt_rng *r, unsigned dev)
{
    uint8_t data[512];
    struct ref *d = &ref[dev];
    bool writes = dt_below(r, 2);
    set(DEVICE, 0xa0 | dev << 4);
    for (unsigned i = 0; i < 512; i++)
        data[i] = (uint8_t)dt_rand(r);
    if (!writes && !d->buffer_known)
        return;
    out(COMMAND, writes ? 0xe8 : 0xe4);
    dt_require(ready() == (READY | 8), "no data request");
    pio(data, 512, !writes);
    dt_require(writes || !memcmp(data, d->buffer, 512), "READ BUFFER: other bytes");
    memcpy(d->buffer, data, 512);
    d->buffer_known = true;
    end(d, 0);
    ready();
    compare(dev, 0xe8);
}

static void start(struct dt_rng *r)
{
    static const uint32_t sectors[2] = { SIZE_0, SIZE_1 };
    memset(&sched, 0, sizeof sched);
    ata_init(&ata, &sched, 0);
    for (size_t i = 0; i < sizeof image / 4; i++)
        store_le32(&image[0][0] + 4 * i, dt_rand(r));
    memcpy(ref_image, image, sizeof image);
    for (unsigned i = 0; i < 2; i++) {
        ata_attach(&ata, i, ATA_DISK,
                   disk_mem_init(&disk[i], image[i], sectors[i] * 512, 512, false));
        ref[i] = (struct ref){ .image = ref_image[i], .sectors = sectors[i], .heads = 16,
                               .spt = 63, .power = 0xff };
        ref[i].count[0] = ref[i].low[0] = 1;
        ref[i].status = READY;
    }
    dt_wire(&ata.irq, &irq);
    ata.dma = (struct ata_dma){ NULL, move };
}

START_TEST(agree_sector_by_sector)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    start(&r);
    for (int i = 0; i < 1500; i++) {
        unsigned dev = dt_below(&r, 2);
        switch (dt_below(&r, 8)) {
        case 0: case 1: case 2: do_lesser(&r, dev); break;
        case 3: do_buffer(&r, dev); break;
        default: do_transfer(&r, dev); break;
        }
    }
    ck_assert(!memcmp(image, ref_image, sizeof image));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ata_model");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agree_sector_by_sector, 0, 10);
    suite_add_tcase(s, t);
    return dt_run(s);
}
