"""What counts as a signal. Pure: text in, detections out; no clock, no network, no database."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rules.loading.load import load_rules
from rules.loading.yamlfile import Problem
from rules.matching.detection import Detection, Evidence
from rules.matching.figures.figures import Figure, figures_of, standing_figures
from rules.matching.places.gazetteer import Gazetteer, Place
from rules.matching.places.located import located
from rules.matching.ruleset import RuleSet, RulesInvalid, Signal, detect
from rules.matching.states import StateKind, StateSaid, states_said

if TYPE_CHECKING:
    from rules.loading.places.load import load_gazetteer
    from rules.matching.finding.chosen_words import WordFinder, can_be_found, word_finder
    from rules.matching.places.where import (
        PlacesRead,
        PlacesTold,
        PlaceTold,
        places_in,
        places_of,
    )

_LATER = {
    "load_gazetteer": "rules.loading.places.load",
    **dict.fromkeys(
        ("WordFinder", "can_be_found", "word_finder"), "rules.matching.finding.chosen_words"
    ),
    **dict.fromkeys(
        ("PlacesRead", "PlacesTold", "PlaceTold", "places_in", "places_of"),
        "rules.matching.places.where",
    ),
}
"""What needs the models of the rule files, and what reads where something happens, which detection
does not ask: imported when somebody asks for it."""

__all__ = [
    "Detection",
    "Evidence",
    "Figure",
    "Gazetteer",
    "Place",
    "PlaceTold",
    "PlacesRead",
    "PlacesTold",
    "Problem",
    "RuleSet",
    "RulesInvalid",
    "Signal",
    "StateKind",
    "StateSaid",
    "WordFinder",
    "can_be_found",
    "detect",
    "figures_of",
    "load_gazetteer",
    "load_rules",
    "located",
    "places_in",
    "places_of",
    "standing_figures",
    "states_said",
    "word_finder",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
