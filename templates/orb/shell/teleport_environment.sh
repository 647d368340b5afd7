
# What earlier steps exported would get in the way of what this one is told.
unset TELEPORT_PROXY TELEPORT_AUTH_SERVER TELEPORT_IDENTITY_FILE TELEPORT_CLUSTER TELEPORT_LOGIN
