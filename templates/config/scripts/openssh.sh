#!/usr/bin/env bash
# Runs a command on a server behind Teleport by OpenSSH; its exit code is the step's.
#
# PARAM_COMMAND        what the login shell of that user runs
#
# Uses the identity in TELEPORT_CREDENTIALS.

#include start.sh
#include folder.sh
#include server.sh
#include identity_file.sh
#include openssh.sh

command=${PARAM_COMMAND:-}
[[ -n $command ]] || fail "There is no command to run on $host."

exec ssh -F "$credentials/ssh_config" "$login@$host" "$command" < /dev/null
