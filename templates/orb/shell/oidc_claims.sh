
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
