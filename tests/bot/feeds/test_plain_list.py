"""The quick way to read a list says what the slow one says, or leaves it to that."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds import catalogue, marked_rows
from bot.feeds.plain_list import plain_rows

SHIPPED = Path(__file__).parents[3] / "feeds.yaml"
USUAL = st.sampled_from(
    "one|عنب بلدي|https://a.test/f?x=1#y|http://a.test:80/|two words|12|true|'it''s'".split("|")
)
ODD = st.sampled_from(
    """a:b|a: b|yes|Off|null|~||True|false|TRUE|Null|nan|y|0|007|0o7|0x1f|1_000|12:30|-3|1.5|1e3
2026-01-01|١٢|"a\\nb"|"yes"|''|'two|a # said|a#b|#b|[a, b]|{a: b}|{a, b}|[a|- x|a\ta|a¶    b
>¶    text|&x a|*x|!!str 1|<<|@a|%a|`a|? a|a, b|a]|\ufeffa""".replace("\n", "|").split("|")
).map(lambda value: value.replace("¶", "\n  "))
KEYS = st.sampled_from("name|url|language|paused|'kind'|<<|interval_minutes|1".split("|"))
PAIRS = st.lists(
    st.tuples(KEYS, USUAL) | st.tuples(KEYS, USUAL | ODD),
    min_size=1,
    max_size=4,
    unique_by=lambda pair: pair[0],
)


def block(pairs: list[tuple[str, str]]) -> str:
    return "  - " + "\n    ".join(f"{key}: {value}" for key, value in pairs) + "\n"


def flow(pairs: list[tuple[str, str]]) -> str:
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}\n"


HEADS = st.sampled_from(
    ["feeds:\n", "---\nfeeds:\n", "# said\nfeeds:\n", "%YAML 1.1\n---\nfeeds:\n"]
)
TAILS = st.sampled_from(["", "...\n", "---\nfeeds: []\n", "other: 1\n", "feeds: []\n", "# end"])
ROWS = st.lists(st.builds(block, PAIRS) | st.builds(flow, PAIRS), max_size=3).map("".join)


@given(st.builds("{}{}{}".format, HEADS, ROWS, TAILS))
def test_what_is_read_quickly_is_read_alike(text: str) -> None:
    quick = plain_rows(text)
    if quick is None:
        return
    rows, problems = marked_rows.rows_of_list(text, "feeds.yaml")
    slow = [dict(row) for row in rows]
    assert not problems
    assert quick == slow
    of_bools = [[isinstance(value, bool) for value in row.values()] for row in slow]
    assert [[isinstance(value, bool) for value in row.values()] for row in quick] == of_bools


def test_a_list_as_it_is_shipped_needs_no_slow_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    slowly = marked_rows.rows_of_list
    monkeypatch.setattr(marked_rows, "rows_of_list", None)
    quick = catalogue.load_catalogue(SHIPPED)
    monkeypatch.setattr(marked_rows, "rows_of_list", slowly)
    monkeypatch.setattr(catalogue, "plain_rows", lambda text: None)
    assert catalogue.load_catalogue(SHIPPED) == quick
