#!/usr/bin/env bash
# Stops what runs in the background and removes the credentials in TELEPORT_CREDENTIALS; does nothing where there are none.

#include start.sh
#include stop.sh

root=${TELEPORT_CREDENTIALS:-}
if [[ ! -e $root ]]; then
  echo "There are no Teleport credentials to remove."
  exit 0
fi

# Whoever set the variable to a folder that holds other things as well did not mean to lose them.
target=$(cd "$root" 2> /dev/null && pwd -P) || target=/
here=$(pwd -P)
home=$(cd "${HOME:-/}" 2> /dev/null && pwd -P) || home=/
if [[ $root != /* || ${here%/}/ == "${target%/}"/* || ${home%/}/ == "${target%/}"/* ]]; then
  fail "TELEPORT_CREDENTIALS is '$root', which is no folder of credentials alone: nothing was removed."
fi


pid_form='^[1-9][0-9]*$'
for file in "$target"/*/pid; do
  [[ -r $file ]] || continue
  read -r pid < "$file" || true
  if [[ ${pid:-} =~ $pid_form ]]; then
    stop "$pid"
    name=${file%/pid}
    echo "Stopped the tbot of ${name##*/}."
  fi
done

# What earlier steps exported goes as well.
names=()
if [[ -r $target/exported ]]; then
  while read -r name; do
    names+=("$name")
  done < "$target/exported"
fi
rm -rf "$target" || fail "The Teleport credentials in $root could not be removed: somebody else owns some of them."
if [[ -n ${BASH_ENV:-} ]]; then
  name_form='^[A-Z_]+$'
  for name in "${names[@]:-TELEPORT_CREDENTIALS}"; do
    [[ ! $name =~ $name_form ]] || echo "unset $name" >> "$BASH_ENV"
  done
fi
echo "The Teleport credentials are removed."
