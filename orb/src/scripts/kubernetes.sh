#!/usr/bin/env bash
# Joins Teleport with this job's OIDC token for Kubernetes clusters, which kubectl and helm then reach.
#
# PARAM_KUBERNETES_CLUSTER   the cluster's name in Teleport
# PARAM_KUBERNETES_LABELS    instead of a name: labels, as in env=prod,team=shop, that clusters have
# PARAM_DISABLE_EXEC_PLUGIN  true or 1: a kubeconfig that holds certificates instead of calling tbot
#
# Exports TELEPORT_CREDENTIALS, and KUBECONFIG.

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

# PARAM_PROXY          the proxy's address, HOST or HOST:PORT
proxy=${PARAM_PROXY:-}
proxy_form='^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:[0-9]+)?$'
[[ $proxy =~ $proxy_form ]] ||
  fail "'$proxy' is no address of a Teleport proxy: write one such as example.teleport.sh:443, without https://." \
    "Variables such as \$NAME are not expanded in parameters."
[[ $proxy =~ :[0-9]+$ ]] || proxy=$proxy:443

# PARAM_FOLDER         the folder in TELEPORT_CREDENTIALS that holds the credentials; default: the service's name
folder=${PARAM_FOLDER:-}
folder_form='^([A-Za-z0-9][A-Za-z0-9_-]*)?$'
[[ $folder =~ $folder_form ]] ||
  fail "'$folder' is no name for a folder of credentials: write one of letters, digits, - and _, such as staging."

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

join_method=circleci
if [[ -n $audience ]]; then
  join_method=generic_oidc
  command -v circleci > /dev/null ||
    fail "There is no circleci on the PATH, which gets a token for the audience '$audience'." \
      "CircleCI puts it into every job on its cloud: leave the job's PATH as it is, or use the join method circleci."
elif [[ -z ${CIRCLE_OIDC_TOKEN:-} ]]; then
  if [[ -n ${CIRCLE_PR_USERNAME:-}${CIRCLE_PR_REPONAME:-} ]]; then
    fail "CircleCI gave this job no OIDC token, since it builds a forked pull request." \
      "Such builds get none unless the project passes secrets to them, and then anybody could join: keep them from this job."
  fi
  fail "CircleCI gave this job no OIDC token (CIRCLE_OIDC_TOKEN), so it cannot join Teleport." \
    "Give its entry in the workflow a context, such as 'context: teleport-access', that whoever runs the pipeline may use." \
    "CircleCI Server has OIDC tokens from version 4.4 on, for the join method generic_oidc: set audience to its audience."
fi

