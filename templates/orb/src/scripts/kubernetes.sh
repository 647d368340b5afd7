#!/usr/bin/env bash
# Joins Teleport with this job's OIDC token for Kubernetes clusters, which kubectl and helm then reach.
#
# PARAM_KUBERNETES_CLUSTER   the cluster's name in Teleport
# PARAM_KUBERNETES_LABELS    instead of a name: labels, as in env=prod,team=shop, that clusters have
# PARAM_DISABLE_EXEC_PLUGIN  true or 1: a kubeconfig that holds certificates instead of calling tbot
#
# Exports TELEPORT_CREDENTIALS, and KUBECONFIG.

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
#include labels.sh
#include await.sh
#include joining.sh

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
