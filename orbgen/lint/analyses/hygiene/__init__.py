"""What the rules about upkeep look at."""
