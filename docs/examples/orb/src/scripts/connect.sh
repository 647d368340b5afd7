tbot start identity \
  --proxy-server="$PARAM_PROXY" \
  --join-method=circleci \
  --token="$PARAM_TOKEN" \
  --storage=memory:// \
  --destination=/tmp/tbot \
  --oneshot
