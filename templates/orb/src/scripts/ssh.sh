#!/usr/bin/env bash
# Runs a command on a server behind Teleport; its exit code is the step's.
#
# PARAM_HOST           the server's name in Teleport
# PARAM_LOGIN          the user to log in as
# PARAM_COMMAND        what the login shell of that user runs
# PARAM_CLUSTER        the leaf cluster that the server is in; default: the proxy's own cluster
#
# Uses the identity in TELEPORT_CREDENTIALS.

#include start.sh
#include proxy.sh
#include folder.sh

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

#include identity_file.sh
#include tsh.sh

exec tsh -i "$credentials/identity" --proxy="$proxy" ssh ${cluster:+--cluster="$cluster"} \
  "$login@$host" "$command" < /dev/null
