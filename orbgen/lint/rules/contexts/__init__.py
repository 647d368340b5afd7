"""Rules about contexts and the gates in front of them."""
