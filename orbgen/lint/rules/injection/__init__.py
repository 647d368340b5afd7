"""Rules on injection."""
