#!/usr/bin/env bash
# Fetches a Debian kernel for cloud machines by its release (5.10, 6.1, 6.12 or 7.x; 6.1-arm64 is for that processor),
# unpacks it below a folder and prints the path of its image; with "python" behind it, the interpreter of that Debian instead.
# apt does it, with a configuration, lists and a cache of its own below that folder; only the mirror's address is the
# machine's. What is there already is not fetched again.
set -euo pipefail

[[ $# == 2 || ${3-} == python ]] || { echo "usage: fetch-kernel.sh KERNEL FOLDER [python]" >&2; exit 2; }
kernel=$1 what=${3:-kernel}
mkdir -p "$2"
folder=$(cd "$2" && pwd)

# The suites to look in, and what the names of the kernel's packages start with.
architecture=amd64
[[ $kernel != *-arm64 ]] || architecture=arm64
case ${kernel%-arm64} in
  5.10) suites=(bullseye bullseye-security) prefix=linux-image-5.10. ;;
  6.1) suites=(bookworm bookworm-security) prefix=linux-image-6.1. ;;
  6.12) suites=(trixie trixie-security) prefix=linux-image-6.12. ;;
  7.x) suites=(sid) prefix=linux-image-7. ;;
  *) echo "there is no kernel '$kernel': 5.10, 6.1, 6.12 or 7.x" >&2; exit 2 ;;
esac

unpacked=$folder/$kernel pattern=vmlinuz
[[ $what == kernel ]] || unpacked=$unpacked-python pattern=python3.
find_unpacked() { find "$unpacked" -type f -name "$pattern*" -print -quit 2>/dev/null || true; }
found=$(find_unpacked)
if [[ -n $found ]]; then
  echo "$found"
  exit 0
fi

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
[[ -n $archive ]] || { echo "apt's sources name no Debian archive to fetch Linux $kernel from" >&2; exit 1; }
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -e $keyring ]] || { echo "$keyring is missing: install debian-archive-keyring" >&2; exit 1; }

apt=$folder/apt/$kernel
mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/none"
: >"$apt/status"
for suite in "${suites[@]}"; do
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
export APT_CONFIG=$apt/apt.conf

echo "Fetching the $what of Linux $kernel for cloud machines" >&2
apt-get --quiet=2 update >&2
if [[ $what == kernel ]]; then
  package=$(
    apt-cache pkgnames "$prefix" | grep --extended-regexp "^linux-image-[0-9.]+([-+][a-z0-9.+]*)*-cloud-$architecture\$" \
      | sort --version-sort | tail --lines=1
  ) || { echo "no kernel package starts with $prefix in ${suites[*]}" >&2; exit 1; }
  # Newer kernels lie in a package that the image's depends on.
  binary=$(apt-cache pkgnames "linux-binary-${package#linux-image-}" | head --lines=1)
  package=${binary:-$package}
else
  package=$(apt-cache pkgnames python3. | grep --extended-regexp '^python3\.[0-9]+-minimal$' | tail --lines=1)
fi
cd "$apt"
apt-get --quiet=2 download "$package" >&2
part=$unpacked.part
rm -rf "$part" "${unpacked:?}"
mkdir "$part"
dpkg-deb --fsys-tarfile ./*.deb | tar --extract --directory="$part" --wildcards "*/$([[ $what == kernel ]] || echo bin/)$pattern*"
mv "$part" "$unpacked"
rm -rf "$apt"
found=$(find_unpacked)
[[ -n $found ]] || { echo "$package holds no $pattern" >&2; exit 1; }
echo "$found"
