"""`python -m orbgen`, the same as the command `orbgen`."""

from __future__ import annotations

import sys

from orbgen.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
