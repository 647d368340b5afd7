#!/usr/bin/env bash
# Runs the tbot of a service in the background, with the tbot.yaml that the step before wrote.
#
# Uses TELEPORT_CREDENTIALS.

if [ -z "${BASH_VERSION:-}" ]; then
  echo "This step needs bash, and this image has none: install it, or use an image such as cimg/base." >&2
  exit 1
fi
# A bash that runs as sh has not read what earlier steps exported.
if [[ -o posix && -r ${BASH_ENV:-} ]]; then
  # shellcheck source=/dev/null
  source "$BASH_ENV"
fi
set -euo pipefail
umask 077

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# CircleCI passes a boolean on as 1 or 0, other callers as true or false.
is_true() {
  case ${2:-false} in
    0 | false) return 1 ;;
    1 | true) return 0 ;;
    *) fail "$1 is '$2', but has to be true or false." ;;
  esac
}

# PARAM_FOLDER         the folder in TELEPORT_CREDENTIALS that holds the credentials; default: the service's name
folder=${PARAM_FOLDER:-}
folder_form='^([A-Za-z0-9][A-Za-z0-9_-]*)?$'
[[ $folder =~ $folder_form ]] ||
  fail "'$folder' is no name for a folder of credentials: write one of letters, digits, - and _, such as staging."

# PARAM_SERVICE        the type of the service: application-tunnel, application-proxy, database-tunnel, ssh-multiplexer or
#                      workload-identity-api
service=${PARAM_SERVICE:-}
folder=${folder:-$service}
# What tbot says stays after the job has logged out, for store_artifacts.
log=${HOME:-/tmp}/.teleport-logs/$folder.log

# PARAM_DIAG_PORT      the port on 127.0.0.1 where tbot tells of its health; default: 57263
port=${PARAM_DIAG_PORT:-57263}
port_form='^[1-9][0-9]{0,4}$'
[[ $port =~ $port_form ]] || fail "diag_port is '$port', but has to be the number of a port."

# PARAM_TOKEN          the name of the join token; it is a name, not a secret
# PARAM_TTL            how long the credentials are valid; default: 30m
# PARAM_AUDIENCE       the audience that a token with the join method generic_oidc demands; default: join method circleci
# PARAM_CA_PINS        pins of the cluster's certificate authorities, with spaces between them
# PARAM_TELEMETRY      true or 1: let tbot send anonymous usage data to Teleport's makers
token=${PARAM_TOKEN:-}
ttl=${PARAM_TTL:-30m}
token_form="^[^[:space:][:cntrl:]\"'\\\$]+\$"
[[ $token =~ $token_form ]] ||
  fail "'$token' is no name of a join token: write the metadata.name of the token resource." \
    "Variables such as \$NAME are not expanded in parameters."
ttl_form='^([0-9]+(\.[0-9]+)?[hms])+$'
[[ $ttl =~ $ttl_form ]] || fail "'$ttl' is no duration: write one such as 30m or 1h30m."
audience=${PARAM_AUDIENCE:-}
audience_form='^[A-Za-z0-9._~:/-]*$'
[[ $audience =~ $audience_form ]] ||
  fail "'$audience' is no audience: write the one of the join token, such as example.teleport.sh/deploy."
pins=${PARAM_CA_PINS:-}
pins_form='^([[:space:]]*sha256:[0-9a-f]{64})*[[:space:]]*$'
[[ $pins =~ $pins_form ]] ||
  fail "'$pins' are no pins of certificate authorities: write ones such as sha256:7e12... as tctl status shows them."
if is_true telemetry "${PARAM_TELEMETRY:-}"; then
  export TELEPORT_ANONYMOUS_TELEMETRY=1 _TBOT_TELEMETRY_HELPER=circleci-orb
else
  export TELEPORT_ANONYMOUS_TELEMETRY=0
fi
# With both of the first two set, or with settings of somebody else, tbot would refuse or do something else.
unset TELEPORT_PROXY TELEPORT_AUTH_SERVER TELEPORT_BOT_TOKEN TBOT_CONFIG TBOT_CONFIG_PATH

cd "${TELEPORT_CREDENTIALS:?is not set, since the step before this one failed}/$folder"
echo $$ > pid
echo "tbot runs from here on; what it says is in $log."
if [[ -z $audience$pins ]]; then
  exec tbot start -c tbot.yaml --diag-addr="127.0.0.1:$port" --join-method=circleci --token="$PARAM_TOKEN" \
    < /dev/null > "$log" 2>&1
fi
exec tbot start -c tbot.yaml --diag-addr="127.0.0.1:$port" < /dev/null > "$log" 2>&1
