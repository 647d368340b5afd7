
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
