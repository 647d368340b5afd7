"""Mistakes to plant in configurations that have none: each kind knows where it fits and what has to be said of it."""
