"""A list of feeds with the line of everything in it, for the messages about what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent

from bot.feeds.parse.dates import plain_digits
from bot.feeds.plain_list import EVENTS
from bot.feeds.problems import CatalogueInvalid, CatalogueProblem, Said, Wrong, said
from bot.feeds.row import MAX_FEEDS, FeedRow, SelectorsRow, comparable_address, slug
from rules.loading.yaml_hints import explained, invisible

_MAX_DEPTH = 20


def rows_of_list(text: str, file: str) -> tuple[list[CommentedMap], list[CatalogueProblem]]:
    """The rows that are mappings, and what is wrong with the file around them. Raises
    CatalogueInvalid for what is no list of feeds."""

    def invalid(line: int, what: Said) -> CatalogueInvalid:
        return CatalogueInvalid((CatalogueProblem(file, line, what),))

    if unseen := invisible(text):
        line, hint = unseen
        raise invalid(line, said("said", what=hint))
    if unwanted := _unwanted_yaml(text, file):
        raise CatalogueInvalid((unwanted,))
    try:
        document = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line, hint = explained(error, text)
        raise invalid(line, said("yaml_hint", hint=hint, why=error.problem)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise invalid(line, said("yaml_character", value=error.character)) from error
    except ValueError as error:  # more digits than Python turns into a number
        found = re.search(r"\d{1000}", text)
        line = text.count("\n", 0, found.start()) + 1 if found else 0
        raise invalid(line, said("yaml_number")) from error
    except (YAMLError, LookupError, TypeError, AttributeError) as error:
        raise invalid(0, said("no_yaml", why=error)) from error
    if document is None:
        raise invalid(0, said("empty_file"))
    if not isinstance(document, CommentedMap) or "feeds" not in document:
        raise invalid(1, said("no_feeds_key"))
    problems = [
        CatalogueProblem(
            file,
            document.lc.key(key)[0] + 1,
            said("unknown_above", key=key),
        )
        for key in document
        if key != "feeds"
    ]
    listed = document["feeds"]
    line = document.lc.key("feeds")[0] + 1
    if listed is None:
        listed = CommentedSeq()
    if not isinstance(listed, CommentedSeq):
        raise invalid(line, said("no_list"))
    if len(listed) > MAX_FEEDS:
        raise invalid(line, said("too_many", n=len(listed), most=MAX_FEEDS))
    rows: list[CommentedMap] = []
    for number, row in enumerate(listed):
        if isinstance(row, CommentedMap):
            rows.append(row)
        else:
            problems.append(
                CatalogueProblem(
                    file,
                    listed.lc.item(number)[0] + 1,
                    said("no_feed", value=row),
                )
            )
    return rows, problems


def _unwanted_yaml(text: str, file: str) -> CatalogueProblem | None:
    """The first thing in `text` that YAML knows and a feed list has no use for: a tag (which may
    name code), an anchor, a merge key; or what is nested too deep to be read."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=EVENTS):
            line = event.start_mark.line + 1 if event.start_mark else 0
            if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
                return CatalogueProblem(file, line, said("anchor"))
            if tag := getattr(event, "tag", None):
                written = tag.replace("tag:yaml.org,2002:", "!!")
                return CatalogueProblem(file, line, said("tag", value=written))
            if isinstance(event, ScalarEvent) and event.value == "<<" and not event.style:
                return CatalogueProblem(file, line, said("merge_key"))
            if isinstance(event, CollectionStartEvent):
                depth += 1
            elif isinstance(event, CollectionEndEvent):
                depth -= 1
            if depth > _MAX_DEPTH:
                return CatalogueProblem(file, line, said("too_deep", most=_MAX_DEPTH))
    except (yaml.YAMLError, ValueError):
        return None  # said better by the parser that reads the file
    return None


def problems_of(rows: list[CommentedMap], file: str) -> Iterator[CatalogueProblem]:
    """What is wrong with the rows, each by itself and beside the others."""
    for row in rows:
        yield from _problems_of_row(row, file)
    yield from _repeated(rows, file)


def _problems_of_row(row: CommentedMap, file: str) -> Iterator[CatalogueProblem]:
    for key in row:
        if not isinstance(key, str):
            yield CatalogueProblem(file, line_of(row, key), said("no_key", value=key))
            return
    try:
        FeedRow.model_validate(dict(row))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            *above, key = detail["loc"] or ("",)
            within = row[above[0]] if above and isinstance(row.get(above[0]), CommentedMap) else row
            yield CatalogueProblem(file, line_of(within, key), _message(key, detail, row))


def line_of(row: CommentedMap, key: object) -> int:
    if key in row:
        return int(row.lc.key(key)[0]) + 1
    return int(row.lc.line) + 1


def _message(key: object, detail: Any, row: CommentedMap) -> Said:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    match kind:
        case "missing":
            return said("missing", feed=row.get("name") or row.get("url") or "", key=key)
        case "extra_forbidden":
            shape = SelectorsRow if len(detail["loc"]) > 1 else FeedRow
            return said("unknown_key", key=key, known=", ".join(shape.model_fields))
        case "literal_error":
            return said("one_of", key=key, value=value, expected=context["expected"])
        case "string_too_long":
            return said("too_long", key=key, most=context["max_length"])
        case "string_too_short":
            return said("empty", key=key)
        case "string_type" | "int_type" | "model_type" if value is None:
            return said("empty", key=key)
        case "string_unicode":
            return said("half_character", key=key, value=value)
        case "string_type":
            return said("no_text", key=key, value=value)
        case "model_type":
            return said("no_selectors")
        case "bool_type":
            return said("no_bool", key=key, value=value)
        case "int_type" if _plain(value) != value:
            return said("digits", key=key, value=value, plain=_plain(value))
        case "int_type" | "int_from_float":
            return said("no_number", key=key, value=value)
        case "greater_than_equal" | "less_than_equal":
            return said("minutes", key=key, value=value, most=7 * 24 * 60)
        case "value_error" if isinstance(context["error"], Wrong):
            return said("of_key", key=key, what=context["error"].said)
    return said("as_found", key=key, value=value, why=detail["msg"])


def _plain(value: object) -> object:
    """A number in Arabic digits, in those that YAML knows; everything else as it is."""
    plain = plain_digits(value) if isinstance(value, str) else ""
    return plain if plain.isascii() and plain.isdigit() else value


def _repeated(rows: list[CommentedMap], file: str) -> Iterator[CatalogueProblem]:
    ids: dict[str, int] = {}
    addresses: dict[str, int] = {}
    for row in rows:
        key = "id" if row.get("id") else "name"
        feed_id = row.get(key)
        if isinstance(feed_id, str) and (feed_id := slug(feed_id)):
            line = line_of(row, key)
            if feed_id in ids:
                what = said("same_id", value=feed_id, line=ids[feed_id])
                yield CatalogueProblem(file, line, what)
            ids.setdefault(feed_id, line)
        url = row.get("url")
        if isinstance(url, str) and url.strip():
            line, address = line_of(row, "url"), comparable_address(url.strip())
            if address in addresses:
                what = said("same_url", value=url, line=addresses[address])
                yield CatalogueProblem(file, line, what)
            addresses.setdefault(address, line)
