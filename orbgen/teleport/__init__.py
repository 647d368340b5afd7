"""Teleport: its command lines, files and resources, by version."""
