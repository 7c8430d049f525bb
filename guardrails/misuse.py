"""Getting high, getting round controls, or doing harm to somebody else with a medicine."""

from __future__ import annotations

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

THRESHOLD = 0.50  # of the two policies together; chosen by the cross-validation of `python -m guardrails train`


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refuses when the classifier is sure of misuse or of harm to others."""
    misuse = signals.probabilities.get("misuse", 0.0)
    harm = signals.probabilities.get("harm_to_others", 0.0)
    return speaks(policies, "misuse" if misuse >= harm else "harm_to_others") if misuse + harm >= THRESHOLD else None
