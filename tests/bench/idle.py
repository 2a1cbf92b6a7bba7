# SPDX-License-Identifier: BSD-2-Clause
"""What a machine that does nothing costs: memory of an idle Linux with 128 MB, the time from the
start of the program to the first text on the screen, and the processor time of a window on a
virtual screen in which FreeDOS waits at its prompt. Reported, not judged."""
import os
import shutil
import subprocess
import tempfile
import time

import emulators
import images
import timing

START = 'wait screen "e" 5s\nquit\n'          # the firmware's first line has one
IDLE = 'wait idle 5m\nsleep 2s\nquit\n'


def _run(vitrine, script, options):
    """(seconds, peak resident MB, status)"""
    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as cwd:
        path = os.path.join(cwd, "script")
        with open(path, "w") as f:
            f.write(script)
        begin = time.monotonic()
        p = subprocess.Popen([vitrine, "run", "--headless", "--memory", "128M", "--serial", "none",
                              "--script", path] + options, cwd=cwd, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        return time.monotonic() - begin, used.ru_maxrss / 1024, p.returncode


def _window(vitrine, image, boot=20, seconds=30):
    """Percent of one processor, once the guest has had its time to start."""
    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as cwd:
        disk = shutil.copy(image, os.path.join(cwd, "dos.img"))
        with emulators.virtual_screen(cwd) as env:
            p = subprocess.Popen([vitrine, "run", "--fda", disk, "--boot", "a"], cwd=cwd, env=env,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
            time.sleep(boot)
            before = timing.cpu_seconds(p.pid)
            time.sleep(seconds)
            used = timing.cpu_seconds(p.pid) - before
            timing.stop(p)
        return 100.0 * used / seconds


def report(vitrine, folder):
    runs = [_run(vitrine, START, ["--clock", "realtime"]) for _ in range(3)]
    if any(r[2] for r in runs):
        print("start: the firmware shows nothing")
    else:
        print("start to the first text on the screen: %.2f s" % min(r[0] for r in runs))
    dos = os.path.join(folder or images.cache_folder(), "freedos.img")
    if os.path.exists(dos) and shutil.which("Xvfb"):
        print("FreeDOS at its prompt in a window: %.1f %% of a processor" % _window(vitrine, dos))
    else:
        print("idle window: needs Xvfb and %s" % dos)
    iso = os.path.join(folder or images.cache_folder(), "i386-idle.iso")
    if not os.path.exists(iso):
        print("idle memory: %s is not there" % iso)
        return
    _, peak, status = _run(vitrine, IDLE, ["--clock", "fixed", "--cdrom", iso, "--boot", "d",
                                           "--discard-writes"])
    print("idle Linux with 128 MB: %s" % ("status %d" % status if status else
                                          "%.0f MB resident at most" % peak))
