"""The steps that run a program with the credentials of the job: what it is given, and that nothing else gets it."""

from __future__ import annotations

import json
from typing import Any

import pytest

# A program that tells what it was given; its exit code is the environment's.
PROGRAM = """\
#!/bin/sh
exec python3 - "$0" "$@" << 'END'
import json, os, sys
seen = {"arguments": sys.argv[2:], "input": sys.stdin.read(), "environment": dict(os.environ)}
with open(os.environ["FAKE_SEEN"], "a") as file:
    file.write(json.dumps(seen) + "\\n")
sys.exit(int(os.environ.get("FAKE_CODE", "0")))
END
"""
NAMES = ("tctl", "kubectl", "terraform", "ansible-playbook")


@pytest.fixture(autouse=True)
def joined(request, tmp_path):
    """The image holds the programs, and the job has joined for an identity and for Kubernetes."""
    for name in ("job", "any_job"):
        if name in request.fixturenames:
            job = request.getfixturevalue(name)
            job.install_fakes("tsh")
            job.environment["FAKE_SEEN"] = str(tmp_path / "seen")
            for program in NAMES:
                job.write(program, PROGRAM)
            credentials = job.temporary / "teleport.x"
            files = {
                "identity/identity": "-----BEGIN FAKE identity-----",
                "identity/ssh_config": "",
                "kubernetes/kubeconfig.yaml": "",
            }
            for path, text in files.items():
                (credentials / path).parent.mkdir(parents=True, exist_ok=True)
                (credentials / path).write_text(text)
                (credentials / path).chmod(0o600)
            kubeconfig = credentials / "kubernetes" / "kubeconfig.yaml"
            job.bash_env.write_text(f"export TELEPORT_CREDENTIALS={credentials}\nexport KUBECONFIG={kubeconfig}\n")


def seen(job) -> list[dict[str, Any]]:
    with open(job.environment["FAKE_SEEN"], encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def root(job) -> str:
    folder: str = job.run("echo $TELEPORT_CREDENTIALS")
    return folder


PROXY = {"PARAM_PROXY": "example.teleport.sh"}


def test_tctl_acts_as_the_identity(any_job):
    any_job.run('echo "export TELEPORT_PROXY=other:443 TELEPORT_IDENTITY_FILE=/other" >> $BASH_ENV')
    result = any_job.step("tctl.sh", **PROXY, PARAM_ARGUMENTS="get nodes --format=text")
    assert result.code == 0, result.output
    any_job.shell = ("bash",)
    (call,) = seen(any_job)
    identity = f"{root(any_job)}/identity/identity"
    assert call["arguments"] == [
        "-i", identity, "--auth-server=example.teleport.sh:443", "get", "nodes", "--format=text",
    ]  # fmt: skip
    assert not {"TELEPORT_PROXY", "TELEPORT_IDENTITY_FILE"} & call["environment"].keys()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("get  nodes\t--all", ["get", "nodes", "--all"]),
        ("get nodes\n", ["get", "nodes"]),
        ("apply\n-f\na file's name.yaml\n\n--dry-run\n", ["apply", "-f", "a file's name.yaml", "--dry-run"]),
        ("$(touch made) `touch made` *.md ~ $HOME", ["$(touch", "made)", "`touch", "made`", "*.md", "~", "$HOME"]),
        ("-l env=prod,team=x", ["-l", "env=prod,team=x"]),
    ],
)
def test_arguments_are_words_that_no_shell_reads(job, text, words):
    (job.checkout / "page.md").write_text("")
    result = job.step("kubectl.sh", PARAM_ARGUMENTS=text)
    assert result.code == 0, result.output
    assert seen(job)[0]["arguments"] == words
    assert [path.name for path in job.checkout.iterdir()] == ["page.md"]


def test_kubectl_finds_the_kubeconfig(job):
    assert job.step("kubectl.sh", PARAM_ARGUMENTS="get pods").code == 0
    assert seen(job)[0]["environment"]["KUBECONFIG"] == f"{root(job)}/kubernetes/kubeconfig.yaml"


@pytest.mark.parametrize("script", ["tctl", "kubectl", "terraform"])
def test_the_exit_code_of_the_program_is_the_steps(job, script):
    assert job.step(f"{script}.sh", **PROXY, PARAM_ARGUMENTS="x", FAKE_CODE="7").code == 7


def test_terraform_gets_its_provider_s_settings_for_itself_alone(any_job):
    (any_job.checkout / "infra").mkdir()
    result = any_job.step("terraform.sh", **PROXY, PARAM_PATH="infra", PARAM_ARGUMENTS="plan -input=false")
    assert result.code == 0, result.output
    first, second = seen(any_job)
    assert first["arguments"] == ["-chdir=infra", "init", "-input=false"]
    assert second["arguments"] == ["-chdir=infra", "plan", "-input=false"]
    assert second["environment"]["TF_TELEPORT_ADDR"] == "example.teleport.sh:443"
    any_job.shell = ("bash",)
    assert second["environment"]["TF_TELEPORT_IDENTITY_FILE_PATH"] == f"{root(any_job)}/identity/identity"
    assert any_job.run("echo ${TF_TELEPORT_ADDR-none}") == "none"


def test_ansible_connects_over_the_settings_of_the_identity(any_job):
    (any_job.checkout / "site.yml").write_text("")
    (any_job.checkout / "hosts.ini").write_text("")
    given = {"PARAM_PLAYBOOK": "site.yml", "PARAM_INVENTORY": "hosts.ini", "PARAM_MORE_ARGUMENTS": "--check --diff"}
    result = any_job.step("ansible.sh", **given)
    assert result.code == 0, result.output
    (call,) = seen(any_job)
    assert call["arguments"] == ["--inventory", "hosts.ini", "--check", "--diff", "site.yml"]
    any_job.shell = ("bash",)
    assert call["environment"]["ANSIBLE_SSH_ARGS"] == f"-F '{root(any_job)}/identity/ssh_config'"
    assert any_job.run("echo ${ANSIBLE_SSH_ARGS-none}") == "none"


