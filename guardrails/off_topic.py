"""What is not about medicines, and small talk."""

from __future__ import annotations

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

THRESHOLD = 0.50  # on a held-out fifth of the policies' texts .79 of off-topic questions found and 2 of 654 ordinary ones refused; .74 and 2 at .6
_WITH_A_MEDICINE = 0.85  # where the text names one, it is nearly always about it


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refuses what is off topic, and answers small talk with its own message."""
    needed = _WITH_A_MEDICINE if signals.names else THRESHOLD
    for name in ("off_topic", "small_talk"):
        if signals.probabilities.get(name, 0.0) >= needed:
            return speaks(policies, name)
    return None
