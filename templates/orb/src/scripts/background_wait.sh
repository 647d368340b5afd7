#!/usr/bin/env bash
# Waits until a service in the background is ready, and explains why where it does not get so.
#
# PARAM_READY_TIMEOUT  the seconds that it may take to get ready; default: 60; 0 to go on at once
#
# Uses TELEPORT_CREDENTIALS.

#include start.sh
#include folder.sh
#include background_folder.sh
#include listening.sh
#include diagnostics.sh
#include tbot.sh
#include stop.sh

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
