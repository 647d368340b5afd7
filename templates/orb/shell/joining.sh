
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
