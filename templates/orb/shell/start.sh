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
