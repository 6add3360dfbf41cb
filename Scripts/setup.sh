#!/usr/bin/env bash
# Installs those of the Debian packages given as arguments that are missing.
set -euo pipefail

if ! command -v swift >/dev/null; then
  echo "Swift is not installed: see https://www.swift.org/install/linux/" >&2
  exit 1
fi

if ! command -v dpkg-query >/dev/null; then
  echo "This is not a Debian system: the equivalents of these packages are needed: $*" >&2
  exit 0
fi

missing=()
for package in "$@"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $EUID -ne 0 ]]; then
  echo "Packages are missing. As root: apt-get update && apt-get install --yes ${missing[*]}" >&2
  exit 1
fi

echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt_get() { apt-get --quiet --option DPkg::Lock::Timeout=300 --option Acquire::Retries=3 "$@"; }
apt_get update
apt_get install --yes --no-install-recommends "${missing[@]}"
