#!/usr/bin/env bash
# Tells who the job is in Teleport, with which roles, and until when.
#
# PARAM_ROLES          the roles that the identity has to have, no fewer and no more, with spaces between them
#
# Uses the identity in TELEPORT_CREDENTIALS.

#include start.sh
#include proxy.sh
#include folder.sh
#include identity_file.sh
#include tsh.sh
#include teleport_environment.sh

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
