#!/usr/bin/env bash
# Installs Teleport's command line tools: one release, only the programs asked for, checked against its SHA-256.
#
# PARAM_BINARIES       the programs, separated by spaces; default: tbot tsh
# PARAM_SHA256         the SHA-256 of the archive; default: the one that is published beside it
# PARAM_DOWNLOAD_URL   where the archives are; default: https://cdn.teleport.dev
# PARAM_DIRECTORY      the folder for releases, each in a folder of its own; default: ~/.teleport-releases
# PARAM_CACHE          true or 1: the archive is taken from ~/.teleport-archives, or kept there

if [ -z "${BASH_VERSION:-}" ]; then
  echo "This step needs bash, and this image has none: install it, or use an image such as cimg/base." >&2
  exit 1
fi
# A bash that runs as sh has not read what earlier steps exported.
if [[ -o posix && -r ${BASH_ENV:-} ]]; then
  # shellcheck source=/dev/null
  source "$BASH_ENV"
fi
set -euo pipefail
umask 077

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# CircleCI passes a boolean on as 1 or 0, other callers as true or false.
is_true() {
  case ${2:-false} in
    0 | false) return 1 ;;
    1 | true) return 0 ;;
    *) fail "$1 is '$2', but has to be true or false." ;;
  esac
}

# The text at an https address; fails without a word where it cannot be had.
web_text() {
  if command -v curl > /dev/null; then
    curl --fail --silent --location --proto '=https' --max-time 15 "$1" 2> /dev/null
  elif command -v wget > /dev/null; then
    # That of BusyBox tries once in any case, and cannot be told so.
    if wget --version > /dev/null 2>&1; then
      wget -q -t 1 -T 10 -O - "$1" 2> /dev/null
    else
      wget -q -T 10 -O - "$1" 2> /dev/null
    fi
  else
    return 1
  fi
}

# PARAM_VERSION        an exact version such as 18.11.0; a major version such as 18, for the newest of it that this
#                      script knows; or auto, for the one that the proxy names
# PARAM_PROXY          the address of the cluster's proxy, HOST or HOST:PORT, for the version auto
# PARAM_EDITION        oss (default) or enterprise
# PARAM_FIPS           true or 1: the FIPS build of the enterprise edition
wanted=${PARAM_VERSION:-}

# The version that the cluster at a proxy wants its clients to be of.
version_of_cluster() {
  local proxy=$1 answer proxy_form='^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:[0-9]+)?$'
  local tools='"tools_version" *: *"v?([0-9]+\.[0-9]+\.[0-9]+[^"]*)"'
  local server='"server_version" *: *"v?([0-9]+\.[0-9]+\.[0-9]+[^"]*)"'
  [[ -n $proxy ]] || fail "version is auto, but no proxy is given to ask for it: set proxy, or an exact version."
  [[ $proxy =~ $proxy_form ]] ||
    fail "'$proxy' is no address of a Teleport proxy: write one such as example.teleport.sh:443, without https://."
  [[ $proxy =~ :[0-9]+$ ]] || proxy=$proxy:443
  if answer=$(web_text "https://$proxy/webapi/find") && [[ $answer =~ $tools ]]; then
    version=${BASH_REMATCH[1]}
  elif answer=$(web_text "https://$proxy/webapi/ping") && [[ $answer =~ $server ]]; then
    version=${BASH_REMATCH[1]}
  else
    fail "The proxy at $proxy does not tell which version it wants: check that it is the cluster's and can be reached," \
      "with curl or wget, or set version to an exact one."
  fi
  echo "The proxy at $proxy names Teleport $version."
}

version=$wanted
version_form='^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$'
case $wanted in
  auto) version_of_cluster "${PARAM_PROXY:-}" ;;
  # The newest releases that were known when this script was written.
  14) version=14.4.1 ;;
  15) version=15.5.3 ;;
  16) version=16.5.12 ;;
  17) version=17.7.29 ;;
  18) version=18.11.0 ;;
esac
[[ $version =~ $version_form ]] ||
  fail "'$version' is no exact version of Teleport: write one such as 18.11.0, with three numbers and no v before them," \
    "a major version from 14 to 18, or auto for the one that the proxy names."

case ${PARAM_EDITION:-oss} in
  oss) top=teleport ;;
  enterprise) top=teleport-ent ;;
  *) fail "There is no edition '$PARAM_EDITION' of Teleport: choose oss or enterprise." ;;
esac
case "$(uname -s) $(uname -m)" in
  "Linux x86_64" | "Linux amd64") platform=linux-amd64 ;;
  "Linux aarch64" | "Linux arm64") platform=linux-arm64 ;;
  "Darwin "*) platform=darwin-universal ;;
  MINGW*" x86_64" | MSYS*" x86_64") platform=windows-amd64 ;;
  *)
    fail "Teleport is not installed on $(uname -s) $(uname -m) by this step." \
      "Use an executor with Linux on amd64 or arm64, with macOS, or with Windows on amd64."
    ;;
