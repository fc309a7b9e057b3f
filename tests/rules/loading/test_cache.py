"""The compiled rules on disk: the same answers, and never trusted further than its key."""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import RuleSet
from rules.language.arabic import analyser, morphology
from rules.language.arabic.morphology import Morphology
from rules.loading import build
from rules.loading.load import cache_of, load_rules
from rules.loading.stored.cache import RulesCache
from rules.loading.stored.file import Late, no_garbage
from rules.loading.stored.words import still_true
from rules.trying import inline_tests
from tests.rules.few import few_rules

NEWS = "غمر الفيضان القرية"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A mark for each time that rules are compiled."""
    marks: list[str] = []
    real = build.compile_rules

    def counted(*given: object) -> RuleSet:
        marks.append("compiled")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "compile_rules", counted)
    return marks


def start(folder: Path, operator_dir: Path | None = None) -> RuleSet:
    rules = load_rules(operator_dir, shipped=few_rules(), cache=folder)
    assert [found.signal for found in rules.detect("", NEWS, "ar")] == ["flood"]
    return rules


def only_file(folder: Path) -> Path:
    (path,) = folder.glob("rules-*.json")
    return path


@pytest.fixture(scope="module")
def read_back(shipped: RuleSet, tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """The shipped rules, written and read."""
    kept = RulesCache(tmp_path_factory.mktemp("cache"), "test")
    shipped.detect("", "نقص حاد في الأدوية", "ar")
    kept.write(shipped, checked=True)
    stored = kept.read(None)
    assert stored is not None
    assert stored.checked
    return stored.rules


def test_every_part_comes_back(shipped: RuleSet, read_back: RuleSet) -> None:
    for name in ("signals", "rules", "tests", "hash", "warnings", "guards", "words_of_terms"):
        assert getattr(read_back, name) == getattr(shipped, name), name
    for name in ("escalations", "escalation_tests", "states"):
        assert getattr(read_back, name) == getattr(shipped, name), name
    assert read_back.compiled_terms.keys() == shipped.compiled_terms.keys()
    for name, term in shipped.compiled_terms.items():
        other = read_back.compiled_terms[name]
        assert (other.phrases, other.include, other.exceptions) == (
            *(term.phrases, term.include, term.exceptions),
        )
        assert [x.pattern for x in other.regexes] == [x.pattern for x in term.regexes]
    assert read_back.words.latin_words == shipped.words.latin_words
    assert list(read_back.morphology.lexemes) == list(shipped.morphology.lexemes)
    assert read_back.morphology.spelt == shipped.morphology.spelt
    assert dict(read_back.morphology.analysed())["الأدوية"]


def test_the_examples_are_detected_alike(shipped: RuleSet, read_back: RuleSet) -> None:
    for tests in shipped.tests:
        for example in (*tests.tests.fires[::3], *tests.tests.silent[::3]):
            text = example if isinstance(example, str) else example.text or example.vary or ""
            assert read_back.detect("", text, None) == shipped.detect("", text, None)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_words_are_put_together(
    shipped: RuleSet, read_back: RuleSet, data: st.DataObject
) -> None:
    names = sorted(shipped.words_of_terms)
    language = data.draw(st.sampled_from(("ar", "en", "fr")))
    words = []
    for _ in range(data.draw(st.integers(2, 8))):
        known = shipped.words_of_terms[data.draw(st.sampled_from(names))][language]
        if known:
            words.append(data.draw(st.sampled_from(known)))
    text = data.draw(st.sampled_from((" ", ". ", "، "))).join(words)
    assert read_back.detect("", text, language) == shipped.detect("", text, language)


def test_a_second_start_compiles_nothing(tmp_path: Path, compiled: list[str]) -> None:
    first = start(tmp_path / "cache")
    assert start(tmp_path / "cache").hash == first.hash
    assert compiled == ["compiled"]


def test_what_a_start_does_not_need_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests, the words of terms, English and French: most of the file."""
    start(tmp_path)
    taken: set[Late[Any]] = set()
    real = Late.__call__

    def noted(late: Late[Any]) -> Any:
        taken.add(late)
        return real(late)

    monkeypatch.setattr(Late, "__call__", noted)
    rules = load_rules(shipped=few_rules(), cache=tmp_path)
    assert not taken
    assert rules.detect("", NEWS, "ar")
    assert len(taken) == 2, "how Arabic words are spelt, and whose they are"
    assert len(rules.tests) == len(rules.signals)
    assert rules.words_of_terms
    assert len(taken) == 4


