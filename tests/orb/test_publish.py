"""What a publication will be, and why there is none, by what a registry knows."""

from __future__ import annotations

import msgspec
import pytest

from orbgen.orb.difference import Bump
from orbgen.orb.publish import BadReferenceError, NotPublishableError, OrbReference, page, prepare, read_reference


class State(msgspec.Struct, frozen=True):
    namespace_exists: bool = True
    orb_exists: bool = True
    is_private: bool | None = False
    newest: str | None = "1.2.3"


class Version(msgspec.Struct, frozen=True):
    source: str


OLD = "version: 2.1\ncommands: {go: {steps: [checkout]}}\n"
NEW = OLD.replace("{go:", "{stay: {steps: [checkout]}, go:")


class Registry:
    """One orb, with what a test wants it to be; `versions` have a source that no test publishes."""

    def __init__(self, state=State(), versions=(), newest=OLD):  # noqa: B008
        self.known = state
        self.versions = dict.fromkeys(versions, "version: 2.1\n")
        if state.newest is not None:
            self.versions.setdefault(f"acme/deploy@{state.newest}", newest)
        self.asked = []

    def state(self, namespace, name):
        self.asked.append((namespace, name))
        return self.known

    def source(self, reference):
        found = self.versions.get(reference)
        return None if found is None else Version(found)


@pytest.mark.parametrize(
    ("text", "version", "development"),
    [
        ("acme/deploy@1.2.3", "1.2.3", False),
        ("acme/deploy@0.0.0", "0.0.0", False),
        ("a-b/c_d@dev:alpha", "dev:alpha", True),
        ("acme/deploy@dev:feature/x-1.2_Y", "dev:feature/x-1.2_Y", True),
    ],
)
def test_what_can_be_published(text, version, development):
    reference = read_reference(text)
    assert (str(reference), reference.version, reference.is_development) == (text, version, development)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not begin with an orb's name"),
        ("deploy@1.2.3", "does not begin with an orb's name"),
        ("Acme/deploy@1.2.3", "does not begin with an orb's name"),
        ("acme/deploy/x@1.2.3", "does not begin with an orb's name"),
        ("acme/deploy", "names no version; add one, such as acme/deploy@1.2.3 or acme/deploy@dev:alpha"),
        ("acme/deploy@", "'' is no version to publish"),
        ("acme/deploy@1.2", "'1.2' is no version to publish; a production version has three numbers"),
        ("acme/deploy@v1.2.3", "'v1.2.3' is no version to publish"),
        ("acme/deploy@1.2.3-rc1", "is no version to publish"),
        ("acme/deploy@volatile", "is no version to publish"),
        ("acme/deploy@dev:", "is no version to publish"),
        ("acme/deploy@dev:a b", "is no version to publish"),
        ("acme/deploy@1.2.3\n", "is no version to publish"),
        ("acme/deploy@dev:" + "x" * 2000, "is no version to publish"),
    ],
)
def test_what_cannot(text, message):
    with pytest.raises(BadReferenceError) as caught:
        read_reference(text)
    assert message in str(caught.value)


def test_a_production_version():
    registry = Registry()
    publication = prepare(OrbReference("acme", "deploy", "1.3.0"), registry, NEW)
    assert registry.asked == [("acme", "deploy")]
    assert (publication.is_private, publication.newest) == (False, "1.2.3")
    assert (publication.replaces, publication.steps_back, publication.done) == (False, False, False)
    assert publication.difference is not None
    assert publication.difference.bump is Bump.MINOR
    assert (publication.too_small, publication.proposed) == (False, "1.3.0")


def test_the_first_version():
    publication = prepare(OrbReference("acme", "deploy", "0.1.0"), Registry(State(newest=None)), NEW)
    assert (publication.newest, publication.steps_back) == (None, False)
    assert (publication.difference, publication.too_small, publication.proposed) == (None, False, None)


