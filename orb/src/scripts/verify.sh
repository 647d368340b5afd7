#!/usr/bin/env bash
# Tells who the job is in Teleport, with which roles, and until when.
#
# PARAM_ROLES          the roles that the identity has to have, no fewer and no more, with spaces between them
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

# The identity that an earlier step left.
[[ -n ${TELEPORT_CREDENTIALS:-} ]] ||
  fail "There are no Teleport credentials: join Teleport in a step before this one, for an identity."
credentials=$TELEPORT_CREDENTIALS/${folder:-identity}
[[ -r $credentials/identity ]] ||
  fail "There is no Teleport identity in $credentials: join Teleport for one before this step, by the command identity."

command -v tsh > /dev/null ||
  fail "There is no tsh on the PATH: install it in a step before this one, or use an image that holds it."

# What earlier steps exported would get in the way of what this one is told.
unset TELEPORT_PROXY TELEPORT_AUTH_SERVER TELEPORT_IDENTITY_FILE TELEPORT_CLUSTER TELEPORT_LOGIN

me() {
  tsh -i "$credentials/identity" --proxy="$proxy" status "$@" < /dev/null
}

# Names, one a line and in order.
sorted() {
  printf '%s\n' "$1" | tr -s ',"[:space:]' '\n' | sed '/^$/d' | sort -u
}

me || fail "Teleport does not tell about the identity in $credentials: it may have expired, or $proxy is another cluster's."

if [[ -n ${PARAM_ROLES:-} ]]; then
  said=$(me --format=json) || fail "tsh does not tell the identity's roles."
  form='"roles"[[:space:]]*:[[:space:]]*\[([^]]*)\]'
  [[ $said =~ $form ]] || fail "tsh does not tell the identity's roles: $said"
  held=$(sorted "${BASH_REMATCH[1]}")
  wanted=$(sorted "$PARAM_ROLES")
  [[ $held == "$wanted" ]] ||
    fail "The identity has other roles than it should have." "It has: $held" "It should have: $wanted" \
      "Give the bot these roles alone: what a job may reach is what its bot's roles allow."
fi
