/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of keys, by their place on a US keyboard, in set 1 codes: IBM Personal System/2 Hardware
 * Interface Technical Reference, keyboards. */
#include "frontend/keys.h"

#include "frontend/layout.h"

/* clang-format off */
static const struct { const char *name; uint16_t code; } keys[] = {
    { "esc", 0x01 }, { "escape", 0x01 }, { "minus", 0x0c }, { "equal", 0x0d },
    { "backspace", 0x0e }, { "tab", 0x0f }, { "enter", 0x1c }, { "return", 0x1c }, { "ctrl", 0x1d },
    { "lctrl", 0x1d }, { "shift", 0x2a }, { "lshift", 0x2a }, { "rshift", 0x36 }, { "alt", 0x38 },
    { "lalt", 0x38 }, { "space", 0x39 }, { "capslock", 0x3a }, { "plus", 0x4e }, { "comma", 0x33 },
    { "period", 0x34 }, { "slash", 0x35 }, { "backslash", 0x2b }, { "semicolon", 0x27 },
    { "quote", 0x28 }, { "backquote", 0x29 }, { "f1", 0x3b }, { "f2", 0x3c }, { "f3", 0x3d },
    { "f4", 0x3e }, { "f5", 0x3f }, { "f6", 0x40 }, { "f7", 0x41 }, { "f8", 0x42 }, { "f9", 0x43 },
    { "f10", 0x44 }, { "f11", 0x57 }, { "f12", 0x58 }, { "numlock", 0x45 }, { "scrolllock", 0x46 },
    { "less", 0x56 }, { "kp7", 0x47 }, { "kp8", 0x48 }, { "kp9", 0x49 }, { "kpminus", 0x4a },
    { "kp4", 0x4b }, { "kp5", 0x4c }, { "kp6", 0x4d }, { "kpplus", 0x4e }, { "kp1", 0x4f },
    { "kp2", 0x50 }, { "kp3", 0x51 }, { "kp0", 0x52 }, { "kpdot", 0x53 }, { "kpstar", 0x37 },
    { "kpenter", 0x11c }, { "kpslash", 0x135 }, { "rctrl", 0x11d }, { "ralt", 0x138 },
    { "altgr", 0x138 }, { "printscreen", 0x137 }, { "home", 0x147 }, { "up", 0x148 },
    { "pgup", 0x149 }, { "left", 0x14b }, { "right", 0x14d }, { "end", 0x14f }, { "down", 0x150 },
    { "pgdn", 0x151 }, { "ins", 0x152 }, { "insert", 0x152 }, { "del", 0x153 }, { "delete", 0x153 },
    { "win", 0x15b }, { "lwin", 0x15b }, { "rwin", 0x15c }, { "menu", 0x15d }, { "pause", 0x145 },
    { "break", 0x146 },
};
/* clang-format on */

unsigned key_by_name(const char *name, size_t n)
{
    if (n == 1) {
        struct stroke k[2];
        unsigned char c = (unsigned char)*name;
        if (c <= ' ' || c >= 0x7f || !layout_strokes(layout_find("us"), c, k))
            return KEY_NONE;
        return !k[0].with || (c >= 'A' && c <= 'Z') ? k[0].code : KEY_NONE;
    }
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strlen(keys[i].name) == n && !memcmp(keys[i].name, name, n))
            return keys[i].code;
    return KEY_NONE;
}

static const struct host_key host_keys[] = {
    { "rctrl", "Right Ctrl", 0xe4 }, { "rshift", "Right Shift", 0xe5 },
    { "ralt", "Right Alt", 0xe6 }, { "lwin", "Left Windows key", 0xe3 },
    { "lcmd", "Left Command", 0xe3 }, { "rwin", "Right Windows key", 0xe7 },
    { "menu", "Menu key", 0x65 }, { "scrolllock", "Scroll Lock", 0x47 },
    { "pause", "Pause", 0x48 }, { "f12", "F12", 0x45 },
};

const struct host_key *host_key_at(unsigned i)
{
    return i < ARRAY_LEN(host_keys) ? &host_keys[i] : NULL;
}

const struct host_key *host_key_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(host_keys); i++)
        if (!strcmp(host_keys[i].name, name))
            return &host_keys[i];
    return NULL;
}

const char *host_key_names(void)
{
    return "rctrl rshift ralt lwin lcmd rwin menu scrolllock pause f12";
}
