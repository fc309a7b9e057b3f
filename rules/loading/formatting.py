"""The one form of rule files: `marsad rules format`.

One word a line, names of terms on one line where they fit, lines of at most 100 characters,
comments where they were. Files of version 0.1.0 get `examples:` for `tests:` and a name for
every clause. What a file says never changes: that is compared before anything is returned.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import FoldedScalarString

from rules.loading import schema
from rules.loading.yamlfile import YamlProblem, parse
from rules.texts import Message, message

WIDTH = 100

_LANGUAGES = ("ar", "en", "fr")
_COMMENT = re.compile(r"(?:^|\s)#.*$")


class FormatProblem(Exception):
    """A file that cannot be brought into the form: it is left as it is."""

    def __init__(self, shown: str, said: Message | str) -> None:
        super().__init__(f"{shown}: {said}")


def formatted(raw: bytes, kind: str, shown: str) -> str:
    """The text of a rule file in its form. Raises `FormatProblem`.

    ``kind`` is ``signals``, ``vocabulary`` or ``escalations``.
    """
    try:
        before = parse(raw, shown).value
    except YamlProblem as error:
        raise FormatProblem(shown, error.problem.message) from error
    text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    if not isinstance(before, dict):
        raise FormatProblem(shown, message("file.no_mapping", kind=kind))
    yaml = _yaml()
    try:
        document = yaml.load(text)
        if kind == "signals":
            _into_new_form(document)
        _lay_out(document, (), 0)
        written = io.StringIO()
        yaml.dump(document, written)
    except (YAMLError, ValueError, RecursionError) as error:
        raise FormatProblem(shown, message("yaml.invalid", what=str(error)[:200])) from error
    after = "\n".join(line.rstrip() for line in written.getvalue().split("\n"))
    try:
        same = _meaning(parse(after.encode(), shown).value) == _meaning(before)
    except YamlProblem:
        same = False
    if not same or _comments(after) != _comments(text):
        raise FormatProblem(shown, message("file.not_formatted"))
    return after


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096  # long texts are folded here, by characters
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _comments(text: str) -> Counter[str]:
    found = (_COMMENT.search(line) for line in text.split("\n"))
    return Counter(match[0].strip() for match in found if match)


def _meaning(value: Any) -> Any:
    """What a file says, whichever of the two forms it is in."""
    if not isinstance(value, dict):
        return value
    said = {("examples" if key == "tests" else key): part for key, part in value.items()}
    for key in ("when", "against"):
        if isinstance(said.get(key), list):
            said[key] = [
                {k: v for k, v in clause.items() if k != "name"}
                if isinstance(clause, dict)
                else clause
                for clause in said[key]
            ]
    return said


def _into_new_form(document: CommentedMap) -> None:
    if "tests" in document and "examples" not in document:
        place = list(document).index("tests")
        comments = document.ca.items.pop("tests", None)
        document.insert(place, "examples", document.pop("tests"))
        if comments is not None:
            document.ca.items["examples"] = comments
    taken = {
        clause.get("name")
        for key in ("when", "against")
        for clause in document.get(key) or ()
        if isinstance(clause, dict)
    }
    for key in ("when", "against"):
        for clause in document.get(key) or ():
            if isinstance(clause, CommentedMap) and "name" not in clause:
                name = _name(clause, taken)
                if name:
                    taken.add(name)
                    clause.insert(0, "name", name)


def _name(clause: CommentedMap, taken: set[Any]) -> str | None:
    """A name from what the clause looks for, and where, if another has that already."""
    try:
        model = schema.Clause.model_validate(_plain(clause))
    except ValidationError:
        return None
    name = model.suggested_name
    more = [f"in-{model.where}"] if model.where != "any" else []
    more += [model.direction] if model.direction else []
    for extra in more:
        if name in taken:
            name = f"{name[: 60 - len(extra)]}-{extra}"
    number = 2
    free = name
    while free in taken:
        free = f"{name[:57]}-{number}"
        number += 1
    return free


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, str) else value


def _lay_out(value: Any, at: tuple[str | int, ...], indent: int) -> None:
    """Choose for each list and mapping whether it stands on one line."""
    if isinstance(value, CommentedMap):
        for key, part in value.items():
            _place(value, key, part, (*at, key), indent)
    elif isinstance(value, CommentedSeq):
        for index, part in enumerate(value):
            _place(value, index, part, (*at, index), indent)


def _place(around: Any, key: str | int, part: Any, at: tuple[str | int, ...], indent: int) -> None:
    lead = indent + (2 if isinstance(key, int) else len(str(key)) + 2)
    if isinstance(part, CommentedMap | CommentedSeq):
        if part and _one_line(part, at, lead):
            part.fa.set_flow_style()
        elif part:
            part.fa.set_block_style()
            deeper = 4 if isinstance(part, CommentedSeq) else 2
            _lay_out(part, at, indent + deeper)
    elif isinstance(part, str):
        fitting = lead + len(part) + 2 <= WIDTH
        if not fitting and part == " ".join(part.split()):
            around[key] = _folded(part, WIDTH - indent - 6)
        elif isinstance(part, FoldedScalarString) and fitting:
            around[key] = str(part)


def _folded(text: str, width: int) -> FoldedScalarString:
    """A text over several lines; its breaks are where spaces were."""
    folded: FoldedScalarString = FoldedScalarString(text)
    breaks = []
    start = 0
    while len(text) - start > width:
        at = text.rfind(" ", start, start + width + 1)
        at = at if at > start else text.find(" ", start)
        if at < 0:
            break
        breaks.append(at)
        start = at + 1
    folded.fold_pos = breaks  # type: ignore[attr-defined]
    return folded


def _one_line(part: CommentedMap | CommentedSeq, at: tuple[str | int, ...], lead: int) -> bool:
    if _has_comment(part) or lead + len(_flow(part)) > WIDTH:
        return False
    if at[0] == "escalations":
        return _one_line_of_escalation(part, at)
    if isinstance(part, CommentedSeq):
        # Words stand one a line; names of terms, falsepositives and the like may share one.
        words = bool({*_LANGUAGES, "fires", "silent", "when", "against", "ways"}.intersection(at[-1:]))
        return not words and not (len(at) == 2 and at[0] == "terms")
    if isinstance(at[-1], int):
        return at[-2] in _LANGUAGES  # {verb: أخلى, root: خ ل و, form: IV}
    return at[-1] in ("title", "level", "with") or (len(at) == 1 and at[0] == "description")


def _one_line_of_escalation(part: CommentedMap | CommentedSeq, at: tuple[str | int, ...]) -> bool:
    """Conditions, reports and lists of signals; not what holds a language or a test a line."""
    if isinstance(part, CommentedSeq):
        return at[-1] not in ("escalations", "tests", "reports")
    return at[-1] not in ("title", "why") and (len(at) != 2) and at[-2:-1] != ("tests",)


def _has_comment(part: Any) -> bool:
    if not isinstance(part, CommentedMap | CommentedSeq):
        return False
    if part.ca.comment or part.ca.items or part.ca.end:
        return True
    inner = part.values() if isinstance(part, CommentedMap) else part
    return any(_has_comment(each) for each in inner)


def _flow(part: Any) -> str:
    """About as it stands on one line."""
    if isinstance(part, dict):
        return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in part.items()) + "}"
    if isinstance(part, list):
        return "[" + ", ".join(_flow(value) for value in part) + "]"
    quoted = 2 if isinstance(part, str) and type(part) is not str else 0
    return str(part) + " " * quoted
