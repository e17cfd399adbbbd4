#!/usr/bin/env bash
# Puts lavapipe 25, Mesa's Vulkan driver for processors, beside the system for the WebGPU tests: Debian
# 12's own is too old for Dawn, so the driver comes out of the package in bookworm-backports, and nothing
# is installed. Where the system's Mesa is new enough that one is used. Prints the path of the driver's
# manifest, which is $TENFOLD_LAVAPIPE_ICD or ~/.cache/tenfold/lavapipe/lvp_icd.json; the tests look there.
set -euo pipefail

manifest="${TENFOLD_LAVAPIPE_ICD:-${XDG_CACHE_HOME:-$HOME/.cache}/tenfold/lavapipe/lvp_icd.json}"
folder=$(dirname "$manifest")

say() { echo "lavapipe: $*" >&2; }

# The library that a manifest names.
library_of() { sed -n 's/.*"library_path": *"\([^"]*\)".*/\1/p' "$1"; }

if [[ -f "$manifest" && -f "$(library_of "$manifest")" ]]; then
  echo "$manifest"
  exit
fi
mkdir -p "$folder"

system_version=$(dpkg-query -W -f='${Version}' mesa-vulkan-drivers 2>/dev/null || true)
if [[ -n "$system_version" ]] && dpkg --compare-versions "$system_version" ge 24; then
  library=$(dpkg-query -L mesa-vulkan-drivers | grep '/libvulkan_lvp\.so$')
  say "the system's Mesa $system_version"
else
  say "Mesa from bookworm-backports, to $folder"
  # apt with lists and archives of its own: neither root nor a change of the system's sources is needed.
  work=$(mktemp -d "$folder/download.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/lists/partial" "$work/archives/partial"
  key=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb [signed-by=$key] http://deb.debian.org/debian bookworm-backports main" >"$work/sources.list"
  apt=(apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work" -o APT::Sandbox::User=root)
  (
    cd "$work"
    "${apt[@]}" update >&2
    "${apt[@]}" -t bookworm-backports download mesa-vulkan-drivers >&2
    dpkg -x mesa-vulkan-drivers_*.deb unpacked
    mv "$(find unpacked -name libvulkan_lvp.so)" "$folder/libvulkan_lvp.so"
  )
  library="$folder/libvulkan_lvp.so"
fi

if missing=$(ldd "$library" | grep 'not found'); then
  say "the driver needs libraries that are not installed; install mesa-vulkan-drivers, which brings them:"
  echo "$missing" >&2
  exit 1
fi
printf '{ "file_format_version": "1.0.0", "ICD": { "library_path": "%s", "api_version": "1.4.305" } }\n' \
  "$library" >"$manifest"
echo "$manifest"
