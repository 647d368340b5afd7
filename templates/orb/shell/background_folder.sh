
# PARAM_SERVICE        the type of the service: application-tunnel, application-proxy, database-tunnel, ssh-multiplexer or
#                      workload-identity-api
service=${PARAM_SERVICE:-}
folder=${folder:-$service}
# What tbot says stays after the job has logged out, for store_artifacts.
log=${HOME:-/tmp}/.teleport-logs/$folder.log
