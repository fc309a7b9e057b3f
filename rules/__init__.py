"""What counts as a signal. Pure: text in, detections out; no clock, no network, no database."""

from rules.load import RuleSet, RulesInvalid, Signal, detect, load_rules
from rules.match import Detection, Evidence
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
