#!/usr/bin/env bash
# Writes the name of the release to install, by version, edition and platform, for the key of a cache.

#include start.sh
#include boolean.sh
#include web.sh
#include release.sh

key=/tmp/teleport-release
# CircleCI's agent and the shell of Windows do not agree on what /tmp is.
[[ $platform != windows-* || ! -d /c ]] || key=/c/tmp/teleport-release
mkdir -p "${key%/*}" "${HOME:?is not set}/.teleport-archives"
printf '%s\n' "$release" > "$key"
echo "The release is $release."
