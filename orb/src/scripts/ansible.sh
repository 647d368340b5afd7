#!/usr/bin/env bash
# Runs an Ansible playbook on servers behind Teleport, over the SSH settings of the identity that the job joined for.
#
# PARAM_PLAYBOOK       the path of the playbook
# PARAM_INVENTORY      the path of the inventory, whose hosts are named SERVER.CLUSTER; default: Ansible's own
# PARAM_MORE_ARGUMENTS  more arguments: words with spaces between them, or one a line
#
# Uses the identity in TELEPORT_CREDENTIALS.

if [ -z "${BASH_VERSION:-}" ]; then
  echo "This step needs bash, and this image has none: install it, or use an image such as cimg/base." >&2
  exit 1
fi
# A bash that runs as sh has not read what earlier steps exported.
if [[ -o posix && -r ${BASH_ENV:-} ]]; then
  # shellcheck source=/dev/null
  source "$BASH_ENV"
fi
set -euo pipefail
umask 077

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

folder=identity

# The identity that an earlier step left.
[[ -n ${TELEPORT_CREDENTIALS:-} ]] ||
  fail "There are no Teleport credentials: join Teleport in a step before this one, for an identity."
credentials=$TELEPORT_CREDENTIALS/${folder:-identity}
[[ -r $credentials/identity ]] ||
  fail "There is no Teleport identity in $credentials: join Teleport for one before this step, by the command identity."

# What earlier steps exported would get in the way of what this one is told.
unset TELEPORT_PROXY TELEPORT_AUTH_SERVER TELEPORT_IDENTITY_FILE TELEPORT_CLUSTER TELEPORT_LOGIN

# Words: one a line where there are several lines, otherwise with spaces between them.
split() {
  local word IFS=$' \t'
  words=()
  [[ $1 != *$'\n'*[![:space:]]* ]] || IFS=$'\n'
  set -f
  for word in $1; do
    [[ $word == *[![:space:]]* ]] && words+=("${word%$'\n'}")
  done
  set +f
}

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
