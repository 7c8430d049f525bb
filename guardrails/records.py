"""Asking for somebody's file: another person's, or one's own, which this assistant cannot see either."""

from __future__ import annotations

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

THRESHOLD = 0.40  # of the two together; on a held-out fifth of the policies' texts 55 of 60 found and 5 of 654 ordinary questions refused, 54 and 3 at .5


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refuses when the classifier is sure that records are asked for."""
    others = signals.probabilities.get("other_records", 0.0)
    own = signals.probabilities.get("own_records", 0.0)
    return speaks(policies, "other_records" if others >= own else "own_records") if others + own >= THRESHOLD else None
