#!/bin/sh
# Several processes at once. In each round three searches share a new cache (--cache and the cache of images), and two
# suites one folder, in which the last step is still to be done. Every search ends as one that is alone; of the suites
# at least one does, and the other says in one line that the folder is in use.
#   tests/crash/together.sh PROGRAM [ROUNDS [searches|suites]]
# Exit status 1: a failure.
set -eu
program=$(realpath "$1") rounds=${2:-100} only=${3:-}
sources=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME="$work/images-cache"
. "$sources/commands.sh"

failures=0
fail() {
  failures=$((failures + 1))
  echo "FAILED  round $round: $1"
  [ ! -e "$2" ] || sed 's/^/        /' "$2" | tail -n 3
}

# In the background, its exit status in NAME.status.
start() {
  name=$1
  shift
  {
    status=0
    "$program" "$@" --quiet --threads 1 > "$name.output" 2> "$name.errors" || status=$?
    echo $status > "$name.status"
  } &
}

# search NAME: like the one that was alone, but for where the outcomes are from
search() { start "$1" search $search_options --cache cache --out "$1"; }
result() { contents "$1/network.bin" "$1/quantized.bin" "$1/c" | sed "s|$1/||"; }

same_searches() {
  rm -rf a b c cache
  for name in a b c; do search $name; done
  wait
  for name in a b c; do
    [ "$(cat $name.status)" = 0 ] || { fail "search $name: exit status $(cat $name.status)" $name.errors; continue; }
    result $name | cmp -s alone.result - || fail "search $name: another network" ''
  done
  [ -z "$(find cache -name '*.mininas-tmp')" ] || fail 'temporary files are left in the cache' ''
}

same_suite() {
  rm -rf run && cp -a suite run
  for name in one other; do start $name suite $suite_options --out run; done
  wait
  done=0
  for name in one other; do
    case $(cat $name.status) in
      0) done=$((done + 1)) ;;
      1) [ "$(grep -c 'another process is using this run' $name.errors)" = 1 ] || fail "suite $name" $name.errors ;;
      *) fail "suite $name: exit status $(cat $name.status)" $name.errors ;;
    esac
  done
  [ $done -gt 0 ] || fail 'no suite ended' one.errors
  contents run | cmp -s suite.contents - || fail 'the suite is another' ''
}

prepare_searches() {
  "$program" search $search_options --out alone --quiet --threads 1 > /dev/null 2>&1
  result alone > alone.result
}

prepare_suites() {
  put_suite_images images
  "$program" suite $suite_options --out run --quiet --threads 1 > /dev/null 2>&1
  contents run > suite.contents
  rm run/bird-cat/search/summary.json
  mv run suite
}

[ "$only" = suites ] || prepare_searches
[ "$only" = searches ] || prepare_suites
round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  [ "$only" = suites ] || same_searches
  [ "$only" = searches ] || same_suite
done
echo "$rounds rounds, $failures failures"
[ $failures -eq 0 ]
