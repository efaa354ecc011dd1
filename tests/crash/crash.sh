#!/bin/sh
# Breaks the program wherever it changes files, and looks whether it mends. For each command below: it is killed at each
# of its system calls, and each of them fails as on a full, faulty or read-only disk; it is killed at random moments,
# and all its writes are short. Then it runs again to its end, and all files are compared with those of an undisturbed
# run. A run that failed by itself must have said so in one line, with exit status 1.
#   tests/crash/crash.sh PROGRAM [EVERY [KILLS]]
# EVERY: only each such call (1: all). KILLS: at random moments, a command (100). Exit status 1: a failure.
set -eu
program=$(realpath "$1") every=${2:-1} kills=${3:-100}
sources=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
${CC:-cc} -shared -fPIC -O1 -o short_writes.so "$sources/short_writes.c"

calls=openat,write,fsync,rename,mkdir,unlink,ftruncate
faults='write:ENOSPC write:EIO write:EDQUOT write:EINTR fsync:EIO openat:EMFILE openat:EROFS rename:EIO rename:EROFS
mkdir:ENOSPC unlink:EROFS ftruncate:EIO'

data='synthetic:classes=2,size=8,train=32,test=8'
# start COMMAND: the folder as it is before. again COMMAND: goes on with whatever is there; $before has the words in front
# of the program, such as strace's.
start() {
  rm -rf run other
  [ "$1" = train ] || cp -a trained run
}
again() {
  case $1 in
    train)
      if [ -e run/run.json ]; then set -- train --resume run; else set -- train --arch w4:s3*3 --data "$data" --epochs 2 --out run; fi
      set -- "$@" --quiet --threads 1
      ;;
    quantize) set -- quantize run --qat-epochs 1 --quiet --threads 1 ;;
    export) set -- export run --out run/c --quiet ;;
    elsewhere) set -- export run --out other --quiet ;;
    report) set -- report run ;;
  esac
  # shellcheck disable=SC2086  # words
  $before "$program" "$@" > output 2> errors
}
# All files but for times, and digests over times.
contents() {
  for file in $(find run other -type f ! -name lock 2> /dev/null | LC_ALL=C sort); do
    case $file in
      *report.html) echo "$file $(tail -n 1 "$file")" ;;
      *.json | *.jsonl) echo "$file $(sed 's/"seconds": *[0-9.e+-]*//; s/"digest": *"[0-9a-f]*"//; s/"check": *"[0-9a-f]*"//; s/[a-z_]*seconds": *[0-9.e+-]*//' "$file" | sha256sum)" ;;
      *) echo "$file $(sha256sum < "$file")" ;;
    esac
  done
}

tried=0 failures=0
fail() {
  failures=$((failures + 1))
  echo "FAILED  $1: $2"
  sed 's/^/        /' errors | tail -n 3
}
# mended COMMAND WHAT: runs it to its end and compares
mended() {
  before=''
  if ! again "$1"; then fail "$1" "$2: the next call fails"; return; fi
  contents > found
  cmp -s "expected.$1" found || { fail "$1" "$2: files differ"; diff "expected.$1" found | head -n 4; }
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
    tried=$((tried + 1))
    mended "$1" "killed at $call $number"
  done < places
}

fail_calls() {
  for fault in $faults; do
    while read -r call number; do
      [ "$call" = "${fault%:*}" ] || continue
      start "$1"
      before="strace -f -qq -o /dev/null -e trace=$call -e inject=$call:error=${fault#*:}:when=$number"
      status=0
      again "$1" || status=$?
      tried=$((tried + 1))
      what="$call $number fails with ${fault#*:}"
      [ $status -le 1 ] || fail "$1" "$what: exit status $status"
      [ $status -ne 1 ] || [ "$(grep -c '^mininas: ' errors)" = 1 ] || fail "$1" "$what: no error in one line"
      mended "$1" "$what"
    done < places
  done
}

# Chains of kills, each after up to a quarter of a second, until the command ends by itself.
kill_at_random() {
  start "$1"
  # shellcheck disable=SC2013  # one word a number
  for wait in $(awk -v count="$kills" 'BEGIN { srand(1); for (i = 0; i < count; ++i) printf "%.3f ", rand() / 4 }'); do
    before="timeout -s KILL $wait"
    if again "$1"; then
      mended "$1" 'after a chain of random kills'
      start "$1"
    fi
    tried=$((tried + 1))
  done
  mended "$1" 'after a chain of random kills'
}

write_short() {
  start "$1"
  before="env LD_PRELOAD=$work/short_writes.so"
  again "$1" || fail "$1" 'all writes are short: fails'
  tried=$((tried + 1))
  mended "$1" 'all writes are short'
}

undisturbed() {
  before=''
  start "$1"
  again "$1" || { echo "crash: $1 does not even run undisturbed" >&2; cat errors >&2; exit 1; }
}
undisturbed train && cp -a run trained
undisturbed quantize && rm -rf trained && cp -a run trained
for command in ${CRASH:-train quantize export elsewhere report}; do
  undisturbed "$command"
  contents > "expected.$command"
  places "$command" > places
  kill_at_calls "$command"
  fail_calls "$command"
  kill_at_random "$command"
  write_short "$command"
  echo "$command: $(wc -l < places) places"
done
echo "$tried disturbances, $failures failures"
[ $failures -eq 0 ]
