"""What is declared of states: shipped, an operator's over it, and what is wrong with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from rules import RuleSet, RulesInvalid, detect, load_rules, states_said
from rules.loading.load import fingerprint
from tests.rules.few import few_rules

Write = Callable[[str], Path]
SIEGE = """id: siege
title: {ar: حصار, en: Siege, fr: Siège}
description: A rule of which states are told.
sector: none
terms: {besieged: $siege}
when:
  - name: besieged
    any: [besieged]
tests:
  fires: [حصار المدينة]
  silent: [يوم هادئ]
"""
WATER = """states:
  - kind: water
    title: Water
    expires_after: 3 days
    values:
      cut: {bad: true, title: cut}
      back: {title: back}
    from:
      - {signal: siege, direction: worsening, value: cut}
      - {signal: siege, direction: improving, value: back}
"""


@pytest.fixture
def own(tmp_path: Path) -> Write:
    """An operator's folder with states of theirs."""

    def write(body: str) -> Path:
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        (folder / "states.yaml").write_text(body, encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="module")
def one_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in place of the shipped rules, which take seconds to load."""
    folder = tmp_path_factory.mktemp("shipped") / "rules"
    shutil.copytree(few_rules(), folder)
    (folder / "signals" / "siege.yaml").write_text(SIEGE, encoding="utf-8")
    (folder / "vocabulary" / "siege.yaml").write_text("siege: {ar: [حصار]}\n", encoding="utf-8")
    (folder / "states.yaml").write_text(WATER, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("أغلقت السلطات معبر رفح أمام المساعدات والشاحنات", "crossing closed"),
        ("Rafah crossing reopened for aid convoys", "crossing open"),
        ("الجيش نفى إغلاق معبر رفح أمام المساعدات", "crossing not closed"),
        ("خروج مستشفى الشفاء عن الخدمة في غزة", "hospital out-of-service"),
        ("إعادة تشغيل مستشفى الشفاء في غزة", "hospital working"),
        ("قصفت الطائرات الحربية مستشفى ميدانيا في ريف إدلب", "hospital-attacked attacked"),
        ("رُفع الحصار عن مدينة الفاشر ودخلت أولى القوافل", "siege lifted"),
        ("نفى المتحدث فرض حصار على المدينة", "siege not besieged"),
        ("الجيش يمنع دخول المساعدات إلى غزة", "aid blocked"),
        ("وصول قافلة مساعدات إلى مدينة الفاشر", "aid arriving"),
        ("انقطاع المياه عن مدينة حلب بالكامل والسكان يعانون", "water cut"),
        ("عادت المياه إلى حلب بعد إصلاح المحطة", "water back"),
        ("عودة التيار الكهربائي إلى مدينة حلب بعد انقطاع", "power back"),
        ("Power cut across Aleppo leaves residents in the dark", "power cut"),
        ("Fuel runs out in Gaza hospitals", "fuel cut"),
        ("Army orders residents of Khan Younis to evacuate", "evacuation ordered"),
        ("ألغى الجيش أوامر الإخلاء وسمح للسكان بالعودة بعد توقف القصف", "evacuation cancelled"),
        ("Army withdraws order to evacuate the border villages", "evacuation cancelled"),
        ("إلغاء أوامر الإخلاء في البلدات الحدودية", "evacuation cancelled"),
        ("انهيار وقف إطلاق النار بعد ساعات من إعلانه في غزة", "ceasefire broken"),
        ("The ceasefire took effect at dawn in Gaza", "ceasefire in-force"),
        ("تفشي الكوليرا في مخيمات النازحين في إدلب", "outbreak reported"),
        ("إعلان انتهاء تفشي إيبولا في غينيا", "outbreak over"),
        ("villagers flee homes as militants attack", "displacement fleeing"),
        ("عودة النازحين إلى قراهم بعد انسحاب القوات", "displacement returning"),
        ("أصدر الجيش أوامر إخلاء جديدة لسكان البلدات الحدودية", "evacuation ordered"),
        # Asked for, feared, spoken of: no state.
        ("دعت الأمم المتحدة إلى هدنة إنسانية في الإقليم", ""),
        ("حملة تطعيم ضد شلل الأطفال في غزة", ""),
    ],
)
def test_detections_say_states(shipped: RuleSet, text: str, said: str) -> None:
    found = {
        f"{each.kind.id} {'not ' if each.denied else ''}{each.value}"
        for each in states_said(shipped.states.values(), detect(shipped, "", text))
    }
    assert said in found if said else not found


def test_what_stands_far_down_is_background(shipped: RuleSet) -> None:
    siege = "فرضت القوات حصارا خانقا على مدينة الفاشر."
    far = "وصل الوفد إلى العاصمة لبحث التعليم والزراعة. " * 10
    kinds = shipped.states.values()
    assert states_said(kinds, detect(shipped, "", f"{siege} {far}"))
    found = states_said(kinds, detect(shipped, "", f"{far} {siege}"))
    assert [each.kind.id for each in found] == []


def test_every_shipped_state_speaks_three_languages_and_can_turn(shipped: RuleSet) -> None:
    for kind in shipped.states.values():
        texts = [kind.title, kind.title_of_several]
        texts += [t for v in kind.values.values() for t in (v.title, v.title_of_several)]
        assert all(set(each) == {"ar", "en", "fr"} and all(each.values()) for each in texts)
        assert {value.bad for value in kind.values.values()} == {True, False}, kind.id
        assert kind.sources, kind.id


def test_an_operator_changes_adds_and_leaves_out(own: Write) -> None:
    before = fingerprint(own("states: []\n"))
    folder = own(
        """
