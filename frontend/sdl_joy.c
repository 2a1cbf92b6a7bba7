/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's game controllers as the sticks of the guest's game port. Two controllers are two
 * sticks of two buttons; one alone is both: left stick or cross and A, B for the first, right stick
 * and X, Y for the second, which is what games for one stick of four axes and buttons expect.
 */
#include "frontend/sdl_video.h"

#ifdef HAVE_SDL

static bool pressed(SDL_GameController *c, SDL_GameControllerButton b)
{
    return SDL_GameControllerGetButton(c, b);
}

static int16_t axis(SDL_GameController *c, SDL_GameControllerAxis a, bool low, bool high)
{
    return low ? INT16_MIN : high ? INT16_MAX : SDL_GameControllerGetAxis(c, a);
}

static struct input first(SDL_GameController *c, unsigned stick)
{
    unsigned buttons = (pressed(c, SDL_CONTROLLER_BUTTON_A) ? 1u : 0) |
                       (pressed(c, SDL_CONTROLLER_BUTTON_B) ? 2u : 0);
    return (struct input){
        IN_JOY, (uint16_t)(IN_JOY_THERE | stick << IN_JOY_STICK | buttons),
        axis(c, SDL_CONTROLLER_AXIS_LEFTX, pressed(c, SDL_CONTROLLER_BUTTON_DPAD_LEFT),
             pressed(c, SDL_CONTROLLER_BUTTON_DPAD_RIGHT)),
        axis(c, SDL_CONTROLLER_AXIS_LEFTY, pressed(c, SDL_CONTROLLER_BUTTON_DPAD_UP),
             pressed(c, SDL_CONTROLLER_BUTTON_DPAD_DOWN)), 0 };
}

static struct input second(SDL_GameController *c)
{
    unsigned buttons = (pressed(c, SDL_CONTROLLER_BUTTON_X) ? 1u : 0) |
                       (pressed(c, SDL_CONTROLLER_BUTTON_Y) ? 2u : 0);
    return (struct input){ IN_JOY, (uint16_t)(IN_JOY_THERE | 1u << IN_JOY_STICK | buttons),
                           axis(c, SDL_CONTROLLER_AXIS_RIGHTX, false, false),
                           axis(c, SDL_CONTROLLER_AXIS_RIGHTY, false, false), 0 };
}

static bool same(const struct input *a, const struct input *b)
{
    bool none = !((a->code | b->code) & IN_JOY_THERE);
    return none || (a->code == b->code && a->a == b->a && a->b == b->b);
}

void sdl_joy_open(void)
{
    SDL_InitSubSystem(SDL_INIT_GAMECONTROLLER);  /* without it there is just no stick */
}

void sdl_joy_close(struct video *v)
{
    for (unsigned i = 0; i < 2; i++)
        if (v->pad[i])
            SDL_GameControllerClose(v->pad[i]);
    if (SDL_WasInit(SDL_INIT_GAMECONTROLLER))
        SDL_QuitSubSystem(SDL_INIT_GAMECONTROLLER);
}

void sdl_joy_event(struct video *v, const SDL_Event *e)
{
    if (e->type == SDL_CONTROLLERDEVICEADDED) {
        unsigned i = v->pad[0] ? 1 : 0;
        if (!v->pad[i])
            v->pad[i] = SDL_GameControllerOpen(e->cdevice.which);
        return;
    }
    for (unsigned i = 0; i < 2 && e->type == SDL_CONTROLLERDEVICEREMOVED; i++) {
        if (!v->pad[i] || SDL_GameControllerFromInstanceID(e->cdevice.which) != v->pad[i])
            continue;
        SDL_GameControllerClose(v->pad[i]);
        v->pad[i] = NULL;
    }
}

/* Once a poll, what has changed. */
bool sdl_joy_state(struct video *v, unsigned stick, struct input *in)
{
    *in = (struct input){ IN_JOY, (uint16_t)(stick << IN_JOY_STICK), 0, 0, 0 };
    if (v->pad[stick])
        *in = first(v->pad[stick], stick);
    else if (v->pad[!stick])
        *in = stick ? second(v->pad[0]) : first(v->pad[1], 0);
    if (same(in, &v->joy[stick]))
        return false;
    v->joy[stick] = *in;
    return true;
}
#else
typedef int not_empty;               /* ISO C wants a declaration in every file */
#endif
