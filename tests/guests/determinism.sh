#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# determinism.sh PROGRAM linux|freedos [long]: has the guest built, then compares runs of it (determinism.c).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${VITRINE_CACHE:-${HOME:-/tmp}/.cache/vitrine}
"$here/build" "$2"
case $2 in linux) image=i386-idle.iso ;; *) image=$2.img ;; esac
exec "$1" "$2" "$cache/$image" ${3:+"$3"}
