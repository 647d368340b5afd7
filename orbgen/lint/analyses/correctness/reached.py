"""What of a configuration's definitions its workflows reach, and what of its texts names what.

The compiler knows what it used. Where it could not follow, into an orb that is not at hand or behind a mistake, every
text that is the name of a definition counts as a use of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orbgen.circleci.library import Definition, Kind
from orbgen.circleci.pipeline import Pipeline
from orbgen.lint.written_nodes import WrittenNodes
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Alias, Content, Mapping, Node, Scalar, Sequence, parts, walk

# An alias of which a tag gives a part; a script in which a slash stands behind a tag has other characters, too.
_GIVEN_ALIAS = lazy_pattern(r"(?:[\w-]|<<[^<>]*>>)+")
_PIPELINE_PARAMETER = lazy_pattern(r"pipeline\.parameters\.([A-Za-z0-9_?-]+)")
_PARAMETER = lazy_pattern(r"(?<![\w.-])parameters\.([A-Za-z0-9_?-]+)")


def scalars_of(nodes: Iterable[Node]) -> Iterator[Scalar]:
    """The scalars in some nodes, keys included, each once; aliases are followed."""
    waiting, seen = list(nodes), set[int]()
    while waiting:
        node = waiting.pop()
        content: Content = node.target if type(node) is Alias else node
        if id(content) in seen:
            continue
        seen.add(id(content))
        if isinstance(content, Scalar):
            yield content
        else:
            waiting.extend(parts(content))


def reached_definitions(pipeline: Pipeline) -> set[int]:
    """The numbers of the definitions that the workflows reach, as far as anybody can tell."""
    library = pipeline.library
    known: dict[str, list[Definition]] = {}
    for kind in Kind:
        for definition in library.definitions(kind).values():
            known.setdefault(definition.name, []).append(definition)
    reached = {id(one) for definitions in known.values() for one in definitions if one.reached}
    waiting: list[Node] = [*_handed_away(pipeline)]
    if any([not problem.dormant for problem in pipeline.problems]):
        workflows = library.root.get("workflows")
        waiting += [*([workflows] if workflows is not None else [])]
        waiting += [one.node for definitions in known.values() for one in definitions if one.reached]
    meant = {problem.suggestion for problem in pipeline.problems if problem.suggestion and not problem.dormant}
    while waiting or meant:
        found = meant | {scalar.text for scalar in scalars_of(waiting)}
        meant = set()
        named = [one for name in found for one in known.get(name, ()) if id(one) not in reached]
        reached.update([id(one) for one in named])
        waiting = [one.node for one in named]
    return reached


def _handed_away(pipeline: Pipeline) -> Iterator[Node]:
    """What is handed to elements of orbs that are not at hand, such as steps and executors."""
    for run in pipeline.job_runs:
        yield from run.arguments.values()
        for step in run.steps:
            if step.opaque and step.body is not None:
                yield step.body


def used_pipeline_parameters(scalars: Iterable[Scalar]) -> set[str]:
    """The pipeline parameters that some texts name."""
    named = [scalar.text for scalar in scalars if "pipeline.parameters." in scalar.text]
    return {name for text in named for name in _PIPELINE_PARAMETER.findall(text)}


def used_parameters(definition: Definition) -> set[str]:
    """The parameters that some text of a definition names."""
    named = [scalar.text for scalar in scalars_of([definition.node]) if "parameters." in scalar.text]
    return {name for text in named for name in _PARAMETER.findall(text)}


def is_passed(root: Content, owner: str, parameter: Node) -> bool:
    """Whether a call of a definition may pass it an argument, also by a matrix."""
    if not isinstance(parameter, Scalar):
        return False
    for node in walk(root):
        if type(node) is not Mapping:
            continue
        name = node.get("name")
        called = [node.get(owner)] if not (isinstance(name, Scalar) and name.text == owner) else [node]
        for call in [one for one in called if type(one) is Mapping]:
            keys = [scalar for scalar in scalars_of([call]) if scalar.text == parameter.text]
            if any([key.start != parameter.start for key in keys]):
                return True
    return False


def named_orbs(scalars: Iterable[Scalar]) -> set[str] | None:
    """What stands before the first slash of texts, as an orb's alias does; None where a tag may give one."""
    found = set()
    for scalar in scalars:
        alias, slash, _ = scalar.text.partition("/")
        if slash and "<<" in alias and _GIVEN_ALIAS.fullmatch(alias):
            return None
        if slash:
            found.add(alias)
    return found


def anchored_elsewhere(node: Content, aliases: list[Alias]) -> bool:
    """Whether something in a node has an anchor that an alias outside of it uses."""
    return any(
        [
            node.start <= alias.target.start <= node.end and not node.start <= alias.start < node.end
            for alias in aliases
            if alias.source is node.source
        ]
    )


def unused_anchors(written: WrittenNodes) -> list[Scalar | Sequence | Mapping]:
    """The nodes with an anchor that no alias of the document uses."""
    used = {id(alias.target) for alias in written.aliases}
    nodes: list[Scalar | Sequence | Mapping] = [*written.scalars, *written.sequences, *written.mappings]
    return [node for node in nodes if node.anchor is not None and id(node) not in used]
