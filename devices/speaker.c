/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/speaker.h"

#define FRAME_UNITS 62500u                   /* thirds of a nanosecond in a frame */
#define LOUDNESS    12000                    /* of a step of the cone, of 32767 */
#define FINE        256                      /* the filters count in 256ths */
#define REST_SHIFT  256                      /* high pass at 30 Hz */
#define LEAP        UINT64_C(1000000000)     /* ns: more in one step is not rendered */

_Static_assert(FRAME_UNITS * UINT64_C(48000) == UINT64_C(3000000000), "the rate");

static void emit(struct speaker *s)
{
    int32_t x = (int32_t)(s->high * (uint64_t)(LOUDNESS * FINE) / FRAME_UNITS);
    s->coil += (x - s->coil) * 5 / 8;        /* low pass at 7.5 kHz, two stages */
    s->cone += (s->coil - s->cone) * 5 / 8;
    s->rest += (s->cone - s->rest) / REST_SHIFT;
    s->phase = s->high = 0;
    if (s->count == SPEAKER_RING) {
        s->first = (s->first + 1) % SPEAKER_RING;
        s->count--;
    }
    s->ring[(s->first + s->count++) % SPEAKER_RING] = (int16_t)((s->cone - s->rest) / FINE);
}

/* The cone stays as it is until then. */
static void hold(struct speaker *s, vtime until, bool pushed)
{
    uint64_t left = (until - s->at) * 3;
    while (left) {
        uint64_t room = FRAME_UNITS - s->phase, n = left < room ? left : room;
        s->phase += (uint32_t)n;
        s->high += pushed ? (uint32_t)n : 0;
        left -= n;
        if (s->phase == FRAME_UNITS)
            emit(s);
    }
    s->at = until;
}

static void render(struct speaker *s)
{
    vtime now = sched_now(s->sched);
    if (s->stale || now < s->at || now - s->at > LEAP) {
        if (s->stale || now < s->at)
            s->ch = s->pit->ch[2];
        s->at = now;
        s->stale = false;
    }
    while (s->at < now) {
        uint64_t tick = clk_ticks(I8254_CLK, s->at), stays;
        bool out = i8254_wave(&s->ch, tick, &stays);
        vtime edge = stays < LEAP ? clk_when(I8254_CLK, tick + stays) : now;
        hold(s, edge > s->at && edge < now ? edge : now, out && s->data);
    }
}

void speaker_data(struct speaker *s, bool level)
{
    if (s->on && s->data != level)
        render(s);
    s->data = level;
}

void speaker_moved(void *speaker, unsigned counter)
{
    struct speaker *s = speaker;
    if (!s->on || counter != 2)
        return;
    render(s);
    s->ch = s->pit->ch[2];
}

void speaker_loaded(struct speaker *s, bool level)
{
    s->data = level;
    s->stale = true;
}

void speaker_start(struct speaker *s)
{
    s->on = s->stale = true;
    render(s);
}

size_t speaker_take(struct speaker *s, struct audio_frame *out, size_t n)
{
    size_t got = 0;
    if (!s->on)
        return 0;
    render(s);
    for (; got < n && s->count; got++, s->count--) {
        out[got].left = out[got].right = s->ring[s->first];
        s->first = (s->first + 1) % SPEAKER_RING;
    }
    return got;
}

void speaker_init(struct speaker *s, const struct sched *sched, const struct i8254 *pit)
{
    memset(s, 0, sizeof *s);
    s->sched = sched;
    s->pit = pit;
}
