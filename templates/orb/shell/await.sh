
# Waits for a process that this script started, so many seconds at most unless they are 0; 124 if it was stopped then.
await() {
  local pid=$1 seconds=$2
  local deadline=$((SECONDS + seconds))
  while kill -0 "$pid" 2> /dev/null; do
    if [[ $seconds != 0 && $SECONDS -ge $deadline ]]; then
      kill -9 "$pid"
      wait "$pid" || return 124
    fi
    sleep 0.1 2> /dev/null || sleep 1
  done
  wait "$pid"
}
