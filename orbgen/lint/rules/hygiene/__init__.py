"""Rules about what is written for orbgen itself."""
