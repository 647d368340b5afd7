#!/usr/bin/env bash
# Writes the tbot.yaml of a service that runs in the background, once all that keeps it from joining is ruled out.
#
# PARAM_APP               for application-tunnel: the application's name in Teleport
# PARAM_DATABASE_SERVICE  for database-tunnel: the database's name in Teleport
# PARAM_DATABASE_USER     for database-tunnel: the user to log in to it as
# PARAM_DATABASE          for database-tunnel: the name of the database on it
# PARAM_SETTINGS          more settings, lines of YAML as they stand in its entry of tbot.yaml
#
# Exports TELEPORT_CREDENTIALS.

#include start.sh
#include boolean.sh
#include proxy.sh
#include folder.sh
#include background_folder.sh
#include listening.sh
#include diagnostics.sh
#include join_settings.sh
#include oidc.sh
#include oidc_claims.sh
#include tbot.sh
#include needs.sh
#include web.sh
#include cluster_version.sh
#include credentials_folder.sh
#include tbot_file.sh
#include service.sh

listen_form='^(tcp://(127\.[0-9.]+|localhost|\[::1\]):[1-9][0-9]*|unix:///[^[:space:]]+)$'
[[ $service == ssh-multiplexer || $listen =~ $listen_form ]] ||
  fail "'$listen' is no place for $service to listen on: write one such as tcp://127.0.0.1:5432." \
    "It has to be this machine's own address, or a socket as in unix:///tmp/app.sock: whoever reaches it gets in."

case $service in
  application-tunnel)
    needs 15 4 10 "$service"
    [[ -n ${PARAM_APP:-} ]] || fail "No application is named: set app to its name in Teleport, as tsh apps ls shows it."
    text_setting app_name "$PARAM_APP"
    ;;
  application-proxy)
    # Some releases of 17 and 18 have it already; tbot itself says so where it has not.
    needs 17 0 0 "$service"
    ;;
  database-tunnel)
    needs 15 4 10 "$service"
    [[ -n ${PARAM_DATABASE_SERVICE:-} && -n ${PARAM_DATABASE_USER:-} && -n ${PARAM_DATABASE:-} ]] ||
      fail "A database-tunnel needs database_service, database_user and database."
    text_setting service "$PARAM_DATABASE_SERVICE"
    text_setting username "$PARAM_DATABASE_USER"
    text_setting database "$PARAM_DATABASE"
    ;;
  ssh-multiplexer) needs 15 4 10 "$service" ;;
  workload-identity-api) needs 17 2 0 "$service" ;;
  *)
    fail "There is no service '$service' that runs in the background: choose application-tunnel, application-proxy," \
      "database-tunnel, ssh-multiplexer or workload-identity-api."
    ;;
esac

# Half of the lifetime in seconds, of which there are whole numbers only.
half_lifetime() {
  local rest=$ttl seconds=0 form='^([0-9]+)(\.[0-9]+)?([hms])(.*)$'
  while [[ $rest =~ $form ]]; do
    rest=${BASH_REMATCH[4]}
    case ${BASH_REMATCH[3]} in
      h) seconds=$((seconds + 10#${BASH_REMATCH[1]} * 3600)) ;;
      m) seconds=$((seconds + 10#${BASH_REMATCH[1]} * 60)) ;;
      s) seconds=$((seconds + 10#${BASH_REMATCH[1]})) ;;
    esac
  done
  echo $((seconds / 2))
}

renewal=$(half_lifetime)
[[ $renewal -ge 1 ]] || fail "ttl is '$ttl', which is too short in whole numbers: write one such as 30m."

check_cluster_version
open_folder "$folder"
if [[ $service == ssh-multiplexer ]]; then
  destination_setting "$native"
else
  text_setting listen "$listen"
fi
own_settings "${PARAM_SETTINGS:-}"
write_tbot_file "$service" > "$credentials/tbot.yaml"
# Else tbot would renew after twenty minutes, however short the lifetime is.
echo "renewal_interval: ${renewal}s" >> "$credentials/tbot.yaml"
mkdir -p "${log%/*}"
rm -f "$log"
keep
echo "The tbot of $folder is ready to start. What it says is kept in $log."
