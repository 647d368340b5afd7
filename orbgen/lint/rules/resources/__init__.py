"""Rules on the tokens, bots and roles of Teleport."""
