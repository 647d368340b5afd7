"""What `orbgen init` has to know: each question with its flag, the kinds of access that it is for, and its place."""

from __future__ import annotations

import enum

import msgspec

KINDS = (
    "ssh", "scp", "rsync", "ansible", "kubernetes", "database", "application", "tctl", "terraform",
    "workload-identity", "tbot",
)  # fmt: skip
_SERVERS = ("ssh", "scp", "rsync")
_LOGINS = (*_SERVERS, "ansible")
_COPIES = ("scp", "rsync")
_RULES = ("tctl", "terraform")
_LABELLED = (*_LOGINS, "kubernetes", "database", "application", "workload-identity")
_COMMANDS = ("ssh", "kubernetes", "database", "application", "tctl", "workload-identity", "tbot")


class Form(enum.Enum):
    """What an answer looks like: words, several of them, `NAME=VALUE`, `RESOURCE:VERB,VERB`, a number, or yes or no."""

    TEXT = enum.auto()
    LIST = enum.auto()
    LABELS = enum.auto()
    RULES = enum.auto()
    NUMBER = enum.auto()
    SWITCH = enum.auto()


class Question(msgspec.Struct, frozen=True):
    """One thing to know.

    `key` leads to where the plan holds the answer; with `kinds` that is in an entry of `access`, which those kinds of
    access have it in. Not `asked` are those whose flag is enough. Nothing is asked where the answer to the question
    `unless` takes its place, or where that to `only_if` is another. `choices` are all the answers that there are.
    """

    flag: str
    ask: str
    key: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    form: Form = Form.TEXT
    asked: bool = True
    suggested: str | None = None
    unless: str | None = None
    only_if: tuple[str, str] | None = None
    choices: tuple[str, ...] = ()
    is_path: bool = False
    at: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name among the answers."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def many(self) -> bool:
        """Whether its flag may be given several times."""
        return self.form in (Form.LIST, Form.LABELS, Form.RULES)

    @property
    def place(self) -> tuple[str, ...]:
        """The keys that lead to what the plan's schema says of an answer, or of one of several; `at` if that is set."""
        if self.at:
            return self.at
        start = ("$defs", self.kinds[0]) if self.kinds else ()
        inside = {Form.LIST: ("items",), Form.LABELS: ("additionalProperties",)}.get(self.form, ())
        steps = [
            part for key in self.key for part in (("additionalProperties",) if key == "*" else ("properties", key))
        ]
        return (*start, *steps, *inside)

    def is_for(self, kind: str) -> bool:
        """Whether it says something of a kind of access."""
        return not self.kinds or kind in self.kinds

    def applies(self, answers: dict[str, object]) -> bool:
        """Whether there is something to ask, after the answers to the questions before."""
        if self.unless is not None and answers.get(self.unless) is not None:
            return False
        return self.only_if is None or answers.get(self.only_if[0]) == self.only_if[1]


PROXY = Question("--proxy", "Teleport proxy (host:port)", ("teleport", "proxy"))
VERSION = Question("--teleport-version", "Version of the Teleport cluster", ("teleport", "version"))
CLUSTER = Question("--cluster", "Name of the Teleport cluster", ("teleport", "cluster"), asked=False)
EDITION = Question("--edition", "Edition of Teleport", ("teleport", "edition"), asked=False,
                   choices=("oss", "enterprise", "fips"))  # fmt: skip
ORGANIZATION = Question("--organization-id", "CircleCI organization id", ("organization-id",))
PROJECT = Question("--project-id", "CircleCI project id", ("project-id",))
CONTEXT = Question(
    "--context", "CircleCI context for jobs that join", ("teleport", "context"), suggested="teleport-access"
)
CONTEXT_ID = Question("--context-id", "Id of that context", ("contexts", "*", "id"))
BOT = Question("--bot", "Name of the bot, and of its token and role", ("teleport", "bot"), suggested="circleci")
TOKEN = Question("--token", "Name of the join token", ("teleport", "token"), asked=False)
ROLE = Question("--role", "Name of the bot's role", ("teleport", "role"), asked=False)
KIND = Question("--kind", "What to reach", ("kind",), suggested="ssh", choices=KINDS,
                at=("properties", "access", "items", "properties", "kind"))  # fmt: skip
BRANCHES = Question("--branch", "Branch that the job runs on", ("branches",), KINDS, Form.LIST, unless="tag")
TAGS = Question("--tag", "Tag that the job runs for; v* is every tag that begins with v", ("tags",), KINDS, Form.LIST,
                asked=False)  # fmt: skip
STYLE = Question("--style", "Jobs with all their steps in them, or jobs of the orb", ("style",), asked=False,
                 choices=("inline", "orb"))  # fmt: skip
ORB = Question("--orb", "Orb to use (namespace/name@1.0.0)", ("orb",), only_if=("style", "orb"))

# What is known of the two systems before anything of the jobs.
SYSTEMS = (PROXY, VERSION, CLUSTER, EDITION, ORGANIZATION, PROJECT, CONTEXT, BOT, TOKEN, ROLE)

