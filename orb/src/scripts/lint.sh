#!/usr/bin/env bash
# Lints the pipeline with orbgen, and leaves a JUnit file and a SARIF file for CircleCI to store.
#
# PARAM_PATH           what to lint: a file, a folder, or the working directory, the default
# PARAM_ORBGEN_VERSION  the version of orbgen
# PARAM_FAIL_ON        the severity from which on findings fail the step: info, low, medium or high
# PARAM_MORE_ARGUMENTS  more arguments: words with spaces between them, or one a line

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

path=${PARAM_PATH:-.}
wanted=${PARAM_ORBGEN_VERSION:-}
version_form='^[0-9]+(\.[0-9]+)*$'
[[ $wanted =~ $version_form ]] || fail "'$wanted' is no version of orbgen: write one such as 0.1.0."
[[ -e $path ]] || fail "There is no $path here: check out the repository before, or correct path."
split "${PARAM_MORE_ARGUMENTS:-}"

python=$(command -v python3) || fail "There is no python3 on the PATH: use an executor that holds it, such as this orb's python."
environment=$(mktemp -d)
trap 'rm -rf "$environment"' EXIT
"$python" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check "orbgen==$wanted"
mkdir -p test-results/orbgen orbgen-reports
"$environment/bin/orbgen" lint --fail-on "${PARAM_FAIL_ON:-medium}" \
  --output junit=test-results/orbgen/orbgen.xml --output orbgen-reports/orbgen.sarif \
  ${words[@]+"${words[@]}"} "$path"
