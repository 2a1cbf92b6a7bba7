/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/kload.h"

#include <stdlib.h>

enum { NOTHING = 0, LOADED = 1, FAILED = 0xff };

/* Linux: real-mode code and command line in low memory; offsets in the setup header. */
enum { SETUP_AT = 0x10000, OLD_SETUP_AT = 0x90000, CMDLINE_AT = 0x20000, OLD_CMDLINE_AT = 0x9a000,
       STACK_TOP = 0xe000, OLD_STACK_TOP = 0x9000, KERNEL_AT = 0x100000, OLD_KERNEL_AT = 0x10000 };
enum { H_SETUP_SECTS = 0x1f1, H_SYSSIZE = 0x1f4, H_VID_MODE = 0x1fa, H_MAGIC = 0x202,
       H_VERSION = 0x206,
       H_LOADER = 0x210, H_LOADFLAGS = 0x211, H_RAMDISK = 0x218, H_RAMDISK_SIZE = 0x21c,
       H_HEAP_END = 0x224,
       H_CMDLINE = 0x228, H_INITRD_MAX = 0x22c, H_CMDLINE_SIZE = 0x238, H_INIT_SIZE = 0x260,
       H_END = 0x268 };
enum { LOADED_HIGH = 0x01, CAN_USE_HEAP = 0x80 };
enum { MAGIC_HDRS = 0x53726448 };

static const struct field fields[] = {
    FIELD(struct kload, status),             FIELD_MAX(struct kload, kind, KLOAD_MULTIBOOT),
    FIELD_ARRAY(struct kload, value),        FIELD_TRANSIENT(struct kload, plan),
    FIELD_TRANSIENT(struct kload, images),   FIELD_TRANSIENT(struct kload, mem),
    FIELD_END
};

/* The header, as far as the file and the protocol's version go; what is beyond reads as 0. */
static uint32_t header32(const struct kload_image *k, unsigned off, unsigned since)
{
    unsigned version = load_le16(k->p + H_VERSION);
    return version >= since && off + 4 <= k->n ? load_le32(k->p + off) : 0;
}

static bool is_linux(const struct kload_image *k)
{
    return k->n >= H_END && load_le16(k->p + 0x1fe) == 0xaa55 &&
           load_le32(k->p + H_MAGIC) == MAGIC_HDRS;
}

/* The value of the last "name=" on the command line, or NULL. */
static const char *option(const char *line, const char *name)
{
    size_t n = strlen(name);
    const char *found = NULL;
    for (const char *p = line; p && *p; p += strcspn(p, " ")) {
        p += strspn(p, " ");
        if (!strncmp(p, name, n) && p[n] == '=')
            found = p + n + 1;
    }
    return found;
}

static bool number(const char *p, uint64_t *v, const char **end)
{
    char *e;
    if (!p || *p < '0' || *p > '9')
        return false;
    *v = strtoull(p, &e, 0);
    *end = e;
    return true;
}

/* boot.rst, "Special command line options": two that are the loader's as well. vga= goes into the
 * header, since setup asks for the video mode before it reads the command line. */
static bool video_mode(const char *line, uint16_t *mode)
{
    static const char *const names[] = { "ask", "ext", "normal" };       /* FFFDh, FFFEh, FFFFh */
    const char *p = option(line, "vga"), *end;
    size_t n = p ? strcspn(p, " ") : 0;
    uint64_t v;
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        if (p && n == strlen(names[i]) && !strncmp(p, names[i], n)) {
            *mode = (uint16_t)(0xfffd + i);
            return true;
        }
    if (!number(p, &v, &end) || end != p + n || v > 0xffff)
        return false;
    *mode = (uint16_t)v;
    return true;
}

/* mem= says where memory ends for the kernel; its initial RAM disk must lie below. */
static uint64_t memory_end(const char *line)
{
    static const char units[] = "kmgt";
    const char *end;
    uint64_t v;
    if (!number(option(line, "mem"), &v, &end))
        return UINT64_MAX;
    const char *unit = *end ? strchr(units, *end | 0x20) : NULL;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    return v > UINT64_MAX >> shift ? UINT64_MAX : v << shift;
}

