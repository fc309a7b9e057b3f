"""What counts as a signal. Pure: text in, detections out; no clock, no network, no database."""

from __future__ import annotations

from rules.loading.load import load_rules
from rules.loading.yamlfile import Problem
from rules.matching.figures import Figure, figures_of
from rules.matching.match import Detection, Evidence
from rules.matching.ruleset import RuleSet, RulesInvalid, Signal, detect

__all__ = [
    "Detection",
    "Evidence",
    "Figure",
    "Problem",
    "RuleSet",
    "RulesInvalid",
    "Signal",
    "detect",
    "figures_of",
    "load_rules",
]
