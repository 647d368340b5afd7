"""The linter: rules over compiled pipelines, and the findings they make."""
