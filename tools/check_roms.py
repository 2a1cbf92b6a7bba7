#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks that the firmware images in roms/ were built from the sources in bios/ as they are now.

Each roms/NAME.src-sha256 lists, as sha256sum does, the sources of an image and the image itself.
"""
import glob, hashlib, os, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = (".c", ".h", ".S", ".asm", ".inc", ".ld", ".dsl", ".sh", ".aml")


def main():
    errors, listed = [], set()
    for manifest in sorted(glob.glob(os.path.join(ROOT, "roms", "*.src-sha256"))):
        name = os.path.relpath(manifest, ROOT)
        for line in open(manifest, encoding="utf-8"):
            want, path = line.split(None, 1)
            path = path.strip().lstrip("*")
            listed.add(path)
            try:
                with open(os.path.join(ROOT, path), "rb") as f:
                    got = hashlib.sha256(f.read()).hexdigest()
            except OSError as e:
                errors.append(f"{name}: {path}: {e.strerror}")
                continue
            if got != want:
                errors.append(f"{name}: {path} has changed: run bios/build.sh")
    for base, _, files in os.walk(os.path.join(ROOT, "bios")):
        for f in sorted(files):
            path = os.path.relpath(os.path.join(base, f), ROOT).replace(os.sep, "/")
            if f.endswith(SOURCES) and path not in listed and path.count("/") == 1:
                errors.append(f"{path} is in no image: add it to bios/build.sh")
    for image in glob.glob(os.path.join(ROOT, "roms", "*.bin")):
        path = os.path.relpath(image, ROOT).replace(os.sep, "/")
        if path not in listed:
            errors.append(f"{path}: nothing says what it was built from")
    print("\n".join(errors) if errors else f"{len(listed)} files: the images are up to date")
    sys.exit(1 if errors or not listed else 0)


main()
