# SPDX-License-Identifier: BSD-2-Clause
"""Runs one emulator and says how much processor time it had used at each line of its guest's
serial port.

Processor time is user and system time of all threads, from /proc/PID/stat: on a busy host it says
what the emulator cost, where a stopwatch would say how busy the host was.
"""
import os
import resource
import select
import signal
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


class Stalled(Exception):
    """The guest said nothing for too long."""


def cpu_seconds(pid):
    """Processor time used so far, or None when the process is gone."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            fields = f.read().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICK


def cpu_of_ended():
    """Processor time of all children that have ended and been waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def stop(process):
    for how in (process.terminate, process.kill):
        if process.poll() is None:
            how()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                pass


def serial_lines(command, cwd, fifo=None, nice=5, stall=600, env=None):
    """Yields (cpu seconds, line) until the guest ends. The lines come on the command's standard
    output, or through the named pipe `fifo` for an emulator that writes its serial port only to a
    file. A last line without an end counts."""
    # Open for writing too: a pipe whose writer has not come yet would look like one that has ended.
    pipe = os.open(fifo, os.O_RDWR | os.O_NONBLOCK) if fifo else None
    before = cpu_of_ended()
    log = open(os.path.join(cwd, "log"), "wb")
    process = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stderr=log,
                               stdout=log if fifo else subprocess.PIPE,
                               preexec_fn=lambda: os.nice(nice))
    fd = pipe if fifo else process.stdout.fileno()
    rest, used, last_cpu, last_time = b"", 0.0, 0.0, time.monotonic()
    try:
        while True:
            ended = process.poll() is not None
            ready = select.select([fd], [], [], 0 if ended else 0.25)[0]
            used = cpu_of_ended() - before if ended else cpu_seconds(process.pid) or used
            if not ready:
                if ended:
                    break
                if used - last_cpu > stall or time.monotonic() - last_time > 10 * stall:
                    raise Stalled("nothing from the guest for %.0f CPU seconds" % (used - last_cpu))
                continue
            data = os.read(fd, 65536)
            if not data:
                break
            last_cpu, last_time = used, time.monotonic()
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                yield used, line.decode("latin-1").strip()
        if rest.strip():
            yield used, rest.decode("latin-1").strip()
    finally:
        stop(process)
        log.close()
        if pipe is not None:
            os.close(pipe)


def end_on_signals():
    """A script that is ended must not leave an emulator behind: SIGTERM unwinds like Ctrl-C."""
    def leave(number, _):
        raise KeyboardInterrupt
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
