"""What the rules about correctness share."""
