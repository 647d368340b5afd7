"""The repository that orbgen works in: its CircleCI files and what git knows about it."""
