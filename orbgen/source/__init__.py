"""Text to located nodes and back: reading YAML as CircleCI reads it, places, comments and minimal text edits."""