def test_ansible_needs_no_inventory_and_no_arguments(job):
    (job.checkout / "site.yml").write_text("")
    assert job.step("ansible.sh", PARAM_PLAYBOOK="site.yml").code == 0
    assert seen(job)[0]["arguments"] == ["site.yml"]


def test_what_the_job_is_in_teleport_is_shown(any_job):
    result = any_job.step("verify.sh", **PROXY)
    assert result.code == 0, result.output
    assert result.says("Logged in as:       bot-shop", "Roles:              circleci-shop", "Valid until:")


@pytest.mark.parametrize(("held", "wanted"), [("circleci-shop", "circleci-shop"), ("b,a", "a b"), ("a,b", "b,\n a")])
def test_the_roles_that_are_wanted_are_enough(job, held, wanted):
    result = job.step("verify.sh", **PROXY, PARAM_ROLES=wanted, FAKE_TSH_ROLES=held)
    assert result.code == 0, result.output


@pytest.mark.parametrize(("held", "wanted"), [("access,circleci-shop", "circleci-shop"), ("a", "a b"), ("b", "a")])
def test_other_roles_than_wanted_fail_the_step(job, held, wanted):
    result = job.step("verify.sh", **PROXY, PARAM_ROLES=wanted, FAKE_TSH_ROLES=held)
    assert result.code == 1
    assert result.says("has other roles", held.split(",")[0], wanted.split()[0])


@pytest.mark.parametrize(
    ("script", "given", "words"),
    [
        ("tctl", {**PROXY}, ("nothing for tctl to do", "get nodes")),
        ("tctl", {**PROXY, "PARAM_ARGUMENTS": " \n "}, ("nothing for tctl to do",)),
        ("tctl", {**PROXY, "PARAM_ARGUMENTS": "x", "PARAM_FOLDER": "absent"}, ("no Teleport identity in", "absent")),
        ("tctl", {"PARAM_PROXY": "https://x", "PARAM_ARGUMENTS": "x"}, ("no address of a Teleport proxy",)),
        ("kubectl", {}, ("nothing for kubectl to do",)),
        ("kubectl", {"PARAM_ARGUMENTS": "x", "KUBECONFIG": "/absent", "BASH_ENV": None}, ("KUBECONFIG names no",)),
        ("terraform", {**PROXY}, ("nothing for terraform to do",)),
        ("terraform", {**PROXY, "PARAM_ARGUMENTS": "plan", "PARAM_PATH": "infra"}, ("no folder infra here",)),
        ("ansible", {"PARAM_PLAYBOOK": "site.yml"}, ("no playbook 'site.yml' here",)),
        ("ansible", {}, ("no playbook '' here",)),
        ("verify", {**PROXY, "TELEPORT_CREDENTIALS": "", "BASH_ENV": None}, ("no Teleport credentials",)),
    ],
)  # fmt: skip
def test_what_cannot_work_is_explained_before_the_program_starts(job, script, given, words):
    result = job.step(f"{script}.sh", **given)
    assert result.code == 1
    assert result.says(*words), result.output


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_program_is_explained(job, name):
    job.remove(name)
    (job.checkout / "site.yml").write_text("")
    script = name.partition("-")[0]
    result = job.step(f"{script}.sh", **PROXY, PARAM_ARGUMENTS="x", PARAM_PLAYBOOK="site.yml")
    assert result.code == 1
    assert result.says(f"There is no {name} on the PATH")


# What venv and pip are to the step: they leave an orbgen that tells what it was given.
VENV = """\
#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && exit
fi
if [ "$1 $2" = "-m pip" ]; then
  echo "pip $*"
  printf '%s\\n' '#!/bin/sh' 'for word; do echo "[$word]"; done' 'touch test-results/orbgen/orbgen.xml' \\
    'exit ${FAKE_CODE:-0}' > "${0%/*}/orbgen"
  chmod +x "${0%/*}/orbgen"
fi
"""


@pytest.mark.parametrize("code", [0, 1])
def test_lint_keeps_its_reports_whatever_it_finds(job, code):
    job.write("python3", VENV)
    job.link("touch")
    given = {"PARAM_ORBGEN_VERSION": "0.1.0", "PARAM_FAIL_ON": "high", "PARAM_MORE_ARGUMENTS": "--persona auditor"}
    before = job.left
    result = job.step("lint.sh", **given, FAKE_CODE=str(code))
    assert result.code == code, result.output
    assert result.says("orbgen==0.1.0", "[lint]\n[--fail-on]\n[high]\n", "[--persona]\n[auditor]\n[.]")
    assert (job.checkout / "test-results" / "orbgen" / "orbgen.xml").exists()
    assert (job.checkout / "orbgen-reports").is_dir()
    assert job.left == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"PARAM_ORBGEN_VERSION": "latest"}, ("'latest' is no version of orbgen",)),
        ({"PARAM_ORBGEN_VERSION": "0.1.0 evil"}, ("no version of orbgen",)),
        ({"PARAM_ORBGEN_VERSION": "0.1.0", "PARAM_PATH": "absent"}, ("There is no absent here",)),
    ],
)
def test_lint_says_what_it_cannot_do(job, given, words):
    result = job.step("lint.sh", **given)
    assert result.code == 1
    assert result.says(*words)
