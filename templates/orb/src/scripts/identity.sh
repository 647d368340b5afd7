#!/usr/bin/env bash
# Joins Teleport with this job's OIDC token for an identity, which tsh, tctl and OpenSSH take.
#
# PARAM_CLUSTER        the leaf cluster that it is for; default: the proxy's own cluster
# PARAM_ALLOW_REISSUE  true or 1: it may be used to get other certificates, as tsh db login does
# PARAM_EXPORT         true or 1: later steps get TELEPORT_IDENTITY_FILE, TELEPORT_PROXY and TELEPORT_AUTH_SERVER
#
# Exports TELEPORT_CREDENTIALS; the identity is in the folder identity there.

#include start.sh
#include boolean.sh
#include proxy.sh
#include folder.sh
#include join_settings.sh
#include oidc.sh
#include oidc_claims.sh
#include tbot.sh
#include needs.sh
#include web.sh
#include cluster_version.sh
#include credentials_folder.sh
#include tbot_file.sh
#include await.sh
#include joining.sh

text_setting cluster "${PARAM_CLUSTER:-}"
if is_true allow_reissue "${PARAM_ALLOW_REISSUE:-}"; then
  needs 17 2 9 "allow_reissue"
  setting allow_reissue true
fi
exported=false
if is_true export "${PARAM_EXPORT:-}"; then
  exported=true
fi

begin_join identity
write_tbot_file identity > "$credentials/tbot.yaml"
finish_join identity

if [[ $exported == true ]]; then
  export_variable TELEPORT_IDENTITY_FILE "$credentials/identity"
  export_variable TELEPORT_PROXY "$proxy"
  export_variable TELEPORT_AUTH_SERVER "$proxy"
fi
