
has() {
  command -v "$1" > /dev/null 2>&1
}

fetch() {
  if has curl; then
    curl --fail --silent --show-error --location --proto-redir '=https' \
      --connect-timeout 20 --speed-limit 1000 --speed-time 60 --output "$2" "$1"
  else
    wget -q -O "$2" "$1"
  fi
}

download() {
  local attempt
  for attempt in 1 2 3; do
    if fetch "$1" "$2"; then
      return
    fi
    echo "Attempt $attempt of 3 to download $1 failed." >&2
    [[ $attempt == 3 ]] || sleep $((attempt * 3))
  done
  fail "$1 could not be downloaded." \
    "Check that Teleport $version exists in this edition for this platform, and that this job can reach $source_url."
}

sha256_of() {
  local sum
  if has sha256sum; then sum=$(sha256sum < "$1"); else sum=$(shasum -a 256 < "$1"); fi
  actual=${sum%% *}
}
