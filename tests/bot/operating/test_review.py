"""The smallest change that would have kept a false alert back, and how it is written down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.operating.review import OwnRule, Proposal, applied, proposals
from tests.conftest import shipped_rules

TITLE = "الجيش يفرض حصارًا خانقًا على مدينة الفاشر"


def test_phrases_around_the_words_that_fired_come_before_a_higher_score() -> None:
    (siege,) = [d for d in shipped_rules().detect(TITLE, "", "ar") if d.signal == "siege"]
    strong = proposals(replace(siege, score=260), TITLE, "", "ar")
    assert {each.kind for each in strong} == {"unless"}, "no score above that of a strong statement"
    siege = replace(siege, score=110)
    found = proposals(siege, TITLE, "", "ar")
    assert [each.kind for each in found[:-1]] == ["unless"] * (len(found) - 1)
    for each in found[:-1]:
        assert each.words in TITLE and len(each.words.split()) >= 2
    assert found[-1].kind == "threshold" and found[-1].threshold == siege.score + 1


SIEGE = "signals/siege.yaml"
PHRASE = Proposal("siege", "unless", "حصار السكر", "ar")


def test_a_change_is_added_to_what_operators_wrote_before() -> None:
    first = applied({}, SIEGE, PHRASE)
    assert first.decode() == "id: siege\nunless:\n  ar:\n    - حصار السكر\n"
    written = b"# ours\nid: siege\nlevel: watch  # for now\nunless:\n  ar:\n    - one two\n"
    second = applied({SIEGE: written}, SIEGE, PHRASE).decode()
    assert second == written.decode() + "    - حصار السكر\n"
    assert applied({SIEGE: second.encode()}, SIEGE, PHRASE).decode() == second, "not twice"
    third = applied({SIEGE: second.encode()}, SIEGE, Proposal("siege", "threshold", threshold=120))
    assert third.decode() == second + "threshold: 120\n"


def test_a_whole_rule_of_their_own_is_left_to_them() -> None:
    with pytest.raises(OwnRule):
        applied({SIEGE: b"id: siege\nwhen: []\n"}, SIEGE, PHRASE)
    with pytest.raises(ValueError, match="cannot be read"):
        applied({SIEGE: b"id: [\n"}, SIEGE, PHRASE)
