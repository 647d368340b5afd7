"""CircleCI's APIs: one client for GraphQL and REST, with the user's own settings and a token that is never shown."""
