"""The distribution: what is in the wheel that is built from the source archive, and that it runs once installed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from orbgen import __version__

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).parent.parent


def _run(*command: str | Path, cwd: Path) -> str:
    """What a command that succeeds prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    run = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by way of the source archive, so that this is known to be whole as well."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it, which borrows the dependencies from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("installed")
    _run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-index")
    _run(sys.executable, "-m", "pip", "--python", python, "install", *options, wheel, cwd=folder)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site_packages / "dependencies.pth").write_text("\n".join(sorted(borrowed)) + "\n", encoding="utf-8")
    return folder


def test_the_wheel_holds_all_that_the_package_reads(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    sources = {path: path.relative_to(ROOT) for path in (ROOT / "orbgen").rglob("*") if path.is_file()}
    expected = {str(name) for name in sources.values() if "__pycache__" not in name.parts}
    templates = (path for path in (ROOT / "templates").rglob("*") if path.is_file())
    expected |= {f"orbgen/{path.relative_to(ROOT)}" for path in templates}
    assert {"orbgen/py.typed", "orbgen/templates/README.md"} <= expected
    assert any(name.startswith("orbgen/lint/rules/") and name.endswith(".md") for name in expected)
    assert expected - packed == set()
    assert {name.split("/")[0] for name in packed} == {"orbgen", f"orbgen-{__version__}.dist-info"}


def test_the_installed_command_runs_from_any_folder(environment, tmp_path):
    assert _run(environment / "bin" / "orbgen", "--version", cwd=tmp_path) == f"orbgen {__version__}\n"


def test_the_installed_package_is_the_one_that_runs(environment, tmp_path):
    place = _run(environment / "bin" / "python", "-c", "import orbgen; print(orbgen.__file__)", cwd=tmp_path)
    assert Path(place.strip()).is_relative_to(environment)


def test_the_installed_command_reads_its_rules_and_pages(environment, tmp_path):
    orbgen = environment / "bin" / "orbgen"
    assert "compile-error" in _run(orbgen, "explain", "compile-error", cwd=tmp_path)


def test_the_installed_package_renders_the_orb(environment, tmp_path):
    program = "from orbgen.orb.render import write_orb; write_orb('orb')"
    _run(environment / "bin" / "python", "-c", program, cwd=tmp_path)
    written = {
        path.relative_to(tmp_path): path.read_bytes() for path in (tmp_path / "orb").rglob("*") if path.is_file()
    }
    kept = {path.relative_to(ROOT): path.read_bytes() for path in (ROOT / "orb").rglob("*") if path.is_file()}
    assert written == kept
