# PARAM_HOST           the server, SERVER.CLUSTER for OpenSSH
# PARAM_LOGIN          the user to log in as
host=${PARAM_HOST:-}
login=${PARAM_LOGIN:-}
name_form='^[^[:space:][:cntrl:]$@-][^[:space:][:cntrl:]$@]*$'
[[ $host =~ $name_form ]] ||
  fail "'$host' is no name of a server: write the one that Teleport shows." \
    "Variables such as \$NAME are not expanded in parameters."
[[ $login =~ $name_form ]] ||
  fail "'$login' is no user to log in as." "Variables such as \$NAME are not expanded in parameters."
