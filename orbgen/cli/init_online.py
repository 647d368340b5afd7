"""`orbgen init --online`: what CircleCI and the Teleport proxy know of the answers, and the context that is missing.

What cannot be found out is said, and then asked for like everything else. Nothing is changed but by `make_context`.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from orbgen.cli.asking import Asking
from orbgen.cli.exits import UsageProblem
from orbgen.cli.init_questions import CLUSTER, CONTEXT_ID, EDITION, ORGANIZATION, PROJECT, VERSION
from orbgen.cli.notes import note
from orbgen.cli.remote_settings import settings_with_token
from orbgen.cli.terminal import say
from orbgen.remote.failures import RemoteError, SettingsError

if TYPE_CHECKING:
    from orbgen.project.survey import Survey
    from orbgen.remote.client import Client


class Online:
    """Looks up one answer after another.

    `failed` says that something could not be found out, `unfinished` that a context was made and is still open.
    `restricted` are the kinds of restriction that the context has; None while that is not known.
    """

    def __init__(self, asking: Asking, timeout: float | None) -> None:
        """Raises UsageProblem where the user's settings do not tell how to speak to CircleCI."""
        from orbgen.remote.client import Client

        self.failed = self.unfinished = False
        self.restricted: tuple[str, ...] | None = None
        self._asking = asking
        self._timeout = timeout
        try:
            self._settings = settings_with_token(timeout)
            self._client: Client = Client(self._settings)
        except SettingsError as error:
            raise UsageProblem(str(error)) from None

    def __enter__(self) -> Online:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.__exit__(type_, error, trace)

    def look_up_cluster(self, proxy: str) -> None:
        """Find the cluster's version, name and edition."""
        from orbgen.remote.cluster import DEFAULT_TIMEOUT, ask_cluster

        try:
            cluster = ask_cluster(proxy, self._timeout or DEFAULT_TIMEOUT)
        except (RemoteError, SettingsError) as error:
            self._fail(str(error))
            return
        release = cluster.release
        edition = "fips" if cluster.fips else "enterprise" if cluster.enterprise else "oss"
        note(f"Teleport   {proxy} is the cluster {cluster.name or 'without a name'}, {cluster.version}, {edition}")
        if release is None or not self._asking.know(VERSION, str(release)):
            self.failed = True
            say(f"orbgen knows no release {cluster.version} of Teleport; give the version to install", "warning")
        self._asking.know(CLUSTER, cluster.name)
        self._asking.know(EDITION, edition)

    def look_up_project(self, found: Survey, slug: str | None) -> None:
        """Find the ids of the project and its organization by the repository's remote, or by the slug that is given."""
        from orbgen.remote.projects import Projects, slug_of

        if self._asking.is_given(ORGANIZATION) and self._asking.is_given(PROJECT):
            return
        slug = slug or slug_of(found.git.remote, is_cloud=self._settings.is_cloud)
        projects = Projects(self._client)
        try:
            project = projects.find(slug) if slug is not None else None
            organization = None
            if project is None and found.git.owner:
                organization = projects.organization(found.git.owner)
        except RemoteError as error:
            self._fail(f"cannot look up the project: {error}")
            return
        if project is not None:
            note(f"CircleCI   {slug} is the project {project.id} of the organization {project.organization_id}")
            self._asking.know(ORGANIZATION, project.organization_id)
            self._asking.know(PROJECT, project.id)
            return
        if organization is not None:
            note(f"CircleCI   {found.git.owner} is the organization {organization}")
            self._asking.know(ORGANIZATION, organization)
        self.failed = True
        say(_no_project(slug), "warning")

    def look_up_context(self, organization: str, name: str) -> bool:
        """Find the id of a context, and what restricts it; False where CircleCI knows none of that name."""
        from orbgen.remote.contexts import Contexts

        contexts = Contexts(self._client)
        try:
            context = contexts.find(organization, name)
            if context is None:
                note(f"CircleCI   the organization has no context {name}")
                return False
            self._asking.know(CONTEXT_ID, context.id)
            note(f"CircleCI   the context {name} is {context.id}")
            kinds = {one.kind for one in contexts.restrictions(context, organization)}
            self.restricted = tuple(sorted(kinds & {"expression", "group", "project"}))
        except RemoteError as error:
            self._fail(f"cannot look up the context {name}: {error}")
        return True

    def make_context(self, organization: str, name: str, expression: str) -> str:
        """Make a context, and restrict it to the jobs for which an expression holds; its id.

        Raises RemoteError where it cannot be made; where it cannot be restricted that is said.
        """
        from orbgen.remote.contexts import Contexts

        contexts = Contexts(self._client)
        context = None
        try:
            context = contexts.create(organization, name)
            note(f"CircleCI   made the context {name}, {context.id}")
            contexts.restrict(context, expression)
        except KeyboardInterrupt:
            say(f"the context {name} may be there, and open to everybody: look at Organization Settings", "note")
            raise
        except RemoteError as error:
            if context is None:
                raise
            self._fail(f"cannot restrict the context {name}: {error}")
            self.unfinished, self.restricted = True, ()
        else:
            self.restricted = ("expression",)
            note(f"CircleCI   restricted it to {expression}")
        return context.id

    def _fail(self, message: str) -> None:
        self.failed = True
        say(message, "warning")


def _no_project(slug: str | None) -> str:
    if slug is None:
        message = "the repository's remote does not tell which project of CircleCI it is"
        return f"{message}; give --project-slug, from the address of the project's settings"
    message = f"CircleCI shows no project {slug} to this token"
    return f"{message}; set the project up first, or give --project-slug, from the address of the project's settings"
