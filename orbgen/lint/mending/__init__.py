"""Mending: the fixes of findings, how they are made, and what holds them to what they say."""
