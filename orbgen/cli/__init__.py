"""The command line: one module a command. The only room that prints, exits or reads the terminal."""
