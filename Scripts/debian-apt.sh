#!/usr/bin/env bash
# Makes apt ready for packages of other suites of Debian than the machine's, and prints the path of its configuration, which
# is for APT_CONFIG. The configuration, lists and cache lie below a folder of its own; only the mirror's address is the
# machine's.
#
#   Scripts/debian-apt.sh FOLDER ARCHITECTURE SUITE...
set -euo pipefail

[[ $# -ge 3 ]] || { echo "usage: debian-apt.sh FOLDER ARCHITECTURE SUITE..." >&2; exit 2; }
mkdir -p "$1"
apt=$(cd "$1" && pwd)
architecture=$2
shift 2

# The addresses of the machine's apt sources in both formats, one a line.
addresses() {
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    [[ -r $file ]] || continue
    awk '
      $1 == "deb" { sub(/\[[^]]*\]/, ""); print $2; next }
      /^[ \t]/ && inURIs { for (i = 1; i <= NF; i++) print $i; next }
      { inURIs = tolower($1) == "uris:" }
      inURIs { for (i = 2; i <= NF; i++) print $i }
    ' "$file"
  done
}

# The first address of an archive, which is named by the end of its path.
address() { addresses | grep --max-count=1 --extended-regexp "/$1(/|\.list)?\$" || true; }

archive=$(address debian)
security=$(address debian-security)
[[ -n $archive ]] || { echo "apt's sources name no Debian archive to fetch packages of $* from" >&2; exit 1; }
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -e $keyring ]] || { echo "$keyring is missing: install debian-archive-keyring" >&2; exit 1; }

mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/none"
: >"$apt/status"
for suite in "$@"; do
  source=$archive
  if [[ $suite == *-security ]]; then
    [[ -n $security ]] || continue
    source=$security
  fi
  echo "deb [arch=$architecture signed-by=$keyring] $source $suite main"
done >"$apt/sources.list"
# Suites past their life are still signed, by keys and with dates that are past theirs.
cat >"$apt/apt.conf" <<CONFIGURATION
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/none";
Dir::Etc::preferencesparts "$apt/none";
APT::Architecture "$architecture";
APT::Architectures "$architecture";
APT::Sandbox::User "";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "3";
CONFIGURATION

APT_CONFIG=$apt/apt.conf apt-get --quiet=2 update >&2
echo "$apt/apt.conf"
