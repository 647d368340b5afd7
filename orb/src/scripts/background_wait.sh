#!/usr/bin/env bash
# Waits until a service in the background is ready, and explains why where it does not get so.
#
# PARAM_READY_TIMEOUT  the seconds that it may take to get ready; default: 60; 0 to go on at once
#
# Uses TELEPORT_CREDENTIALS.

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

# PARAM_FOLDER         the folder in TELEPORT_CREDENTIALS that holds the credentials; default: the service's name
folder=${PARAM_FOLDER:-}
folder_form='^([A-Za-z0-9][A-Za-z0-9_-]*)?$'
[[ $folder =~ $folder_form ]] ||
  fail "'$folder' is no name for a folder of credentials: write one of letters, digits, - and _, such as staging."

# PARAM_SERVICE        the type of the service: application-tunnel, application-proxy, database-tunnel, ssh-multiplexer or
#                      workload-identity-api
service=${PARAM_SERVICE:-}
folder=${folder:-$service}
# What tbot says stays after the job has logged out, for store_artifacts.
log=${HOME:-/tmp}/.teleport-logs/$folder.log

# PARAM_LISTEN         where it listens: tcp://127.0.0.1:PORT or unix:///PATH; nothing for ssh-multiplexer
listen=${PARAM_LISTEN:-}

# PARAM_DIAG_PORT      the port on 127.0.0.1 where tbot tells of its health; default: 57263
port=${PARAM_DIAG_PORT:-57263}
port_form='^[1-9][0-9]{0,4}$'
[[ $port =~ $port_form ]] || fail "diag_port is '$port', but has to be the number of a port."

command -v tbot > /dev/null ||
  fail "There is no tbot on the PATH: install it in a step before this one, or use an image that holds it."
said=$(tbot version 2>&1) || fail "tbot does not run here: $said"
[[ $said =~ v([0-9]+)\.([0-9]+)\.([0-9]+) ]] || fail "tbot does not tell its version: $said"
version=${BASH_REMATCH[0]#v} major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]} patch=${BASH_REMATCH[3]}
[[ $major -ge 14 ]] || fail "tbot $version is too old for this step: install version 14 or newer."

# Whether this tbot is of a version or newer, which is given as three numbers.
at_least() {
  [[ $major -gt $1 || ($major -eq $1 && ($minor -gt $2 || ($minor -eq $2 && $patch -ge $3))) ]]
}

# Ends a tbot in the background: asked politely, and after five seconds no longer.
stop() {
  local pid=$1 waited=0
  kill "$pid" 2> /dev/null || return 0
  while [[ $waited -lt 5 ]] && kill -0 "$pid" 2> /dev/null; do
    sleep 1
    waited=$((waited + 1))
  done
  kill -9 "$pid" 2> /dev/null || true
}

seconds=${PARAM_READY_TIMEOUT:-60}
number_form='^[0-9]+$'
[[ $seconds =~ $number_form ]] || fail "ready_timeout is '$seconds', but has to be a number of seconds."
[[ $seconds != 0 ]] || exit 0
credentials=${TELEPORT_CREDENTIALS:?is not set, since an earlier step failed}/$folder

# Whether somebody answers on a port of this machine.
answers() {
  (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null
}

# Whether the tbot that tells of its health says that all is well.
is_healthy() {
  if at_least 18 6 4; then
    tbot wait --diag-addr="127.0.0.1:$port" --timeout=2s > /dev/null 2>&1
  else
    (
      exec 3<> "/dev/tcp/127.0.0.1/$port"
      printf 'GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
      read -r -t 5 answer <&3
      [[ $answer == *" 200 "* ]]
    ) 2> /dev/null
  fi
}

is_listening() {
  case $listen in
    tcp://*) answers "${listen##*:}" ;;
    unix://*) [[ -S ${listen#unix://} ]] ;;
    *) true ;;
  esac
}

give_up() {
  stop "${pid:-}"
  printf '%s\n' "--- $log" >&2
  cat "$log" >&2 2> /dev/null || true
  printf '%s\n' "---" >&2
  rm -rf "$credentials"
  fail "$@"
}

pid=
deadline=$((SECONDS + seconds))
until [[ -n $pid ]] && is_healthy && is_listening; do
  if [[ -z $pid && -s $credentials/pid ]]; then
    read -r pid < "$credentials/pid"
  fi
  if [[ -n $pid ]] && ! kill -0 "$pid" 2> /dev/null; then
    give_up "The tbot of $folder ended before it was ready; it says above why."
  fi
  [[ $SECONDS -lt $deadline ]] ||
    give_up "$folder was not ready after $seconds seconds; what its tbot said is above. ready_timeout sets how long it may take."
  sleep 1
done
echo "$folder is ready${listen:+, at $listen}."
