
# PARAM_PROXY          the proxy's address, HOST or HOST:PORT
proxy=${PARAM_PROXY:-}
proxy_form='^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:[0-9]+)?$'
[[ $proxy =~ $proxy_form ]] ||
  fail "'$proxy' is no address of a Teleport proxy: write one such as example.teleport.sh:443, without https://." \
    "Variables such as \$NAME are not expanded in parameters."
[[ $proxy =~ :[0-9]+$ ]] || proxy=$proxy:443
