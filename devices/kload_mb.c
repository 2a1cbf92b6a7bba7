/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multiboot images for kload: an ELF file, or anything that carries its addresses in the Multiboot
 * header. The modules follow the kernel, each on a page, and then the boot information with all its
 * strings. Multiboot Specification 0.6.96, section 3.
 */
#include "devices/kload.h"

enum { MAGIC = 0x1badb002, F_PAGE_ALIGN = 1, F_MEMORY = 2, F_VIDEO = 4, F_ADDRESSES = 0x10000 };
enum { I_MEMORY = 0x01, I_CMDLINE = 0x04, I_MODULES = 0x08, I_MMAP = 0x40, I_LOADER = 0x200,
       I_FRAMEBUFFER = 0x1000 };
enum { PT_LOAD = 1, PHDRS_MAX = 64 };
/* The information block: mbi, memory map, module list, strings. */
enum { MMAP_AT = 128, MMAP_ENTRIES = 5, MODULES_AT = MMAP_AT + MMAP_ENTRIES * 24,
       STRINGS_AT = MODULES_AT + KLOAD_MODULES * 16 };

static const char LOADER[] = "Vitrine";

/* Part of the kernel: n bytes of the file, then zeroes up to size. */
struct part { uint32_t at, n, size; const uint8_t *src; };

size_t kload_mb_header(const struct kload_image *k)
{
    for (size_t i = 0; i + 12 <= k->n && i + 12 <= 8192; i += 4)
        if (load_le32(k->p + i) == MAGIC &&
            (uint32_t)(MAGIC + load_le32(k->p + i + 4) + load_le32(k->p + i + 8)) == 0)
            return i;
    return SIZE_MAX;
}

static bool is_elf32(const struct kload_image *k)
{
    return k->n >= 52 && load_le32(k->p) == 0x464c457f && k->p[4] == 1 && k->p[5] == 1 &&
           load_le16(k->p + 18) == 3;
}

/* The kernel by the header's addresses. */
static bool part_by_header(const struct kload_image *k, size_t h, struct part *out)
{
    if (h + 32 > k->n)
        return false;
    uint32_t header = load_le32(k->p + h + 12), load = load_le32(k->p + h + 16);
    uint32_t end = load_le32(k->p + h + 20), bss = load_le32(k->p + h + 24);
    if (load > header || header - load > h)
        return false;
    size_t from = h - (header - load), rest = k->n - from;
    if (end == 0 && rest > UINT32_MAX - load)
        return false;
    uint32_t n = end ? end - load : (uint32_t)rest;
    if ((end && end < load) || n > rest || (bss && bss < (uint64_t)load + n))
        return false;
    *out = (struct part){ load, n, bss ? bss - load : n, k->p + from };
    return true;
}

/* The i-th program header; *out of size 0 when it is nothing to load. */
static bool part_by_elf(const struct kload_image *k, unsigned i, struct part *out)
{
    uint64_t at = load_le32(k->p + 28) + (uint64_t)i * load_le16(k->p + 42);
    *out = (struct part){ 0 };
    if (at + 32 > k->n)
        return false;
    const uint8_t *ph = k->p + at;
    uint32_t off = load_le32(ph + 4), n = load_le32(ph + 16), size = load_le32(ph + 20);
    if (load_le32(ph) != PT_LOAD || !size)
        return true;
    if (off > k->n || n > k->n - off || n > size)
        return false;
    *out = (struct part){ load_le32(ph + 12), n, size, k->p + off };
    return true;
}

static unsigned parts(const struct kload_image *k, size_t h)
{
    return load_le32(k->p + h + 4) & F_ADDRESSES ? 1 : load_le16(k->p + 44);
}

static bool part(const struct kload_image *k, size_t h, unsigned i, struct part *out)
{
    return load_le32(k->p + h + 4) & F_ADDRESSES ? part_by_header(k, h, out)
                                                 : part_by_elf(k, i, out);
}

/* Where images may lie: conventional memory above what the firmware and the boot ROM use, or
 * above 1 MB. */
