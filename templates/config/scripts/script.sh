#!/usr/bin/env bash
# Runs a script of the repository by the bash of a server behind Teleport; its exit code is the step's.
#
# PARAM_SCRIPT         the path of the script
# PARAM_CLIENT         tsh or openssh
# PARAM_CLUSTER        the name of the server's cluster
#
# Uses the identity in TELEPORT_CREDENTIALS.

#include start.sh
#include proxy.sh
#include folder.sh
#include server.sh
#include identity_file.sh

script=${PARAM_SCRIPT:-}
[[ -r $script ]] || fail "There is no script '$script' here: check out the repository before, or correct its path."

if [[ ${PARAM_CLIENT:-tsh} == openssh ]]; then
#include openssh.sh
  exec ssh -F "$credentials/ssh_config" "$login@$host.${PARAM_CLUSTER:-}" "bash -s" < "$script"
fi
#include tsh.sh
exec tsh -i "$credentials/identity" --proxy="$proxy" ssh "$login@$host" "bash -s" < "$script"
