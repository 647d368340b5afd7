"""CircleCI's language: reading a configuration and compiling it, offline, into the pipeline that CircleCI will run."""
