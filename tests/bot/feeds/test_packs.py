from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.feeds.catalogue import load_catalogue
from bot.feeds.packs import find_pack, load_pack, pack_names
from bot.feeds.row import comparable_address
from bot.settings import Settings, variable
from rules import load_gazetteer

SHIPPED = Path(__file__).parents[3] / "feeds.yaml"
FOLDER = Path(__file__).parents[3] / "bot" / "feeds" / "packs"


@pytest.fixture(autouse=True)
def _desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)
    monkeypatch.chdir(tmp_path)


def pack(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["feeds", "pack", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_each_pack_is_a_valid_list_that_says_it_was_not_tried() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(pack_names())
    for name in pack_names():
        feeds = load_pack(name)
        assert len(feeds) >= 8, name
        assert len({feed.family for feed in feeds}) >= 5, name
        assert all(feed.language and feed.region != "world" for feed in feeds), name
        assert "could not be tried" in " ".join(
            (FOLDER / f"{name}.yaml").read_text("utf-8").replace("\n# ", " ").split()
        )


def test_where_a_feed_of_a_pack_reports_from_is_known() -> None:
    gazetteer = load_gazetteer()
    regions = {feed.region for name in pack_names() for feed in load_pack(name)}
    assert [region for region in regions if not gazetteer.region(region)] == []


def test_packs_and_the_shipped_list_never_call_one_feed_by_two_ids() -> None:
    by_address: dict[str, str] = {}
    by_id: dict[str, str] = {}
    for feeds in (load_catalogue(SHIPPED), *map(load_pack, pack_names())):
        for feed in feeds:
            address = comparable_address(feed.url)
            assert by_address.setdefault(address, feed.id) == feed.id
            assert by_id.setdefault(feed.id, address) == address


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("sudan", "sudan"),
        ("السودان", "sudan"),
        ("سودان", "sudan"),
        ("Soudan", "sudan"),
        ("sudn", "sudan"),
        ("DR Congo", "dr-congo"),
        ("غزه", "palestine"),
        ("مالي", "sahel"),
        ("libia", "libya"),
        ("afganistan", "afghanistan"),
        ("Haïti", "haiti"),
        ("nigeria", None),
        ("iran", None),
        ("malawi", None),
        ("", None),
        ("—", None),
    ],
)
def test_names_are_understood_as_people_write_them(said: str, meant: str | None) -> None:
    assert find_pack(said) == meant


def test_a_pack_adds_what_is_missing_and_leaves_every_other_line(tmp_path: Path) -> None:
    before = (
        "# our list\nfeeds:\n  # the first\n  - name: Ours\n"
        "    url: http://www.dabangasudan.org/ar/feed/   # by hand\n    interval_minutes: 5\n"
        "  - id: alrakoba\n    name: Rakoba\n    url: https://elsewhere.test/feed\n# the end\n"
    )
    (tmp_path / "feeds.yaml").write_text(before, encoding="utf-8")
    code, text = pack("السودان")
    assert code == 0 and "could not be tried" in text
    after = (tmp_path / "feeds.yaml").read_text("utf-8")
    assert set(before.splitlines()) <= set(after.splitlines())
    feeds = load_catalogue(tmp_path / "feeds.yaml")
    assert len(feeds) == len(load_pack("sudan"))  # two were there: one by address, one by id
    assert text.count("added: ") == len(feeds) - 2 and text.count("left as it is: ") == 2
    code, text = pack("sudan")
    assert code == 0 and " 0 feeds added" in text
    assert (tmp_path / "feeds.yaml").read_text("utf-8") == after


def test_a_pack_goes_into_a_list_that_is_empty_or_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("# ours\nfeeds: []\n", encoding="utf-8")
    for file in ("empty.yaml", "new.yaml"):
        assert pack("haiti", "--into", file)[0] == 0
        assert load_catalogue(tmp_path / file) == load_pack("haiti")
    assert (tmp_path / "empty.yaml").read_text("utf-8").startswith("# ours\n")


def test_packs_are_listed_and_an_unknown_one_is_said_in_words(tmp_path: Path) -> None:
    code, text = pack("--list")
    assert code == 0 and all(name in text for name in pack_names())
    code, text = pack("atlantis")
    assert code != 0 and "sudan" in text
    (tmp_path / "feeds.yaml").write_text("feeds:\n- name: A\n", encoding="utf-8")
    code, text = pack("sudan")
    assert code != 0 and "feeds.yaml:2" in text
    assert (tmp_path / "feeds.yaml").read_text("utf-8") == "feeds:\n- name: A\n"
