
# The settings of the service as the caller wrote them, indented as they stand in tbot.yaml.
own_settings() {
  local line_end=$'\n'
  local text=${1%"$line_end"} type_form="(^|$line_end)(type|destination|name) *:"
  [[ -n $text ]] || return 0
  [[ ! $text =~ $type_form ]] || fail "settings hold '${BASH_REMATCH[2]}', which this step sets itself: leave it out."
  settings="$settings    ${text//$line_end/$line_end    }$line_end"
}