static uint64_t initrd_size(const struct kload_images *im)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < im->modules; i++)
        n = ((n + 3) & ~UINT64_C(3)) + im->module[i].n;
    return n;
}

static bool plan_initrd(const struct kload_images *im, uint64_t kernel_end, struct kload_plan *p,
                        struct error *err)
{
    uint64_t n = initrd_size(im), limit = header32(&im->kernel, H_INITRD_MAX, 0x203);
    uint64_t top = p->ram_low - (p->ram_low >= 0x1000000 ? 0x100000 : 0x10000);
    uint64_t said = memory_end(im->append);
    if (!n)
        return true;
    if (top > said)
        top = said;
    limit = limit ? limit + 1 : 0x38000000;
    if (top > limit)
        top = limit;
    if (n > top || top - n < kernel_end + PAGE_SIZE)
        return error_set(err, 1, "the initial RAM disk (%llu KB) does not fit beside the kernel: "
                         "give the machine more memory", (unsigned long long)(n >> 10));
    p->initrd_at = (uint32_t)(top - n) & ~(uint32_t)PAGE_MASK;
    p->initrd_bytes = (uint32_t)n;
    return true;
}

static bool plan_linux(const struct kload_images *im, struct kload_plan *p, struct error *err)
{
    const struct kload_image *k = &im->kernel;
    unsigned version = load_le16(k->p + H_VERSION), sects = k->p[H_SETUP_SECTS];
    bool high = k->p[H_LOADFLAGS] & LOADED_HIGH, old = version < 0x202 || !high;
    uint64_t length = strlen(im->append ? im->append : "");
    p->setup_bytes = ((sects ? sects : 4) + 1) * 512;
    if (version < 0x200)
        return error_set(err, 1,
                         "the kernel speaks boot protocol %u.%02u: 2.00 is the oldest that works",
                         version >> 8, version & 0xff);
    if (p->setup_bytes > OLD_STACK_TOP - 0x400 || p->setup_bytes >= k->n)
        return error_set(err, 1, "the kernel image is cut short: get the whole file");
    uint64_t body = k->n - p->setup_bytes, init = header32(k, H_INIT_SIZE, 0x20a);
    if (version >= 0x204 && body + 16 < (uint64_t)load_le32(k->p + H_SYSSIZE) * 16)
        return error_set(err, 1, "the kernel image is cut short: get the whole file");
    if (length > 2047 || (version >= 0x206 && length > header32(k, H_CMDLINE_SIZE, 0x206)))
        return error_set(err, 1, "the kernel command line is too long: shorten it");
    if (!high && body > OLD_SETUP_AT - OLD_KERNEL_AT)
        return error_set(err, 1, "the kernel image does not fit in low memory");
    p->kernel_at = high ? KERNEL_AT : OLD_KERNEL_AT;
    uint64_t end = p->kernel_at + (init > body ? init : body);
    if (high && end > p->ram_low)
        return error_set(err, 1,
                         "the kernel does not fit: give the machine at least %llu MB of memory",
                         (unsigned long long)((end >> 20) + 2));
    uint32_t at = old ? OLD_SETUP_AT : SETUP_AT;
    p->cmdline_at = old ? OLD_CMDLINE_AT : CMDLINE_AT;
    p->kind = KLOAD_LINUX;
    p->value[0] = at >> 4;
    p->value[1] = old ? OLD_STACK_TOP : STACK_TOP;
    return plan_initrd(im, high ? end : KERNEL_AT, p, err);
}

bool kload_plan(const struct kload_images *images, uint64_t ram_bytes, struct kload_plan *plan,
                struct error *err)
{
    uint64_t low = ram_bytes < 0xe0000000 ? ram_bytes : 0xe0000000;
    *plan = (struct kload_plan){ .ram_low = (uint32_t)low, .ram_high = ram_bytes - low };
    if (!images->kernel.p || !images->kernel.n)
        return error_set(err, 1, "the kernel image is empty");
    if (images->modules > KLOAD_MODULES)
        return error_set(err, 1, "at most %d modules can be loaded", KLOAD_MODULES);
    if (low < 0x200000)
        return error_set(err, 1, "direct kernel boot needs at least 2 MB of memory");
    size_t header = kload_mb_header(&images->kernel);
    struct kload_plan p = *plan;
    bool ok = is_linux(&images->kernel) ? plan_linux(images, &p, err)
            : header != SIZE_MAX ? kload_mb_plan(images, header, &p, err)
            : error_set(err, 1, "the kernel is neither a Linux bzImage nor a Multiboot image: "
                                "give --kernel another file");
    if (ok)
        *plan = p;
    return ok;
}

