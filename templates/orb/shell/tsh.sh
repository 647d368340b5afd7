
command -v tsh > /dev/null ||
  fail "There is no tsh on the PATH: install it in a step before this one, or use an image that holds it."
