
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
