#!/bin/sh
# libFuzzer on one reader (tests/fuzz/readers.h), for SECONDS or until it was executed RUNS times in all. FOLDER keeps
# the inputs that reach something new, findings, and how many executions there were: a further call goes on.
#   tests/fuzz/fuzz.sh PROGRAM READER FOLDER SECONDS RUNS
# Another exit status than 0: a finding, whose input is in FOLDER, or 72: interrupted.
set -eu
program=$1 folder=$3 seconds=$4 runs=$5
export FUZZ_READER="$2" OMP_NUM_THREADS=1
# Preferring inputs with rare features takes an eighth of the time (-entropic=0). Long traces of each allocation, and
# hundreds of megabytes of freed memory, take more time than the readers; a finding is looked at with the usual ones.
export ASAN_OPTIONS="malloc_context_size=1:quarantine_size_mb=1:${ASAN_OPTIONS:-}"
mkdir -p "$folder/seeds" "$folder/corpus"
"$program" -seeds="$folder/seeds"
touch "$folder/executions"
executed() { awk '{ sum += $1 } END { printf "%.0f", sum }' "$folder/executions"; }

status=0
left=$((runs - $(executed)))
if [ $left -gt 0 ]; then
  "$program" -runs=$left -max_total_time="$seconds" -max_len=4096 -timeout=60 -entropic=0 -print_final_stats=1 \
    -artifact_prefix="$folder/" "$folder/corpus" "$folder/seeds" 2> "$folder/log" || status=$?
  sed -n 's/^stat::number_of_executed_units: *//p' "$folder/log" >> "$folder/executions"
fi
edges=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$folder/log" | tail -n 1)
printf '%-13s%12s executions, %s edges\n' "$FUZZ_READER" "$(executed)" "$edges"
interrupted=72 # as libFuzzer says it
[ $status -eq 0 ] || [ $status -eq $interrupted ] || tail -n 30 "$folder/log"
exit $status
