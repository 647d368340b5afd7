"""Rules that join both sides: CircleCI's job runs, and Teleport's tokens, bots and roles."""
