"""What several rules need to know of a configuration, in folders named as the groups of rules."""