static bool in_ram(const struct part *x, uint32_t ram_low)
{
    uint64_t end = (uint64_t)x->at + x->size;
    return (x->at >= 0x8000 && end <= 0x9f000) || (x->at >= 0x100000 && end <= ram_low);
}

static uint64_t text_size(const struct kload_images *im)
{
    uint64_t n = sizeof LOADER + strlen(im->append ? im->append : "") + 1;
    for (unsigned i = 0; i < im->modules; i++)
        n += strlen(im->module_args[i] ? im->module_args[i] : "") + 1;
    return n;
}

static bool plan_parts(const struct kload_image *k, size_t h, uint32_t ram_low, uint64_t *end,
                       struct error *err)
{
    struct part x;
    uint64_t total = 0;
    for (unsigned i = 0; i < parts(k, h); i++) {
        if (!part(k, h, i, &x))
            return error_set(
                err, 1, "the Multiboot kernel is cut short or its addresses contradict each other");
        if (!x.size)
            continue;
        if (!in_ram(&x, ram_low))
            return error_set(
                err, 1, "the Multiboot kernel wants %u KB at %08X, where there is no free memory",
                (unsigned)((x.size + UINT64_C(1023)) >> 10), (unsigned)x.at);
        total += x.size;
        if (total > ram_low)                     /* each would be filled in its turn */
            return error_set(err, 1, "the Multiboot kernel has parts that lie upon each other");
        if ((uint64_t)x.at + x.size > *end)
            *end = (uint64_t)x.at + x.size;
    }
    return true;
}

/* Where to start. The entry of an ELF file may be told as a virtual address: then it is meant where
 * its segment was put. */
static uint32_t entry_point(const struct kload_image *k, size_t h)
{
    if (load_le32(k->p + h + 4) & F_ADDRESSES)
        return load_le32(k->p + h + 28);
    uint32_t entry = load_le32(k->p + 24);
    struct part x;
    for (unsigned i = 0; i < parts(k, h); i++) {
        if (!part_by_elf(k, i, &x) || !x.size)
            continue;
        uint32_t virt = load_le32(k->p + load_le32(k->p + 28) + i * load_le16(k->p + 42) + 8);
        if (entry - virt < x.size)
            return x.at + (entry - virt);
    }
    return entry;
}

static uint64_t page_up(uint64_t a) { return (a + PAGE_MASK) & ~PAGE_MASK; }

bool kload_mb_plan(const struct kload_images *im, size_t h, struct kload_plan *p, struct error *err)
{
    const struct kload_image *k = &im->kernel;
    uint32_t flags = load_le32(k->p + h + 4);
    uint64_t end = 0x100000;
    if (flags & 0xffff & ~(uint32_t)(F_PAGE_ALIGN | F_MEMORY | F_VIDEO))
        return error_set(err, 1,
                         "the Multiboot kernel requires features (flags %04X) that are not there",
                         (unsigned)(flags & 0xffff));
    if (!(flags & F_ADDRESSES) &&
        (!is_elf32(k) || load_le16(k->p + 42) < 32 || parts(k, h) > PHDRS_MAX))
        return error_set(err, 1, "the Multiboot kernel is not a 32-bit x86 ELF file");
    if (!plan_parts(k, h, p->ram_low, &end, err))
        return false;
    p->modules_at = (uint32_t)page_up(end);
    end = page_up(end);
    for (unsigned i = 0; i < im->modules; i++)
        end += page_up(im->module[i].n);
    if (end + STRINGS_AT + text_size(im) > p->ram_low)
        return error_set(err, 1, "the Multiboot modules do not fit: give the machine more memory");
    p->kind = KLOAD_MULTIBOOT;
    p->header = (uint32_t)h;
    p->info_at = (uint32_t)end;
    p->value[0] = entry_point(k, h);
    p->value[1] = p->info_at;
    return true;
}

static void zero(struct bus *mem, uint32_t at, uint32_t n)
{
    static const uint8_t zeroes[512];
    for (; n > sizeof zeroes; n -= sizeof zeroes, at += sizeof zeroes)
        bus_dma_write(mem, at, zeroes, sizeof zeroes);
    bus_dma_write(mem, at, zeroes, n);
}

