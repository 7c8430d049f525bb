"""A personal question: what I should do, what I have, what is right for this one person. Answered from the monograph, and referred."""

from __future__ import annotations

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

POLICIES = ("personal_dosing", "diagnosis", "special_population")
THRESHOLD = 0.50  # of the three together; chosen by the cross-validation of `python -m guardrails train`


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refers when the classifier finds a personal question likelier than not."""
    odds = {name: signals.probabilities.get(name, 0.0) for name in POLICIES}
    return speaks(policies, max(odds, key=odds.__getitem__)) if sum(odds.values()) >= THRESHOLD else None
