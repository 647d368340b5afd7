"""How much one compilation does: far more than people need, and little enough to be done in a second."""

import msgspec

# Calls that double at each level end at these.
MAXIMUM_DEPTH = 64
MAXIMUM_CALLS = 30_000
MAXIMUM_STEPS = 60_000
MAXIMUM_COMBINATIONS = 1_024  # of one matrix
MAXIMUM_JOB_RUNS = 5_000
MAXIMUM_DEPENDENCIES = 100_000
# Filled-in text is a copy; one that is passed on twice in itself doubles with every call.
MAXIMUM_FILLED_NODES = 200_000
MAXIMUM_FILLED_CHARACTERS = 20_000_000
MAXIMUM_FILLED_DEPTH = 160
MAXIMUM_PARTS = 20_000  # of one text
# A value that may be one of more than these is looked at as any text.
MAXIMUM_ALTERNATIVES = 256
MAXIMUM_OUTPUT_NODES = 500_000
MAXIMUM_OUTPUT_CHARACTERS = 20_000_000
MAXIMUM_ORBS = 256
MAXIMUM_ORB_NESTING = 16
# Past this, names that are nearly right are no longer looked for.
MAXIMUM_COMPARED_NAMES = 30_000
MAXIMUM_PROBLEMS = 1_000

# CircleCI's own.
MAXIMUM_CONTEXTS = 100
MAXIMUM_URL_ORBS = 50
MAXIMUM_URL_ORB_NESTING = 5


class Spent(msgspec.Struct):
    """What a run has spent so far."""

    calls: int = 0
    steps: int = 0
    job_runs: int = 0
    dependencies: int = 0
    nodes: int = 0
    depth: int = 0
    characters: int = 0
    orbs: int = 0
    url_orbs: int = 0
    names: int = 0