static void load_kernel(const struct kload *k)
{
    struct part x;
    for (unsigned i = 0; i < parts(&k->images.kernel, k->plan.header); i++) {
        if (!part(&k->images.kernel, k->plan.header, i, &x) || !x.size)
            continue;
        bus_dma_write(k->mem, x.at, x.src, x.n);
        zero(k->mem, x.at + x.n, x.size - x.n);
    }
}

static void put32(const struct kload *k, uint32_t off, uint32_t v)
{
    uint8_t b[4];
    store_le32(b, v);
    bus_dma_write(k->mem, k->plan.info_at + off, b, 4);
}

/* Appends a string to the block; its address. */
static uint32_t put_text(const struct kload *k, uint32_t *off, const char *s)
{
    uint32_t at = k->plan.info_at + *off;
    size_t n = strlen(s ? s : "") + 1;
    bus_dma_write(k->mem, at, s ? s : "", n);
    *off += (uint32_t)n;
    return at;
}

static void put_mmap(const struct kload *k)
{
    const struct kload_plan *p = &k->plan;
    const struct { uint64_t base, size; uint32_t type; } map[MMAP_ENTRIES] = {
        { 0, 0x9fc00, 1 }, { 0x9fc00, 0x400, 2 }, { 0xe0000, 0x20000, 2 },
        { 0x100000, p->ram_low - 0x100000, 1 }, { UINT64_C(1) << 32, p->ram_high, 1 },
    };
    unsigned n = p->ram_high ? MMAP_ENTRIES : MMAP_ENTRIES - 1;
    for (unsigned i = 0; i < n; i++) {
        uint32_t at = MMAP_AT + i * 24;
        put32(k, at, 20);
        put32(k, at + 4, (uint32_t)map[i].base);
        put32(k, at + 8, (uint32_t)(map[i].base >> 32));
        put32(k, at + 12, (uint32_t)map[i].size);
        put32(k, at + 16, (uint32_t)(map[i].size >> 32));
        put32(k, at + 20, map[i].type);
    }
    put32(k, 44, n * 24);
    put32(k, 48, p->info_at + MMAP_AT);
}

static void put_modules(const struct kload *k, uint32_t *text)
{
    uint64_t at = k->plan.modules_at;
    for (unsigned i = 0; i < k->images.modules; i++) {
        const struct kload_image *m = &k->images.module[i];
        bus_dma_write(k->mem, at, m->p, m->n);
        put32(k, MODULES_AT + i * 16, (uint32_t)at);
        put32(k, MODULES_AT + i * 16 + 4, (uint32_t)(at + m->n));
        put32(k, MODULES_AT + i * 16 + 8, put_text(k, text, k->images.module_args[i]));
        at += page_up(m->n);
    }
    put32(k, 20, k->images.modules);
    put32(k, 24, k->plan.info_at + MODULES_AT);
}

/* The screen as the firmware leaves it, text of 80x25, whatever the header would rather have. */
static void put_screen(const struct kload *k)
{
    put32(k, 88, 0xb8000);
    put32(k, 96, 160);
    put32(k, 100, 80);
    put32(k, 104, 25);
    put32(k, 108, 16 | 2 << 8);              /* bits a character, EGA text */
}

void kload_mb_load(const struct kload *k)
{
    uint32_t text = STRINGS_AT, flags = load_le32(k->images.kernel.p + k->plan.header + 4);
    load_kernel(k);
    zero(k->mem, k->plan.info_at, STRINGS_AT);
    put32(k, 0, I_MEMORY | I_CMDLINE | I_MODULES | I_MMAP | I_LOADER |
                    (flags & F_VIDEO ? I_FRAMEBUFFER : 0));
    put32(k, 4, 639);
    put32(k, 8, (k->plan.ram_low - 0x100000) >> 10);
    put32(k, 16, put_text(k, &text, k->images.append));
    put_modules(k, &text);
    put_mmap(k);
    put32(k, 64, put_text(k, &text, LOADER));
    if (flags & F_VIDEO)
        put_screen(k);
}
