"""Reading run scripts: commands with their words, variables, redirections and here-documents, by a real grammar."""
