# OpenSSH with the settings that tbot left beside the identity; they name the servers' keys as well.
[[ -r $credentials/ssh_config ]] || fail "tbot left no ssh_config in $credentials: install a release of 14 or newer."
command -v ssh > /dev/null || fail "There is no ssh on the PATH: install OpenSSH's client, or use an image that holds it."
