
# PARAM_DIAG_PORT      the port on 127.0.0.1 where tbot tells of its health; default: 57263
port=${PARAM_DIAG_PORT:-57263}
port_form='^[1-9][0-9]{0,4}$'
[[ $port =~ $port_form ]] || fail "diag_port is '$port', but has to be the number of a port."
