/* SPDX-License-Identifier: BSD-2-Clause */
#include "frontend/sound.h"

bool sound_open(struct sound *s, const char *spec, struct machine *m, struct error *err)
{
    *s = (struct sound){ 0 };
    if (!strcmp(spec, "none"))
        return true;
    if (!strncmp(spec, "wav:", 4) && !wav_create(&s->wav, spec + 4, err))
        return false;
    if (!strcmp(spec, "sdl") && !(s->device = sdl_audio_open(err)))
        return false;
    machine_audio_start(m);
    return true;
}

bool sound_pump(struct sound *s, struct machine *m, bool audible, struct error *err)
{
    static struct audio_frame frames[1024];
    size_t n;
    bool ok = true;
    if (!s->device && !s->wav.f)
        return true;
    while ((n = machine_audio(m, frames, ARRAY_LEN(frames)))) {
        if (s->device && audible)
            sdl_audio_put(s->device, frames, n);
        if (s->wav.f)
            ok = wav_put(&s->wav, frames, n, err) && ok;
    }
    if (s->device && !audible)
        sdl_audio_hush(s->device);
    if (ok || s->failed)
        return true;
    s->failed = true;
    return false;
}

void sound_hush(struct sound *s)
{
    if (s->device)
        sdl_audio_hush(s->device);
}

bool sound_close(struct sound *s, struct machine *m, struct error *err)
{
    bool ok = sound_pump(s, m, false, err);
    if (s->wav.f)
        ok = wav_close(&s->wav, err) && ok;
    sound_abandon(s);
    return ok;
}

void sound_abandon(struct sound *s)
{
    struct error err;
    if (s->wav.f)
        wav_close(&s->wav, &err);
    sdl_audio_close(s->device);
    s->device = NULL;
}
