"""What the rules about Teleport's resources share: who holds a role, who joins with a token, who fills in a file."""
