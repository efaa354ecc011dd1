#!/bin/sh
# Breaks the program wherever it changes files, and looks whether it mends. Each command below is killed at each of its
# system calls that change files; each of these calls fails as on a full, faulty or read-only disk, or is interrupted;
# each of its writes is short, and all are; it is killed at random moments, again and again until it ends. Then it runs
# to its end, and all files are compared with those of an undisturbed run. A run that failed by itself must have said so
# in one line, with exit status 1. Searches and suites take seconds, so they are only killed at random, and less often.
#   tests/crash/crash.sh PROGRAM [EVERY [KILLS]]
# EVERY: only each such call (1: all). KILLS: at random moments, a command (100). CRASH chooses commands. CRASH_KEPT, a
# folder, keeps what came out of each command, so that a further call with the same program goes on. Exit status 1: a
# failure.
set -eu
program=$(realpath "$1") every=${2:-1} kills=${3:-100}
sources=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kept=${CRASH_KEPT:-$work/kept}
mkdir -p "$kept"
kept=$(realpath "$kept")
cd "$work"
${CC:-cc} -shared -fPIC -O1 -o short_writes.so "$sources/short_writes.c"
export XDG_CACHE_HOME="$work/cache"
. "$sources/commands.sh"

calls=openat,write,fsync,rename,mkdir,rmdir,unlink,unlinkat,ftruncate,flock
faults='write:ENOSPC write:EIO write:EDQUOT write:EINTR fsync:EIO fsync:ENOSPC fsync:EDQUOT fsync:EINTR
openat:EMFILE openat:EROFS openat:ENOSPC openat:EDQUOT openat:EIO openat:EINTR rename:EIO rename:EROFS rename:ENOSPC
mkdir:ENOSPC mkdir:EROFS mkdir:EDQUOT rmdir:EIO unlink:EROFS unlink:EIO unlinkat:EIO ftruncate:EIO ftruncate:EINTR
flock:EINTR'

# start COMMAND: the folder as it is before. again COMMAND: begins, or goes on with whatever is there; $before has the
# words in front of the program, such as strace's.
start() {
  rm -rf run other
  case $1 in quantize | export | elsewhere | report) cp -a trained run ;; esac
}
again() {
  case $1 in
    train) if [ -e run/run.json ]; then set -- train --resume run; else set -- train $train_options --out run; fi ;;
    search) if [ -e run/run.json ]; then set -- search --resume run; else set -- search $search_options --out run; fi ;;
    suite) set -- suite $suite_options --out run ;;
    quantize) set -- quantize run --qat-epochs 1 ;;
    export) set -- export run --out run/c ;;
    elsewhere) set -- export run --out other ;;
    report) set -- report run ;;
  esac
  case $1 in export | report) ;; *) set -- "$@" --quiet --threads 1 ;; esac
  $before "$program" "$@" > output 2> errors
}

tried=0 killed=0 failures=0
fail() {
  failures=$((failures + 1))
  echo "FAILED  $1: $2"
  sed 's/^/        /' errors | tail -n 3
}
# mended COMMAND WHAT: runs it to its end and compares
mended() {
  before=''
  if ! again "$1"; then fail "$1" "$2: the next call fails"; return; fi
  contents run other > found
  cmp -s "expected.$1" found || { fail "$1" "$2: files differ"; diff "expected.$1" found | head -n 4; }
}
# may_fail COMMAND WHAT: one that is disturbed, but not killed
may_fail() {
  status=0
  again "$1" || status=$?
  tried=$((tried + 1))
  [ $status -le 1 ] || fail "$1" "$2: exit status $status"
  [ $status -ne 1 ] || [ "$(grep -c '^mininas: ' errors)" = 1 ] || fail "$1" "$2: no error in one line"
  mended "$1" "$2"
}

# Places: lines "call number" from the first call that touches the run's folder on.
places() {
  before="strace -f -qq -o log -e trace=$calls"
  start "$1"
  again "$1"
  sed -n 's/^[0-9]* *\([a-z]*\)(\(.*\)/\1 \2/p' log | awk -v every="$every" '
    { ++number[$1] } /"run/ || /"other/ { begun = 1 } begun && ++seen % every == 0 { print $1, number[$1] }'
}

