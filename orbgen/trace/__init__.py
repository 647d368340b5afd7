"""Who can reach what: every way from a trigger to what Teleport guards, for people and for machines."""
