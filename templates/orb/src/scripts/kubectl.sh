#!/usr/bin/env bash
# Runs kubectl with the kubeconfig that the job joined for.
#
# PARAM_ARGUMENTS      what follows kubectl: words with spaces between them, or one a line
#
# Uses KUBECONFIG.

#include start.sh
#include arguments.sh

[[ -r ${KUBECONFIG:-} ]] ||
  fail "KUBECONFIG names no kubeconfig: join Teleport before this step, by the command kubernetes."
command -v kubectl > /dev/null ||
  fail "There is no kubectl on the PATH: use an executor that holds it, such as this orb's deploy."
split "${PARAM_ARGUMENTS:-}"
[[ ${#words[@]} -gt 0 ]] || fail "There is nothing for kubectl to do: set arguments, such as apply -f deployment.yaml."

exec kubectl "${words[@]}" < /dev/null
