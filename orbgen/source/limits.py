"""How much orbgen reads. Each limit is far above what people write and low enough to keep time and memory bounded."""

MAXIMUM_BYTES = 16 * 1024 * 1024
MAXIMUM_NODES = 100_000
MAXIMUM_EXPANDED_NODES = 250_000
# CircleCI allows 100 nested logic statements, each of which is a mapping and a list.
MAXIMUM_DEPTH = 256

TOO_DEEP = f"the document is nested more than {MAXIMUM_DEPTH} levels deep here"
TOO_LARGE = f"the document has more than {MAXIMUM_NODES:,} nodes"
REMEDY = "split the file or remove what is generated"
