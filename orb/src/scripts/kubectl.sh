#!/usr/bin/env bash
# Runs kubectl with the kubeconfig that the job joined for.
#
# PARAM_ARGUMENTS      what follows kubectl: words with spaces between them, or one a line
#
# Uses KUBECONFIG.

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

[[ -r ${KUBECONFIG:-} ]] ||
  fail "KUBECONFIG names no kubeconfig: join Teleport before this step, by the command kubernetes."
command -v kubectl > /dev/null ||
  fail "There is no kubectl on the PATH: use an executor that holds it, such as this orb's deploy."
split "${PARAM_ARGUMENTS:-}"
[[ ${#words[@]} -gt 0 ]] || fail "There is nothing for kubectl to do: set arguments, such as apply -f deployment.yaml."

exec kubectl "${words[@]}" < /dev/null
