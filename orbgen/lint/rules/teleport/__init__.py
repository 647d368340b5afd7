"""Rules on teleport."""
