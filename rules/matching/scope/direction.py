"""Which direction an entry has that says more than one thing of a signal.

The title decides, then the opening, then the body; inside a sentence the main statement decides
over its side remarks, and what follows a "but" over what stands before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rules.loading.choices import Direction
from rules.matching.clauses import CompiledClause
from rules.matching.finding.reading import Reading, Span
from rules.matching.scope.doubt import (
    denies_what_is_told,
    is_answered_no,
    is_hearsay,
    says_no,
    says_not_so,
)
from rules.matching.scope.negation import NEGATION, any_within
from rules.matching.scope.resolve import Scope
from rules.matching.scope.rumour import is_denied_hearsay, is_refuted
from rules.matching.scope.scene import is_epithet
from rules.matching.scope.statement import is_background, turns_between

JUDGING = tuple(
    f"$scope-{state}"
    for state in ("asked", "ordered", "failed", "warned", "broken", "broken-of", "obstructed")
)
"""Words by which a title says of what it names that it is not so, or no longer."""

_STANDING = frozenset(("opened", "restored"))

BROKEN = ("$scope-broken", "$scope-broken-of")
AGREED = ("$scope-agreed", "$scope-agreed-of")
TRUCE = "$truce"


class Found(NamedTuple):
    """A clause that holds in one sentence (or, for ``all``, across the entry)."""

    clause: CompiledClause
    spans: tuple[tuple[Reading, Span, str], ...]
    direction: Direction
    scope: Scope
    aside: bool = False
    """Told in a side remark, «بعد أشهر من النقص»; the rest of the sentence says what is new."""

    @property
    def reading(self) -> Reading:
        return self.spans[0][0]

    @property
    def stated(self) -> bool:
        """Whether several words say it together; a name alone («النازحين») states nothing."""
        return self.clause.kind != "any"


def statements(found: Sequence[Found]) -> int:
    """How many statements agree: clauses, each once for the title and once for the text."""
    return len({(id(f.clause), f.spans[0][0].sentence.field) for f in found})


def is_only_named(found: Sequence[Found], asked: tuple[str, ...]) -> bool:
    """Whether words that name the matter are all there is, and no sentence that holds them says
    more of it by one of the terms that are ``asked`` for, nor says no.

    "Between war and truce", "What is a ceasefire?": nobody calls for it, keeps or breaks it.
    """
    if not asked or any(f.stated or "negated" in f.scope.states for f in found):
        return False
    return not any(f.reading.has_any(asked) for f in found)


def settle_direction(found: Sequence[Found], leading: Sequence[Reading]) -> Direction:
    """One direction for the entry: the title's, else the opening's, else what the body tells.

    What is told in a side remark («بعد أشهر من النقص», "a week after his release") has no say
    beside a main statement of its sentence, and of two statements joined by a "but" the second
    holds. What a title says of the trouble (that it ended, is denied) is what the entry says; a
    relief that is told further down does not undo what title or opening tell. A title that asks
    whether it is so is answered by a first sentence against the news. In doubt, worsening.
    """
    told = _without_asides([f for f in found if not f.clause.setting])
    # Relief that is only named says nothing beside a statement.
    told = [f for f in told if not f.scope.named] or told
    told = _without_parts_of_denials(told)
    titled = [f for f in told if f.reading.sentence.field == "title"]
    first = {id(reading) for reading in leading}
    opening = [f for f in told if f not in titled and id(f.reading) in first]
    title = _heaviest(titled)
    if title != "denied" and is_refuted((f.spans for f in titled or opening), leading):
        return "denied"
    if not titled and is_denied_hearsay(
        (f.spans for f in told), [r for r in leading if r.sentence.field == "title"]
    ):
        return "denied"
    against = [*titled, *opening] if all(map(_is_a_state, titled)) else titled
    if title == "improving" and any(
        f.direction == "denied" and "denied" in f.scope.states for f in against
    ):
        # «الأقسام تعمل كالمعتاد ولا صحة لإغلاقها»: the relief is why it is not so. So is "Roads to
        # Hama open" above "Talk of a siege is baseless".
        title = "denied"
    if title == "denied" and _is_told_undenied(opening) and not says_not_so(leading):
        return "denied" if any(_denies_a_pact(f) for f in titled) else "worsening"
    if titled and title != "denied" and is_answered_no(titled[0].reading, leading):
        # "Is the famine over? No, say doctors": who denies the relief tells of the trouble.
        return "worsening" if title == "improving" else "denied"
    if title not in (None, "worsening") or any(f.stated for f in titled):
        return title or "worsening"
    if title == "worsening" and any(f.reading.of(name) for f in titled for name in BROKEN):
        # "Truce broken in Tari", and below "the deal of last week": the title says how it stands.
        return title
    if titled and not _judges(titled):
        # «غزة: الهدنة» only names it; what the opening states of it counts.
        opening = [f for f in opening if f.stated] or opening
        titled = [] if any(f.stated for f in opening) else titled
    settled = _heaviest([*titled, *opening]) or _heaviest(told) or "worsening"
    if settled == "denied" and not _is_denied_at_once(told, leading):
        return "worsening"
    return settled


def _is_a_state(found: Found) -> bool:
    """ "Roads open", "wards work": how it stands, which somebody may hold against what is said."""
    return bool(found.scope.states) and _STANDING.issuperset(found.scope.states)


def _judges(titled: Sequence[Found]) -> bool:
    """Whether a title says more of what it names: that it is asked for, failed, broken."""
    return any(f.reading.of(name) for f in titled for name in JUDGING)


def _is_denied_at_once(told: Sequence[Found], leading: Sequence[Reading]) -> bool:
    """Below a title that names it, or says no, an entry denies with its first sentence or not at
    all.

    «Tsahal dément aussi avoir ciblé l'hôpital», far down, is one side's word about what is so.
    """
    fields = [r.sentence.field for r in leading]
    if "title" not in fields or "text" not in fields:
        return True
    titles = leading[: fields.index("text")]
    below = all(f.reading.sentence.field == "text" for f in told)
    if below and not any(map(says_no, titles)):
        # Who denies what is told, and nothing else of it, denies it below any title.
        # Of a truce it may be the refusal.
        only = all(f.direction == "denied" and not f.reading.of(TRUCE) for f in told)
        return only and denies_what_is_told(leading)
    first = {id(r) for r in leading[: fields.index("text") + 1]}
    return any(f.direction == "denied" and id(f.reading) in first for f in told)


def _is_told_undenied(opening: Sequence[Found]) -> bool:
    """Who tells of a denial repeats it; an opening that states the trouble denies nothing."""
    if any(f.direction == "denied" for f in opening):
        return False
    told = [f for f in opening if f.stated and f.direction == "worsening"]
    return any(not is_hearsay([(reading, span) for reading, span, _ in f.spans]) for f in told)


def _denies_a_pact(found: Found) -> bool:
    """«تنفي التوصل إلى هدنة»: that the talks go badly, which stands below, says the same."""
    return found.direction == "denied" and any(found.reading.of(name) for name in AGREED)


def _without_asides(told: Sequence[Found]) -> list[Found]:
    """The statements that have a say in their sentences."""
    main = {id(f.reading) for f in told if not f.aside}
    told = [f for f in told if not f.aside or id(f.reading) not in main]
    good = [f for f in told if f.direction == "improving"]
    relieved = {id(f.reading) for f in good}
    told = [f for f in told if id(f.reading) not in relieved or not _only_places_it(f)]
    bad = [f for f in told if f.direction == "worsening" and f.stated]
    overruled = {
        id(worse if holds is relief else relief)
        for relief in good
        for worse in bad
        if relief.reading is worse.reading
        for holds in [_outweighing(relief, worse)]
        if holds is not None
    }
    return [f for f in told if id(f) not in overruled]


def _without_parts_of_denials(told: Sequence[Found]) -> list[Found]:
    """Without what a no of the same sentence takes in: of "the famine", and "the famine does not
    reach Juba", the fuller says what is said of both."""
    denied = [f for f in told if f.direction == "denied" and f.scope.states == ("negated",)]
    if not denied:
        return list(told)
    fuller: dict[int, set[Span]] = {}
    for f in denied:
        fuller.setdefault(id(f.reading), set()).update(s for _, s, _ in f.spans)
    return [
        f
        for f in told
        if f.direction != "worsening"
        or f.scope.states
        or _is_a_lack(f)
        or not fuller.get(id(f.reading), set()).issuperset(s for _, s, _ in f.spans)
    ]


