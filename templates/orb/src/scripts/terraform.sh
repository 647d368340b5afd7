#!/usr/bin/env bash
# Runs terraform, whose Teleport provider acts as the identity that the job joined for.
#
# PARAM_PATH           the folder of the configuration; default: the working directory
# PARAM_ARGUMENTS      what follows terraform: words with spaces between them, or one a line
#
# Uses the identity in TELEPORT_CREDENTIALS.

#include start.sh
#include proxy.sh

folder=identity
#include identity_file.sh
#include teleport_environment.sh
#include arguments.sh

path=${PARAM_PATH:-.}
[[ -d $path ]] || fail "There is no folder $path here: check out the repository before, or correct path."
command -v terraform > /dev/null ||
  fail "There is no terraform on the PATH: use an executor that holds it, such as this orb's deploy."
split "${PARAM_ARGUMENTS:-}"
[[ ${#words[@]} -gt 0 ]] || fail "There is nothing for terraform to do: set arguments, such as plan -input=false."

# For the provider alone; later steps get none of it.
export TF_TELEPORT_ADDR=$proxy TF_TELEPORT_IDENTITY_FILE_PATH=$credentials/identity TF_IN_AUTOMATION=true
terraform -chdir="$path" init -input=false < /dev/null
exec terraform -chdir="$path" "${words[@]}" < /dev/null
