#!/usr/bin/env bash
# Writes the name of the release to install, by version, edition and platform, for the key of a cache.

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

key=/tmp/teleport-release
# CircleCI's agent and the shell of Windows do not agree on what /tmp is.
[[ $platform != windows-* || ! -d /c ]] || key=/c/tmp/teleport-release
mkdir -p "${key%/*}" "${HOME:?is not set}/.teleport-archives"
printf '%s\n' "$release" > "$key"
echo "The release is $release."
