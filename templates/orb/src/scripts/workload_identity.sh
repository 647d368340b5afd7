#!/usr/bin/env bash
# Joins Teleport with this job's OIDC token for a workload identity, a SPIFFE document that other systems trust.
#
# PARAM_KIND               x509 (default), jwt or aws-roles-anywhere
# PARAM_WORKLOAD_IDENTITY  the name of the workload identity in Teleport
# PARAM_AUDIENCES          for jwt: whom the document is for, with spaces between them
# PARAM_ROLE_ARN           for aws-roles-anywhere: the role to assume
# PARAM_PROFILE_ARN        for aws-roles-anywhere: the profile
# PARAM_TRUST_ANCHOR_ARN   for aws-roles-anywhere: the trust anchor
# PARAM_AWS_REGION         for aws-roles-anywhere: the region; default: that of the trust anchor
#
# Exports TELEPORT_CREDENTIALS, and AWS_SHARED_CREDENTIALS_FILE for aws-roles-anywhere.

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

# Some releases of 17 have workload identities already; that all have them is known of 18 alone.
needs 17 2 0 "workload identity"
kind=${PARAM_KIND:-x509}
name=${PARAM_WORKLOAD_IDENTITY:-}
[[ -n $name ]] || fail "No workload identity is named: set workload_identity to its name in Teleport."
quote "$name"
setting selector "{name: $quoted}"
case $kind in
  x509) written=svid.pem ;;
  jwt)
    written=jwt_svid audiences=
    [[ -n ${PARAM_AUDIENCES:-} ]] || fail "A jwt is for somebody: set audiences to whom."
    set -f
    for one in $PARAM_AUDIENCES; do
      quote "$one"
      audiences=$audiences${audiences:+, }$quoted
    done
    set +f
    setting audiences "[$audiences]"
    ;;
  aws-roles-anywhere)
    written=aws_credentials
    [[ -n ${PARAM_ROLE_ARN:-} && -n ${PARAM_PROFILE_ARN:-} && -n ${PARAM_TRUST_ANCHOR_ARN:-} ]] ||
      fail "aws-roles-anywhere needs role_arn, profile_arn and trust_anchor_arn."
    text_setting role_arn "$PARAM_ROLE_ARN"
    text_setting profile_arn "$PARAM_PROFILE_ARN"
    text_setting trust_anchor_arn "$PARAM_TRUST_ANCHOR_ARN"
    text_setting region "${PARAM_AWS_REGION:-}"
    ;;
  *) fail "There is no workload identity of kind '$kind': choose x509, jwt or aws-roles-anywhere." ;;
esac

begin_join workload-identity
write_tbot_file "workload-identity-$kind" > "$credentials/tbot.yaml"
finish_join "$written"

if [[ $kind == aws-roles-anywhere ]]; then
  export_variable AWS_SHARED_CREDENTIALS_FILE "$credentials/aws_credentials"
fi
