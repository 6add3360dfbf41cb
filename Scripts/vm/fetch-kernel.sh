#!/usr/bin/env bash
# Fetches a Debian kernel for cloud machines by its release (5.10, 6.1, 6.12 or 7.x; 6.1-arm64 is for that processor),
# unpacks it below a folder and prints the path of its image; with "python" behind it, the interpreter of that Debian instead.
# What is there already is not fetched again.
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

echo "Fetching the $what of Linux $kernel for cloud machines" >&2
apt=$folder/apt/$kernel
APT_CONFIG=$("$(dirname "${BASH_SOURCE[0]}")/../debian-apt.sh" "$apt" "$architecture" "${suites[@]}")
export APT_CONFIG
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
