"""A question in another language, which the other checks cannot read well: a safe fallback instead of a guess."""

from __future__ import annotations

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

_SHARE = 0.45  # of the words that are English; plain English questions have more than .7
_MIXED_SHARE = 0.75  # up to which the classifier may say that it is another language: names, "alcohol" and "in" are spelt alike in several
_THRESHOLD = 0.5  # of the classifier there
_LEAST_WORDS = 2


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refuses with a message in two languages when too few of the words are English, or fewer than usual and the classifier knows the language."""
    if signals.words < _LEAST_WORDS:
        return None
    foreign = signals.english_share < _MIXED_SHARE and signals.probabilities.get("language", 0.0) >= _THRESHOLD
    return speaks(policies, "language") if foreign or signals.english_share < _SHARE else None
