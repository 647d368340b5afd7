"""What the rules about Teleport share."""
