/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The snapshot container (docs/SNAPSHOT.md).
 *
 *     file  := "VITRINE\x1a", u32 format, u32 flags, u64 config hash, u32 crc, chunk*, End chunk
 *     chunk := tag[16], instance[16], u16 version, u16 form, u32 0, u64 length,
 *              u32 crc of the bytes, u32 crc of this header, bytes
 *
 * Integers are little-endian; tags and instances are padded with zeroes. A chunk whose tag begins
 * with a capital letter is critical: a reader that does not know it refuses the file; others are
 * skipped. Device chunks hold field records (core/field.h). Memory is stored in groups of 64 KiB:
 * deflated, plain, or as one byte when all bytes are equal.
 *
 * A file is hostile: every length is checked before it is used, checksums find accidents and are no
 * proof of good will, and a failed read says in one line what is wrong.
 */
#pragma once
#include "core/buf.h"
#include "core/device.h"
#include "core/error.h"

#define SNAPSHOT_FORMAT 1u
#define SNAPSHOT_NAME   15           /* longest tag or instance */

/* Writing: begin, any number of chunks in any order, end. Trouble with memory shows in end. */
void snapshot_begin(struct buf *out, uint64_t config_hash);
void snapshot_bytes(struct buf *out, const char *tag, const char *instance, uint16_t version,
                    const void *p, size_t n);
/* pre_save, then the fields; tag is the class name, instance the device's id. */
void snapshot_device(struct buf *out, const struct device *d);
void snapshot_devices(struct buf *out, const struct device_list *l);
void snapshot_memory(struct buf *out, const char *tag, const char *instance, const uint8_t *mem,
                     uint64_t size);
bool snapshot_end(struct buf *out, struct error *err);

/* A chunk whose bytes a writer appends by itself: open, append to 'out', close with what open
 * gave. */
size_t snapshot_open_chunk(struct buf *out, const char *tag, const char *instance,
                           uint16_t version);
void   snapshot_close_chunk(struct buf *out, size_t mark);

/* Reading, from bytes that must stay there meanwhile. */
struct snapshot { const uint8_t *p; size_t n, at; uint64_t config_hash; uint32_t chunks; };
struct snapshot_chunk {
    char           tag[SNAPSHOT_NAME + 1], instance[SNAPSHOT_NAME + 1];
    uint16_t       version, form;
    const uint8_t *p;
    size_t         n;
};
bool snapshot_open(struct snapshot *s, const void *p, size_t n, struct error *err);
/* The next chunk. False with *end at the end of a whole file; false without it after trouble. */
bool snapshot_next(struct snapshot *s, struct snapshot_chunk *c, bool *end, struct error *err);
static inline bool snapshot_critical(const struct snapshot_chunk *c)
{
    return c->tag[0] >= 'A' && c->tag[0] <= 'Z';
}
static inline bool snapshot_is(const struct snapshot_chunk *c, const char *tag)
{
    return strcmp(c->tag, tag) == 0;
}

/* Loads the chunk into the device of that class and id; *found tells whether there is one.
 * post_load() of the devices is not called: see snapshot_post_load(), after all chunks. */
bool snapshot_load_device(const struct snapshot_chunk *c, const struct device_list *l, bool *found,
                          struct error *err);
bool snapshot_load_memory(const struct snapshot_chunk *c, uint8_t *mem, uint64_t size,
                          struct error *err);
/* post_load() of every device, with the version its chunk had (versions[i]; 0: it had none). */
bool snapshot_post_load(const struct device_list *l, const uint16_t *versions, struct error *err);
/* All of it: every chunk goes to its device, or to 'other' (NULL: none), which sets *known if it
 * took it; unknown critical chunks and doubled ones are refused; then post_load of every device. */
bool snapshot_load(struct snapshot *s, const struct device_list *l,
                   bool (*other)(void *owner, const struct snapshot_chunk *c, bool *known,
                                 struct error *err),
                   void *owner, struct error *err);

/* CRC-32 of ISO 3309, as in zlib and PNG; start with 0. */
uint32_t crc32_update(uint32_t crc, const void *p, size_t n);
