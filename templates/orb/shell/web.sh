
# The text at an https address; fails without a word where it cannot be had.
web_text() {
  if command -v curl > /dev/null; then
    curl --fail --silent --location --proto '=https' --max-time 15 "$1" 2> /dev/null
  elif command -v wget > /dev/null; then
    # That of BusyBox tries once in any case, and cannot be told so.
    if wget --version > /dev/null 2>&1; then
      wget -q -t 1 -T 10 -O - "$1" 2> /dev/null
    else
      wget -q -T 10 -O - "$1" 2> /dev/null
    fi
  else
    return 1
  fi
}
