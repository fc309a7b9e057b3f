"""What reading an entry takes, counted in calls: a clock would tell of the machine."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import RuleSet, figures_of, places_in
from rules.language import latin
from rules.language.arabic.morphology import Morphology
from rules.loading.load import load_rules
from rules.matching.entry import read_entry
from rules.matching.finding import signs
from rules.matching.finding.matcher import TermMatcher
from rules.matching.match import detected, judge
from tests.conftest import shipped_places
from tests.rules.few import few_rules

ORDINARY = "صدرت رواية جديدة للكاتب، ويوقعها في معرض الكتاب مساء الخميس."
NEWS = (
    "قالت وزارة الصحة إن مستشفيات المدينة تعاني نقصا حادا في الأدوية منذ أسابيع. وقتل عشرة "
    "مدنيين في قصف على مستشفى، ونفى المتحدث ذلك. ولم تصل المساعدات إلى المحاصرين."
)
RULE = """id: trial-{n}
title: تجربة
description: قاعدة للتجربة.
sector: none
terms:
  one: {{ar: [{one}]}}
  two: {{ar: [{two} {one}, {two}]}}
when:
  - {{name: both, near: [one, two]}}
  - {{name: one, any: [one]}}
examples:
  fires: [نص]
  silent: [نص]
"""
LETTERS = "بتثجحخدذرزسشصضطظعغفقكلمن"


def calls(work: Callable[[], Any]) -> Counter[str]:
    """Functions of the rules that some work calls, and how often."""
    counted: Counter[str] = Counter()

    def count(frame: FrameType, event: str, arg: object) -> None:
        if event == "call" and "rules" in Path(frame.f_code.co_filename).parts:
            counted[frame.f_code.co_qualname] += 1

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


def lines(work: Callable[[], Any]) -> int:
    """Lines of the rules' code that some work runs, each as often as it is run."""
    counted = 0

    def count(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal counted
        if "rules" not in Path(frame.f_code.co_filename).parts:
            return None
        counted += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted


def with_others(folder: Path, number: int) -> RuleSet:
    """A small set of rules, and so many others whose words stand in no text."""
    (folder / "signals").mkdir(parents=True)
    for n in range(number):
        word = "".join(LETTERS[n // 24**i % 24] for i in range(3))
        text = RULE.format(n=n, one=f"زظ{word}ظ", two=f"ظز{word}ز")
        (folder / "signals" / f"trial-{n}.yaml").write_text(text, encoding="utf-8")
    return load_rules(folder, shipped=few_rules())


def test_a_word_is_analysed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = with_others(tmp_path / "own", 1)
    analysed: Counter[str] = Counter()
    real = Morphology._found

    def counted(self: Morphology, surface: str) -> Any:
        analysed[surface] += 1
        return real(self, surface)

    monkeypatch.setattr(Morphology, "_found", counted)
    for _ in range(3):
        rules.detect(NEWS, NEWS + " " + NEWS, "ar")
        read_entry(rules.terms, NEWS, NEWS, "ar")
    assert analysed
    assert set(analysed.values()) == {1}


def test_the_analyser_is_asked_only_for_words_of_which_it_finds_something(
    shipped: RuleSet,
) -> None:
    """Nothing is left for it that beginnings, stems and endings tell by themselves."""
    morphology = shipped.morphology
    asked = [w for w in (NEWS + " " + ORDINARY).split() if morphology.may_be_a_form(w)]
    assert len(asked) > 10
    assert [word for word in asked if not morphology.analyser.analyze(word)] == []


def test_the_analyser_cuts_a_word_only_where_something_may_be_cut_off(shipped: RuleSet) -> None:
    """Its own way is to cut off whatever is no longer than the longest beginning and ending."""
    word = "ومستشفياتهم"
    assert shipped.morphology.analyser.analyze(word)
    taken = calls(lambda: shipped.morphology.analyser.analyze(word))
    cuts = taken["_segments"] - 1
    assert 2 <= cuts <= 6
    assert taken["Stems.__getitem__"] <= cuts


def test_a_dictionary_is_opened_only_for_a_word_that_it_decides(
    shipped: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def is_word(surface: str, language: str) -> bool:
        asked.append(surface)
        return False

    monkeypatch.setattr(latin, "is_word", is_word)
    # No other text has the word: what a word is, is remembered.
    shipped.detect("", "media leader donald LeMBaRGo", None)
    assert {surface.lower() for surface in asked} == {"lembargo"}


def test_of_an_entry_of_no_rule_no_term_and_no_clause_is_tried(
    shipped: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for = []
    real = TermMatcher.look_for

    def look_for(self: TermMatcher, name: str, reading: Any) -> Any:
        looked_for.append(name)
        return real(self, name, reading)

    monkeypatch.setattr(TermMatcher, "look_for", look_for)
    shipped.detect("", NEWS, "ar")
    assert looked_for
    shipped.detect("معرض الكتاب", ORDINARY, "ar")  # its words are known from here on
    looked_for.clear()
    taken = calls(lambda: shipped.detect("معرض الكتاب", ORDINARY, "ar"))
    assert looked_for == []
    assert {"judge", "in_sentence", "TermMatcher.read", "tokens_of"}.isdisjoint(taken)


@pytest.mark.parametrize("text", [ORDINARY, "غمر الفيضان القرية ولم يصب أحد"])
def test_rules_whose_words_do_not_occur_add_no_work(tmp_path: Path, text: str) -> None:
    taken = []
    for number in (1, 40):
        rules = with_others(tmp_path / str(number), number)
        rules.detect("", text, "ar")
        taken.append(lines(lambda rules=rules: rules.detect("", text, "ar")))  # type: ignore[misc]
    assert taken[0] == taken[1]


def check_the_gate(rules: RuleSet, title: str, text: str, language: str | None) -> None:
    entry = read_entry(rules.terms, title, text, language)
    verdicts = [judge(rule, entry, entry.present()) for rule in rules.rules.values()]
    assert rules.detect(title, text, language) == detected(verdicts, entry)


def test_what_is_passed_over_would_have_detected_nothing(shipped: RuleSet) -> None:
    """Each rule on each sentence, with no gate before it, says the same."""
    for tests in shipped.tests:
        for example in (*tests.tests.fires[:6], *tests.tests.silent[:6]):
            text = example if isinstance(example, str) else example.text or example.vary or ""
            check_the_gate(shipped, "", text, "ar")
            check_the_gate(shipped, text, NEWS, None)


@settings(max_examples=40)
@given(st.data())
def test_nor_is_anything_missed_in_words_put_together(
    shipped: RuleSet, data: st.DataObject
) -> None:
    names = sorted(shipped.words_of_terms)
    language = data.draw(st.sampled_from(("ar", "en", "fr")))
    words = []
    for _ in range(data.draw(st.integers(2, 8))):
        known = shipped.words_of_terms[data.draw(st.sampled_from(names))][language]
        if known:
            words.append(data.draw(st.sampled_from(known)))
    between = data.draw(st.sampled_from((" ", ". ", "، ", ".", " 12 ", "\u200b")))
    check_the_gate(shipped, " ".join(words[:3]), between.join(words), language)


PARTED = """id: parted
title: تجربة
description: قاعدة للتجربة.
sector: none
terms:
  fled: {ar: [$flee من $shell, فرار من قذائف المدفعية]}
when:
  - {name: fled, any: [fled]}
examples:
  fires: [فرار من القذائف]
  silent: [نص]
"""
PLACES = """flee:
  ar: [~هرب, فرار]
shell:
  ar: [قذيفة/قذائف]
"""
HINTS = """id: hints
title: تجربة
description: قاعدة للتجربة.
sector: none
terms:
  well: {ar: [بئر/آبار]}
  dry: {ar: [جفاف]}
  deep: {ar: [عميق]}
when:
  - {name: close, near: [well, dry], within: 1, weight: 60}
  - {name: deep, near: [well, deep], within: 9, weight: 60}
  - {name: beside, near: [dry, deep], within: 9, weight: 30}
examples:
  fires: [جفاف بئر عميقة]
  silent: [نص]
"""


def of_one_rule(folder: Path, text: str) -> RuleSet:
    (folder / "signals").mkdir(parents=True)
    name = text.partition("\n")[0].removeprefix("id: ")
    (folder / "signals" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_rules(folder, shipped=few_rules())


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("فرار الناس من القذائف", True),
        ("خرج الوزير من المدفعية إلى القذائف", False),  # no word of the first place
        ("فرار اللص من السجن", False),  # nor any of the last
        ("فرار. من القذائف", False),  # not in one sentence
        ("المدفعية، وقذائف من دون فرار", True),
        ("من قذائف المدفعية", False),  # the rest of a phrase of words alone
    ],
)
def test_the_gate_asks_for_something_at_each_place_of_a_phrase(
    tmp_path: Path, text: str, passes: bool
) -> None:
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "trial.yaml").write_text(PLACES, encoding="utf-8")
    rules = of_one_rule(tmp_path, PARTED)
    rules.detect("", text, "ar")
    assert ("TermMatcher.read" in calls(lambda: rules.detect("", text, "ar"))) == passes


def test_a_rule_is_given_up_when_what_is_left_cannot_reach_its_threshold(tmp_path: Path) -> None:
    rules = of_one_rule(tmp_path, HINTS)
    apart = "حفر بئر في قرية عميقة الوادي يهددها منذ سنوات طويلة جفاف"
    taken = calls(lambda: rules.detect("", apart, "ar"))
    assert rules.detect("", apart, "ar") == ()
    assert taken["holds"] == 1


def test_a_harm_of_nobody_is_the_end_of_clauses_that_ask_for_one(shipped: RuleSet) -> None:
    known_wounded = "جرحى الحرب في غزة"
    shipped.detect("", known_wounded, "ar")
    taken = calls(lambda: shipped.detect("", known_wounded, "ar"))
    assert taken["find_harms"] == 1
    assert taken["holds"] == 0


def test_what_cannot_be_here_is_seldom_asked_for_term_by_term(shipped: RuleSet) -> None:
    """Bits tell it for many at once; each question of its own is a call."""
    shipped.detect("", NEWS, "ar")
    taken = calls(lambda: shipped.detect("", NEWS, "ar"))
    assert taken["Written.__missing__"] < 2.5 * taken["TermMatcher.look_for"]
    assert taken["set_bits"] < 1.5 * taken["TermMatcher.look_for"]


def test_a_clause_that_fails_is_tried_a_second_time_only_beside_a_no(shipped: RuleSet) -> None:
    """The second time a plain no may stand over its words: where none stands, nothing changes."""
    title = "قصف قرب المستشفى ونقص في المعدات"
    affirmed = calls(lambda: shipped.detect(title, "", "ar"))
    denied = calls(lambda: shipped.detect("لا " + title, "", "ar"))
    assert 0 < affirmed["in_sentence"] < denied["in_sentence"]


def test_ways_that_ask_for_the_same_share_what_is_found(shipped: RuleSet) -> None:
    asked = [
        element.terms
        for rule in shipped.rules.values()
        for clause in (*rule.when, *rule.against)
        for element in clause.elements
    ]
    assert len({id(terms) for terms in asked}) == len(set(asked)) < len(asked)


def test_a_text_is_cut_once_for_its_places_and_its_figures() -> None:
    title, text = "مقتل 12 شخصا في حلب", "سقط عشرة قتلى في مدينة حلب. وأصيب 20 في إدلب."
    places = shipped_places()

    def facts() -> None:
        places_in(places, title, text)
        figures_of(title, text, "ar")

    facts()
    text += " ونزح مئات."
    assert calls(facts)["cut_sentences"] == 1  # the title is the same


def test_each_term_is_looked_for_once_in_a_sentence_and_never_where_it_cannot_be(
    shipped: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for: Counter[tuple[str, int]] = Counter()
    impossible = []
    real = TermMatcher.look_for

    def look_for(self: TermMatcher, name: str, written: Any) -> Any:
        looked_for[name, written.sentence.start] += 1
        if not self.signs.bits[name] & written.possible:
            impossible.append(name)
        return real(self, name, written)

    monkeypatch.setattr(TermMatcher, "look_for", look_for)
    assert shipped.detect("", NEWS, "ar")
    assert impossible == []
    assert set(looked_for.values()) == {1}


def test_a_pattern_is_tried_only_in_a_text_in_which_it_may_match(shipped: RuleSet) -> None:
    """Most terms that have a pattern have words, too, and are possible by these."""
    first = "وصلت إلى المدينة المحاصرة أول قافلة مساعدات منذ شهر."
    shipped.detect("", f"{NEWS} {first}", "ar")
    assert calls(lambda: shipped.detect("", NEWS, "ar"))["_regex_spans"] == 0
    assert calls(lambda: shipped.detect("", first, "ar"))["_regex_spans"] > 0


def test_a_no_is_looked_for_only_over_evidence_of_a_sentence_that_has_one(
    shipped: RuleSet,
) -> None:
    """One sentence of three says no; each piece of evidence of the others asked for one."""
    shipped.detect("", NEWS, "ar")
    taken = calls(lambda: shipped.detect("", NEWS, "ar"))
    assert 0 < taken["any_negation"] < taken["negation_of"]


def test_patterns_with_gaps_are_searched_for_apart(
    shipped: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the others, what the engine finds out while a gap is open it finds out once more: the
    first thousands of entries took twice as long."""
    sets: list[list[str]] = []
    real = signs.search_set

    def search_set(patterns: Iterable[str]) -> Any:
        sets.append(list(patterns))
        return real(sets[-1])

    monkeypatch.setattr(signs, "search_set", search_set)
    made = signs.Patterns(shipped.compiled_terms, shipped.terms.signs, ("[0-9]+", "a.{0,9}b"))
    together = [any(".{0," in p or r"\S+" in p for p in patterns) for patterns in sets]
    assert together == [False, True]
    assert [made.in_text(text)[1] for text in ("a b", "7", "a 7 b", "c")] == [2, 1, 3, 0]


def test_what_governs_is_found_once_for_all_evidence_of_a_sentence(shipped: RuleSet) -> None:
    shipped.detect("", NEWS, "ar")
    taken = calls(lambda: shipped.detect("", NEWS, "ar"))
    assert taken["governing"] > 3
    assert taken["Reading.present"] <= 3  # sentences
