#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Builds the demo disk: bios/demo/build.sh [OUTPUT]   (default: roms/demo.img, with its source hashes)
# CC names the compiler: gcc on an x86 host (default), or "clang --target=i386-none-elf" anywhere.
set -e
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:-$root/roms/demo.img}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
: "${CC:=gcc}"
if [ -z "$LD" ]; then
    LD=ld
    ld -V 2>/dev/null | grep -q elf_i386 || LD=ld.lld
fi
flags="-m32 -march=i386 -std=gnu11 -O2 -ffreestanding -fno-pic -fno-stack-protector -fno-builtin
       -fno-asynchronous-unwind-tables -fno-strict-aliasing -fwrapv -fcf-protection=none -mno-sse -mno-mmx
       -Wall -Wextra -Wno-unused-parameter -Wno-array-bounds"
case $CC in
*clang*) ;;
*) flags="$flags -fno-tree-loop-distribute-patterns" ;;
esac
objs=$tmp/start.o
$CC -m32 -c "$here/start.S" -o "$tmp/start.o"
for f in lib menu show tests power mem; do
    $CC $flags -c "$here/$f.c" -o "$tmp/$f.o"
    objs="$objs $tmp/$f.o"
done
$LD -m elf_i386 --no-warn-rwx-segments -T "$here/demo.ld" -o "$tmp/demo.elf" $objs
objcopy -O binary -j .image "$tmp/demo.elf" "$tmp/demo.bin"
sectors=$((($(wc -c <"$tmp/demo.bin") + 511) / 512))
$CC -m32 -DSECTORS=$sectors -c "$here/boot.S" -o "$tmp/boot.o"
$LD -m elf_i386 -Ttext 0x7c00 -e _start -o "$tmp/boot.elf" "$tmp/boot.o"
objcopy -O binary -j .text "$tmp/boot.elf" "$tmp/boot.bin"
cat "$tmp/boot.bin" "$tmp/demo.bin" >"$tmp/disk"
dd if=/dev/null of="$tmp/disk" bs=512 seek=2880 2>/dev/null
cp "$tmp/disk" "$out"
echo "$out: $sectors sectors"
if [ $# = 0 ]; then
    cd "$root"
    sha256sum $(ls bios/io.h bios/demo/*.c bios/demo/*.h bios/demo/*.S bios/demo/*.ld bios/demo/build.sh | LC_ALL=C sort) \
        roms/demo.img >roms/demo.src-sha256
fi
