
# Fails where this tbot is older than what is asked for: a version as three numbers, and what needs it.
needs() {
  at_least "$1" "$2" "$3" || fail "tbot $version has no $4, which came with version $1.$2.$3: install a newer one."
}
