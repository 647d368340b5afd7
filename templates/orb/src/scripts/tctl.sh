#!/usr/bin/env bash
# Runs tctl as the identity that the job joined for.
#
# PARAM_ARGUMENTS      what follows tctl: words with spaces between them, or one a line
#
# Uses the identity in TELEPORT_CREDENTIALS.

#include start.sh
#include proxy.sh
#include folder.sh
#include identity_file.sh
#include teleport_environment.sh
#include arguments.sh

command -v tctl > /dev/null ||
  fail "There is no tctl on the PATH: install it in a step before this one, with tctl among the binaries."
split "${PARAM_ARGUMENTS:-}"
[[ ${#words[@]} -gt 0 ]] || fail "There is nothing for tctl to do: set arguments to what follows tctl, such as get nodes."

exec tctl -i "$credentials/identity" --auth-server="$proxy" "${words[@]}" < /dev/null
