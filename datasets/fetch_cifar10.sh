#!/bin/sh
# Gets CIFAR-10 (binary version, 170 MB) into FOLDER/cifar-10-batches-bin, checked by its published MD5, whole or not at
# all.
# usage: fetch_cifar10.sh [FOLDER]     FOLDER: build/data unless given
# An archive that already lies in FOLDER is used instead of the network. CIFAR10_URL and CIFAR10_MD5 replace the source
# (mirrors, tests).
set -eu

folder=${1:-build/data}
url=${CIFAR10_URL:-https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz}
md5=${CIFAR10_MD5:-c32a1d4ab5d03f1284b67883e8d87530}
archive=$folder/cifar-10-binary.tar.gz
final=$folder/cifar-10-batches-bin

fail() {
  echo "cifar10: $*" >&2
  exit 1
}

# True when $1 holds every file of the data set.
has_all_files() {
  for file in data_batch_1.bin data_batch_2.bin data_batch_3.bin data_batch_4.bin data_batch_5.bin test_batch.bin batches.meta.txt; do
    [ -f "$1/$file" ] || return 1
  done
}

# Writes $url to $1.
download() {
  if command -v curl >/dev/null; then
    curl --fail --location --silent --show-error --connect-timeout 20 --output "$1" "$url"
  elif command -v wget >/dev/null; then
    wget --no-verbose --timeout=20 --tries=2 --output-document="$1" "$url"
  else
    echo "cifar10: neither curl nor wget is installed" >&2
    return 1
  fi
}

if has_all_files "$final"; then
  echo "cifar10: already in $final"
  exit 0
fi
[ ! -e "$final" ] || fail "$final is there but not complete: move it away and run this again"

mkdir -p "$folder" || fail "cannot make the folder $folder"
work=$(mktemp -d "$folder/.cifar10-XXXXXX") || fail "cannot write to $folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

origin=$archive
if [ ! -f "$archive" ]; then
  echo "cifar10: downloading $url"
  archive=$work/cifar-10-binary.tar.gz
  origin=$url
  download "$archive" ||
    fail "no download. By hand: put cifar-10-binary.tar.gz from $url
cifar10: into $folder, then run: sh $0 $folder"
fi

found=$(md5sum <"$archive" | cut -d ' ' -f 1)
[ "$found" = "$md5" ] || fail "$origin has MD5 $found, expected $md5: damaged or another file"

tar -xzf "$archive" -C "$work" || fail "$origin does not unpack"
has_all_files "$work/cifar-10-batches-bin" || fail "$origin lacks files of cifar-10-batches-bin"
mv "$work/cifar-10-batches-bin" "$final"
echo "cifar10: ready. Use it with: --data cifar10:$final"
