/* SPDX-License-Identifier: BSD-2-Clause */
/* links: devices core */
/*
 * kload: headers by the book, where things land in memory, refusals, and mutated images.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device_test.h"
#include "devices/kload.h"

#define RAM 0x1000000u                                   /* 16 MB */

static struct bus mem;
static struct region ram_region;
static uint8_t *ram, kernel[70000], module_a[5000], module_b[3000];
static struct kload chip;
static struct kload_images images;
static struct error err;

static void no_code(void *owner, paddr a, unsigned n) { (void)owner; (void)a; (void)n; }

static void setup(void)
{
    ck_assert(bus_init(&mem, 32, RAM));
    mem.on_code_write = no_code;
    ram = calloc(1, RAM);
    bus_map_ram(&mem, &ram_region, "ram", ram, 0, RAM, 1);
    memset(kernel, 0, sizeof kernel);
    memset(module_a, 0xaa, sizeof module_a);
    memset(module_b, 0xbb, sizeof module_b);
    images =
        (struct kload_images){ .kernel = { kernel, sizeof kernel }, .append = "root=/dev/x quiet" };
}

static void teardown(void)
{
    bus_free(&mem);
    free(ram);
}

static void modules(void)
{
    images.modules = 2;
    images.module[0] = (struct kload_image){ module_a, sizeof module_a };
    images.module[1] = (struct kload_image){ module_b, sizeof module_b };
    images.module_args[0] = "first arg";
}

/* A bzImage: two setup sectors, protocol 2.12, the rest a pattern. */
static void linux_image(void)
{
    for (size_t i = 1536; i < sizeof kernel; i++)
        kernel[i] = (uint8_t)(i * 7);
    kernel[0x1f1] = 2;
    store_le16(kernel + 0x1fe, 0xaa55);
    store_le32(kernel + 0x202, 0x53726448);
    store_le16(kernel + 0x206, 0x20c);
    kernel[0x211] = 1;
    store_le32(kernel + 0x22c, 0x7fffffff);
    store_le32(kernel + 0x238, 255);
    store_le32(kernel + 0x260, 0x200000);
}

static uint32_t port32(unsigned off)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 4; i++)
        v |= (uint32_t)kload_ops.read(&chip, off + i, 1) << i * 8;
    return v;
}

static unsigned load(void)
{
    kload_init(&chip, &mem, RAM, &images);
    kload_class.reset(&chip, RESET_POWER);
    ck_assert_uint_eq(kload_ops.read(&chip, 0, 1), 0);
    kload_ops.write(&chip, 0, 1, 1);
    return (unsigned)kload_ops.read(&chip, 0, 1);
}

START_TEST(linux_by_the_protocol)
{
    linux_image();
    modules();
    ck_assert(kload_check(&images, RAM, &err));
    ck_assert_uint_eq(load(), 1);
    ck_assert_uint_eq(kload_ops.read(&chip, 1, 1), KLOAD_LINUX);
    uint8_t *setup_code = ram + port32(4) * 16;
    ck_assert_mem_eq(setup_code, kernel, 0x1f1);
    ck_assert_mem_eq(ram + 0x100000, kernel + 1536, sizeof kernel - 1536);
    ck_assert_uint_eq(setup_code[0x210], 0xff);
    ck_assert_uint_eq(setup_code[0x211], 0x81);
    ck_assert_uint_eq(load_le16(setup_code + 0x224), port32(8) - 0x200);
    ck_assert_str_eq((char *)ram + load_le32(setup_code + 0x228), "root=/dev/x quiet");
    uint32_t initrd = load_le32(setup_code + 0x218);
    ck_assert_uint_eq(load_le32(setup_code + 0x21c), sizeof module_a + sizeof module_b);
    ck_assert_uint_eq(initrd & 0xfff, 0);
    ck_assert(initrd >= 0x300000 && initrd + sizeof module_a + sizeof module_b <= RAM - 0x100000);
    ck_assert_mem_eq(ram + initrd, module_a, sizeof module_a);
    ck_assert_mem_eq(ram + initrd + sizeof module_a, module_b, sizeof module_b);
}
END_TEST

START_TEST(linux_limits)
{
    linux_image();
    modules();
    store_le32(kernel + 0x22c, 0x5fffff);
    ck_assert_uint_eq(load(), 1);
    ck_assert(chip.plan.initrd_at + chip.plan.initrd_bytes <= 0x600000);
    store_le32(kernel + 0x22c, 0x2fffff);                /* below the kernel's end */
    ck_assert(!kload_check(&images, RAM, &err));
    ck_assert_uint_eq(load(), 0xff);
    store_le32(kernel + 0x22c, 0x7fffffff);
    store_le32(kernel + 0x238, 5);                       /* shorter than our command line */
    ck_assert(!kload_check(&images, RAM, &err));
    store_le32(kernel + 0x238, 255);
    ck_assert(!kload_check(&images, 0x280000, &err));    /* init_size does not fit */
    store_le32(kernel + 0x1f4, (sizeof kernel - 1536) / 16 + 2);
    ck_assert(!kload_check(&images, RAM, &err));
    ck_assert(strstr(err.text, "cut short"));
    store_le32(kernel + 0x1f4, (sizeof kernel - 1536) / 16);
    ck_assert(kload_check(&images, RAM, &err));
    store_le16(kernel + 0x206, 0x105);
    ck_assert(!kload_check(&images, RAM, &err));
    ck_assert(strstr(err.text, "1.05"));
}
END_TEST

