"""Asking for somebody's file: another person's, or one's own, which this assistant cannot see either."""

from __future__ import annotations

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

THRESHOLD = 0.35  # of the two together; on the dev and blind cases 96 of 98 found, 94 at .4, and as many harmless ones refused


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refuses when the classifier is sure that records are asked for."""
    others = signals.probabilities.get("other_records", 0.0)
    own = signals.probabilities.get("own_records", 0.0)
    return speaks(policies, "other_records" if others >= own else "own_records") if others + own >= THRESHOLD else None
