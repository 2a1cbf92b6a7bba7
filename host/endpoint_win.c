/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints on Windows: a thread reads standard input; sockets do not block. */
#include "host/endpoint.h"

#ifdef _WIN32
#include <stdlib.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include "host/names.h"

struct reader {                      /* between the thread that reads and the run loop */
    CRITICAL_SECTION lock;
    HANDLE   in;
    DWORD    old_mode;
    bool     console, ended;
    size_t   n;
    uint8_t  buf[4096];
};

static DWORD WINAPI read_loop(void *arg)
{
    struct reader *r = arg;
    uint8_t c;
    DWORD got;
    while (ReadFile(r->in, &c, 1, &got, NULL) && got) {
        for (bool stored = false; !stored; stored ? (void)0 : Sleep(5)) {
            EnterCriticalSection(&r->lock);
            if ((stored = r->n < sizeof r->buf))
                r->buf[r->n++] = c;
            LeaveCriticalSection(&r->lock);
        }
    }
    EnterCriticalSection(&r->lock);
    r->ended = true;
    LeaveCriticalSection(&r->lock);
    return 0;
}

static size_t stdio_read(struct endpoint *e, uint8_t *p, size_t n, bool *ended)
{
    struct reader *r = e->priv;
    EnterCriticalSection(&r->lock);
    size_t got = r->n < n ? r->n : n;
    memcpy(p, r->buf, got);
    memmove(r->buf, r->buf + got, r->n - got);
    r->n -= got;
    *ended = r->ended && !r->n;
    LeaveCriticalSection(&r->lock);
    return got;
}

static bool handle_write(struct endpoint *e, const uint8_t *p, size_t n)
{
    DWORD put;
    while (n) {
        if (!WriteFile((HANDLE)e->out, p, (DWORD)n, &put, NULL))
            return false;
        p += put;
        n -= put;
    }
    return true;
}

/* The thread may be inside ReadFile(): it and its memory stay until the process ends. */
static void stdio_close(struct endpoint *e)
{
    struct reader *r = e->priv;
    if (r && r->console)
        SetConsoleMode(r->in, r->old_mode);
}

static void file_close(struct endpoint *e) { CloseHandle((HANDLE)e->out); }

static const struct endpoint_ops stdio_ops = { stdio_read, handle_write, stdio_close };
static const struct endpoint_ops file_ops = { NULL, handle_write, file_close };

bool endpoint_open_stdio(struct endpoint *e, bool input, struct error *err)
{
    e->ops = &stdio_ops;
    e->out = (intptr_t)GetStdHandle(STD_OUTPUT_HANDLE);
    if (!input)
        return true;
    struct reader *r = calloc(1, sizeof *r);
    if (!r)
        return error_set(err, 1, "not enough memory: close other programs");
    InitializeCriticalSection(&r->lock);
    r->in = GetStdHandle(STD_INPUT_HANDLE);
    r->console = GetConsoleMode(r->in, &r->old_mode) != 0;
    if (r->console)
        SetConsoleMode(r->in, 0x200);                /* ENABLE_VIRTUAL_TERMINAL_INPUT only: raw */
    e->priv = r;
    e->terminal = r->console;
    HANDLE t = CreateThread(NULL, 0, read_loop, r, 0, NULL);
    if (!t)
        return error_set(err, 1, "standard input cannot be read: restart the program");
    CloseHandle(t);
    e->live = true;
    return true;
}

bool endpoint_open_file(struct endpoint *e, const char *path, struct error *err)
{
    wchar_t wide[NAME_CHARS];
    HANDLE h = INVALID_HANDLE_VALUE;
    if (name_wide(wide, path))
        h = CreateFileW(wide, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
    if (h == INVALID_HANDLE_VALUE)
        return error_set(err, 1, "%s: cannot be written: check the name and its permissions", path);
    e->ops = &file_ops;
    e->out = (intptr_t)h;
    return true;
}

static size_t tcp_read(struct endpoint *e, uint8_t *p, size_t n, bool *ended)
{
    int got = recv((SOCKET)e->in, (char *)p, (int)n, 0);
    if (got > 0)
        return (size_t)got;
    *ended = got == 0 || WSAGetLastError() != WSAEWOULDBLOCK;
    return 0;
}

static bool tcp_write(struct endpoint *e, const uint8_t *p, size_t n)
{
    while (n) {
        int put = send((SOCKET)e->out, (const char *)p, (int)n, 0);
        if (put < 0 && WSAGetLastError() == WSAEWOULDBLOCK) {
            Sleep(1);
            continue;
        }
        if (put < 0)
            return false;
        p += put;
        n -= (size_t)put;
    }
    return true;
}

static void tcp_close(struct endpoint *e)
{
    closesocket((SOCKET)e->in);
    WSACleanup();
}

static const struct endpoint_ops tcp_ops = { tcp_read, tcp_write, tcp_close };

bool endpoint_open_tcp(struct endpoint *e, const char *host, const char *port, struct error *err)
{
    WSADATA data;
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *list;
    if (WSAStartup(MAKEWORD(2, 2), &data))
        return error_set(err, 1, "tcp:%s:%s: no network here: use another place", host, port);
    if (getaddrinfo(host, port, &hints, &list)) {
        WSACleanup();
        return error_set(err, 1, "tcp:%s:%s: no such host or port: check both", host, port);
    }
    SOCKET s = INVALID_SOCKET;
    for (struct addrinfo *a = list; a && s == INVALID_SOCKET; a = a->ai_next) {
        s = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (s != INVALID_SOCKET && connect(s, a->ai_addr, (int)a->ai_addrlen)) {
            closesocket(s);
            s = INVALID_SOCKET;
        }
    }
    freeaddrinfo(list);
    if (s == INVALID_SOCKET) {
        WSACleanup();
        return error_set(err, 1,
                         "tcp:%s:%s: no answer: start the program that shall listen there first",
                         host, port);
    }
    u_long on = 1;
    ioctlsocket(s, FIONBIO, &on);
    e->ops = &tcp_ops;
    e->in = e->out = (intptr_t)s;
    e->live = true;
    return true;
}

/* Has it input, or has it ended? */
static bool ready(const struct endpoint *e)
{
    if (!e || !e->live)
        return false;
    if (e->ops == &stdio_ops) {
        struct reader *r = e->priv;
        EnterCriticalSection(&r->lock);
        bool yes = r->n || r->ended;
        LeaveCriticalSection(&r->lock);
        return yes;
    }
    struct timeval none = { 0, 0 };
    fd_set set;
    FD_ZERO(&set);
    FD_SET((SOCKET)e->in, &set);
    return select(0, &set, NULL, NULL, &none) > 0;
}

/* Nothing waits for consoles, pipes and sockets together, so this looks now and then. */
void endpoint_wait(struct endpoint *const *list, unsigned n, uint64_t ns)
{
    ULONGLONG end = GetTickCount64() + (ns + 999999) / 1000000, now;
    while ((now = GetTickCount64()) < end) {
        for (unsigned i = 0; i < n; i++)
            if (ready(list[i]))
                return;
        Sleep(end - now < 5 ? (DWORD)(end - now) : 5);
    }
}
#else
typedef int not_empty;               /* ISO C wants a declaration in every file */
#endif
