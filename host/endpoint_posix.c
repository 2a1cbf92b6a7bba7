/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints on POSIX hosts: descriptors, termios(3), poll(2). */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif
#include "host/endpoint.h"

#ifndef _WIN32
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static size_t fd_read(struct endpoint *e, uint8_t *p, size_t n, bool *ended)
{
    struct pollfd f = { (int)e->in, POLLIN, 0 };
    if (poll(&f, 1, 0) <= 0)
        return 0;
    ssize_t got = read((int)e->in, p, n);
    if (got > 0)
        return (size_t)got;
    *ended = got == 0 || (errno != EINTR && errno != EAGAIN);
    return 0;
}

static bool fd_write(struct endpoint *e, const uint8_t *p, size_t n)
{
    while (n) {
        ssize_t put = write((int)e->out, p, n);
        if (put < 0 && errno == EAGAIN) {                /* a shared, non-blocking terminal */
            struct pollfd f = { (int)e->out, POLLOUT, 0 };
            poll(&f, 1, -1);
        } else if (put < 0 && errno != EINTR) {
            return false;
        } else if (put > 0) {
            p += put;
            n -= (size_t)put;
        }
    }
    return true;
}

static void stdio_close(struct endpoint *e)
{
    if (e->priv)
        tcsetattr((int)e->in, TCSAFLUSH, e->priv);
    free(e->priv);
}

static void fd_close(struct endpoint *e) { close((int)e->out); }

static const struct endpoint_ops stdio_ops = { fd_read, fd_write, stdio_close };
static const struct endpoint_ops fd_ops = { fd_read, fd_write, fd_close };

bool endpoint_open_stdio(struct endpoint *e, bool input, struct error *err)
{
    (void)err;
    e->ops = &stdio_ops;
    e->out = STDOUT_FILENO;
    if (!input)
        return true;
    e->in = STDIN_FILENO;
    e->live = true;
    struct termios *old = malloc(sizeof *old);
    if (!old || tcgetattr(STDIN_FILENO, old)) {
        free(old);
        return true;
    }
    struct termios raw = *old;
    raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
    raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
    raw.c_cflag |= CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    e->terminal = true;
    e->priv = old;
    return true;
}

bool endpoint_open_file(struct endpoint *e, const char *path, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return error_set(err, 1, "%s: %s: check the name and its permissions", path,
                         strerror(errno));
    e->ops = &fd_ops;
    e->out = fd;
    return true;
}

bool endpoint_open_tcp(struct endpoint *e, const char *host, const char *port, struct error *err)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *list;
    int why = getaddrinfo(host, port, &hints, &list), fd = -1;
    if (why)
        return error_set(err, 1, "tcp:%s:%s: %s: check host and port", host, port,
                         gai_strerror(why));
    for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen)) {
            why = errno;
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    if (fd < 0)
        return error_set(err, 1, "tcp:%s:%s: %s: start the program that shall listen there first",
                         host, port, strerror(why));
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    e->ops = &fd_ops;
    e->in = e->out = fd;
    e->live = true;
    return true;
}

void endpoint_wait(struct endpoint *const *list, unsigned n, uint64_t ns)
{
    struct pollfd f[8];
    nfds_t used = 0;
    for (unsigned i = 0; i < n && used < 8; i++)
        if (list[i] && list[i]->live)
            f[used++] = (struct pollfd){ (int)list[i]->in, POLLIN, 0 };
    int ms = (int)((ns + 999999) / 1000000);
    poll(f, used, ms);
}
#else
typedef int not_empty;               /* ISO C wants a declaration in every file */
#endif
