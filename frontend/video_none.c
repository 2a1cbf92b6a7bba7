/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands where the window would be in a build without SDL 2. */
#ifndef HAVE_SDL
#include "frontend/video.h"

struct video *video_open(const struct options *o, struct error *err)
{
    error_set(err, 1, "this build has no window (SDL 2 was not there): use --headless, or build with SDL 2");
    return NULL;
}
void video_close(struct video *v) { (void)v; }
enum video_want video_poll(struct video *v, struct session *s, uint64_t ns, bool feed) { return WANT_NOTHING; }
void video_show(struct video *v, struct session *s, enum video_state state, uint64_t now) { (void)v; }
#else
typedef int not_empty;               /* ISO C wants a declaration in every file */
#endif
