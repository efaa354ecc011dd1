#!/bin/sh
# Two candidates on two cores: a thread each, side by side, or one after the other on both? Images a second of training,
# both together.
#   make && bench/side_by_side.sh [ARCHITECTURE...] > table.md      # about a minute each, on a machine of its own
# Prints Markdown: a row a network, medians of five rounds in which the two ways alternate.
set -eu
program=build/mininas
[ $# -gt 0 ] || set -- w16:s3*5 w24:s7*5 w64:s3*8
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Images a second in training, of one network on so many threads.
rate() {
  $program bench --arch "$1" --classes 2 --threads "$2" --seconds 2 --quiet --json | tr ',{}' '\n\n\n' |
    sed -n 's/^"train_images_per_second"://p' | head -1  # the second one is its spread
}
median() { sort -n | sed -n 3p; }

echo "| network | on both cores | side by side | side by side, times as fast |"
echo "|---|---|---|---|"
for architecture; do
  $program inspect "$architecture" > "$results/shape"  # says what is wrong with it, if anything is
  : > "$results/both"
  : > "$results/side"
  for _ in 1 2 3 4 5; do
    rate "$architecture" 2 >> "$results/both"
    rate "$architecture" 1 > "$results/first" &
    rate "$architecture" 1 > "$results/second"
    wait
    awk '{ sum += $1 } END { print sum }' "$results/first" "$results/second" >> "$results/side"
  done
  awk -v name="$architecture" -v both="$(median < "$results/both")" -v side="$(median < "$results/side")" \
    'BEGIN { printf "| `%s` | %.0f | %.0f | %.2f |\n", name, both, side, side / both }'
done