# What jobs of each kind need to know, in the order in which it is asked.
_OF_KINDS = (
    Question("--host", "Server to reach", ("hosts",), _SERVERS, Form.LIST),
    Question("--login", "User on the server", ("login",), _LOGINS),
    Question("--kubernetes-cluster", "Kubernetes cluster in Teleport", ("cluster",), ("kubernetes",)),
    Question("--service", "Database service in Teleport", ("service",), ("database",)),
    Question("--database", "Database on it", ("database",), ("database",)),
    Question("--username", "User of the database", ("username",), ("database",)),
    Question("--app", "Application in Teleport", ("app",), ("application",)),
    Question("--identity", "Name for the workload identity", ("identity",), ("workload-identity",)),
    Question("--label", "Label that it has in Teleport (name=value)", ("labels",), _LABELLED, Form.LABELS),
    Question("--user", "Kubernetes user that the job may be", ("users",), ("kubernetes",), Form.LIST, asked=False),
    Question("--group", "Kubernetes group of the job", ("groups",), ("kubernetes",), Form.LIST, unless="user"),
    Question("--namespace", "Namespace that the job may use", ("namespaces",), ("kubernetes",), Form.LIST),
    Question("--from", "File or folder to copy", ("from",), _COPIES, is_path=True),
    Question("--to", "Where it goes on the server", ("to",), _COPIES),
    Question("--delete", "Remove on the server what is not in the folder", ("delete",), ("rsync",), Form.SWITCH,
             asked=False),
    Question("--playbook", "Playbook to run", ("playbook",), ("ansible",), is_path=True),
    Question("--inventory", "Inventory of the playbook", ("inventory",), ("ansible",), suggested="inventory",
             is_path=True),
    Question("--arguments", "Further arguments of ansible-playbook", ("arguments",), ("ansible",), asked=False),
    Question("--rule", "What it may do in Teleport (resource:verb,verb)", ("rules",), _RULES, Form.RULES),
    Question("--directory", "Folder with the Terraform files", ("directory",), ("terraform",), suggested=".",
             is_path=True),
    Question("--action", "What Terraform does", ("action",), ("terraform",), suggested="plan",
             choices=("plan", "apply")),
    Question("--spiffe-path", "Path of the SPIFFE id", ("path",), ("workload-identity",)),
    Question("--format", "What it is given as", ("format",), ("workload-identity",), suggested="x509",
             choices=("x509", "jwt", "aws")),
    Question("--audience", "Who the JWT is for", ("audiences",), ("workload-identity",), Form.LIST,
             only_if=("format", "jwt")),
    Question("--aws-role", "AWS role to assume", ("aws-role",), ("workload-identity",), only_if=("format", "aws")),
    Question("--aws-profile", "Profile of IAM Roles Anywhere", ("aws-profile",), ("workload-identity",),
             only_if=("format", "aws")),
    Question("--aws-trust-anchor", "Trust anchor of IAM Roles Anywhere", ("aws-trust-anchor",), ("workload-identity",),
             only_if=("format", "aws")),
    Question("--aws-region", "AWS region", ("aws-region",), ("workload-identity",), asked=False),
    Question("--tbot-config", "The tbot.yaml to start tbot with", ("config",), ("tbot",), is_path=True),
    Question("--script", "Script of the repository to run there instead", ("script",), ("ssh",), asked=False,
             is_path=True),
    Question("--command", "Command to run", ("command",), _COMMANDS, unless="script"),
    Question("--client", "Program that connects", ("client",), ("ssh",), asked=False, choices=("tsh", "openssh")),
    Question("--mode", "How the command reaches the application", ("mode",), ("application",), asked=False,
             choices=("tunnel", "certificate")),
    Question("--port", "Port on the job's own machine", ("port",), ("database", "application"), Form.NUMBER,
             asked=False),
)  # fmt: skip
_ROLES = Question("--existing-role", "Role that the tbot.yaml needs", ("teleport", "roles"), form=Form.LIST,
                  only_if=("kind", "tbot"))  # fmt: skip

# What is known of a job once its kind is.
JOB = (
    *_OF_KINDS,
    _ROLES,
    Question("--name", "Name of the job", ("name",), KINDS),
    TAGS,
    BRANCHES,
    Question("--approval", "Let somebody approve the job first", ("approval",), KINDS, Form.SWITCH, asked=False),
    Question("--serial-group", "Group of jobs that run one after another", ("serial-group",), KINDS, asked=False),
    Question("--image", "Docker image of the job", ("image",), KINDS, asked=False),
    Question("--ttl", "How long the job's certificates are valid", ("teleport", "ttl"), asked=False),
    Question("--target", "What Teleport's resources are written for", ("teleport", "target"), asked=False,
             choices=("tctl", "terraform", "operator")),
    Question("--workflow", "Workflow for the job", ("workflow",), asked=False),
    STYLE,
    ORB,
)  # fmt: skip
ALL = (*SYSTEMS, KIND, *JOB, CONTEXT_ID)
