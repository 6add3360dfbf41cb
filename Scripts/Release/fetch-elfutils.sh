#!/usr/bin/env bash
# Prints the folder of static libraries of elfutils that read .dwp packages and sections compressed by zstd: nothing where
# the machine's own are recent enough, else those of a later Debian, which are fetched to a folder and unpacked there.
#
#   Scripts/Release/fetch-elfutils.sh FOLDER
set -euo pipefail

[[ $# == 1 ]] || { echo "usage: fetch-elfutils.sh FOLDER" >&2; exit 2; }
# NEWS of elfutils: .dwp since 0.191.
if pkg-config --atleast-version=0.191 libdw; then exit 0; fi

mkdir -p "$1"
folder=$(cd "$1" && pwd)
unpacked=$folder/elfutils
if [[ ! -d $unpacked ]]; then
  echo "Fetching elfutils of Debian trixie" >&2
  architecture=$(dpkg --print-architecture)
  apt=$folder/apt
  APT_CONFIG=$("$(dirname "${BASH_SOURCE[0]}")/../debian-apt.sh" "$apt" "$architecture" trixie)
  export APT_CONFIG
  (cd "$apt" && apt-get --quiet=2 download libdw-dev libelf-dev libzstd-dev >&2)
  rm -rf "$unpacked.part"
  for package in "$apt"/*.deb; do dpkg-deb --extract "$package" "$unpacked.part"; done
  mv "$unpacked.part" "$unpacked"
  rm -rf "$apt"
fi
dirname "$unpacked"/usr/lib/*/libdw.a
