"""What is shipped with orbgen and is no module of it."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# In the wheel the templates lie in the package, in a checkout beside it.
TEMPLATES = next(
    folder
    for folder in (os.path.join(_PACKAGE, "templates"), os.path.join(os.path.dirname(_PACKAGE), "templates"))
    if os.path.isdir(folder)
)