/* What stands in the video mode field under this command line. */
static unsigned mode_of(const char *line)
{
    linux_image();
    store_le16(kernel + 0x1fa, 0x1234);
    images.append = line;
    ck_assert_uint_eq(load(), 1);
    return load_le16(ram + port32(4) * 16 + 0x1fa);
}

START_TEST(linux_video_mode)
{
    ck_assert_uint_eq(mode_of(NULL), 0x1234);
    ck_assert_uint_eq(mode_of("quiet"), 0x1234);
    ck_assert_uint_eq(mode_of("vga=normal quiet"), 0xffff);
    ck_assert_uint_eq(mode_of("root=/dev/sda1 vga=ext"), 0xfffe);
    ck_assert_uint_eq(mode_of("vga=ask"), 0xfffd);
    ck_assert_uint_eq(mode_of("  vga=788 quiet"), 788);
    ck_assert_uint_eq(mode_of("vga=0x317"), 0x317);
    ck_assert_uint_eq(mode_of("vga=01407"), 0x307);
    ck_assert_uint_eq(mode_of("vga=1 vga=0xf07"), 0xf07);        /* the last one counts */
    ck_assert_uint_eq(mode_of("novga=1 xvga=2 vga"), 0x1234);
    ck_assert_uint_eq(mode_of("vga="), 0x1234);
    ck_assert_uint_eq(mode_of("vga=asking"), 0x1234);
    ck_assert_uint_eq(mode_of("vga=12x"), 0x1234);
    ck_assert_uint_eq(mode_of("vga=0x10000"), 0x1234);
    ck_assert_uint_eq(mode_of("vga=-3"), 0x1234);
}
END_TEST

/* Where the initial RAM disk ends under this command line. */
static uint32_t initrd_end(const char *line)
{
    linux_image();
    modules();
    images.append = line;
    ck_assert_uint_eq(load(), 1);
    return chip.plan.initrd_at + chip.plan.initrd_bytes;
}

START_TEST(linux_memory_end)
{
    uint32_t most = initrd_end("");
    ck_assert_uint_gt(most, 0xe00000);
    ck_assert_uint_le(initrd_end("mem=8M quiet"), 0x800000);
    ck_assert_uint_gt(initrd_end("mem=8M quiet"), 0x7f0000);
    ck_assert_uint_le(initrd_end("mem=0x600000"), 0x600000);
    ck_assert_uint_le(initrd_end("mem=5120k"), 0x500000);
    ck_assert_uint_eq(initrd_end("mem=1G"), most);
    ck_assert_uint_eq(initrd_end("mem=99999999999G"), most);
    ck_assert_uint_eq(initrd_end("mem=nopentium"), most);
    ck_assert_uint_eq(initrd_end("hugemem=4M"), most);
    images.append = "mem=2M";                            /* below the kernel's end */
    ck_assert(!kload_check(&images, RAM, &err));
}
END_TEST

START_TEST(linux_old_protocol)
{
    linux_image();
    store_le16(kernel + 0x206, 0x201);
    ck_assert_uint_eq(load(), 1);
    uint8_t *setup_code = ram + port32(4) * 16;
    ck_assert_ptr_eq(setup_code, ram + 0x90000);
    ck_assert_uint_eq(load_le16(setup_code + 0x20), 0xa33f);
    ck_assert_str_eq((char *)setup_code + load_le16(setup_code + 0x22), "root=/dev/x quiet");
}
END_TEST

static void multiboot_header(unsigned at, uint32_t flags)
{
    store_le32(kernel + at, 0x1badb002);
    store_le32(kernel + at + 4, flags);
    store_le32(kernel + at + 8, 0u - 0x1badb002 - flags);
}

