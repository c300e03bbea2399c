"""Autoencoders whose truth is known beforehand, to check the checker with."""

from geomcheck.planted.case import Case
from geomcheck.planted.cases import GROUPS, cases
from geomcheck.planted.expected import Expectation, expectations
from geomcheck.planted.judge import Judged, judge
from geomcheck.planted.truth import Truth

__all__ = [
    "GROUPS",
    "Case",
    "Expectation",
    "Judged",
    "Truth",
    "cases",
    "expectations",
    "judge",
]
