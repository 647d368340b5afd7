#!/usr/bin/env bash
# Installs Teleport's command line tools: one release, only the programs asked for, checked against its SHA-256.
#
# PARAM_VERSION       the exact version, such as 18.11.0
# PARAM_BINARIES      the programs, separated by spaces; default: tbot tsh
# PARAM_EDITION       oss (default) or enterprise
# PARAM_FIPS          true or 1: the FIPS build of the enterprise edition
# PARAM_DOWNLOAD_URL  where the archives are; default: https://cdn.teleport.dev
# PARAM_DIRECTORY     the folder for releases, each in a folder of its own; default: ~/.teleport-releases

if [ -z "${BASH_VERSION:-}" ]; then
  echo "This step needs bash, and this image has none: install it, or use an image such as cimg/base." >&2
  exit 1
fi
set -euo pipefail
umask 077

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

has() {
  command -v "$1" > /dev/null 2>&1
}

version=${PARAM_VERSION:-}
names=${PARAM_BINARIES:-tbot tsh}
source_url=${PARAM_DOWNLOAD_URL:-https://cdn.teleport.dev}
source_url=${source_url%/}
directory=${PARAM_DIRECTORY:-\~/.teleport-releases}

version_form='^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$'
[[ $version =~ $version_form ]] ||
  fail "'$version' is no exact version of Teleport: write one such as 18.11.0, with three numbers and no v before them."
names_form='^[a-z-]+([[:space:]]+[a-z-]+)*[[:space:]]*$'
[[ $names =~ $names_form ]] ||
  fail "'$names' is no list of programs: write names such as tbot tsh tctl, with spaces between them."
case $source_url in
  https://?* | http://localhost:* | http://127.0.0.1:*) ;;
  *) fail "The download URL '$source_url' does not begin with https://, so what comes from it could not be trusted." ;;
esac
case $directory in
  /*) ;;
  \~/*) directory=${HOME:?is not set, so PARAM_DIRECTORY has to be an absolute path}/${directory#??} ;;
  *) fail "The directory '$directory' is no absolute path: begin it with / or ~/." ;;
esac

case ${PARAM_EDITION:-oss} in
  oss) folder=teleport title="Teleport" ;;
  enterprise) folder=teleport-ent title="Teleport Enterprise" ;;
  *) fail "There is no edition '$PARAM_EDITION' of Teleport: choose oss or enterprise." ;;
esac
case "$(uname -s) $(uname -m)" in
  "Linux x86_64" | "Linux amd64") platform=linux-amd64 ;;
  "Linux aarch64" | "Linux arm64") platform=linux-arm64 ;;
  "Darwin "*) platform=darwin-universal ;;
  *)
    fail "Teleport is not installed on $(uname -s) $(uname -m) by this step." \
      "Use an executor with Linux on amd64 or arm64, or macOS."
    ;;
esac
case ${PARAM_FIPS:-false} in
  0 | false) build= ;;
  1 | true)
    build=-fips
    [[ $folder == teleport-ent && $platform == linux-* ]] ||
      fail "There is a FIPS build of the enterprise edition for Linux only: set edition to enterprise, or fips to false."
    ;;
  *) fail "fips is '$PARAM_FIPS', but has to be true or false." ;;
esac
release=$folder-v$version-$platform$build
target=$directory/$release

# What a program says it is, such as "Teleport v18.11.0 git:v18.11.0-0-g1234567 go1.24.1".
identify() {
  case ${1##*/} in
    tsh) "$1" version --client ;;
    tbot | tctl | teleport) "$1" version ;;
    *) [[ -x $1 ]] && echo "unversioned" ;;
  esac
}

is_installed() {
  local name
  for name in $names; do
    case $(identify "$target/$name" 2> /dev/null || true) in
      "Teleport v$version "* | "Teleport Enterprise v$version "* | unversioned) ;;
      *) return 1 ;;
    esac
  done
}

