#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The input log: a session paced by the wall clock, recorded and replayed to the same hash; logs that are not what
# they say. Usage: replay.sh VITRINE
set -u
v=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }

# Keys, mouse, serial bytes, a busy page that makes the rate follow the host, a reset, a snapshot taken and loaded
# twice, media changes, the power button.
dd if=/dev/zero of="b c%.img" bs=1024 count=1440 2>/dev/null
cat >session <<'EOF'
wait screen "VITRINE DEMO READY" 30s
key 2
wait serial "PLASMA RUNNING" 10s
mouse move 30 -5
sleep 1s
mouse click left
key esc
wait screen "VITRINE DEMO READY" 10s
save mid.snap
key 1
wait screen "TEXT PAGE SHOWN" 10s
insert fda "b c%.img"
sleep 300ms
load mid.snap
send "hello"
sleep 300ms
save mid.snap
eject fda
reset
sleep 300ms
load mid.snap
key 1
sleep 700ms
quit
EOF
"$v" demo --headless --clock realtime --script session --record log --hash >recorded || fail "recording: $?"
rm -f mid.snap
"$v" demo --replay log --hash >replayed || fail "replay: $?"
cmp -s recorded replayed || fail "the replay ended elsewhere: $(cat recorded) $(cat replayed)"
for how in "--slice 997" "--cache-ops 500" "--block-ops 1"; do
    "$v" demo --replay log --hash $how >replayed || fail "replay $how: $?"
    cmp -s recorded replayed || fail "$how makes a difference"
done
"$v" demo --replay log --hash --slice 1000 --engine ir --max-guest-seconds 1 >/dev/null 2>&1
[ $? = 3 ] || fail "a replay heeds its limits"
for what in key mouse rate save load insert eject reset end; do
    grep -q "^[0-9]* [0-9]* $what" log || fail "nothing recorded: $what"
done

# Hostile logs: status 1 or 2, and one line that says so.
bad() { # NAME
    timeout 60 "$v" demo --replay bad >out 2>err
    status=$?
    [ $status = 1 ] || fail "$1: status $status"
    [ "$(wc -l <err)" = 1 ] || fail "$1: $(cat err)"
}
: >bad; bad "empty"
echo "vitrine-input-log 2" >bad; bad "another version"
head -c 40 log >bad; bad "cut in the head"
head -c 300 log >bad; bad "cut in a line"
sed '$d' log >bad; bad "no end"
sed 's/^rtc [0-9]*/rtc 99/' log >bad; bad "another clock"
sed 's/ips [0-9]*/ips 0/' log >bad; bad "no rate"
sed '4s/^[0-9]*/99999999999999999999999/' log >bad; bad "a count too large"
sed '4s/^[0-9]*/18446744073709551599/' log >bad; bad "out of order"
sed 's/ key .*/ key 70000 1 0 0/' log >bad; bad "a key too large"
sed 's/ insert fda .*/ insert fda %00/' log >bad; bad "a zero byte in a path"
sed 's/ insert fda/ insert hda/' log >bad; bad "a drive without media change"
sed 's/ key / keys /' log >bad; bad "an unknown word"
sed 's/^\([0-9]* [0-9]*\) mouse 0 \(.*\)/\1 mouse 1 \2/' log >bad; bad "another button"
head -c 4096 /dev/urandom >bad; bad "noise"
{ head -2 log; echo "5 1000000 end 0"; } >bad; bad "another course"
"$v" demo --replay log --script session >out 2>&1; [ $? = 2 ] || fail "--script with --replay"
"$v" demo --replay log --memory 64M >out 2>&1; [ $? = 1 ] || fail "another machine"
"$v" demo --headless --record /nonexistent/log >out 2>&1; [ $? = 1 ] || fail "a log that cannot be written"
if [ -w /dev/full ]; then
    "$v" demo --headless --record /dev/full --max-instructions 1000000 >out 2>err
    [ $? = 1 ] && grep -q "not complete" err || fail "a full disk: $(cat err)"
fi
exit $failed