/* An ELF file with one segment: 0x1000 bytes at 2 MB, 0x3000 in memory. */
static void elf_image(void)
{
    static const uint8_t ident[7] = { 0x7f, 'E', 'L', 'F', 1, 1, 1 };
    memcpy(kernel, ident, sizeof ident);
    store_le16(kernel + 18, 3);
    store_le32(kernel + 24, 0x200010);
    store_le32(kernel + 28, 52);
    store_le16(kernel + 42, 32);
    store_le16(kernel + 44, 1);
    uint8_t *ph = kernel + 52;
    store_le32(ph, 1);
    store_le32(ph + 4, 0x1000);
    store_le32(ph + 8, 0xc0200000);
    store_le32(ph + 12, 0x200000);
    store_le32(ph + 16, 0x1000);
    store_le32(ph + 20, 0x3000);
    memset(kernel + 0x1000, 0x5a, 0x1000);
    multiboot_header(0x1000, 3);
}

START_TEST(multiboot_elf)
{
    elf_image();
    modules();
    memset(ram + 0x201000, 0xff, 0x2000);
    ck_assert_uint_eq(load(), 1);
    ck_assert_uint_eq(kload_ops.read(&chip, 1, 1), KLOAD_MULTIBOOT);
    ck_assert_uint_eq(port32(4), 0x200010);
    ck_assert_mem_eq(ram + 0x200000, kernel + 0x1000, 0x1000);
    ck_assert_uint_eq(ram[0x201000] | ram[0x202fff], 0);
    const uint8_t *mbi = ram + port32(8);
    ck_assert_uint_eq(load_le32(mbi), 0x24d);
    ck_assert_uint_eq(load_le32(mbi + 4), 639);
    ck_assert_uint_eq(load_le32(mbi + 8), (RAM >> 10) - 1024);
    ck_assert_str_eq((char *)ram + load_le32(mbi + 16), "root=/dev/x quiet");
    ck_assert_uint_eq(load_le32(mbi + 20), 2);
    const uint8_t *mod = ram + load_le32(mbi + 24);
    ck_assert_uint_eq(load_le32(mod) & 0xfff, 0);
    ck_assert(load_le32(mod) >= 0x203000);
    ck_assert_mem_eq(ram + load_le32(mod), module_a, sizeof module_a);
    ck_assert_uint_eq(load_le32(mod + 4) - load_le32(mod), sizeof module_a);
    ck_assert_str_eq((char *)ram + load_le32(mod + 8), "first arg");
    ck_assert_mem_eq(ram + load_le32(mod + 16), module_b, sizeof module_b);
    ck_assert_str_eq((char *)ram + load_le32(mod + 24), "");
    const uint8_t *map = ram + load_le32(mbi + 48);
    ck_assert_uint_eq(load_le32(mbi + 44), 4 * 24);
    ck_assert_uint_eq(load_le32(map + 3 * 24 + 4), 0x100000);
    ck_assert_uint_eq(load_le32(map + 3 * 24 + 12), RAM - 0x100000);
    ck_assert_str_eq((char *)ram + load_le32(mbi + 64), "Vitrine");
}
END_TEST

/* A kernel that asks for a video mode is told of the text screen. */
START_TEST(multiboot_screen)
{
    elf_image();
    multiboot_header(0x1000, 7);
    ck_assert_uint_eq(load(), 1);
    const uint8_t *mbi = ram + port32(8);
    ck_assert_uint_eq(load_le32(mbi), 0x124d);
    ck_assert_uint_eq(load_le32(mbi + 88), 0xb8000);
    ck_assert_uint_eq(load_le32(mbi + 92), 0);
    ck_assert_uint_eq(load_le32(mbi + 96), 160);
    ck_assert_uint_eq(load_le32(mbi + 100), 80);
    ck_assert_uint_eq(load_le32(mbi + 104), 25);
    ck_assert_uint_eq(mbi[108], 16);
    ck_assert_uint_eq(mbi[109], 2);
}
END_TEST

/* The entry as a virtual address is meant where the segment was put; else as it stands. */
START_TEST(multiboot_virtual_entry)
{
    elf_image();
    store_le32(kernel + 24, 0xc0200010);
    ck_assert_uint_eq(load(), 1);
    ck_assert_uint_eq(port32(4), 0x200010);
    store_le32(kernel + 24, 0xc0202fff);                 /* the segment's last byte, and beyond */
    ck_assert_uint_eq(load(), 1);
    ck_assert_uint_eq(port32(4), 0x202fff);
    store_le32(kernel + 24, 0xc0203000);
    ck_assert_uint_eq(load(), 1);
    ck_assert_uint_eq(port32(4), 0xc0203000);
    store_le16(kernel + 44, 2);                          /* the second of two segments */
    uint8_t *ph = kernel + 84;
    memcpy(ph, kernel + 52, 32);
    store_le32(ph + 8, 0xc0400000);
    store_le32(ph + 12, 0x300000);
    store_le32(kernel + 24, 0xc0400123);
    ck_assert_uint_eq(load(), 1);
    ck_assert_uint_eq(port32(4), 0x300123);
}
END_TEST

