"""The orb: packing its fragments into one file, validating it offline, publishing it."""
