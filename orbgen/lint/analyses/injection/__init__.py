"""What the rules about injection share: untrusted text, how it flows, and where it becomes code."""
