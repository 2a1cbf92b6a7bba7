/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core; runs: 3000 */
/*
 * Kernels from anywhere: Linux and Multiboot images (with and without ELF), modules, command lines
 * and sizes of memory. The plan is refused with a reason, or the load stays within RAM, and leaves
 * alone what firmware has in low memory.
 *
 * Input: memory in MB, length of the command line, number and size of modules; the image.
 */
#include "devices/kload.h"
#include "fuzz.h"

#define RAM (8u << 20)           /* as much as there really is */

static struct bus mem;
static struct region ram_region;
static uint8_t *ram;

static void make_memory(void)
{
    if (ram)
        return;
    ram = calloc(1, RAM);
    FUZZ_CHECK(ram && bus_init(&mem, 32, RAM), "no memory");
    bus_map_ram(&mem, &ram_region, "ram", ram, 0, RAM, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct feed f = { p, n };
    struct error err = { 0 };
    static struct kload k;
    struct kload_images im = { 0 };
    uint32_t megabytes = feed(&f, 2) % 4097, command = feed(&f, 2) % 3000, count = feed(&f, 1);
    size_t size = feed(&f, 2);
    uint8_t *module = malloc(size + 1);
    char *text = malloc(command + 1u);
    memset(text, 'x', command);
    text[command] = 0;
    memset(module, 0x4d, size + 1);
    make_memory();
    im.append = count & 0x80 ? NULL : text;
    im.modules = count % (KLOAD_MODULES + 2);
    for (unsigned i = 0; i < im.modules && i < KLOAD_MODULES; i++) {
        im.module[i] = (struct kload_image){ module, size };
        im.module_args[i] = count & 0x40 ? text : NULL;
    }
    im.kernel = (struct kload_image){ f.p, f.n };
    bool ok = kload_check(&im, (uint64_t)megabytes << 20, &err);
    FUZZ_CHECK(ok || err.text[0], "no reason");
    if (im.modules <= KLOAD_MODULES && megabytes <= 64) {        /* more would only take longer */
        kload_init(&k, &mem, (uint64_t)megabytes << 20, &im);
        kload_ops.write(&k, 0, 1, 1);
        FUZZ_CHECK(kload_ops.read(&k, 0, 1) == (ok ? 1 : 0xff), "status");
        for (unsigned i = 0; i < 0x500; i++)
            FUZZ_CHECK(!ram[i], "byte %x was written", i);
    }
    free(module);
    free(text);
    return 0;
}

static void seed_linux(uint8_t *p, unsigned n)
{
    static const uint16_t version[] = { 0x200, 0x201, 0x202, 0x203, 0x206, 0x20a, 0x20f, 0x1ff };
    p[0x1f1] = n & 1 ? 4 : 0;
    store_le16(p + 0x1fe, 0xaa55);
    store_le32(p + 0x202, 0x53726448);
    store_le16(p + 0x206, version[n & 7]);
    p[0x211] = n >> 3 & 1;
    store_le32(p + 0x22c, 0x7fffff);
    store_le32(p + 0x238, 2047);
    store_le32(p + 0x260, 0x10000);
}

static void seed_multiboot(uint8_t *p, unsigned n)
{
    uint32_t flags = n & 1 ? 0x10003 : 7;
    store_le32(p + 0x100, 0x1badb002);
    store_le32(p + 0x104, flags);
    store_le32(p + 0x108, 0u - 0x1badb002u - flags);
    store_le32(p + 0x10c, 0x100100);
    store_le32(p + 0x110, 0x100000);
    store_le32(p + 0x114, 0x100800);
    store_le32(p + 0x118, 0x102000);
    store_le32(p + 0x11c, 0x100200);
    if (!(n & 2))
        return;
    memcpy(p, "\x7f" "ELF\1\1\1", 7);        /* a header, two segments, sections */
    store_le16(p + 16, 2);
    store_le16(p + 18, 3);
    store_le32(p + 24, 0x100000);
    store_le32(p + 28, 0x34);
    store_le32(p + 32, 0x200);
    store_le16(p + 40, 0x34);
    store_le16(p + 42, 0x20);
    store_le16(p + 44, 2);
    store_le16(p + 46, 40);
    store_le16(p + 48, 3);
    store_le16(p + 50, 2);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *ph = p + 0x34 + 0x20 * i;
        store_le32(ph, 1);
        store_le32(ph + 4, 0x300 * i);
        store_le32(ph + 12, 0x100000 + 0x1000 * i);
        store_le32(ph + 16, 0x200);
        store_le32(ph + 20, 0x400);
    }
}

bool fuzz_seed(unsigned n, struct buf *out)
{
    uint8_t image[0x1800];
    if (n >= 48)
        return false;
    memset(image, 0x90, sizeof image);
    memset(image, 0, 0x400);
    if (n < 16)
        seed_linux(image, n);
    else
        seed_multiboot(image, n);
    buf_put_le(out, n % 5 ? 8 : 2, 2);
    buf_put_le(out, n * 50, 2);
    buf_put_le(out, n & 3, 1);
    buf_put_le(out, 1000 * n, 2);
    buf_put(out, image, n & 4 ? sizeof image : 0x700);
    return true;
}
