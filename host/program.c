/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX: signals. Windows: UTF-16 words, the console's modes, its control events. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE              /* SIGXFSZ */
#define _DARWIN_C_SOURCE
#endif
#include "host/program.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/names.h"

#define INTERRUPT 2                  /* the numbers that POSIX shells know */
#define HANG_UP   1

struct console { UINT page; HANDLE out; DWORD mode; };

static struct console *console(void)
{
    static struct console c;
    return &c;
}

static void restore(void)
{
    struct console *c = console();
    if (c->page)
        SetConsoleOutputCP(c->page);
    if (c->out)
        SetConsoleMode(c->out, c->mode);
}

/* UTF-8, and the escape sequences that guests send to a terminal. */
static void set_console(void)
{
    struct console *c = console();
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    c->page = GetConsoleOutputCP();          /* 0: there is no console */
    if (c->page)
        SetConsoleOutputCP(CP_UTF8);
    if (GetConsoleMode(out, &c->mode) && SetConsoleMode(out, c->mode | 4))
        c->out = out;
    atexit(restore);
}

/* The C library has the words in the code page of the day, which lacks most letters. */
static void read_words(int *argc, char ***argv)
{
    int n;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &n);
    char **words = wide ? calloc((size_t)n + 1, sizeof *words) : NULL;
    for (int i = 0; words && i < n; i++) {
        size_t room = wcslen(wide[i]) * 3 + 1;       /* of a unit at most three bytes come */
        words[i] = malloc(room);
        if (!words[i] || !name_utf8(words[i], room, wide[i]))
            return;
    }
    if (!words)
        return;
    *argc = n;
    *argv = words;
}

void program_start(int *argc, char ***argv)
{
    _setmode(_fileno(stdout), _O_BINARY);
    _setmode(_fileno(stderr), _O_BINARY);
    set_console();
    read_words(argc, argv);
}

/* Then the console is its own. */
bool program_from_desktop(void)
{
    DWORD mode, one;
    return GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode) &&
           GetConsoleProcessList(&one, 1) == 1;
}

static void (**on_end(void))(int)
{
    static void (*asked)(int);
    return &asked;
}

/* In a thread of its own. When the console is closed or the user logs off, the process ends with
 * the return of this: so it waits for the other threads to end it sooner. */
static BOOL WINAPI on_event(DWORD event)
{
    bool typed = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
    (*on_end())(typed ? INTERRUPT : HANG_UP);
    if (!typed)
        Sleep(INFINITE);
    return TRUE;
}

void program_on_end(void (*asked)(int n))
{
    *on_end() = asked;
    SetConsoleCtrlHandler(on_event, TRUE);
}

#else
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

void program_start(int *argc, char ***argv)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

bool program_from_desktop(void)
{
    const char *x11 = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    return ((x11 && *x11) || (wayland && *wayland)) && !isatty(STDIN_FILENO) &&
           !isatty(STDOUT_FILENO) && !isatty(STDERR_FILENO);
}

void program_on_end(void (*asked)(int n))
{
    signal(SIGINT, asked);
    signal(SIGTERM, asked);
    signal(SIGHUP, asked);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);                /* a file size limit is a disk that is full */
}
#endif
