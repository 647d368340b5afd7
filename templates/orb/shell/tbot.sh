
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
