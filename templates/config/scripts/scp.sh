#!/usr/bin/env bash
# Copies a file or a folder to a server behind Teleport.
#
# PARAM_FROM           what to copy
# PARAM_TO             where it goes on the server
#
# Uses the identity in TELEPORT_CREDENTIALS.

#include start.sh
#include folder.sh
#include server.sh
#include identity_file.sh
#include openssh.sh

from=${PARAM_FROM:-}
to=${PARAM_TO:-}
[[ -e $from ]] ||
  fail "There is no '$from' here to copy: check out the repository or attach a workspace before, or correct its path."
[[ -n $to ]] || fail "There is no place on $host to copy $from to."
command -v scp > /dev/null || fail "There is no scp on the PATH: install OpenSSH's client, or use an image that holds it."

exec scp -F "$credentials/ssh_config" -r -- "$from" "$login@$host:$to" < /dev/null
