
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
