
[[ -n ${BASH_ENV:-} ]] ||
  fail "BASH_ENV is not set, so later steps would find no credentials: set it to the path of a file, as CircleCI does."

# Makes a private folder for one service's credentials, in the one that TELEPORT_CREDENTIALS names to later steps.
# It is removed at the end of this step unless `keep` is called.
open_folder() {
  local temporary=${TMPDIR:-/tmp}
  root=${TELEPORT_CREDENTIALS:-}
  discarded=
  if [[ ! -d $root ]]; then
    root=$(mktemp -d "${temporary%/}/teleport.XXXXXXXX")
    discarded=$root
    trap 'rm -rf "$discarded"' EXIT
  fi
  credentials=$root/$1
  [[ ! -e $credentials ]] ||
    fail "This job has joined Teleport already, with credentials in $credentials:" \
      "log out before it joins again, or give folder another name to keep both."
  discarded=${discarded:-$credentials}
  trap 'rm -rf "$discarded"' EXIT
  mkdir "$credentials"
  # A tbot for Windows takes no paths of a Unix shell.
  native=$credentials
  if command -v cygpath > /dev/null; then
    native=$(cygpath -m "$credentials")
  fi
}

export_variable() {
  printf 'export %s=%q\n' "$1" "$2" >> "$BASH_ENV"
  # Those that logout takes back.
  printf '%s\n' "$1" >> "$root/exported"
}

keep() {
  if [[ $discarded == "$root" ]]; then
    export_variable TELEPORT_CREDENTIALS "$root"
  fi
  trap - EXIT
}