# What the OIDC token says of this job, as far as it can be read. The signature, which makes it a secret, is left out.
read_claims() {
  local payload=${CIRCLE_OIDC_TOKEN#*.}
  payload=${payload%%.*}
  payload=${payload//-/+}
  payload=${payload//_//}
  while [[ $((${#payload} % 4)) != 0 ]]; do
    payload=$payload=
  done
  { claims=$(printf '%s' "$payload" | base64 -d) || claims=; } 2> /dev/null
}

# One of the claims, in `claim`.
read_claim() {
  local form="\"$1\"[[:space:]]*:[[:space:]]*(\"[^\"]*\"|\\[[^]]*\\]|[0-9]+)"
  claim=
  [[ ! $claims =~ $form ]] || claim=${BASH_REMATCH[1]}
}

claims=
if [[ -z $audience ]]; then
  read_claims
  read_claim exp
  number_form='^[0-9]+$'
  [[ ! $claim =~ $number_form || $claim -gt $(date +%s) ]] ||
    fail "CircleCI's OIDC token for this job has expired: it is valid for an hour." \
      "Join earlier in the job, before what takes so long, or let a job of its own do that."
  read_claim iss
  [[ -z $claim || $claim == \"https://oidc.circleci.com/* ]] ||
    fail "This job's OIDC token is from $claim, but the join method circleci takes those of CircleCI's cloud alone." \
      "On CircleCI Server use a token with the join method generic_oidc, and set audience to its audience."
fi

command -v tbot > /dev/null ||
  fail "There is no tbot on the PATH: install it in a step before this one, or use an image that holds it."
said=$(tbot version 2>&1) || fail "tbot does not run here: $said"
[[ $said =~ v([0-9]+)\.([0-9]+)\.([0-9]+) ]] || fail "tbot does not tell its version: $said"
version=${BASH_REMATCH[0]#v} major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]} patch=${BASH_REMATCH[3]}
[[ $major -ge 14 ]] || fail "tbot $version is too old for this step: install version 14 or newer."

# Whether this tbot is of a version or newer, which is given as three numbers.
at_least() {
  [[ $major -gt $1 || ($major -eq $1 && ($minor -gt $2 || ($minor -eq $2 && $patch -ge $3))) ]]
}

# Fails where this tbot is older than what is asked for: a version as three numbers, and what needs it.
needs() {
  at_least "$1" "$2" "$3" || fail "tbot $version has no $4, which came with version $1.$2.$3: install a newer one."
}

# The text at an https address; fails without a word where it cannot be had.
web_text() {
  if command -v curl > /dev/null; then
    curl --fail --silent --location --proto '=https' --max-time 15 "$1" 2> /dev/null
  elif command -v wget > /dev/null; then
    # That of BusyBox tries once in any case, and cannot be told so.
    if wget --version > /dev/null 2>&1; then
      wget -q -t 1 -T 10 -O - "$1" 2> /dev/null
    else
      wget -q -T 10 -O - "$1" 2> /dev/null
    fi
  else
    return 1
  fi
}

# PARAM_CHECK_VERSION  false or 0: join even if this tbot does not fit the cluster; default: true
# Fails where the cluster is of a version that this tbot is not made for; says nothing where the proxy does not tell.
check_cluster_version() {
  local answer cluster form='"server_version" *: *"v?([0-9]+)(\.[0-9]+\.[0-9]+[^"]*)"'
  is_true check_version "${PARAM_CHECK_VERSION:-true}" || return 0
  answer=$(web_text "https://$proxy/webapi/ping") || return 0
  [[ $answer =~ $form ]] || return 0
  cluster=${BASH_REMATCH[1]}
  [[ $cluster -ne $major && $cluster -ne $((major + 1)) ]] || return 0
  fail "tbot $version does not fit the cluster at $proxy, which is of version $cluster${BASH_REMATCH[2]}." \
    "Teleport supports clients of the cluster's major version or the one before: install a release of $cluster," \
    "or set version to auto, which takes the one that the proxy names."
}

[[ -n ${BASH_ENV:-} ]] ||
  fail "BASH_ENV is not set, so later steps would find no credentials: set it to the path of a file, as CircleCI does."

# Makes a private folder for one service's credentials, in the one that TELEPORT_CREDENTIALS names to later steps.
# It is removed at the end of this step unless `keep` is called.
open_folder() {
  local temporary=${TMPDIR:-/tmp}
  root=${TELEPORT_CREDENTIALS:-}
  discarded=
  if [[ ! -d $root ]]; then
    root=$(mktemp -d "${temporary%/}/teleport.XXXXXXXX")
    discarded=$root
    trap 'rm -rf "$discarded"' EXIT
  fi
  credentials=$root/$1
  [[ ! -e $credentials ]] ||
    fail "This job has joined Teleport already, with credentials in $credentials:" \
      "log out before it joins again, or give folder another name to keep both."
  discarded=${discarded:-$credentials}
  trap 'rm -rf "$discarded"' EXIT
  mkdir "$credentials"
  # A tbot for Windows takes no paths of a Unix shell.
  native=$credentials
  if command -v cygpath > /dev/null; then
    native=$(cygpath -m "$credentials")
  fi
}

export_variable() {
  printf 'export %s=%q\n' "$1" "$2" >> "$BASH_ENV"
  # Those that logout takes back.
  printf '%s\n' "$1" >> "$root/exported"
}

keep() {
  if [[ $discarded == "$root" ]]; then
    export_variable TELEPORT_CREDENTIALS "$root"
  fi
  trap - EXIT
}

# A text as a YAML scalar, in `quoted`.
quote() {
  local mark="'"
  [[ $1 != *[[:cntrl:]]* ]] || fail "This value holds a line end or another control character: $1"
  quoted=$mark${1//$mark/$mark$mark}$mark
}

# The settings of the service that is asked for, as lines of its entry in tbot.yaml.
settings=
setting() {
  settings=$settings"    $1: $2"$'\n'
}
text_setting() {
  [[ -n $2 ]] || return 0
  [[ $2 != \$* ]] || fail "$1 is '$2', but variables such as \$NAME are not expanded in parameters."
  quote "$2"
  setting "$1" "$quoted"
}
destination_setting() {
  quote "$1"
  setting destination "{type: directory, path: $quoted, symlinks: try-secure}"
}

# PARAM_DEBUG          true or 1: let tbot tell all that it does
# What tbot.yaml says beside its services, for the version of this tbot.
general_settings() {
  local onboarding pin list=
  echo "version: v2"
  quote "$proxy"
  # Before version 16 not every tbot knows proxy_server, and all take the proxy for an auth server.
  if at_least 16 0 0; then echo "proxy_server: $quoted"; else echo "auth_server: $quoted"; fi
  if at_least 17 3 0; then echo "credential_ttl: $ttl"; else echo "certificate_ttl: $ttl"; fi
  echo "storage: {type: memory}"
  if is_true debug "${PARAM_DEBUG:-}"; then
    echo "debug: true"
  fi
  # Flags say the rest where they can: how a job joins, then shows without running it.
  if [[ -n $audience$pins ]]; then
    quote "$token"
    onboarding="join_method: $join_method, token: $quoted"
    for pin in $pins; do
      list=$list${list:+, }\'$pin\'
    done
    [[ -z $list ]] || onboarding="$onboarding, ca_pins: [$list]"
    if [[ -n $audience ]]; then
      quote "{\"aud\":\"$audience\"}"
      onboarding="$onboarding, generic_oidc: {command: [circleci, run, oidc, get, --claims, $quoted]}"
    fi
    echo "onboarding: {$onboarding}"
  fi
}

# tbot.yaml for a service of a type with the settings that were made.
write_tbot_file() {
  local list=services
  # Newer versions call them services; those before 15.4.10 may not know that word.
  at_least 15 4 10 || list=outputs
  general_settings
  quote "$1"
  printf '%s:\n  - type: %s\n%s' "$list" "$quoted" "$settings"
}

# Labels such as env=prod,team=shop as a YAML mapping, in `mapping`.
read_labels() {
  local rest=$1, pair form='^[^=,[:space:]$]+=[^=,]+$'
  mapping=
  while [[ -n $rest ]]; do
    pair=${rest%%,*}
    rest=${rest#*,}
    [[ $pair =~ $form ]] || fail "'$1' are no labels: write ones such as env=prod,team=shop."
    quote "${pair%%=*}"
    mapping=$mapping${mapping:+, }$quoted
    quote "${pair#*=}"
    mapping="$mapping: $quoted"
  done
  mapping="{$mapping}"
}

# Waits for a process that this script started, so many seconds at most unless they are 0; 124 if it was stopped then.
await() {
  local pid=$1 seconds=$2
  local deadline=$((SECONDS + seconds))
  while kill -0 "$pid" 2> /dev/null; do
    if [[ $seconds != 0 && $SECONDS -ge $deadline ]]; then
      kill -9 "$pid"
      wait "$pid" || return 124
    fi
    sleep 0.1 2> /dev/null || sleep 1
  done
  wait "$pid"
}

# PARAM_TIMEOUT        the seconds that joining may take; default: 120; 0 for no limit
timeout=${PARAM_TIMEOUT:-120}
number_form='^[0-9]+$'
[[ $timeout =~ $number_form ]] || fail "timeout is '$timeout', but has to be a number of seconds."

start_tbot() {
  if [[ -z $audience$pins ]]; then
    tbot start -c "$1" --oneshot --join-method=circleci --token="$PARAM_TOKEN" < /dev/null &
  else
    tbot start -c "$1" --oneshot < /dev/null &
  fi
}

explain_failure() {
  local project contexts
  [[ $1 != 124 ]] || printf '%s\n' "tbot was stopped after $timeout seconds; timeout sets how long it may take." >&2
  read_claim oidc.circleci.com/project-id
  project=$claim
  read_claim oidc.circleci.com/context-ids
  contexts=$claim
  fail "tbot $version did not join Teleport at $proxy with the token '$token'. Check that:" \
    "- the token exists, has the join method $join_method, and a rule that names this project and a context of this job:" \
    "  the project ${project:-${CIRCLE_PROJECT_ID:-see Project Settings}}, the contexts ${contexts:-see their pages}" \
    "- its organization_id is this organization's: ${CIRCLE_ORGANIZATION_ID:-see Organization Settings}" \
    "- $proxy is the cluster's proxy, and can be reached from this job" \
    "- the cluster's major version is $major or $((major + 1))" \
    "- the job had not run for an hour before this step: CircleCI's token is valid no longer" \
    "The cluster's audit log tells more in its bot.join event."
}

# Makes the folder for the credentials, in which the caller then writes tbot.yaml.
begin_join() {
  check_cluster_version
  open_folder "${folder:-$1}"
  destination_setting "$native"
}

# Whether there is something in a file, or in one of those that a pattern matches, among the credentials.
has_written() {
  local file
  # shellcheck disable=SC2231
  for file in "$credentials"/$1; do
    [[ -s $file ]] && return
  done
  return 1
}

# Joins as tbot.yaml says; without the file that is named here tbot has not written everything.
finish_join() {
  local code=0
  start_tbot "$native/tbot.yaml"
  await $! "$timeout" || code=$?
  rm "$credentials/tbot.yaml"
  { [[ $code == 0 ]] && has_written "$1"; } || explain_failure "$code"
  keep
  echo "Joined Teleport at $proxy. The credentials are valid for $ttl, in $credentials, until the job logs out."
}

name=${PARAM_KUBERNETES_CLUSTER:-}
labels=${PARAM_KUBERNETES_LABELS:-}
[[ -n $name || -n $labels ]] || fail "No Kubernetes cluster is named: set kubernetes_cluster, or kubernetes_labels."
[[ -z $name || -z $labels ]] || fail "Set either kubernetes_cluster or kubernetes_labels, not both."
if is_true disable_exec_plugin "${PARAM_DISABLE_EXEC_PLUGIN:-}"; then
  setting disable_exec_plugin true
fi
type=kubernetes
text_setting kubernetes_cluster "$name"
if [[ -n $labels ]]; then
  needs 17 2 7 "choice of Kubernetes clusters by labels"
  type=kubernetes/v2
  read_labels "$labels"
  setting selectors "[{labels: $mapping}]"
fi

begin_join kubernetes
write_tbot_file "$type" > "$credentials/tbot.yaml"
finish_join kubeconfig.yaml

export_variable KUBECONFIG "$credentials/kubeconfig.yaml"