esac
build=
if is_true fips "${PARAM_FIPS:-}"; then
  build=-fips
  [[ $top == teleport-ent && $platform == linux-* ]] ||
    fail "There is a FIPS build of the enterprise edition for Linux only: set edition to enterprise, or fips to false."
fi
release=$top-v$version-$platform$build

has() {
  command -v "$1" > /dev/null 2>&1
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

sha256_of() {
  local sum
  if has sha256sum; then sum=$(sha256sum < "$1"); else sum=$(shasum -a 256 < "$1"); fi
  actual=${sum%% *}
}

names=${PARAM_BINARIES:-tbot tsh}
digest=${PARAM_SHA256:-}
source_url=${PARAM_DOWNLOAD_URL:-https://cdn.teleport.dev}
source_url=${source_url%/}
directory=${PARAM_DIRECTORY:-\~/.teleport-releases}

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

digest_form='^([0-9a-f]{64})?$'
[[ $digest =~ $digest_form ]] || fail "'$digest' is no SHA-256: write its 64 digits from 0 to f, in small letters."
archives=
if is_true cache "${PARAM_CACHE:-}"; then
  archives=${HOME:?is not set, so nothing can be cached}/.teleport-archives
fi
title="Teleport"
[[ $top == teleport ]] || title="Teleport Enterprise"
suffix=-bin.tar.gz ending=
[[ $platform != windows-* ]] || suffix=-bin.zip ending=.exe
target=$directory/$release

# What a program says it is, such as "Teleport v18.11.0 git:v18.11.0-0-g1234567 go1.24.1".
identify() {
  case ${1##*/} in
    tsh | tsh.exe) "$1" version --client ;;
    tbot | tctl | teleport | tbot.exe | tctl.exe) "$1" version ;;
    *) [[ -x $1 ]] && echo "unversioned" ;;
  esac
}

is_installed() {
  local name
  for name in $names; do
    case $(identify "$target/$name$ending" 2> /dev/null || true) in
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

# Puts the archive into the folder of this run, and makes sure that it is what was published, wherever it comes from.
get_archive() {
  local expected=$digest cached=$archives/$release$suffix
  if [[ -z $expected ]]; then
    download "$source_url/$release$suffix.sha256" "$work/expected"
    read -r expected _ < "$work/expected" || true
    [[ $expected =~ ^[0-9a-f]{64}$ ]] ||
      fail "$source_url/$release$suffix.sha256 holds no SHA-256, so nothing was installed."
  fi
  if [[ -n $archives && -f $cached ]]; then
    sha256_of "$cached"
    if [[ $actual == "$expected" ]]; then
      cp "$cached" "$work/archive"
      return
    fi
    echo "The archive in the cache is not what was published, so it is downloaded anew." >&2
  fi
  download "$source_url/$release$suffix" "$work/archive"
  sha256_of "$work/archive"
  [[ $actual == "$expected" ]] ||
    fail "$source_url/$release$suffix is not what was published, so nothing was installed." \
      "Its SHA-256 is $actual instead of $expected: the download was cut short, or the file was changed."
  if [[ -n $archives ]]; then
    mkdir -p "$archives"
    cp "$work/archive" "$cached"
  fi
}

unpack() {
  local name members=()
  for name in $names; do
    # From version 17 on these are application bundles on macOS, and run only from inside them.
    if [[ $platform == darwin-* && ${version%%.*} -ge 17 && ($name == tsh || $name == tctl) ]]; then
      members+=("$top/$name.app")
    else
      members+=("$top/$name$ending")
    fi
  done
  if [[ $suffix == *.zip ]]; then
    unzip -q "$work/archive" "${members[@]}" -d "$work"
  else
    tar -xzof "$work/archive" -C "$work" "${members[@]}"
  fi
}

install_release() {
  local name
  has curl || has wget || fail "Neither curl nor wget is there to download Teleport: install one of them."
  has sha256sum || has shasum ||
    fail "Neither sha256sum nor shasum is there to check the download: install coreutils or perl."
  if [[ $suffix == *.zip ]]; then
    has unzip || fail "unzip is needed to unpack Teleport: install it."
  else
    { has tar && has gzip; } || fail "tar and gzip are needed to unpack Teleport: install both."
  fi
  mkdir -p "$target" || fail "The folder $target cannot be made: set directory to one that this user may write to."
  work=$(mktemp -d "$directory/.download.XXXXXXXX")
  trap 'rm -rf "$work"' EXIT
  get_archive
  unpack || fail "Teleport $version does not hold all of these programs, or cannot be unpacked: $names"
  for name in $names; do
    if [[ -d $work/$top/$name.app ]]; then
      rm -rf "${target:?}/$name.app"
      mv "$work/$top/$name.app" "$target/"
      ln -sf "$name.app/Contents/MacOS/$name" "$target/$name"
    else
      chmod 700 "$work/$top/$name$ending"
      mv -f "$work/$top/$name$ending" "$target/$name$ending"
    fi
  done
  is_installed && return
  for name in $names; do
    identify "$target/$name$ending" >&2 || true
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
