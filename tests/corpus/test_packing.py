"""Packing against what the official packers published: the same data, or a difference whose reason is known."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from orbgen.circleci.output import data_of
from orbgen.orb.pack import pack, read_folder
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read

_STALE = "the source was changed after it had been packed"
_EMPTY = "the first packers wrote a folder without elements as an empty section"

# By the folder of a source, each place where the packed file in its repository is another, and why.
DIFFERENCES = {
    "CircleCI-Archived__salesforce-apex-orb/be3f777cfa3a": {
        "commands/source-push/description": _STALE,
        "executors": _EMPTY,
    },
    "CircleCI-Public__gcp-cloud-run-orb/f07a4a2ab717": {
        "commands/build/parameters/source/description": _STALE,
        "commands/build/steps/0/run/command": _STALE,
        "commands/deploy/description": _STALE,
        "commands/deploy/steps/0/run/command": _STALE,
        "commands/init/description": _STALE,
        "commands/init/parameters": _STALE,
        "commands/init/steps/1": _STALE,
        "examples/build_and_deploy_on_gke/usage/jobs/build_and_deploy_gke/steps": _STALE,
        "examples/build_and_deploy_on_gke/usage/orbs/cloudrun": _STALE,
        "examples/build_and_deploy_on_gke/usage/orbs/gcp-cloud-run": _STALE,
        "examples/build_and_deploy_on_managed/usage/jobs/build_and_deploy/steps": _STALE,
        "examples/build_and_deploy_on_managed/usage/orbs/cloudrun": _STALE,
        "examples/build_and_deploy_on_managed/usage/orbs/gcp-cloud-run": _STALE,
    },
    "CircleCI-Public__gcp-cloud-run-orb/94fc59fe16e9": {
        "commands/deploy/description": _STALE,
        "commands/init/description": _STALE,
        "commands/init/parameters": _STALE,
        "commands/init/steps/1": _STALE,
        "examples/build_and_deploy_on_gke/usage/jobs/build_and_deploy_gke/steps": _STALE,
    },
    "CircleCI-Public__gcp-cloud-run-orb/79c359dd3822": {"commands/create_gke_cluster/steps/0/run/command": _STALE},
    "CircleCI-Public__orb-tools-orb/b90e8bb43451": {"examples": _EMPTY, "executors": _EMPTY},
    "bjd2385__dynamic-continuation-orb/dab10702a6d6": {
        "commands/filter/steps/0/run/command": _STALE,
        "examples/dynamic_continuation_pipeline/usage/setup": "that packer did not know the key, and left it out",
        "examples/dynamic_continuation_pipeline/usage/version": "the older packers take the version for text",
    },
    "giantswarm__architect-orb/7b72339521f0": {
        "commands/go-test/steps/3/run/command": _STALE,
        "commands/go-test/steps/7/run/command": _STALE,
        "commands/package-and-push-oci/steps/2/unless/steps/0/run/command": _STALE,
    },
}
# No YAML to any reader: a run step lost the key of its script.
UNREADABLE = {"ministryofjustice__hmpps-circleci-orb/3f4e61d680e2"}
# Sources without @orb.yml, which `circleci config pack` joins.
CONFIGURATIONS = "hashicorp__boundary/"


def _sources(corpus: Path) -> Iterator[tuple[str, Path, Path]]:
    """The name of each source, its folder, and the packed file."""
    with open(corpus / "orb-packs.tsv", encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            name = f"{row['repository'].replace('/', '__')}/{row['commit'][:12]}"
            folder = corpus / "orb-packs" / name
            if not name.startswith(CONFIGURATIONS):
                yield name, folder / row["src_dir"], folder / "packed.yml"


def _data(text: str) -> object:
    return data_of(read(text.encode(), "packed.yml").root)


def _packed(folder: Path, *, legacy: bool) -> object:
    return _data(pack(read_folder(str(folder), legacy=legacy), legacy=legacy))


def _differences(ours: object, theirs: object, path: str = "") -> Iterator[str]:
    """The paths of what differs, in type or in value."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in ours.keys() | theirs.keys():
            inner = f"{path}/{key}" if path else str(key)
            if key in ours and key in theirs:
                yield from _differences(ours[key], theirs[key], inner)
            else:
                yield inner
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(one, other, f"{path}/{index}")
    elif type(ours) is not type(theirs) or ours != theirs:
        yield path


def test_what_was_published_is_what_we_pack(corpus: Path):
    equal = 0
    for name, folder, published in _sources(corpus):
        if name in UNREADABLE:
            with pytest.raises(UnreadableError, match="unable to parse YAML"):
                read_folder(str(folder))
            continue
        theirs = _data(published.read_text(encoding="utf-8"))
        known = DIFFERENCES.get(name, {})
        assert set(_differences(_packed(folder, legacy=False), theirs)) == set(known), name
        equal += not known or set(known.values()) == {_EMPTY}
        # The older packer takes the version of an example for text, as did only the last of those that made these.
        legacy = {path for path in _differences(_packed(folder, legacy=True), theirs) if not path.endswith("/version")}
        assert legacy <= set(known), name
    assert equal == 4
