"""Getting high, getting round controls, or doing harm to somebody else with a medicine."""

from __future__ import annotations

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

THRESHOLD = 0.50  # of all four policies of harm together; on the held-out fifth of the policies' texts
_LEAST = 0.25  # of the policy that speaks


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refuses when harm is likelier than not, and misuse or harm to others is the likeliest kind of it."""
    odds = {name: signals.probabilities.get(name, 0.0) for name in ("misuse", "harm_to_others", "self_harm", "emergency")}
    likeliest = max(odds, key=odds.__getitem__)
    speaking = likeliest in ("misuse", "harm_to_others") and odds[likeliest] >= _LEAST and sum(odds.values()) >= THRESHOLD
    return speaks(policies, likeliest) if speaking else None
