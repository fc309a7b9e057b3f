"""``escalations.yaml`` → escalations: the shipped file, an operator's over it by id."""

from __future__ import annotations

from collections.abc import Set
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rules.escalations.escalation import (
    Condition,
    Escalation,
    Families,
    FirstIn,
    Order,
    Silence,
    Spike,
    Together,
)
from rules.loading import schema
from rules.loading.lists.one_list import read_list
from rules.loading.rule_folders import ESCALATIONS
from rules.loading.sources import Sources, validated
from rules.loading.yamlfile import Document, Location
from rules.matching.levels import LADDER, by_direction
from rules.matching.ruleset import EscalationTests
from rules.texts import Message, message

_LIST = "escalations"


def read_escalations(folder: Path, shown: str, layer: int, sources: Sources) -> None:
    """Take a folder's escalations; it need not have any."""
    no_list = message("escalation.no_list")
    found = read_list(folder / ESCALATIONS, shown, layer, _LIST, no_list, sources)
    if found is None:
        return
    document, items = found
    names: dict[str, Location] = {}
    for number, one in enumerate(items):
        at: Location = (_LIST, number)
        if layer and isinstance(one, dict) and not {*schema.CONDITIONS, "tests"} & one.keys():
            _override(one, document, at, names, sources)
        else:
            _take(one, document, at, layer, names, sources)


def _take(
    one: Any,
    document: Document,
    at: Location,
    layer: int,
    names: dict[str, Location],
    sources: Sources,
) -> None:
    rule = validated(schema.EscalationRule, one, document, at, sources.problems)
    if rule is None or not _id_is_free(rule.id, document, at, names, sources):
        return
    for key in ("title", "why"):
        for language in ("ar", "en", "fr"):
            if not layer and getattr(getattr(rule, key), language) is None:
                said = message("rule.no_language", language=language)
                sources.problems.append(document.problem((*at, key), said))
    sources.escalations[rule.id] = (rule, document, at)


def _override(
    one: Any, document: Document, at: Location, names: dict[str, Location], sources: Sources
) -> None:
    change = validated(schema.EscalationOverride, one, document, at, sources.problems)
    if change is None or not _id_is_free(change.id, document, at, names, sources):
        return
    known = sources.escalations.get(change.id)
    if known is None:
        ids = ", ".join(sorted(sources.escalations)) or message("test.none")
        said = message("escalation.unknown", id=change.id, known=ids)
        sources.problems.append(document.problem((*at, "id"), said))
    elif change.off:
        del sources.escalations[change.id]
    else:
        update = {key: getattr(change, key) for key in ("raise_to", "quiet_for", "at")}
        given = {key: value for key, value in update.items() if value is not None}
        sources.escalations[change.id] = (known[0].model_copy(update=given), *known[1:])


def _id_is_free(
    name: str, document: Document, at: Location, names: dict[str, Location], sources: Sources
) -> bool:
    if name in names:
        where = f"{document.file}:{document.line(names[name])}"
        said = message("escalation.id_twice", id=name, where=where)
        sources.problems.append(document.problem((*at, "id"), said))
        return False
    names[name] = at
    return True


def compile_escalations(
    sources: Sources,
) -> tuple[tuple[Escalation, ...], tuple[EscalationTests, ...]]:
    """The escalations whose signals are in force, and their tests; what is wrong goes into
    `sources`. Where an operator switched signals off, an escalation goes on with the others; one
    that cannot is left out, with a warning. Its tests are about all of them, and are not run."""
    off = frozenset(signal.id for signal, _ in sources.switched_off) - sources.signals.keys()
    made = []
    tests = []
    for rule, document, at in sources.escalations.values():
        found = _Compiling(rule, document, at, sources, off)
        found.check()
        if found.cannot:
            said = message("escalation.left_out", id=rule.id, names=", ".join(found.lacking))
            sources.warnings.append(document.problem((*at, "id"), said))
            continue
        escalation = found.compiled()
        made.append(escalation)
        if not found.lacking:
            places = [(*at, "tests", number) for number in range(len(rule.tests))]
            lines = tuple(document.line(place) for place in places)
            tests.append(EscalationTests(escalation, document.file, rule.tests, lines))
    return tuple(made), tuple(tests)


class _Compiling:
    """One escalation on its way: which of its signals there are."""

    def __init__(
        self,
        rule: schema.EscalationRule,
        document: Document,
        at: Location,
        sources: Sources,
        off: Set[str],
    ) -> None:
        self._rule, self._document, self._at = rule, document, at
        self._sources, self._off = sources, off
        named = tuple(sources.signals) if rule.named == "all" else rule.named
        self._signals = tuple(name for name in named if name in sources.signals)
        self._named = named
        self.lacking = [name for name in named if name in off]

    @property
    def cannot(self) -> bool:
        """Whether it can never hold without the signals that are switched off."""
        least = self._rule.together.at_least if self._rule.together else 1
        return bool(self.lacking) and (
            self._rule.sequence is not None or len(self._signals) < least
        )

    def check(self) -> None:
        """Report what is wrong with its signals and with those of its tests."""
        rule = self._rule
        for name in (*self._named, *rule.inhibits):
            self._known(name, self._at)
        for name in self._signals if rule.named != "all" else ():
            base = by_direction(self._sources.signals[name][0].level)[rule.direction]
            if LADDER.index(rule.raise_to) < LADDER.index(base):
                said = message("escalation.lower", level=rule.raise_to, signal=name, base=base)
                self._report((*self._at, "raise_to"), said)
        several = rule.named == "all" or len(rule.named) > 1
        for number, test in enumerate(rule.tests):
            for place, report in enumerate(test.reports):
                where = (*self._at, "tests", number, "reports", place)
                if report.signal is not None:
                    self._known(report.signal, where)
                elif several:
                    self._report(where, message("escalation.which_signal"))

    def compiled(self) -> Escalation:
        rule = self._rule
        return Escalation(
            rule.id,
            MappingProxyType(rule.title.filled()),
            MappingProxyType(rule.why.filled()),
            frozenset(self._signals),
            rule.direction,
            _condition(rule),
            rule.at,
            rule.raise_to,
            frozenset(rule.inhibits),
            rule.quiet_for,
        )

    def _known(self, name: str, at: Location) -> None:
        signals = self._sources.signals
        # A file that could not be read may define it.
        if name in signals or name in self._off or "signals" in self._sources.unread:
            return
        near = get_close_matches(name, signals, n=1)
        if near:
            self._report(at, message("escalation.no_signal", id=name, near=near[0]))
        else:
            known = ", ".join(sorted(signals))
            self._report(at, message("rule.no_signal", id=name, known=known))

    def _report(self, at: Location, said: Message) -> None:
        self._sources.problems.append(self._document.problem(at, said))


def _condition(rule: schema.EscalationRule) -> Condition:
    if rule.families is not None:
        return Families(rule.families.at_least, rule.families.within)
    if rule.together is not None:
        return Together(rule.together.at_least, rule.together.within)
    if rule.first_in is not None:
        return FirstIn(rule.first_in)
    if rule.spike is not None:
        return Spike(rule.spike.within, rule.spike.times, rule.spike.over, rule.spike.at_least)
    if rule.sequence is not None and rule.within is not None:
        return Order(rule.sequence, rule.within)
    asked = rule.silence
    assert asked is not None  # noqa: S101 - the shape has exactly one condition
    return Silence(asked.quiet, asked.families_before, asked.within)
