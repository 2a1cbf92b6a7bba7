#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Mistakes on hostdiff's command line: exit status 2 and one line that says what is wrong.
set -u
HOSTDIFF=$1
bad=0

wrong() {
    say=$1
    shift
    out=$("$HOSTDIFF" "$@" 2>&1)
    status=$?
    if [ $status != 2 ] || ! printf '%s' "$out" | grep -q -e "$say"; then
        echo "hostdiff $*: status $status, said: $out"
        bad=1
    fi
}

wrong "not available yet" --bits 64
wrong "bits is 32" --bits 16
wrong "what is" --bits thirty
wrong "what is" --seconds
wrong "what is" --seconds 1x
wrong "what is" --seed -1
wrong "what is" --fast
wrong "seconds from 1" --seconds 0
wrong "length from 1" --length 0
wrong "length from 1" --length 57
wrong "engines are" --engine jit

# A host without 32-bit code cannot say more.
"$HOSTDIFF" --seconds 1 --only nop >/dev/null 2>&1
[ $? = 77 ] && exit $bad
wrong "no such instruction" --only no_such_thing
exit $bad
