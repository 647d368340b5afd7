#!/usr/bin/env bash
# Runs an Ansible playbook on servers behind Teleport, over the SSH settings of the identity that the job joined for.
#
# PARAM_PLAYBOOK       the path of the playbook
# PARAM_INVENTORY      the path of the inventory, whose hosts are named SERVER.CLUSTER; default: Ansible's own
# PARAM_MORE_ARGUMENTS  more arguments: words with spaces between them, or one a line
#
# Uses the identity in TELEPORT_CREDENTIALS.

#include start.sh

folder=identity
#include identity_file.sh
#include teleport_environment.sh
#include arguments.sh

playbook=${PARAM_PLAYBOOK:-}
inventory=${PARAM_INVENTORY:-}
[[ -r $playbook ]] || fail "There is no playbook '$playbook' here: check out the repository before, or correct playbook."
[[ -z $inventory || -e $inventory ]] || fail "There is no inventory $inventory here: correct inventory."
[[ -r $credentials/ssh_config ]] || fail "tbot left no ssh_config in $credentials: install a release of 14 or newer."
command -v ansible-playbook > /dev/null ||
  fail "There is no ansible-playbook on the PATH: use an executor that holds it, such as this orb's deploy."
split "${PARAM_MORE_ARGUMENTS:-}"

# For this run alone; the servers' keys are in the known_hosts that ssh_config names.
quote=\'
export ANSIBLE_SSH_ARGS="-F $quote${credentials//$quote/$quote\"$quote\"$quote}/ssh_config$quote"
exec ansible-playbook ${inventory:+--inventory "$inventory"} ${words[@]+"${words[@]}"} "$playbook" < /dev/null
