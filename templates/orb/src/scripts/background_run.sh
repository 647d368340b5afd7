#!/usr/bin/env bash
# Runs the tbot of a service in the background, with the tbot.yaml that the step before wrote.
#
# Uses TELEPORT_CREDENTIALS.

#include start.sh
#include boolean.sh
#include folder.sh
#include background_folder.sh
#include diagnostics.sh
#include join_settings.sh

cd "${TELEPORT_CREDENTIALS:?is not set, since the step before this one failed}/$folder"
echo $$ > pid
echo "tbot runs from here on; what it says is in $log."
if [[ -z $audience$pins ]]; then
  exec tbot start -c tbot.yaml --diag-addr="127.0.0.1:$port" --join-method=circleci --token="$PARAM_TOKEN" \
    < /dev/null > "$log" 2>&1
fi
exec tbot start -c tbot.yaml --diag-addr="127.0.0.1:$port" < /dev/null > "$log" 2>&1
