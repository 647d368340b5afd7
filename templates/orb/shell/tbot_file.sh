
# A text as a YAML scalar, in `quoted`.
quote() {
  local mark="'"
  [[ $1 != *[[:cntrl:]]* ]] || fail "This value holds a line end or another control character: $1"
  quoted=$mark${1//$mark/$mark$mark}$mark
}

# The settings of the service that is asked for, as lines of its entry in tbot.yaml.
settings=
setting() {
  settings=$settings"    $1: $2"$'\n'
}
text_setting() {
  [[ -n $2 ]] || return 0
  [[ $2 != \$* ]] || fail "$1 is '$2', but variables such as \$NAME are not expanded in parameters."
  quote "$2"
  setting "$1" "$quoted"
}
destination_setting() {
  quote "$1"
  setting destination "{type: directory, path: $quoted, symlinks: try-secure}"
}

# PARAM_DEBUG          true or 1: let tbot tell all that it does
# What tbot.yaml says beside its services, for the version of this tbot.
general_settings() {
  local onboarding pin list=
  echo "version: v2"
  quote "$proxy"
  # Before version 16 not every tbot knows proxy_server, and all take the proxy for an auth server.
  if at_least 16 0 0; then echo "proxy_server: $quoted"; else echo "auth_server: $quoted"; fi
  if at_least 17 3 0; then echo "credential_ttl: $ttl"; else echo "certificate_ttl: $ttl"; fi
  echo "storage: {type: memory}"
  if is_true debug "${PARAM_DEBUG:-}"; then
    echo "debug: true"
  fi
  # Flags say the rest where they can: how a job joins, then shows without running it.
  if [[ -n $audience$pins ]]; then
    quote "$token"
    onboarding="join_method: $join_method, token: $quoted"
    for pin in $pins; do
      list=$list${list:+, }\'$pin\'
    done
    [[ -z $list ]] || onboarding="$onboarding, ca_pins: [$list]"
    if [[ -n $audience ]]; then
      quote "{\"aud\":\"$audience\"}"
      onboarding="$onboarding, generic_oidc: {command: [circleci, run, oidc, get, --claims, $quoted]}"
    fi
    echo "onboarding: {$onboarding}"
  fi
}

# tbot.yaml for a service of a type with the settings that were made.
write_tbot_file() {
  local list=services
  # Newer versions call them services; those before 15.4.10 may not know that word.
  at_least 15 4 10 || list=outputs
  general_settings
  quote "$1"
  printf '%s:\n  - type: %s\n%s' "$list" "$quoted" "$settings"
}
