"""Containers with power over a machine, and how long the machine lasts."""

from __future__ import annotations

import pytest

from orbgen.project.facts import Facts
from tests.lint.linting import found, script

RULE = "privileged-container"
OWN = "machine: true\nresource_class: acme/linux"


def on_own_runner(folder, text, facts=None):
    config = script(text, keys=OWN).replace('    docker: [{image: "cimg/base:2026.01"}]\n', "")
    return found(folder, config, RULE, facts=facts)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("docker run --rm -it --privileged=true app:1", 1),
        ("docker run --privileged=false app:1", 0),
        ("sudo podman run --mount type=bind,source=/run/podman/podman.sock,target=/s app:1", 1),
        ("docker run -v/var/run/docker.sock:/s app:1", 1),
        ("docker run --volume=/var/run/docker.sock:/s:ro app:1", 1),
        ("docker run --cap-add=all --cap-add cap_sys_admin app:1", 2),
        ("docker run --net=host --mount type=bind,src=/,dst=/host app:1", 1),
        ("docker run -e A=--privileged app:1", 0),
        ("docker exec --privileged app make", 0),
        ("docker build --network=host .", 0),
    ],
)
def test_what_gives_power(tmp_path, text, count):
    assert len(on_own_runner(tmp_path, text)) == count


def test_a_runner_that_is_made_anew_is_gone_after_the_job(tmp_path):
    (finding,) = on_own_runner(tmp_path, "docker run --privileged app:1", Facts(ephemeral_runners=("acme/*",)))
    assert (finding.severity.value, finding.persona.value) == ("info", "pedantic")