kill_at_calls() {
  while read -r call number; do
    start "$1"
    before="strace -f -qq -o /dev/null -e trace=$call -e inject=$call:signal=SIGKILL:when=$number"
    again "$1" || :
    tried=$((tried + 1)) killed=$((killed + 1))
    mended "$1" "killed at $call $number"
  done < places
}

fail_calls() {
  for fault in $faults; do
    while read -r call number; do
      [ "$call" = "${fault%:*}" ] || continue
      start "$1"
      before="strace -f -qq -o /dev/null -e trace=$call -e inject=$call:error=${fault#*:}:when=$number"
      may_fail "$1" "$call $number fails with ${fault#*:}"
    done < places
  done
}

# Every write once, and all.
write_short() {
  for number in 0 $(awk -v writes="$(grep -c '^write ' places)" 'BEGIN { for (i = 1; i <= writes; ++i) print i }'); do
    start "$1"
    before="env LD_PRELOAD=$work/short_writes.so SHORT_WRITE=$number"
    may_fail "$1" "write $number is short"
    [ $status -eq 0 ] || fail "$1" "write $number is short: fails"
  done
}

# kill_at_random COMMAND KILLS: chains of kills, until the command ends by itself. Moments are up to as late as an
# undisturbed run ends, which is some milliseconds.
kill_at_random() {
  most=$2
  start "$1"
  # shellcheck disable=SC2013  # one word a number
  for wait in $(awk -v count=$((5 * most)) -v span="$span" '
    BEGIN { srand(1); while (count-- > 0) printf "%.4f ", rand() * span / 1e9 }'); do
    [ "$most" -gt 0 ] || break
    before="timeout --foreground -s KILL $wait"
    status=0
    again "$1" || status=$?
    case $status in
      0 | 124) # ended by itself, or did in the moment of the kill
        mended "$1" 'after a chain of random kills'
        start "$1"
        ;;
      137) most=$((most - 1)) tried=$((tried + 1)) killed=$((killed + 1)) ;;
      *) fail "$1" "between random kills: exit status $status" ;;
    esac
  done
  mended "$1" 'after a chain of random kills'
}

# Leaves how long it takes in $span, in nanoseconds.
undisturbed() {
  before=''
  start "$1"
  began=$(date +%s%N)
  again "$1" || { echo "crash: $1 does not even run undisturbed"; cat errors; exit 1; }
  span=$(($(date +%s%N) - began))
}
disturb() {
  undisturbed "$1"
  contents run other > "expected.$1"
  : > places
  case $1 in
    search) kill_at_random "$1" $((kills / 4)) ;;
    suite) kill_at_random "$1" $((kills / 8)) ;;
    *)
      places "$1" > places
      kill_at_calls "$1"
      fail_calls "$1"
      write_short "$1"
      kill_at_random "$1" "$kills"
      ;;
  esac
}

# Killed shells would say so.
exec 2> /dev/null
id=$(sha256sum < "$program")
[ "$(cat "$kept/program" || :)" = "$id" ] || { rm -f "$kept"/*.txt; echo "$id" > "$kept/program"; }
put_suite_images images
undisturbed train && cp -a run trained
undisturbed quantize && rm -rf trained && cp -a run trained
for command in ${CRASH:-train quantize export elsewhere report search suite}; do
  if [ ! -e "$kept/$command.txt" ]; then
    tried=0 killed=0 failures=0
    disturb "$command"
    echo "$command: $(wc -l < places) places, $tried disturbances, $killed kills, $failures failures" > "$kept/new"
    mv "$kept/new" "$kept/$command.txt"
  fi
  cat "$kept/$command.txt"
done
cat "$kept"/*.txt | awk '{ tried += $4; killed += $6; failures += $8 }
  END { print tried " disturbances, " killed " kills, " failures " failures"; exit failures > 0 }'
