#!/bin/sh
# Measures WebGPU on this machine: unpacks the benchmark beside itself, finds the Vulkan driver, and runs what is in the
# package with the libraries that the machine lacks. Arguments go to the benchmark (--help names them); results go to
# webgpu-results here, or where --out says. Needs tar, and xz, python3 or gzip to unpack.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bench=${TENFOLD_BENCH_DIR:-$here}/bench

archive=$(ls "$here"/bench.tar.* | head -n 1)
if [ ! "$bench/unpacked" -nt "$archive" ]; then
  mkdir -p "$bench"
  if [ "${archive%.gz}" != "$archive" ]; then
    gzip -dc "$archive" | tar -xf - -C "$bench/.."
  elif command -v xz >/dev/null 2>&1; then
    xz -dc "$archive" | tar -xf - -C "$bench/.."
  elif command -v python3 >/dev/null 2>&1; then
    python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' \
      "$archive" | tar -xf - -C "$bench/.."
  else
    echo 'run.sh: neither xz nor python3 is here to unpack bench.tar.xz; pack it again with --gzip' >&2
    exit 2
  fi
  touch "$bench/unpacked"
fi

# Drivers say where they are in manifests; the loader looks into the first two folders by itself.
if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ]; then
  for folder in /etc/vulkan/icd.d /usr/share/vulkan/icd.d /usr/local/share/vulkan/icd.d \
    /usr/local/nvidia/share/vulkan/icd.d /usr/lib/x86_64-linux-gnu/nvidia/vulkan/icd.d /opt/amdgpu/share/vulkan/icd.d; do
    for manifest in "$folder"/*.json; do
      [ -e "$manifest" ] && VK_DRIVER_FILES=${VK_DRIVER_FILES:+$VK_DRIVER_FILES:}$manifest
    done
  done
  # A driver without a manifest, as containers have it.
  if [ -z "${VK_DRIVER_FILES:-}" ]; then
    for library in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
      for folder in /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/local/nvidia/lib64; do
        [ -z "${VK_DRIVER_FILES:-}" ] && [ -e "$folder/$library" ] || continue
        VK_DRIVER_FILES=$bench/nvidia_icd.json
        printf '{"file_format_version":"1.0.0","ICD":{"library_path":"%s","api_version":"1.3.0"}}\n' \
          "$folder/$library" >"$VK_DRIVER_FILES"
      done
    done
  fi
  if [ -z "${VK_DRIVER_FILES:-}" ]; then
    echo 'run.sh: no Vulkan driver was found; set VK_DRIVER_FILES to its manifest (..._icd.json)' >&2
    exit 2
  fi
  export VK_DRIVER_FILES VK_ICD_FILENAMES="$VK_DRIVER_FILES"
fi
echo "Vulkan driver: ${VK_DRIVER_FILES:-$VK_ICD_FILENAMES}"

# The machine's own libraries come first: only those that it lacks are taken from the package.
extra=$bench/extra
rm -rf "$extra"
mkdir "$extra"
loader=ldconfig
command -v ldconfig >/dev/null 2>&1 || loader=/sbin/ldconfig
known=$("$loader" -p 2>/dev/null || true)
for library in "$bench"/lib/*; do
  case $known in
    *"$(basename "$library") "*) ;;
    *) ln -s "$library" "$extra/" ;;
  esac
done
nvidia=/usr/local/nvidia/lib64
LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$extra
[ -d "$nvidia" ] && LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$nvidia
export LD_LIBRARY_PATH

# The system's libstdc++ may be there and too old for Dawn (it wants that of GCC 12): then ours goes first.
starts() { "$bench/node" -e "require('$bench/node_modules/webgpu/dist/linux-x64/dawn.node')" >/dev/null 2>&1; }
if ! starts; then
  export LD_LIBRARY_PATH="$bench/lib:$LD_LIBRARY_PATH"
  if ! starts; then
    echo 'run.sh: Node or Dawn do not start on this machine (they want glibc 2.34):' >&2
    "$bench/node" -e "require('$bench/node_modules/webgpu/dist/linux-x64/dawn.node')" || exit 2
  fi
fi

export NODEVICE_SELECT=1 XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"
exec "$bench/node" "$bench/main.mjs" "$@"
