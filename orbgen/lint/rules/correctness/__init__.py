"""Rules on correctness."""