@pytest.mark.parametrize(("version", "back"), [("1.2.2", True), ("0.9.9", True), ("1.10.0", False), ("dev:x", False)])
def test_whether_a_version_is_lower_than_the_newest(version, back):
    assert prepare(OrbReference("acme", "deploy", version), Registry(), NEW).steps_back is back


@pytest.mark.parametrize(
    ("newest", "version", "small"),
    [("1.2.3", "1.2.4", True), ("1.2.3", "1.3.0", False), ("1.2.3", "2.0.0", False), ("1.2.3", "dev:x", False),
     ("0.2.3", "0.2.4", False), ("1.2.3", "1.1.0", False)],
)  # fmt: skip
def test_whether_a_step_is_too_small(newest, version, small):
    registry = Registry(State(newest=newest))
    assert prepare(OrbReference("acme", "deploy", version), registry, NEW).too_small is small


def test_the_same_source_again():
    there = prepare(OrbReference("acme", "deploy", "1.2.3"), Registry(), f"{OLD}\n")
    assert there.done
    again = prepare(OrbReference("acme", "deploy", ""), Registry(), OLD, Bump.PATCH)
    assert (again.done, str(again.reference)) == (True, "acme/deploy@1.2.3")
    assert not prepare(OrbReference("acme", "deploy", "1.2.4"), Registry(), OLD).done


@pytest.mark.parametrize(("newest", "version"), [("1.2.3", "1.3.0"), (None, "0.1.0")])
def test_an_increment(newest, version):
    registry = Registry(State(newest=newest))
    publication = prepare(OrbReference("acme", "deploy", ""), registry, NEW, Bump.MINOR)
    assert str(publication.reference) == f"acme/deploy@{version}"


def test_an_increment_of_what_is_no_version():
    with pytest.raises(NotPublishableError, match="the newest version of 'acme/deploy' is nonsense"):
        prepare(OrbReference("acme", "deploy", ""), Registry(State(newest="nonsense")), NEW, Bump.MINOR)


def test_a_development_version_is_replaced():
    registry = Registry(versions=("acme/deploy@dev:alpha",))
    assert prepare(OrbReference("acme", "deploy", "dev:alpha"), registry, NEW).replaces
    assert not prepare(OrbReference("acme", "deploy", "dev:beta"), registry, NEW).replaces


@pytest.mark.parametrize(
    ("newest", "next_"), [("1.2.3", "1.2.4"), (None, "1.0.1"), ("nonsense", "nonsense or another new version")]
)
def test_a_production_version_that_exists(newest, next_):
    registry = Registry(State(newest=newest), ("acme/deploy@1.0.0",))
    with pytest.raises(NotPublishableError) as caught:
        prepare(OrbReference("acme", "deploy", "1.0.0"), registry, NEW)
    assert str(caught.value).startswith("acme/deploy@1.0.0 exists already")
    assert f"publish {next_}" in str(caught.value)


def test_an_unknown_orb():
    with pytest.raises(NotPublishableError) as caught:
        prepare(OrbReference("acme", "deploy", "1.0.0"), Registry(State(orb_exists=False)), NEW)
    assert "there is no orb 'acme/deploy'" in str(caught.value)
    assert "`orbgen orb create acme/deploy`" in str(caught.value)


def test_an_unknown_namespace():
    with pytest.raises(NotPublishableError) as caught:
        prepare(OrbReference("acme", "deploy", "1.0.0"), Registry(State(namespace_exists=False, orb_exists=False)), NEW)
    assert "there is no namespace 'acme'" in str(caught.value)
    assert "`orbgen orb create-namespace acme --org-id ORGANIZATION_ID`" in str(caught.value)


def test_the_page_of_a_version():
    reference = OrbReference("acme", "deploy", "dev:alpha")
    assert page(reference) == "https://circleci.com/developer/orbs/orb/acme/deploy?version=dev:alpha"
