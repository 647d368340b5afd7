"""Lint, compile and generate CircleCI pipelines that reach servers through Teleport."""

__version__ = "0.1.0"
