"""What the rules about contexts share."""
