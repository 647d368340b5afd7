#!/usr/bin/env bash
# Keeps a folder the same on a server behind Teleport.
#
# PARAM_FROM           the folder; with a / behind it, what is in it
# PARAM_TO             where it goes on the server
# PARAM_DELETE         true or 1: what is not in the folder is removed on the server
#
# Uses the identity in TELEPORT_CREDENTIALS.

#include start.sh
#include boolean.sh
#include folder.sh
#include server.sh
#include identity_file.sh
#include openssh.sh

from=${PARAM_FROM:-}
to=${PARAM_TO:-}
[[ -e $from ]] ||
  fail "There is no '$from' here to copy: check out the repository or attach a workspace before, or correct its path."
[[ -n $to ]] || fail "There is no place on $host to copy $from to."
command -v rsync > /dev/null || fail "There is no rsync on the PATH: install it, or use an image that holds it."
deleting=()
if is_true delete "${PARAM_DELETE:-false}"; then
  deleting=(--delete)
fi

quote=\'
exec rsync --archive --compress ${deleting[@]+"${deleting[@]}"} \
  --rsh="ssh -F $quote${credentials//$quote/$quote\"$quote\"$quote}/ssh_config$quote" \
  -- "$from" "$login@$host:$to" < /dev/null
