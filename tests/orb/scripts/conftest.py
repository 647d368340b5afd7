"""What the tests of the orb's scripts run in: jobs as CircleCI runs them, and a mirror of Teleport's releases."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_httpserver import HTTPServer

ROOT = Path(__file__).parent.parent.parent.parent
SCRIPTS = ROOT / "orb" / "src" / "scripts"
FAKES = ROOT / "tests" / "fakes"
VERSION = "18.11.0"

# What a job's image has: no more than the documentation of the orb asks for.
TOOLS = (
    "base64", "bash", "cat", "chmod", "cp", "curl", "date", "env", "gzip", "ln", "ls", "mkdir", "mktemp", "mv", "rm",
    "sed", "sh", "sha256sum", "sort", "tar", "tr", "uname",
)  # fmt: skip


# No test leaves this machine: what is asked of another one is a file here, or not to be had.
CURL = """#!/bin/sh
for word; do :; done
case $word in
  https://*)
    test -r {pages}/"${{word##*/}}" && echo "$word" >> {pages}/asked && exec cat {pages}/"${{word##*/}}"
    exit 22
    ;;
  *) exec /usr/bin/curl "$@" ;;
esac
"""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Result(msgspec.Struct, frozen=True):
    """How a step ended, and all that it printed."""

    code: int
    output: str

    def says(self, *words: str) -> bool:
        """Whether the step printed all of some texts."""
        return all([word in self.output for word in words])


class Job:
    """One job on one machine: steps that share a disk, and an environment by way of BASH_ENV alone."""

    def __init__(self, folder: Path, shell: tuple[str, ...] = ("bash",)) -> None:
        self.shell = shell
        self.user: int | None = None
        self.running: list[subprocess.Popen[bytes]] = []
        self.home, self.temporary, self.checkout, self.programs, self.servers = (
            folder / name for name in ("home", "tmp", "checkout", "bin", "servers")
        )
        for made in (self.home, self.temporary, self.checkout, self.programs, self.servers / "shop-1"):
            made.mkdir(parents=True)
        self.bash_env = folder / "bash_env"
        self.log = folder / "calls"
        self.environment = {
            "PATH": str(self.programs),
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "BASH_ENV": str(self.bash_env),
            "CIRCLE_OIDC_TOKEN": "the.oidc.token",
            "FAKE_TELEPORT_CALLS": str(self.log),
            "FAKE_TSH_SERVERS": str(self.servers),
        }
        for name in TOOLS:
            self.link(name)
        self.write("python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        # Nobody waits for the second attempt of a download here, and little for a process.
        self.write("sleep", "#!/bin/sh\nexec /bin/sleep 0.02\n")
        self.write("curl", CURL.format(pages=folder / "pages"))
        (folder / "pages").mkdir()
        self.pages = folder / "pages"

    def link(self, name: str) -> None:
        """Give the job a program of this machine."""
        place = next((Path(folder) / name for folder in ("/usr/bin", "/bin") if (Path(folder) / name).exists()), None)
        assert place is not None, f"this machine has no {name}"
        (self.programs / name).symlink_to(place)

    def write(self, name: str, text: str) -> None:
        """Give the job a program of its own."""
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def use_busybox(self) -> None:
        """Take the tools of BusyBox, which Alpine has, as far as there are such."""
        if shutil.which("busybox") is None:
            pytest.skip("this machine has no busybox")
        self.remove("curl")
        for name in ("cat", "chmod", "gzip", "ln", "mkdir", "mktemp", "mv", "rm", "sha256sum", "tar", "uname", "wget"):
            self.write(name, f'#!/bin/sh\nexec {shutil.which("busybox")} {name} "$@"\n')

    def remove(self, *names: str) -> None:
        """Take programs away from the job."""
        for name in names:
            (self.programs / name).unlink()

    def install_fakes(self, *names: str) -> None:
        """Put Teleport's programs on the PATH, as an image that holds them does."""
        for name in names or ("tbot", "tsh"):
            (self.programs / name).symlink_to(FAKES / name)

    def claim_to_be(self, system: str, machine: str) -> None:
        """Let the job run on another platform, as far as uname tells."""
        self.write("uname", f"#!/bin/sh\ncase $1 in -s) echo {system} ;; -m) echo {machine} ;; esac\n")

    def step(self, script: str | Path, **environment: str | None) -> Result:
        """Run one step, a script by its name or text; None takes a variable out of the environment."""
        text = script if isinstance(script, str) and "\n" in script else (SCRIPTS / script).read_text(encoding="utf-8")
        variables = {**self.environment, **environment}
        run = subprocess.run(
            [*self.shell, "-eo", "pipefail", self._file(text)],
            cwd=self.checkout,
            env={name: value for name, value in variables.items() if value is not None},
            input="nobody types anything in a job\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
            user=self.user,
            group=self.user,
        )
        return Result(run.returncode, run.stdout)

    def background(self, script: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """Run a step, a script by its text, that goes on while others run."""
        path = self._file(script, f"background{len(self.running)}")
        process = subprocess.Popen(
            [*self.shell, "-eo", "pipefail", path],
            cwd=self.checkout,
            env={**self.environment, **environment},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # Somebody notices when it ends, as CircleCI does; until then it would count as running.
        threading.Thread(target=process.wait, daemon=True).start()
        self.running.append(process)
        return process

    def end(self) -> None:
        """End what still runs in the background."""
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)

    def _file(self, text: str, name: str = "step") -> str:
        path = self.bash_env.parent / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
        return str(path)

    def run(self, line: str) -> str:
        """What a line prints in a step of its own, which has to succeed."""
        result = self.step(f"{line}\n")
        assert result.code == 0, result.output
        return result.output.strip()

    def install(self, mirror: Mirror, **parameters: str) -> Result:
        """Run the step that installs, from a mirror."""
        given = {"VERSION": VERSION, "DOWNLOAD_URL": mirror.url, **parameters}
        return self.step("install.sh", **{f"PARAM_{name}": value for name, value in given.items()})

    def join(self, kind: str = "identity", **environment: str | None) -> Result:
        """Run the step that joins, for an identity or something else."""
        given = {"PARAM_PROXY": "example.teleport.sh:443", "PARAM_TOKEN": "circleci-shop"}
        return self.step(f"{kind}.sh", **{**given, **environment})

    def serve_page(self, name: str, text: str) -> None:
        """Answer what is asked of the proxy at an address that ends so."""
        (self.pages / name).write_text(text, encoding="utf-8")

    def ssh(self, command: str, **environment: str | None) -> Result:
        """Run the step that runs a command on the server shop-1."""
        given = {
            "PARAM_PROXY": "example.teleport.sh:443",
            "PARAM_HOST": "shop-1",
            "PARAM_LOGIN": "deploy",
            "PARAM_COMMAND": command,
        }
        return self.step("ssh.sh", **{**given, **environment})

    def logout(self, **environment: str | None) -> Result:
        """Run the step that removes the credentials."""
        return self.step("logout.sh", **environment)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls of Teleport's programs so far."""
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    @property
    def left(self) -> list[str]:
        """What is in the folder for temporary files, and so all credentials that are on the disk."""
        return sorted([str(path.relative_to(self.temporary)) for path in self.temporary.rglob("*")])


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job in bash, on an image that has what the orb's documentation asks for."""
    return Job(tmp_path / "job")


@pytest.fixture
def plain_job() -> Iterator[Job]:
    """A job whose user is not root, in a folder that such a user can enter."""
    if os.getuid() != 0:
        pytest.skip("every other test is run by such a user already")
    with tempfile.TemporaryDirectory() as folder:
        job = Job(Path(folder) / "job")
        job.user = 65534
        job.write("python3", f'#!/bin/sh\nexec {_open_python(job.user)} "$@"\n')
        for path in [Path(folder), *Path(folder).rglob("*")]:
            if not path.is_symlink():
                os.chown(path, job.user, job.user)
        yield job


def _open_python(user: int) -> str:
    """An interpreter that a user may run; that of the tests may be closed to others."""
    for path in (os.path.realpath(sys.executable), "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            if subprocess.run([path, "-c", ""], user=user, cwd="/", check=False, timeout=60).returncode == 0:
                return path
        except OSError:
            continue
    pytest.skip("this machine has no interpreter that is open to other users")


@pytest.fixture(params=[("bash",), ("bash", "--posix")], ids=" ".join)
def any_job(request: pytest.FixtureRequest, tmp_path: Path) -> Job:
    """The same in each kind of bash."""
    return Job(tmp_path / "job", request.param)


def fake(program: str, version: str) -> bytes:
    """A fake that is of a version unless the environment says otherwise."""
    return (FAKES / program).read_bytes().replace(f'"{VERSION}"'.encode(), f'"{version}"'.encode())


class Mirror:
    """A server on this machine that has releases of Teleport, made of the fakes."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.url = server.url_for("").rstrip("/")

    def publish(self, name: str, programs: dict[str, bytes] | None = None) -> None:
        """Serve a release, such as `teleport-v18.11.0-linux-amd64`, with its checksum."""
        archive = self.archive(name, programs)
        self.serve(f"{name}-bin.tar.gz", archive)
        digest = hashlib.sha256(archive).hexdigest()
        self.serve(f"{name}-bin.tar.gz.sha256", f"{digest}  {name}-bin.tar.gz\n".encode())

    def publish_zip(self, name: str) -> None:
        """Serve a release for Windows, such as `teleport-v18.11.0-windows-amd64`."""
        version = name.partition("-v")[2].partition("-windows")[0]
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for program in ("tbot", "tsh"):
                archive.writestr(f"teleport/{program}.exe", fake(program, version))
        self.serve(f"{name}-bin.zip", target.getvalue())
        self.serve(f"{name}-bin.zip.sha256", f"{hashlib.sha256(target.getvalue()).hexdigest()}  x\n".encode())

    def bundles(self, version: str) -> None:
        """Serve a release for macOS, whose tsh is an application from version 17 on."""
        tsh = "tsh.app/Contents/MacOS/tsh" if int(version.partition(".")[0]) >= 17 else "tsh"
        programs = {"tbot": fake("tbot", version), tsh: fake("tsh", version)}
        if tsh != "tsh":
            programs["tsh.app/Contents/Info.plist"] = b"<plist/>"
        self.publish(f"teleport-v{version}-darwin-universal", programs)

    def archive(self, name: str, programs: dict[str, bytes] | None = None) -> bytes:
        """The archive of a release, with files that belong to the user who built it."""
        if programs is None:
            version = name.partition("-v")[2].partition("-linux")[0].partition("-darwin")[0]
            programs = {program: fake(program, version) for program in ("tbot", "tsh")}
            programs["tctl"] = f"#!/bin/sh\necho Teleport v{version} git:v0 go1.24.1\n".encode()
            programs["install"] = b"#!/bin/sh\nexit 1\n"
        folder = "teleport-ent" if name.startswith("teleport-ent-") else "teleport"
        target = io.BytesIO()
        with tarfile.open(fileobj=target, mode="w:gz", compresslevel=1) as archive:
            for program, content in programs.items():
                member = tarfile.TarInfo(f"{folder}/{program}")
                member.size, member.mode, member.uid, member.gid = len(content), 0o755, 12345, 12345
                archive.addfile(member, io.BytesIO(content))
        return target.getvalue()

    def serve(self, path: str, content: bytes, status: int = 200) -> None:
        """Answer every request for a path."""
        self.server.expect_request(f"/{path}").respond_with_data(content, status=status)

    def fail_once(self, path: str, status: int = 503) -> None:
        """Fail one request for a path, before what is served else."""
        self.server.expect_oneshot_request(f"/{path}").respond_with_data(b"try again\n", status=status)

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        return [request.path.lstrip("/") for request, _ in self.server.log]


@pytest.fixture
def mirror(httpserver: HTTPServer) -> Mirror:
    """A mirror that has the default release for Linux on amd64."""
    mirror = Mirror(httpserver)
    mirror.publish(f"teleport-v{VERSION}-linux-amd64")
    return mirror