def test_what_was_read_is_not_looked_through_for_garbage(tmp_path: Path) -> None:
    start(tmp_path)
    gc.unfreeze()  # what a service left that ran in this process before
    with no_garbage():
        rules = load_rules(shipped=few_rules(), cache=tmp_path)
    assert rules.signals
    assert gc.get_count()[0] < 100
    assert gc.get_freeze_count() == 0


def damaged(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:-40] + b"x" * 40)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def of_another_key(path: Path) -> None:
    head, body = path.read_bytes().split(b"\n", 1)
    path.write_bytes(b"0" * 64 + head[64:] + b"\n" + body)


def not_json(path: Path) -> None:
    path.write_bytes(b"\x80\x04\x95 no rules")


def open_to_others(path: Path) -> None:
    path.chmod(0o666)


def a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "spoil", [damaged, cut_short, of_another_key, not_json, open_to_others, a_link, a_folder]
)
def test_a_file_that_is_not_right_is_as_good_as_none(
    tmp_path: Path, compiled: list[str], spoil: Callable[[Path], None]
) -> None:
    start(tmp_path / "cache")
    spoil(only_file(tmp_path / "cache"))
    start(tmp_path / "cache")
    assert len(compiled) == 2


def test_somebody_elses_file_is_not_read(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start(tmp_path / "cache")
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    start(tmp_path / "cache")
    assert len(compiled) == 2


def test_rules_that_changed_are_compiled_and_take_the_old_ones_place(
    tmp_path: Path, compiled: list[str]
) -> None:
    own = tmp_path / "own"
    (own / "signals").mkdir(parents=True)
    start(tmp_path / "cache", own)
    (own / "signals" / "flood.yaml").write_text("{id: flood, level: watch}", encoding="utf-8")
    assert start(tmp_path / "cache", own).rules["flood"].levels["worsening"] == "watch"
    assert start(tmp_path / "cache", own).rules["flood"].levels["worsening"] == "watch"
    assert len(compiled) == 2
    assert only_file(tmp_path / "cache").stat().st_mode & 0o077 == 0


def test_what_a_file_names_and_is_no_part_of_rules_is_not_made(tmp_path: Path) -> None:
    """Only the constructors of a rule set's parts are called, whatever a file says."""
    kept = cache_of(tmp_path, None, None, few_rules())
    kept.write(load_rules(shipped=few_rules()), checked=False)
    path = only_file(tmp_path)
    head, body = path.read_bytes().decode().split("\n", 1)
    names, *parts = body.split("\n")
    parts[json.loads(names).index("hash")] = json.dumps(["Popen", "true"])
    changed = "\n".join((names, *parts)).encode()
    key, _, checked = head.split(" ")
    path.write_bytes(f"{key} {hashlib.sha256(changed).hexdigest()} {checked}\n".encode() + changed)
    assert kept.read(None) is None


def test_where_nothing_can_be_written_rules_are_compiled_each_time(
    tmp_path: Path, compiled: list[str]
) -> None:
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    start(tmp_path / "a-file" / "cache")
    start(tmp_path / "a-file" / "cache")
    assert len(compiled) == 2


def test_a_file_that_is_saved_while_its_tests_run_is_not_taken_for_what_was_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, cache = tmp_path / "own", tmp_path / "cache"
    (own / "signals").mkdir(parents=True)
    override = own / "signals" / "flood.yaml"
    override.write_text("id: flood\nlevel: watch\n", encoding="utf-8")
    loaded = partial(load_rules, shipped=few_rules())
    monkeypatch.setattr(inline_tests, "load_rules", loaded)
    real = inline_tests.run_tests

    def saved_meanwhile(rules: RuleSet) -> list[inline_tests.TestResult]:
        found = real(rules)
        override.write_text("id: flood\nlevel: info\n", encoding="utf-8")
        return found

    monkeypatch.setattr(inline_tests, "run_tests", saved_meanwhile)
    assert inline_tests.load_checked(own, cache=cache).signals["flood"].level == "watch"
    monkeypatch.setattr(inline_tests, "run_tests", real)
    assert inline_tests.load_checked(own, cache=cache).signals["flood"].level == "info"
    assert inline_tests.load_checked(own, cache=cache).signals["flood"].level == "info"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A mark for each time that CAMeL Tools' analyser is made."""
    marks: list[str] = []
    real = analyser.analyzer

    def counted(stems: Any) -> Any:
        marks.append("made")
        return real(stems)

    monkeypatch.setattr(morphology, "analyzer", counted)
    return marks


def test_words_that_were_met_later_are_known_at_the_next_start(
    tmp_path: Path, asked: list[str]
) -> None:
    rules = start(tmp_path)
    before = rules.detect("", NEWS, "ar")
    cache_of(tmp_path, None, None, few_rules()).write_words(rules)
    assert asked == ["made"]
    again = start(tmp_path)
    assert again.detect("", NEWS, "ar") == before != ()
    assert asked == ["made"]


@pytest.mark.parametrize(
    "spoil", [damaged, cut_short, of_another_key, not_json, open_to_others, a_link, a_folder]
)
def test_words_that_are_not_right_are_asked_for_anew(
    tmp_path: Path, asked: list[str], spoil: Callable[[Path], None]
) -> None:
    rules = start(tmp_path)
    found = rules.detect("", NEWS, "ar")
    cache_of(tmp_path, None, None, few_rules()).write_words(rules)
    spoil(next(tmp_path.glob("words-*.json")))
    again = start(tmp_path)
    assert again.detect("", NEWS, "ar") == found != ()
    assert asked == ["made", "made"]


def met(rules: RuleSet, words: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """What CAMeL Tools says of some words, asked now."""
    made = Morphology(rules.words.arabic_lexemes)
    return {word: [(a.lexeme, a.segments) for a in made.analyse(word)] for word in words}


MORE = """id: more
title: تجربة
description: قاعدة للتجربة.
sector: none
terms:
  words: {ar: [TERMS]}
when:
  - {name: words, any: [words]}
examples:
  fires: [نص]
  silent: [نص]
"""


def changed(tmp_path: Path, terms: str, note: str = "") -> Path:
    """An operator's rule that has these words now."""
    own = tmp_path / "own" / "signals"
    own.mkdir(parents=True, exist_ok=True)
    (own / "more.yaml").write_text(MORE.replace("TERMS", terms) + note, encoding="utf-8")
    return tmp_path / "own"


WORDS = ("الفيضان", "قرية", "وبالجسر", "جسورنا", "نهر", "الفيضااان", "غمر")


def test_a_change_of_rules_leaves_the_words_that_it_says_nothing_of(
    tmp_path: Path, asked: list[str]
) -> None:
    own = changed(tmp_path, "جسر/جسور")
    rules = load_rules(own, shipped=few_rules(), cache=tmp_path)
    for word in WORDS:
        rules.morphology.analyse(word)
    cache_of(tmp_path, own, None, few_rules()).write_words(rules)
    changed(tmp_path, "جسر/جسور", "# a note\n")
    asked.clear()
    again = load_rules(own, shipped=few_rules(), cache=tmp_path)
    assert again.hash != rules.hash
    again.detect("", " ".join(WORDS), "ar")
    assert asked == []
    known = {w: found for w, found in again.morphology.analysed().items() if w in WORDS}
    assert known == {word: told for word, told in met(again, WORDS).items() if told}


@pytest.mark.parametrize("terms", ["نهر/أنهار", "جسر/جسور, نهر/أنهار", "قنطرة, جسر/جسور", "سيل"])
def test_what_a_change_may_concern_is_asked_for_anew(tmp_path: Path, terms: str) -> None:
    """Words that are gone, that are new, and that have another number now."""
    own = changed(tmp_path, "جسر/جسور")
    rules = load_rules(own, shipped=few_rules(), cache=tmp_path)
    for word in WORDS:
        rules.morphology.analyse(word)
    cache_of(tmp_path, own, None, few_rules()).write_words(rules)
    changed(tmp_path, terms)
    for _ in range(2):  # compiled, and read
        again = load_rules(own, shipped=few_rules(), cache=tmp_path)
        known = again.morphology.analysed()
        assert "الفيضان" in known
        assert "نهر" not in known or "نهر" not in terms
        wanted = met(again, WORDS)
        found = {word: again.morphology.lexemes_of(word) for word in WORDS}
        assert found == {word: {n for n, _ in told} for word, told in wanted.items()}


@pytest.mark.parametrize("doubled", [0, 1])
def test_a_word_of_which_there_are_two_is_asked_for_anew(doubled: int) -> None:
    """Which of the two a word is a form of is not told by what they are."""
    rows = (["a\ufffenoun\ufffe", "b\ufffenoun\ufffe"], ["a\ufffenoun\ufffe", "a\ufffenoun\ufffe"])
    kept = still_true({"كلمة": [(0, "x")]}, rows[1 - doubled], rows[doubled])
    assert bool(kept) == (not doubled)
