/* SPDX-License-Identifier: BSD-2-Clause */
#include "frontend/sdl_audio.h"

#ifdef HAVE_SDL
#define SDL_MAIN_HANDLED
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/whole_file.h"

#define FRAME   sizeof(struct audio_frame)
#define TARGET  (AUDIO_RATE / 16)            /* frames in hand, at first: 62 ms */
#define TARGET_MAX (AUDIO_RATE / 5)
#define TOO_MANY (AUDIO_RATE / 2)
#define ADJUST  100                          /* one frame in so many */

struct sdl_audio {
    SDL_AudioDeviceID id;
    bool              playing;
    size_t            target;                /* more each time the queue has run dry */
    unsigned          since;                 /* frames since the last was left out or doubled */
};

/* On Unix there are traces of a sound system: asking every driver in turn would print their
 * complaints. */
static bool some_device(void)
{
#if !defined _WIN32 && !defined __APPLE__
    static const char *const nodes[] = { "/dev/snd/controlC0", "/dev/snd/controlC1", "/dev/dsp",
                                         "/dev/dsp0", "/dev/audio", "/dev/audio0", "/dev/sndio" };
    static const char *const sockets[] = { "pulse/native", "pipewire-0" };
    const char *driver = SDL_getenv("SDL_AUDIODRIVER"), *pulse = SDL_getenv("PULSE_SERVER");
    const char *run = SDL_getenv("XDG_RUNTIME_DIR");
    char path[4096];
    if ((driver && *driver) || (pulse && *pulse))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
        if (whole_file_exists(nodes[i]))
            return true;
    for (size_t i = 0; run && *run && i < ARRAY_LEN(sockets); i++) {
        int n = snprintf(path, sizeof path, "%s/%s", run, sockets[i]);
        if (n > 0 && (size_t)n < sizeof path && whole_file_exists(path))
            return true;
    }
    return false;
#else
    return true;
#endif
}

struct sdl_audio *sdl_audio_open(struct error *err)
{
    SDL_AudioSpec want = { .freq = (int)AUDIO_RATE, .format = AUDIO_S16SYS, .channels = 2,
                           .samples = 1024 };
    struct sdl_audio *a = NULL;
    const char *why = "none was found";
    SDL_AudioDeviceID id = 0;
    if (some_device()) {
        SDL_SetMainReady();
        SDL_SetHint("SDL_APP_NAME", "Vitrine");
        if (!SDL_InitSubSystem(SDL_INIT_AUDIO))
            id = SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
        if (!id)
            why = SDL_GetError();
    }
    if (id && !(a = calloc(1, sizeof *a)))
        why = "not enough memory";
    if (a) {
        a->id = id;
        a->target = TARGET;
        return a;
    }
    error_set(err, 1, "no sound device (%s): the machine goes on without", why);
    if (id)
        SDL_CloseAudioDevice(id);
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    return NULL;
}

/* The host was late: collect some more before going on. */
static void dry(struct sdl_audio *a)
{
    SDL_PauseAudioDevice(a->id, 1);
    a->playing = false;
    a->target = a->target * 3 / 2 < TARGET_MAX ? a->target * 3 / 2 : TARGET_MAX;
}

/* Frames go to the queue in runs between those that are left out or sent twice. */
void sdl_audio_put(struct sdl_audio *a, const struct audio_frame *p, size_t n)
{
    while (n) {
        size_t queued = SDL_GetQueuedAudioSize(a->id) / FRAME;
        size_t some = ADJUST - a->since % ADJUST;
        if (queued > TOO_MANY)               /* the device has stopped taking */
            return;
        if (a->playing && !queued)
            dry(a);
        some = n < some ? n : some;
        SDL_QueueAudio(a->id, p, (Uint32)(some * FRAME));
        a->since += (unsigned)some;
        p += some;
        n -= some;
        if (a->since >= ADJUST) {
            a->since = 0;
            if (a->playing && queued < a->target / 2)
                SDL_QueueAudio(a->id, p - 1, FRAME);
            else if (queued > a->target * 2 && n)
                p++, n--;
        }
        if (!a->playing && queued + some >= a->target) {
            SDL_PauseAudioDevice(a->id, 0);
            a->playing = true;
        }
    }
}

void sdl_audio_hush(struct sdl_audio *a)
{
    if (a->playing)
        SDL_PauseAudioDevice(a->id, 1);
    if (a->playing || a->since)
        SDL_ClearQueuedAudio(a->id);
    a->playing = false;
    a->since = 0;
}

void sdl_audio_close(struct sdl_audio *a)
{
    if (!a)
        return;
    SDL_CloseAudioDevice(a->id);
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    free(a);
}

#else /* without SDL 2 */

struct sdl_audio *sdl_audio_open(struct error *err)
{
    error_set(err, 1, "this build has no sound (SDL 2 was not there): use --sound none or "
              "wav:FILE, or build with SDL 2");
    return NULL;
}
void sdl_audio_put(struct sdl_audio *a, const struct audio_frame *p, size_t n) { (void)a; }
void sdl_audio_hush(struct sdl_audio *a) { (void)a; }
void sdl_audio_close(struct sdl_audio *a) { (void)a; }
#endif
