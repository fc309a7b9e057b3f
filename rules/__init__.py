"""What counts as a signal. Pure: text in, detections out; no clock, no network, no database."""

from rules.load import load_rules
from rules.match import Detection, Evidence
from rules.ruleset import RuleSet, RulesInvalid, Signal, detect
from rules.yamlfile import Problem

__all__ = [
    "Detection",
    "Evidence",
    "Problem",
    "RuleSet",
    "RulesInvalid",
    "Signal",
    "detect",
    "load_rules",
]
