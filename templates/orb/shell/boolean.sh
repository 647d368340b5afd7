
# CircleCI passes a boolean on as 1 or 0, other callers as true or false.
is_true() {
  case ${2:-false} in
    0 | false) return 1 ;;
    1 | true) return 0 ;;
    *) fail "$1 is '$2', but has to be true or false." ;;
  esac
}