bool kload_check(const struct kload_images *images, uint64_t ram_bytes, struct error *err)
{
    struct kload_plan plan;
    return kload_plan(images, ram_bytes, &plan, err);
}

static void put(const struct kload *k, uint32_t at, uint32_t v, unsigned size)
{
    uint8_t b[4];
    store_le32(b, v);
    bus_dma_write(k->mem, at, b, size);
}

static void load_linux(const struct kload *k)
{
    const struct kload_plan *p = &k->plan;
    const struct kload_image *im = &k->images.kernel;
    const char *append = k->images.append ? k->images.append : "";
    uint32_t at = p->value[0] << 4;
    unsigned version = load_le16(im->p + H_VERSION);
    uint16_t mode;
    bus_dma_write(k->mem, at, im->p, p->setup_bytes);
    bus_dma_write(k->mem, p->kernel_at, im->p + p->setup_bytes, im->n - p->setup_bytes);
    bus_dma_write(k->mem, p->cmdline_at, append, strlen(append) + 1);
    put(k, at + H_LOADER, 0xff, 1);                      /* no registered number */
    if (video_mode(append, &mode))
        put(k, at + H_VID_MODE, mode, 2);
    put(k, at + H_RAMDISK, p->initrd_at, 4);
    put(k, at + H_RAMDISK_SIZE, p->initrd_bytes, 4);
    if (version >= 0x201) {
        put(k, at + H_HEAP_END, p->value[1] - 0x200, 2);
        put(k, at + H_LOADFLAGS, im->p[H_LOADFLAGS] | CAN_USE_HEAP, 1);
    }
    if (version >= 0x202) {
        put(k, at + H_CMDLINE, p->cmdline_at, 4);
    } else {
        put(k, at + 0x20, 0xa33f, 2);
        put(k, at + 0x22, p->cmdline_at - at, 2);
    }
    uint32_t to = p->initrd_at;
    for (unsigned i = 0; i < k->images.modules; i++) {
        to = (to + 3) & ~3u;
        bus_dma_write(k->mem, to, k->images.module[i].p, k->images.module[i].n);
        to += (uint32_t)k->images.module[i].n;
    }
}

static uint64_t kload_read(void *dev, uint32_t off, unsigned size)
{
    const struct kload *k = dev;
    off &= 15;
    if (off == 0)
        return k->status;
    if (off == 1)
        return k->kind;
    if (off >= 4 && off < 12)
        return k->value[off >= 8] >> (off & 3) * 8 & 0xff;
    return 0xff;
}

static void kload_write(void *dev, uint32_t off, uint64_t v, unsigned size)
{
    struct kload *k = dev;
    if ((off & 15) != 0 || (uint8_t)v != 1)
        return;
    k->status = k->plan.kind == KLOAD_NONE ? FAILED : LOADED;
    k->kind = k->plan.kind;
    memcpy(k->value, k->plan.value, sizeof k->value);
    if (k->plan.kind == KLOAD_LINUX)
        load_linux(k);
    else if (k->plan.kind == KLOAD_MULTIBOOT)
        kload_mb_load(k);
}

const struct bus_ops kload_ops = { kload_read, kload_write, 1 };

void kload_init(struct kload *k, struct bus *mem, uint64_t ram_bytes,
                const struct kload_images *images)
{
    *k = (struct kload){ .mem = mem, .images = *images };
    kload_plan(images, ram_bytes, &k->plan, NULL);
}

static void kload_reset(void *dev, enum reset_kind kind)
{
    struct kload *k = dev;
    if (kind == RESET_INIT)
        return;
    k->status = NOTHING;
    k->kind = KLOAD_NONE;
    k->value[0] = k->value[1] = 0;
}

const struct device_class kload_class = {
    .name = "kload", .version = 1, .oldest = 1, .fields = fields, .reset = kload_reset,
};
