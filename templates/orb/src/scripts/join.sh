#!/usr/bin/env bash
# Joins Teleport with this job's OIDC token, and leaves short-lived credentials in a private folder for later steps.
#
# PARAM_PROXY  the proxy's address, HOST or HOST:PORT
# PARAM_TOKEN  the name of the join token; it is a name, not a secret
# PARAM_TTL    how long the credentials are valid; default: 30m
#
# Exports TELEPORT_CREDENTIALS, the folder's path.

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

proxy=${PARAM_PROXY:-}
token=${PARAM_TOKEN:-}
ttl=${PARAM_TTL:-30m}

proxy_form='^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:[0-9]+)?$'
[[ $proxy =~ $proxy_form ]] ||
  fail "'$proxy' is no address of a Teleport proxy: write one such as example.teleport.sh:443, without https://." \
    "Variables such as \$NAME are not expanded in parameters."
[[ $proxy =~ :[0-9]+$ ]] || proxy=$proxy:443
token_form="^[^[:space:][:cntrl:]\"'\\\$]+\$"
[[ $token =~ $token_form ]] ||
  fail "'$token' is no name of a join token: write the metadata.name of the token resource." \
    "Variables such as \$NAME are not expanded in parameters."
ttl_form='^([0-9]+(\.[0-9]+)?[hms])+$'
[[ $ttl =~ $ttl_form ]] || fail "'$ttl' is no duration: write one such as 30m or 1h30m."

if [[ -z ${CIRCLE_OIDC_TOKEN:-} ]]; then
  if [[ -n ${CIRCLE_PR_USERNAME:-}${CIRCLE_PR_REPONAME:-} ]]; then
    fail "CircleCI gave this job no OIDC token, since it builds a forked pull request." \
      "Such builds get none unless the project passes secrets to them, and then anybody could join: keep them from this job."
  fi
  fail "CircleCI gave this job no OIDC token (CIRCLE_OIDC_TOKEN), so it cannot join Teleport." \
    "Give its entry in the workflow a context, such as 'context: teleport-access', that whoever runs the pipeline may use."
fi
if [[ -z ${BASH_ENV:-} ]]; then
  fail "BASH_ENV is not set, so later steps would find no credentials: set it to the path of a file, as CircleCI does."
fi
if [[ -d ${TELEPORT_CREDENTIALS:-} ]]; then
  fail "This job has joined Teleport already, with credentials in $TELEPORT_CREDENTIALS: log out before it joins again."
fi

command -v tbot > /dev/null ||
  fail "There is no tbot on the PATH: install it in a step before this one, or use an image that holds it."
said=$(tbot version 2>&1) || fail "tbot does not run here: $said"
[[ $said =~ v([0-9]+)\.[0-9]+\.[0-9]+ ]] || fail "tbot does not tell its version: $said"
version=${BASH_REMATCH[0]#v} major=${BASH_REMATCH[1]}
[[ $major -ge 14 ]] || fail "tbot $version is too old for this step: install version 14 or newer."

# With both of the first two set, or with settings of somebody else, tbot would refuse or do something else.
unset TELEPORT_PROXY TELEPORT_AUTH_SERVER TELEPORT_BOT_TOKEN TBOT_CONFIG TBOT_CONFIG_PATH

temporary=${TMPDIR:-/tmp}
directory=$(mktemp -d "${temporary%/}/teleport.XXXXXXXX")
trap 'rm -rf "$directory"' EXIT

joined=true
if [[ $major -ge 17 ]]; then
  tbot start identity \
    --oneshot \
    --proxy-server="$proxy" \
    --join-method=circleci \
    --token="$token" \
    --certificate-ttl="$ttl" \
    --storage=memory:// \
    --destination="file://$directory" < /dev/null || joined=false
else
  # This tbot keeps its own identity in memory only if a file says so, and takes the proxy for an auth server before 16.
  [[ $major -ge 16 ]] && address=proxy_server || address=auth_server
  printf '%s\n' \
    "version: v2" \
    "$address: '$proxy'" \
    "onboarding: {join_method: circleci, token: '$token'}" \
    "oneshot: true" \
    "certificate_ttl: $ttl" \
    "storage: {type: memory}" \
    "outputs: [{type: identity, destination: {type: directory, path: '$directory'}}]" \
    > "$directory/tbot.yaml"
  tbot start -c "$directory/tbot.yaml" < /dev/null || joined=false
  rm "$directory/tbot.yaml"
fi

if [[ $joined == false || ! -s $directory/identity ]]; then
  fail "tbot $version did not join Teleport at $proxy with the token '$token'. Check that:" \
    "- the token exists, has the join method circleci, and a rule that names this project and a context of this job" \
    "- its organization_id is this organization's: ${CIRCLE_ORGANIZATION_ID:-see Organization Settings}" \
    "- $proxy is the cluster's proxy, and can be reached from this job" \
    "- the cluster's major version is $major or $((major + 1))" \
    "- the job had not run for an hour before this step: CircleCI's token is valid no longer" \
    "The cluster's audit log tells more in its bot.join event."
fi

printf 'export TELEPORT_CREDENTIALS=%q\n' "$directory" >> "$BASH_ENV"
trap - EXIT
echo "Joined Teleport at $proxy. The credentials are valid for $ttl, in $directory, until the job logs out."