def _is_a_lack(found: Found) -> bool:
    """«بلا اتصالات»: a no of its own says the want, and is not the other one's."""
    if found.clause.negated is True:
        return True
    nos = found.reading.of(NEGATION)
    own = [s for _, s, name in found.spans if name != NEGATION]
    return any(any_within(nos, s.first, s.last) for s in own)


def _only_places_it(found: Found) -> bool:
    """ "Army reopens the road to the besieged town": the siege is where the relief happens."""
    if found.direction != "worsening":
        return False
    return any(is_epithet(reading, span) for reading, span, _ in found.spans)


def _outweighing(relief: Found, worse: Found) -> Found | None:
    """Which of two statements of one sentence holds, where its build tells."""
    reading = relief.reading
    gone = [s for _, s, _ in relief.spans if is_background(reading, s)]
    here = [s for _, s, _ in worse.spans]
    if gone and not any(is_background(reading, s) for s in here):
        # "Killed a week after his release", "stops again two days after the crossing reopened".
        return worse
    till = max(_last(relief), _last(worse))
    later = relief if till > _last(worse) else worse
    if turns_between(reading, min(_last(relief), _last(worse)), till):
        # «عادت الكهرباء ثم انقطعت», "was bombed but works again".
        return later
    if later is relief or reading.sentence.field != "title":
        return None
    # "Malaria down, cholera up": two statements side by side; in doubt, worsening. They may share
    # words: «تراجع الكوليرا في الخرطوم وانتشارها في كسلا».
    behind = reading.sentence.tokens[_last(relief) + 1 : till + 1]
    joined = behind[-1].script == "ar" and behind[-1].norm.startswith("و") if behind else False
    return worse if joined or any(t.breaks for t in behind) else None


def _last(found: Found) -> int:
    return max(s.last for _, s, _ in found.spans)


def _heaviest(found: Sequence[Found]) -> Direction | None:
    weight: dict[Direction, int] = {"worsening": 0, "improving": 0, "denied": 0}
    counted = set()
    for held in found:
        field = held.spans[0][0].sentence.field
        key = (id(held.clause), field, held.direction)
        if key not in counted:
            counted.add(key)
            weight[held.direction] += held.clause.weight * (2 if field == "title" else 1)
    if not counted:
        return None
    in_doubt: tuple[Direction, ...] = ("worsening", "denied", "improving")
    return max(in_doubt, key=lambda d: weight[d])
