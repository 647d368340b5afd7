
# Labels such as env=prod,team=shop as a YAML mapping, in `mapping`.
read_labels() {
  local rest=$1, pair form='^[^=,[:space:]$]+=[^=,]+$'
  mapping=
  while [[ -n $rest ]]; do
    pair=${rest%%,*}
    rest=${rest#*,}
    [[ $pair =~ $form ]] || fail "'$1' are no labels: write ones such as env=prod,team=shop."
    quote "${pair%%=*}"
    mapping=$mapping${mapping:+, }$quoted
    quote "${pair#*=}"
    mapping="$mapping: $quoted"
  done
  mapping="{$mapping}"
}