states:
  - {kind: crossing, expires_after: 36 hours}
  - {kind: displacement, off: true}
  - kind: bread
    title: {ar: الخبز, en: Bread, fr: Pain}
    expires_after: 2 days
    values:
      short: {bad: true, title: نقص}
      there: {title: متوفر}
    from:
      - {signal: food-insecurity, direction: worsening, value: short}
      - {signal: food-insecurity, direction: improving, value: there}
"""
    )
    assert fingerprint(folder) != before
    rules = load_rules(folder)
    # Another hash: the service takes them up.
    assert rules.hash != load_rules().hash
    assert rules.states["crossing"].expires_after == timedelta(hours=36)
    assert "displacement" not in rules.states
    assert rules.states["bread"].values["short"].title["fr"] == "نقص"


def test_a_signal_that_was_switched_off_tells_no_state(own: Write, one_state: Path) -> None:
    folder = own("states: []\n")
    (folder / "signals").mkdir()
    (folder / "signals" / "off.yaml").write_text("id: siege\noff: true\n", encoding="utf-8")
    assert load_rules(folder, shipped=one_state).states["water"].sources == ()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("states: {}\n", "states.yaml:1: begin with states:"),
        ("- x\n", "states.yaml:1: begin with states:"),
        ("states:\n  - {kind: water, expires_after: soon}\n", "states.yaml:2: write a number"),
        ("states:\n  - {kind: water, expires_after: 0 days}\n", "states.yaml:2: write a number"),
        ("states:\n  - {kind: watr, off: true}\n", "states.yaml:2: no state «watr» is shipped"),
        (
            "states:\n  - {kind: water, off: true}\n  - {kind: water, off: true}\n",
            "states.yaml:3: the state «water» stands in line 2",
        ),
        ("FULL signal: sige", "states.yaml:10: no signal «sige»; did you mean «siege»?"),
        ("FULL signal: siege, clauses: [besiegd]", "did you mean «besieged»?"),
        ("FULL signal: siege, terms: [$seige]", "no term «$seige»; did you mean «$siege»?"),
        ("FULL signal: siege, denies: b", "give either value:"),
        ("VALUE c", "«c» is none of its values: a, b"),
        ("FULL signal: siege, colour: red", "colour"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    own: Write, one_state: Path, body: str, told: str
) -> None:
    full = (
        "states:\n  - kind: own\n    title: T\n    expires_after: 3 days\n    values:\n"
        "      a: {title: A, bad: true}\n      b: {title: B}\n    from:\n"
        "      - {signal: siege, direction: improving, value: b}\n"
        "      - {direction: worsening, value: %s, %s}\n"
    )
    if body.startswith("FULL "):
        body = full % ("a", body.removeprefix("FULL "))
    elif body.startswith("VALUE "):
        body = full % (body.removeprefix("VALUE "), "signal: siege")
    with pytest.raises(RulesInvalid) as raised:
        load_rules(own(body), shipped=one_state)
    errors = raised.value.errors
    assert any(told in error.in_language("en") for error in errors), [
        e.in_language("en") for e in errors
    ]
    assert all(error.file == "own/states.yaml" and error.in_language("ar") for error in errors)
