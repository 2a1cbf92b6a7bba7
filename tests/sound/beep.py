#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The speaker in a WAV file: beep.py VITRINE. A boot sector sounds 440 Hz for a second; the file says so, and is the same
file each time. Exit status 77: skipped."""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

vitrine = sys.argv[1]
here = os.path.dirname(os.path.abspath(__file__))
failed = []


def check(ok, what):
    if not ok:
        print("FAILED:", what)
        failed.append(what)


def run(*args):
    return subprocess.run([vitrine, "run", "--headless", *args], capture_output=True, text=True, stdin=subprocess.DEVNULL)


def frames(path):
    """The left channel; the header is checked by the letter."""
    data = open(path, "rb").read()
    riff, size, wave, fmt, n, tag, channels, rate, per_second, frame, bits, name, length = struct.unpack("<4sI4s4sIHHIIHH4sI",
                                                                                                          data[:44])
    check((riff, wave, fmt, n, tag, channels, rate, per_second, frame, bits, name) ==
          (b"RIFF", b"WAVE", b"fmt ", 16, 1, 2, 48000, 192000, 4, 16, b"data"), "the header")
    check(size == len(data) - 8 and length == len(data) - 44, "the sizes in the header")
    samples = struct.unpack("<%dh" % (length // 2), data[44:])
    check(samples[::2] == samples[1::2], "both channels are the same")
    return samples[::2]


if not shutil.which("nasm"):
    print("SKIPPED: needs nasm")
    sys.exit(77)
with tempfile.TemporaryDirectory() as work:
    image, one, two = (os.path.join(work, n) for n in ("beep.img", "one.wav", "two.wav"))
    subprocess.run(["nasm", "-f", "bin", "-o", image, os.path.join(here, "beep.asm")], check=True)
    with open(image, "r+b") as f:
        f.truncate(1474560)
    again = ["--fda", image, "--testdev", "--discard-writes", "--hash", "--stats"]
    r = run(*again, "--sound", "wav:" + one)
    check(r.returncode == 0, f"status {r.returncode}: {r.stderr}")
    guest_seconds = float(r.stdout.split('"guest_seconds": ')[1].split(",")[0])
    s = frames(one)
    check(abs(len(s) - guest_seconds * 48000) <= 2, f"{len(s)} frames for {guest_seconds} s")
    loud = [i for i, v in enumerate(s) if abs(v) > 1000]
    check(0.99 < (loud[-1] - loud[0]) / 48000 < 1.02, f"sounds for {(loud[-1] - loud[0]) / 48000} s")
    beep = s[loud[0] + 4800:loud[0] + 4800 + 24000]          # half a second, when it has settled
    rises = [i for i in range(1, len(beep)) if beep[i - 1] < 0 <= beep[i]]
    hz = 48000 * (len(rises) - 1) / (rises[-1] - rises[0])
    check(abs(hz - 1193181.8 / 2712) < 0.5, f"{hz} Hz")
    run(*again, "--sound", "wav:" + two)
    check(open(one, "rb").read() == open(two, "rb").read(), "the same run, the same file")
    check(run(*again).stdout.split("\n")[0] == r.stdout.split("\n")[0], "the machine is the same when nobody listens")
    r = run(*again, "--sound", "wav:" + os.path.join(work, "no", "such.wav"))
    check(r.returncode == 1 and r.stderr.count("\n") == 1 and "such.wav" in r.stderr, f"no such place: {r.stderr}")
    if os.path.exists("/dev/full"):
        r = run(*again, "--sound", "wav:/dev/full")
        check(r.returncode == 1 and "cannot be written" in r.stderr, f"a full disk: {r.returncode} {r.stderr}")
    full = os.path.join(work, "full.wav")                  # a disk that fills up meanwhile
    r = subprocess.run(["sh", "-c", 'ulimit -f 200; trap "" XFSZ; exec "$@"', "sh", vitrine, "run", "--headless", *again,
                        "--sound", "wav:" + full], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    check(r.returncode == 1 and r.stderr.count("cannot be written") == 1, f"a disk that fills up: {r.returncode} {r.stderr}")
    check(r.stdout.startswith("hash"), "and the machine goes on")
sys.exit(1 if failed else 0)
