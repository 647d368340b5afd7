#!/usr/bin/env bash
# Removes the credentials in TELEPORT_CREDENTIALS; does nothing where there are none.

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

credentials=${TELEPORT_CREDENTIALS:-}
if [[ ! -e $credentials ]]; then
  echo "There are no Teleport credentials to remove."
  exit 0
fi

# Whoever set the variable to a folder that holds other things as well did not mean to lose them.
folder=$(cd "$credentials" 2> /dev/null && pwd -P) || folder=/
here=$(pwd -P)
home=$(cd "${HOME:-/}" 2> /dev/null && pwd -P) || home=/
if [[ $credentials != /* || ${here%/}/ == "${folder%/}"/* || ${home%/}/ == "${folder%/}"/* ]]; then
  echo "TELEPORT_CREDENTIALS is '$credentials', which is no folder of credentials alone: nothing was removed." >&2
  exit 1
fi

if ! rm -rf "$folder"; then
  echo "The Teleport credentials in $credentials could not be removed: somebody else owns some of them." >&2
  exit 1
fi
if [[ -n ${BASH_ENV:-} ]]; then
  echo "unset TELEPORT_CREDENTIALS" >> "$BASH_ENV"
fi
echo "The Teleport credentials are removed."
