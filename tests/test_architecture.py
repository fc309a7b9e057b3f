"""The map is true: every folder has its line, every path that it names is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.measured_elsewhere import MEASURED_ELSEWHERE

ROOT = Path(__file__).resolve().parents[1]
MAP = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGES = ("bot", "rules", "storage")


def test_every_folder_has_a_line_in_the_map() -> None:
    folders = {
        file.parent.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    named = set(re.findall(r"^\| `([\w/]+)/` \|", MAP, re.MULTILINE))
    assert folders - named == set()


def test_the_way_of_an_entry_takes_at_most_twelve_steps() -> None:
    steps = re.findall(r"^\| (\d+) \|", MAP, re.MULTILINE)
    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    assert len(steps) <= 12


PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *(
        f"docs/{page}.md"
        for page in ("index", "architecture", "operators", "operations", "telegram")
    ),
    *(f"docs/staff/{language}.md" for language in ("ar", "en", "fr")),
]
DECISIONS = [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/decisions").glob("*.md")]


@pytest.mark.parametrize("page", [*PAGES, *DECISIONS])
def test_every_path_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:bot|rules|storage|tests|docs|bench)/[\w/.-]+)`", text))
    linked = {
        (ROOT / page).parent.joinpath(target).resolve().relative_to(ROOT).as_posix()
        for target in re.findall(r"\]\(([^)#:]+)\)", text)
    }
    assert [path for path in sorted(named | linked) if not (ROOT / path).exists()] == []


def test_every_name_of_code_in_the_guide_is_in_the_code() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = " ".join(
        path.read_text(encoding="utf-8")
        for folder in (*PACKAGES, "tests")
        for path in (ROOT / folder).rglob("*.py")
        if path != Path(__file__)
    )
    names = {
        name
        for said in re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", guide, flags=re.DOTALL))
        for name in re.findall(
            r"\b_?[A-Z]\w*[A-Z]\w*\b|\b[A-Z][a-z]+[A-Z]\w+|@\w+|\w+(?=\(\))", said
        )
    }
    assert {"LANGUAGES", "ParsedFeed", "@command"} <= names
    known = set(re.findall(r"\w+", code)) | {"PYTHONS"}
    assert sorted(name for name in names if name.lstrip("@") not in known) == []


def test_every_selection_of_tests_in_the_guide_selects_some() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    selections = re.findall(r"pytest (\S+\.py) -k (\w+)", guide)
    assert selections
    for file, word in selections:
        assert re.search(rf"def test_\w*{word}", (ROOT / file).read_text(encoding="utf-8")), word


def test_the_packages_say_that_they_are_typed() -> None:
    for package in PACKAGES:
        assert (ROOT / package / "py.typed").is_file()


def test_no_requirement_is_written_twice() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for listed in (project["project"]["dependencies"], *project["dependency-groups"].values()):
        names = [re.split(r"[<>=\[;]", requirement)[0] for requirement in listed]
        assert len(names) == len(set(names))


def test_what_is_measured_elsewhere_is_there() -> None:
    assert [
        each for each in sorted(MEASURED_ELSEWHERE) if not (ROOT / "tests" / each).is_file()
    ] == []
