/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An image in a drive: the layers over the file, and what happens when the host fails under them.
 *
 * Of a writable image nothing is lost: what cannot be written waits in memory (host/disk_hold.h)
 * while the machine is paused, and a file that was deleted meanwhile is written again at the end.
 */
#pragma once
#include "core/blockdev.h"
#include "frontend/options.h"

struct medium {
    struct blockdev *bd;         /* what the drive sees; NULL: nothing is there */
    struct blockdev *raw, *hold; /* its layers, or NULL */
    const char      *drive;      /* fda ... */
    char            *path;       /* of the image, absolute; NULL: it is no file */
    char             name[80];   /* for people: the file's, without its folders */
    bool             told;       /* that the image was deleted */
    bool             told_cut;   /* that it became shorter */
};

/* Opens the image for that drive; false leaves the medium empty. */
bool medium_open(struct medium *d, const struct options *o, int slot, const char *path,
                 struct error *err);
/* Closes it; an empty one too. False: something was lost. What there is to say is in err->text,
 * else that is empty. */
bool medium_close(struct medium *d, struct error *err);
/* Something went wrong since the last call: true, and err says what. With 'deleted' also looks
 * whether the image is still there as it was, which costs system calls. */
bool medium_trouble(struct medium *d, bool deleted, struct error *err);
/* Tries to write what waits. False: it still does. */
bool medium_retry(struct medium *d, struct error *err);

/* A path without its folders. */
const char *path_last(const char *path);
/* The name of a drive: fda, fdb, hda ... hdd, cdrom. */
const char *medium_drive(int slot);
/* A drive by name whose medium can be changed, or -1. */
int  medium_removable(const char *name);
