#!/usr/bin/env bash
# Joins Teleport with this job's OIDC token for any service of tbot, or as a tbot.yaml of the repository says.
#
# PARAM_SERVICE        the type of the service, such as identity, the default, or ssh_host
# PARAM_SETTINGS       its settings, lines of YAML as they stand in its entry of tbot.yaml, without type and destination
# PARAM_CONFIG         instead of both: the path of a tbot.yaml, in which $TELEPORT_CREDENTIALS stands for the folder
#
# Exports TELEPORT_CREDENTIALS; the files are in the folder there that is named as the service.

#include start.sh
#include boolean.sh
#include proxy.sh
#include folder.sh
#include join_settings.sh
#include oidc.sh
#include oidc_claims.sh
#include tbot.sh
#include web.sh
#include cluster_version.sh
#include credentials_folder.sh
#include tbot_file.sh
#include service.sh
#include await.sh
#include joining.sh

# Whether the file of the repository has one of some keys at its top.
file_has() {
  local form=$'(^|\n)'"($1)[[:space:]]*:"
  [[ $text =~ $form ]]
}

# The file of the repository with the folder in it, and with what it leaves open.
complete_file() {
  local text key
  text=$(cat "$config")
  text=${text//\$\{TELEPORT_CREDENTIALS\}/$native}
  text=${text//\$TELEPORT_CREDENTIALS/$native}
  printf '%s\n' "$text"
  general_settings | while IFS= read -r line; do
    key=${line%%:*}
    case $key in
      proxy_server | auth_server) key='proxy_server|auth_server|join_uri' ;;
      *_ttl) key='credential_ttl|certificate_ttl' ;;
    esac
    file_has "$key" || printf '%s\n' "$line"
  done
}

config=${PARAM_CONFIG:-}
service=${PARAM_SERVICE:-identity}
service_form='^[a-z0-9]+([/_-][a-z0-9]+)*$'
[[ $service =~ $service_form ]] || fail "'$service' is no service of tbot: write its type, such as identity or kubernetes/v2."
case $service in
  *-tunnel | *-proxy | *-api | ssh-multiplexer)
    fail "The service $service runs until the job ends: start it by the command background instead." ;;
esac
if [[ -n $config ]]; then
  [[ -z ${PARAM_SETTINGS:-} ]] || fail "Set either config or settings, not both: the file has the settings."
  [[ -r $config ]] || fail "There is no file $config here: check out the repository before, or correct config."
  service=config
fi
own_settings "${PARAM_SETTINGS:-}"

begin_join "${service//\//-}"
if [[ -n $config ]]; then
  complete_file > "$credentials/tbot.yaml"
  # Where it writes is the file's own choice.
  finish_join .
else
  write_tbot_file "$service" > "$credentials/tbot.yaml"
  finish_join '*'
fi
