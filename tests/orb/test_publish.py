"""What a publication will be, and why there is none, by what a registry knows."""

from __future__ import annotations

import msgspec
import pytest

from orbgen.orb.publish import BadReferenceError, NotPublishableError, OrbReference, page, prepare, read_reference


class State(msgspec.Struct, frozen=True):
    namespace_exists: bool = True
    orb_exists: bool = True
    is_private: bool | None = False
    newest: str | None = "1.2.3"


class Registry:
    """One orb, with what a test wants it to be."""

    def __init__(self, state=State(), versions=()):  # noqa: B008
        self.known = state
        self.versions = versions
        self.asked = []

    def state(self, namespace, name):
        self.asked.append((namespace, name))
        return self.known

    def has_version(self, reference):
        return reference in self.versions

    def publish(self, namespace, name, version, source):
        raise AssertionError("nothing is published while it is prepared")


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
    publication = prepare(OrbReference("acme", "deploy", "1.3.0"), registry)
    assert registry.asked == [("acme", "deploy")]
    assert (publication.is_private, publication.newest) == (False, "1.2.3")
    assert (publication.replaces, publication.steps_back) == (False, False)


def test_the_first_version():
    publication = prepare(OrbReference("acme", "deploy", "0.1.0"), Registry(State(newest=None)))
    assert (publication.newest, publication.steps_back) == (None, False)


@pytest.mark.parametrize(("version", "back"), [("1.2.2", True), ("0.9.9", True), ("1.10.0", False), ("dev:x", False)])
def test_whether_a_version_is_lower_than_the_newest(version, back):
    assert prepare(OrbReference("acme", "deploy", version), Registry()).steps_back is back


def test_a_development_version_is_replaced():
    registry = Registry(versions=("acme/deploy@dev:alpha",))
    assert prepare(OrbReference("acme", "deploy", "dev:alpha"), registry).replaces
    assert not prepare(OrbReference("acme", "deploy", "dev:beta"), registry).replaces


@pytest.mark.parametrize(
    ("newest", "next_"), [("1.2.3", "1.2.4"), (None, "1.0.1"), ("nonsense", "nonsense or another new version")]
)
def test_a_production_version_that_exists(newest, next_):
    registry = Registry(State(newest=newest), ("acme/deploy@1.0.0",))
    with pytest.raises(NotPublishableError) as caught:
        prepare(OrbReference("acme", "deploy", "1.0.0"), registry)
    assert str(caught.value).startswith("acme/deploy@1.0.0 exists already")
    assert f"publish {next_}" in str(caught.value)


def test_an_unknown_orb():
    with pytest.raises(NotPublishableError) as caught:
        prepare(OrbReference("acme", "deploy", "1.0.0"), Registry(State(orb_exists=False)))
    assert "there is no orb 'acme/deploy'" in str(caught.value)
    assert "`circleci orb create acme/deploy`" in str(caught.value)


def test_an_unknown_namespace():
    with pytest.raises(NotPublishableError) as caught:
        prepare(OrbReference("acme", "deploy", "1.0.0"), Registry(State(namespace_exists=False, orb_exists=False)))
    assert "there is no namespace 'acme'" in str(caught.value)
    assert "`circleci namespace create acme --org-id ORGANIZATION_ID`" in str(caught.value)


def test_the_page_of_a_version():
    reference = OrbReference("acme", "deploy", "dev:alpha")
    assert page(reference) == "https://circleci.com/developer/orbs/orb/acme/deploy?version=dev:alpha"
