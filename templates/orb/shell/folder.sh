
# PARAM_FOLDER         the folder in TELEPORT_CREDENTIALS that holds the credentials; default: the service's name
folder=${PARAM_FOLDER:-}
folder_form='^([A-Za-z0-9][A-Za-z0-9_-]*)?$'
[[ $folder =~ $folder_form ]] ||
  fail "'$folder' is no name for a folder of credentials: write one of letters, digits, - and _, such as staging."
