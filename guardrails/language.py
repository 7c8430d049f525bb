"""A question in another language, which the other checks cannot read well: a safe fallback instead of a guess."""

from __future__ import annotations

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

_SHARE = 0.45  # of the words that are English; plain English questions have more than .7
_LEAST_WORDS = 2


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refuses with a message in two languages when too few of the words are English."""
    if signals.words >= _LEAST_WORDS and signals.english_share < _SHARE:
        return speaks(policies, "language")
    return None