START_TEST(multiboot_by_addresses)
{
    multiboot_header(0x40, 0x10003);
    store_le32(kernel + 0x4c, 0x100040);                 /* header, load, load end, bss end,
                                                            entry */
    store_le32(kernel + 0x50, 0x100000);
    store_le32(kernel + 0x54, 0x102000);
    store_le32(kernel + 0x58, 0x104000);
    store_le32(kernel + 0x5c, 0x100080);
    memset(ram + 0x102000, 0xff, 0x2000);
    ck_assert_uint_eq(load(), 1);
    ck_assert_uint_eq(port32(4), 0x100080);
    ck_assert_mem_eq(ram + 0x100000, kernel, 0x2000);
    ck_assert_uint_eq(ram[0x102000] | ram[0x103fff], 0);
    store_le32(kernel + 0x54, 0);                        /* no end: the whole file */
    store_le32(kernel + 0x58, 0);
    ck_assert_uint_eq(load(), 1);
    ck_assert_mem_eq(ram + 0x100000, kernel, sizeof kernel);
    store_le32(kernel + 0x54, 0xfff00000);
    ck_assert(!kload_check(&images, RAM, &err));
}
END_TEST

START_TEST(refusals)
{
    ck_assert(!kload_check(&images, RAM, &err));         /* neither format */
    ck_assert(strstr(err.text, "neither"));
    images.kernel.n = 0;
    ck_assert(!kload_check(&images, RAM, &err));
    images.kernel.n = sizeof kernel;
    elf_image();
    store_le32(kernel + 52 + 12, 0xffff0000);            /* beyond memory */
    ck_assert(!kload_check(&images, RAM, &err));
    store_le32(kernel + 52 + 12, 0x400);                 /* over the firmware's data */
    ck_assert(!kload_check(&images, RAM, &err));
    store_le32(kernel + 52 + 12, 0x200000);
    store_le32(kernel + 52 + 16, 0x20000000);            /* beyond the file */
    ck_assert(!kload_check(&images, RAM, &err));
    store_le32(kernel + 52 + 16, 0x1000);
    ck_assert(kload_check(&images, RAM, &err));
    store_le32(kernel + 52 + 20, RAM / 2);               /* thrice half of memory */
    store_le16(kernel + 44, 3);
    for (unsigned i = 1; i < 3; i++)
        memcpy(kernel + 52 + 32 * i, kernel + 52, 32);
    ck_assert(!kload_check(&images, RAM, &err));
    ck_assert(strstr(err.text, "upon each other"));
    store_le16(kernel + 44, 1);
    ck_assert(kload_check(&images, RAM, &err));
    multiboot_header(0x1000, 3 | 0x10);                  /* an unknown requirement */
    ck_assert(!kload_check(&images, RAM, &err));
}
END_TEST

/* Mutated images are refused or loaded, never worse; the sanitizers watch. */
START_TEST(hostile_images)
{
    struct dt_rng r = dt_seed((uint64_t)_i);
    for (unsigned round = 0; round < 400; round++) {
        memset(kernel, 0, sizeof kernel);
        if (round & 1)
            elf_image();
        else
            linux_image();
        if (round & 2)
            multiboot_header(0x20 * dt_below(&r, 100), dt_below(&r, 2) << 16 | 3);
        modules();
        for (unsigned n = 1 + dt_below(&r, 6); n; n--) {
            static const uint32_t odd[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffff000,
                                            0x100000 };
            unsigned at = dt_below(&r, round & 1 ? 0x60 : 0x280);
            store_le32(kernel + at, dt_below(&r, 2) ? dt_rand(&r) : odd[dt_below(&r, 7)]);
        }
        images.kernel.n = dt_below(&r, 4) ? sizeof kernel : dt_below(&r, sizeof kernel);
        bool ok = kload_check(&images, RAM, &err);
        ck_assert_uint_eq(load(), ok ? 1 : 0xff);
    }
}
END_TEST

START_TEST(state)
{
    linux_image();
    load();
    dt_covers(&kload_class, sizeof chip);
    struct kload twin;
    kload_init(&twin, &mem, RAM, &images);
    dt_copy(&kload_class, &chip, &twin);
    dt_same(&kload_class, &chip, &twin);
    ck_assert_uint_eq(twin.status, 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("kload");
    TCase *t = tcase_create("kload");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, linux_by_the_protocol);
    tcase_add_test(t, linux_limits);
    tcase_add_test(t, linux_video_mode);
    tcase_add_test(t, linux_memory_end);
    tcase_add_test(t, linux_old_protocol);
    tcase_add_test(t, multiboot_elf);
    tcase_add_test(t, multiboot_screen);
    tcase_add_test(t, multiboot_virtual_entry);
    tcase_add_test(t, multiboot_by_addresses);
    tcase_add_test(t, refusals);
    tcase_add_loop_test(t, hostile_images, 0, 4);
    tcase_add_test(t, state);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed != 0;
}