is_on_path() {
  local name program
  # A FIPS build does not say that it is one.
  [[ -z $build ]] || return 1
  for name in $names; do
    program=$(command -v "$name") || return 1
    case $(identify "$program" 2> /dev/null || true) in
      "$title v$version "*) ;;
      *) return 1 ;;
    esac
  done
}

fetch() {
  if has curl; then
    curl --fail --silent --show-error --location --proto-redir '=https' \
      --connect-timeout 20 --speed-limit 1000 --speed-time 60 --output "$2" "$1"
  else
    wget -q -O "$2" "$1"
  fi
}

download() {
  local attempt
  for attempt in 1 2 3; do
    if fetch "$1" "$2"; then
      return
    fi
    echo "Attempt $attempt of 3 to download $1 failed." >&2
    [[ $attempt == 3 ]] || sleep $((attempt * 3))
  done
  fail "$1 could not be downloaded." \
    "Check that Teleport $version exists in this edition for this platform, and that this job can reach $source_url."
}

sha256() {
  if has sha256sum; then sha256sum; else shasum -a 256; fi
}

install_release() {
  local archive=$release-bin.tar.gz expected actual name members=()
  has curl || has wget || fail "Neither curl nor wget is there to download Teleport: install one of them."
  has sha256sum || has shasum ||
    fail "Neither sha256sum nor shasum is there to check the download: install coreutils or perl."
  { has tar && has gzip; } || fail "tar and gzip are needed to unpack Teleport: install both."
  mkdir -p "$target" || fail "The folder $target cannot be made: set directory to one that this user may write to."
  work=$(mktemp -d "$directory/.download.XXXXXXXX")
  trap 'rm -rf "$work"' EXIT

  download "$source_url/$archive.sha256" "$work/expected"
  download "$source_url/$archive" "$work/archive"
  read -r expected _ < "$work/expected" || true
  [[ $expected =~ ^[0-9a-f]{64}$ ]] || fail "$source_url/$archive.sha256 holds no SHA-256, so nothing was installed."
  actual=$(sha256 < "$work/archive")
  [[ ${actual%% *} == "$expected" ]] ||
    fail "$source_url/$archive is not what was published, so nothing was installed." \
      "Its SHA-256 is ${actual%% *} instead of $expected: the download was cut short, or the file was changed."

  for name in $names; do
    # From version 17 on these are application bundles on macOS, and run only from inside them.
    if [[ $platform == darwin-* && ${version%%.*} -ge 17 && ($name == tsh || $name == tctl) ]]; then
      members+=("$folder/$name.app")
    else
      members+=("$folder/$name")
    fi
  done
  tar -xzof "$work/archive" -C "$work" "${members[@]}" ||
    fail "Teleport $version does not hold all of these programs, or cannot be unpacked: $names"
  for name in $names; do
    if [[ -d $work/$folder/$name.app ]]; then
      rm -rf "${target:?}/$name.app"
      mv "$work/$folder/$name.app" "$target/"
      ln -sf "$name.app/Contents/MacOS/$name" "$target/$name"
    else
      chmod 700 "$work/$folder/$name"
      mv -f "$work/$folder/$name" "$target/$name"
    fi
  done
  is_installed && return
  for name in $names; do
    identify "$target/$name" >&2 || true
  done
  fail "Teleport $version is in $target now, but not all of its programs run here, as they say above." \
    "They need glibc: use an image that is based on Debian or Ubuntu, such as cimg/base, and not on Alpine."
}

if is_on_path; then
  echo "Teleport $version is on the PATH already."
  exit 0
fi
if is_installed; then
  echo "Teleport $version is in $target already."
else
  install_release
  echo "Teleport $version is installed in $target."
fi
case ":$PATH:" in
  *":$target:"*) ;;
  *)
    if [[ -n ${BASH_ENV:-} ]]; then
      printf 'export PATH=%q:"%s"\n' "$target" "\$PATH" >> "$BASH_ENV"
    else
      echo "BASH_ENV is not set, so later steps do not find it by themselves: add $target to their PATH."
    fi
    ;;
esac
