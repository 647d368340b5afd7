#!/usr/bin/env bash
# Runs terraform, whose Teleport provider acts as the identity that the job joined for.
#
# PARAM_PATH           the folder of the configuration; default: the working directory
# PARAM_ARGUMENTS      what follows terraform: words with spaces between them, or one a line
#
# Uses the identity in TELEPORT_CREDENTIALS.

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

# PARAM_PROXY          the proxy's address, HOST or HOST:PORT
proxy=${PARAM_PROXY:-}
proxy_form='^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:[0-9]+)?$'
[[ $proxy =~ $proxy_form ]] ||
  fail "'$proxy' is no address of a Teleport proxy: write one such as example.teleport.sh:443, without https://." \
    "Variables such as \$NAME are not expanded in parameters."
[[ $proxy =~ :[0-9]+$ ]] || proxy=$proxy:443

folder=identity

# The identity that an earlier step left.
[[ -n ${TELEPORT_CREDENTIALS:-} ]] ||
  fail "There are no Teleport credentials: join Teleport in a step before this one, for an identity."
credentials=$TELEPORT_CREDENTIALS/${folder:-identity}
[[ -r $credentials/identity ]] ||
  fail "There is no Teleport identity in $credentials: join Teleport for one before this step, by the command identity."

# What earlier steps exported would get in the way of what this one is told.
unset TELEPORT_PROXY TELEPORT_AUTH_SERVER TELEPORT_IDENTITY_FILE TELEPORT_CLUSTER TELEPORT_LOGIN

# Words: one a line where there are several lines, otherwise with spaces between them.
split() {
  local word IFS=$' \t'
  words=()
  [[ $1 != *$'\n'*[![:space:]]* ]] || IFS=$'\n'
  set -f
  for word in $1; do
    [[ $word == *[![:space:]]* ]] && words+=("${word%$'\n'}")
  done
  set +f
}

path=${PARAM_PATH:-.}
[[ -d $path ]] || fail "There is no folder $path here: check out the repository before, or correct path."
command -v terraform > /dev/null ||
  fail "There is no terraform on the PATH: use an executor that holds it, such as this orb's deploy."
split "${PARAM_ARGUMENTS:-}"
[[ ${#words[@]} -gt 0 ]] || fail "There is nothing for terraform to do: set arguments, such as plan -input=false."

# For the provider alone; later steps get none of it.
export TF_TELEPORT_ADDR=$proxy TF_TELEPORT_IDENTITY_FILE_PATH=$credentials/identity TF_IN_AUTOMATION=true
terraform -chdir="$path" init -input=false < /dev/null
exec terraform -chdir="$path" "${words[@]}" < /dev/null
