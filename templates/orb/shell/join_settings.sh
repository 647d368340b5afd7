
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
