
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
