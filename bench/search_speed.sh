#!/bin/sh
# The plain search beside ours and ours without one part each, at equal final training: what each finds and what finding
# it took.
#   make && bench/search_speed.sh RUNS 'DATA DATA...' 'SEED SEED...' [OPTION...] > table.md
#   bench/search_speed.sh build/speed 'cifar10:DIR:airplane,automobile cifar10:DIR:cat,dog' '0 1 2' --search-images 2000 --final-epochs 20
# RUNS keeps the runs: called again, the script goes on where it was stopped. OPTIONs go to every search. PLAIN and
# VARIANTS (a line each, "name options") replace the searches below. Prints Markdown: a row a run, then the means of
# each variant over the seeds of each data set, beside the first variant's: points of test accuracy (of the integers),
# part of its image-epochs, part of its seconds.
set -eu
program=build/mininas
runs=$1 data_sets=$2 seeds=$3
shift 3
plain_options="--method mini-nas --candidate-epochs 10"
plain=${PLAIN:-plain $plain_options}
ours="--method mini-nas-fast --cutout 0"
variants=${VARIANTS:-"fast $ours
from scratch $ours --warm-epochs 0
two warm epochs $ours --warm-epochs 2
margins as published $ours --depth-gain 0.25 --kernel-margin 0 --kernels 5,7
bare tolerances $ours --noise 0
plain with margins $plain_options --depth-gain -0.5 --kernel-margin -0.5 --kernels 7,5"}
mkdir -p "$runs"
rows=$runs/rows.tsv
: > "$rows"
field() { tr ',{}' '\n\n\n' < "$1" | sed -n "s/^ *\"$2\": *//p" | head -1 | tr -d '"'; }

# One run, of which the summary is kept: data, its number, seed, variant, options.
search() {
  data=$1 number=$2 seed=$3 name=$4
  shift 4
  run=$runs/$number-$seed-$(echo "$name" | tr ' ' '-')
  if [ -e "$run/run.json" ]; then
    $program search --resume "$run" --quiet --json > "$run.json"
  else
    $program search --data "$data" --seed "$seed" --out "$run" --quiet --json "$@" > "$run.json"
  fi
  architecture=$(sed -n 's/.*"architecture": *"\([^"]*\)".*/\1/p' "$run.json" | head -1)
  printf '%s\t%s\t%s\t%s' "$data" "$seed" "$name" "$architecture" >> "$rows"
  for key in params test_accuracy_float test_accuracy_int8 candidates_trained search_image_epochs search_seconds; do
    printf '\t%s' "$(field "$run.json" $key)" >> "$rows"
  done
  printf '\n' >> "$rows"
}

number=0
for data in $data_sets; do
  number=$((number + 1))
  for seed in $seeds; do
    printf '%s\n%s\n' "$plain" "$variants" | while read -r line; do
      name=${line%% --*}
      options=${line#"$name"}
      # shellcheck disable=SC2086 # options are words
      search "$data" "$number" "$seed" "$name" $options "$@" < /dev/null
    done
  done
done

awk -F '\t' '
  BEGIN {
    print "| data | seed | search | network | params | float % | int8 % | trained | image-epochs | seconds |"
    print "|---|---|---|---|---|---|---|---|---|---|"
  }
  {
    printf "| `%s` | %s | %s | `%s` | %d | %.2f | %.2f | %d | %d | %.0f |\n", $1, $2, $3, $4, $5, 100 * $6, 100 * $7, $8, $9, $10
    key = $1 SUBSEP $3
    if (!(key in runs)) order[++count] = key
    if (NR == 1) first = $3
    ++runs[key]; params[key] += $5; accuracy[key] += 100 * $7; images[key] += $9; seconds[key] += $10
  }
  END {
    print "\n| data | search | runs | params | int8 % | points | image-epochs | part | seconds | part |"
    print "|---|---|---|---|---|---|---|---|---|---|"
    for (i = 1; i <= count; ++i) {
      key = order[i]; split(key, names, SUBSEP); base = names[1] SUBSEP first; n = runs[key]; m = runs[base]
      printf "| `%s` | %s | %d | %.0f | %.2f | %+.2f | %.0f | %.3f | %.0f | %.3f |\n", names[1], names[2], n, params[key] / n, accuracy[key] / n,
             accuracy[key] / n - accuracy[base] / m, images[key] / n, (images[key] / n) / (images[base] / m), seconds[key] / n,
             (seconds[key] / n) / (seconds[base] / m)
    }
  }' "$rows"
