#!/usr/bin/env bash
# Joins Teleport with this job's OIDC token for a certificate that an application behind Teleport takes.
#
# PARAM_APP                  the application's name in Teleport
# PARAM_SPECIFIC_TLS_NAMING  true or 1: the files tls.crt, tls.key and tls.cas as well, for programs that want such names
#
# Exports TELEPORT_CREDENTIALS; the certificate and its key are application/tlscert and application/key there.

#include start.sh
#include boolean.sh
#include proxy.sh
#include folder.sh
#include join_settings.sh
#include oidc.sh
#include oidc_claims.sh
#include tbot.sh
#include web.sh
#include cluster_version.sh
#include credentials_folder.sh
#include tbot_file.sh
#include await.sh
#include joining.sh

[[ -n ${PARAM_APP:-} ]] || fail "No application is named: set app to its name in Teleport, as tsh apps ls shows it."
text_setting app_name "$PARAM_APP"
if is_true specific_tls_naming "${PARAM_SPECIFIC_TLS_NAMING:-}"; then
  setting specific_tls_naming true
fi

begin_join application
write_tbot_file application > "$credentials/tbot.yaml"
finish_join tlscert
