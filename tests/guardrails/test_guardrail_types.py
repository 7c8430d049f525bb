"""Which decision stands, and what stops a question."""

from __future__ import annotations

from itertools import pairwise

import pytest

from guardrails.types import Decision, Ruling, Verdict


def ruling(*decisions: Decision) -> Ruling:
    return Ruling("text", tuple(Verdict("input", f"rule {number}", decision) for number, decision in enumerate(decisions)))


def test_strengths_follow_the_contract() -> None:
    order = [Decision.ESCALATE, Decision.REFUSE, Decision.REFER, Decision.REPLACE, Decision.REDACT, Decision.ALLOW]
    assert set(order) == set(Decision)
    assert all(stronger.strength > weaker.strength for stronger, weaker in pairwise(order))


@pytest.mark.parametrize(
    ("decisions", "stands"),
    [
        ([Decision.ALLOW], Decision.ALLOW),
        ([Decision.REDACT, Decision.ALLOW], Decision.REDACT),
        ([Decision.ALLOW, Decision.REPLACE, Decision.REDACT], Decision.REPLACE),
        ([Decision.REPLACE, Decision.REFER], Decision.REFER),
        ([Decision.REFER, Decision.REFUSE, Decision.REFER], Decision.REFUSE),
        ([Decision.REFUSE, Decision.ESCALATE], Decision.ESCALATE),
        ([Decision.ESCALATE, Decision.REFUSE], Decision.ESCALATE),
    ],
)
def test_the_strongest_decision_stands(decisions: list[Decision], stands: Decision) -> None:
    assert ruling(*decisions).decision is stands


def test_of_verdicts_as_strong_the_first_stands() -> None:
    assert ruling(Decision.ALLOW, Decision.REFUSE, Decision.REFUSE).strongest.rule == "rule 1"


@pytest.mark.parametrize("decision", list(Decision))
def test_only_escalation_and_refusal_stop_a_question(decision: Decision) -> None:
    assert ruling(Decision.ALLOW, decision).stops is (decision in (Decision.ESCALATE, Decision.REFUSE))
