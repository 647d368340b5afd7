#!/usr/bin/env bash
# Runs a command on a server behind Teleport; its exit code is the step's.
#
# PARAM_HOST           the server's name in Teleport
# PARAM_LOGIN          the user to log in as
# PARAM_COMMAND        what the login shell of that user runs
# PARAM_CLUSTER        the leaf cluster that the server is in; default: the proxy's own cluster
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

# PARAM_FOLDER         the folder in TELEPORT_CREDENTIALS that holds the credentials; default: the service's name
folder=${PARAM_FOLDER:-}
folder_form='^([A-Za-z0-9][A-Za-z0-9_-]*)?$'
[[ $folder =~ $folder_form ]] ||
  fail "'$folder' is no name for a folder of credentials: write one of letters, digits, - and _, such as staging."

host=${PARAM_HOST:-}
login=${PARAM_LOGIN:-}
command=${PARAM_COMMAND:-}
cluster=${PARAM_CLUSTER:-}

name_form='^[^[:space:][:cntrl:]$@-][^[:space:][:cntrl:]$@]*$'
[[ $host =~ $name_form ]] ||
  fail "'$host' is no name of a server: write the one that Teleport shows." \
    "Variables such as \$NAME are not expanded in parameters."
[[ $login =~ $name_form ]] ||
  fail "'$login' is no user to log in as." "Variables such as \$NAME are not expanded in parameters."
[[ -n $command ]] || fail "There is no command to run on $host."


# The identity that an earlier step left.
[[ -n ${TELEPORT_CREDENTIALS:-} ]] ||
  fail "There are no Teleport credentials: join Teleport in a step before this one, for an identity."
credentials=$TELEPORT_CREDENTIALS/${folder:-identity}
[[ -r $credentials/identity ]] ||
  fail "There is no Teleport identity in $credentials: join Teleport for one before this step, by the command identity."

command -v tsh > /dev/null ||
  fail "There is no tsh on the PATH: install it in a step before this one, or use an image that holds it."

exec tsh -i "$credentials/identity" --proxy="$proxy" ssh ${cluster:+--cluster="$cluster"} \
  "$login@$host" "$command" < /dev/null
