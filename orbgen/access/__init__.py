"""Who can reach what: joins CircleCI's job runs with Teleport's credentials."""
