"""References to images, and the commands that use and make them."""

from __future__ import annotations

import pytest

from orbgen.lint.analyses.supply_chain.image_commands import images_made, images_used
from orbgen.lint.analyses.supply_chain.images import read_image
from orbgen.shell.script import read_script

SHA = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "looseness"),
    [
        ("node", "latest"),
        ("registry:5000/node", "latest"),
        ("node:latest", "latest"),
        ("node:lts-alpine", "alias"),
        ("node:Nightly", "alias"),
        ("node:22", "partial"),
        ("node:22.1-alpine", "partial"),
        ("node:bookworm", "partial"),
        ("node:22.1.0-alpine", "digest"),
        ("android:2024.11.1", "digest"),
        ("app:3f2ab91", "digest"),
        ("app:main-3f2ab91cde", "digest"),
        ("app:20240115", "digest"),
        (f"node@{SHA}", None),
        (f"registry:5000/node:latest@{SHA}", None),
    ],
)
def test_how_much_an_image_leaves_open(text: str, looseness: str | None):
    image = read_image(text)
    assert image is not None
    assert image.looseness == looseness


@pytest.mark.parametrize("text", ["", "$IMAGE", "Node", "a b", "node:", "-v"])
def test_what_is_no_image(text: str):
    assert read_image(text) is None


@pytest.mark.parametrize(
    ("text", "images"),
    [
        ("docker run node", ["node"]),
        ("sudo docker container run --rm -it -e A=1 --env B=2 -p80:80 -v /a:/b --name=x node:1 sh -c 'x'", ["node:1"]),
        ("docker run -dp 80:80 node", ["node"]),
        ("docker run -itv /a:/b --network host node", ["node"]),
        ("docker --context x pull -q node", ["node"]),
        ("docker image pull node", ["node"]),
        ("I=node:1\ndocker create --name x $I", ["node:1"]),
        ("podman run node", ["node"]),
        ("docker run -v $(pwd):/x --user \"$(id -u)\" node", ["node"]),
        ("docker run $OPTIONS", []),
        ("docker ps -a node; docker push node; echo docker run node", []),
        ("docker run", []),
        ("tee Dockerfile.test <<E\nFROM node:1 AS x\nfrom x\nFROM ${BASE}\nE\n", ["node:1"]),
        ("docker build - <<E\nFROM node:1\nE\n", ["node:1"]),
        ("cat > notes <<E\nFROM node:1\nE\n", []),
    ],
)  # fmt: skip
def test_the_images_that_a_script_uses(text: str, images: list[str]):
    assert [use.text for use in images_used(read_script(text))] == images


def test_where_an_image_stands():
    text = "docker pull a/b && docker build - <<E\nFROM c:1\nE\n"
    assert [text[use.start : use.end] for use in images_used(read_script(text))] == ["a/b", "c:1"]


@pytest.mark.parametrize(
    ("text", "names", "others"),
    [
        ("docker build -t a/b:1 --tag c . && docker tag c d:2", {"a/b", "c", "d"}, False),
        ("docker buildx build --tag=a:1 .", {"a"}, False),
        ("docker commit x y", {"y"}, False),
        ("docker build .", set(), True),
        ("docker build -t $X .", set(), True),
        ("docker load -i x.tar", set(), True),
        ("docker compose build", set(), True),
        ("docker-compose up", set(), True),
        ("docker run node", set(), False),
    ],
)
def test_the_images_that_a_script_makes(text: str, names: set[str], others: bool):
    made = images_made(read_script(text))
    assert (set(made.names), made.others) == (names, others)
