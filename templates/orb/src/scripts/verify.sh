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

# Names, one a line and in order.
sorted() {
  tr -s ',[:space:]' '\n' | sed '/^$/d' | sort -u
}

status=$(tsh -i "$credentials/identity" --proxy="$proxy" status < /dev/null) ||
  fail "Teleport does not tell about the identity in $credentials: it may have expired, or $proxy may be another cluster."
printf '%s\n' "$status"

if [[ -n ${PARAM_ROLES:-} ]]; then
  held=$(printf '%s\n' "$status" | sed -n 's/^[[:space:]>]*Roles:[[:space:]]*//p' | sorted)
  wanted=$(printf '%s\n' "$PARAM_ROLES" | sorted)
  [[ $held == "$wanted" ]] ||
    fail "The identity has the roles ${held//$'\n'/, }, but should have ${wanted//$'\n'/, }." \
      "Give the bot these roles alone: what a job may reach is what its bot's roles allow."
fi
