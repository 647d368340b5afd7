
# The identity that an earlier step left.
[[ -n ${TELEPORT_CREDENTIALS:-} ]] ||
  fail "There are no Teleport credentials: join Teleport in a step before this one, for an identity."
credentials=$TELEPORT_CREDENTIALS/${folder:-identity}
[[ -r $credentials/identity ]] ||
  fail "There is no Teleport identity in $credentials: join Teleport for one before this step, by the command identity."
