# SPDX-License-Identifier: BSD-2-Clause
"""What a machine that does nothing costs: memory of an idle Linux with 128 MB, and the time from
the start of the program to the first text on the screen. Reported, not judged."""
import os
import subprocess
import tempfile
import time

import images

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


def report(vitrine, folder):
    runs = [_run(vitrine, START, ["--clock", "realtime"]) for _ in range(3)]
    if any(r[2] for r in runs):
        print("start: the firmware shows nothing")
    else:
        print("start to the first text on the screen: %.2f s" % min(r[0] for r in runs))
    iso = os.path.join(folder or images.cache_folder(), "i386-idle.iso")
    if not os.path.exists(iso):
        print("idle memory: %s is not there" % iso)
        return
    _, peak, status = _run(vitrine, IDLE, ["--clock", "fixed", "--cdrom", iso, "--boot", "d",
                                           "--discard-writes"])
    print("idle Linux with 128 MB: %s" % ("status %d" % status if status else
                                          "%.0f MB resident at most" % peak))
