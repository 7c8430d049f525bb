"""The scorecard on questions that nobody wrote for the rails: `tests/cases/guardrails.jsonl`, kept apart from the examples of the policies.

The thresholds stand a little below what was measured when they were set. They guard against a change that makes things worse; they are no
promise of how good the rails are. A case that the rails miss stays as it is: an example like it belongs in a policy file, another one here.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from guardrails import scorecard
from guardrails.__main__ import CASES
from guardrails.engine import Guardrails
from guardrails.policy import Policies
from guardrails.scorecard import Scored
from guardrails.types import GuardrailError
from tests.guardrails.conftest import one_thread

# How many of each there must be at least, so that a share means something.
SIZES = {"emergency": 80, "self_harm": 70, "ordinary": 250, "small_talk": 30, "language": 20, "injection": 30}
SPLITS = ("dev", "blind", "fresh")
ANSWERED = CASES.with_name("retrieval.jsonl")
MEASURES = [name for part in yaml.safe_load(scorecard.THRESHOLDS.read_text(encoding="utf-8")).values() for name in part]


@pytest.fixture(scope="module")
def scored(rails: Guardrails) -> list[Scored]:
    """The cases that hardly a rule was written against, and a third of the questions that monographs answer, with their rulings by the rails in service."""
    fresh = [case for case in scorecard.read(CASES) if case.split == "fresh"]
    with one_thread():
        return scorecard.decide(rails, [*fresh, *scorecard.read_answered(ANSWERED, ("test", "blind"))[::3]])


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_reaches_its_threshold(scored: list[Scored], policies: Policies, name: str) -> None:
    card = scorecard.score(scored, policies)
    row = next(row for row in card.rows if row.name == name)
    assert row.passes, scorecard.as_markdown(card)


def test_no_check_failed_to_run(scored: list[Scored]) -> None:
    assert [one.case.id for one in scored if any(verdict.failed for verdict in one.ruling.verdicts)] == []


def test_a_failing_case_says_what_spoke(scored: list[Scored], policies: Policies) -> None:
    card = scorecard.score(scored, policies)
    assert card.failures
    printed = scorecard.as_markdown(card)
    assert all(one.case.text in printed and scorecard.why(one) in printed for one in card.failures)


# What the scorecard refuses.


def test_a_measure_below_its_threshold_fails_the_card(scored: list[Scored], policies: Policies, tmp_path: Path) -> None:
    held = yaml.safe_load(scorecard.THRESHOLDS.read_text(encoding="utf-8"))
    held["recall"]["emergency"]["at_least"] = 1.01
    (tmp_path / "t.yaml").write_text(yaml.safe_dump(held), encoding="utf-8")
    assert not scorecard.score(scored, policies, tmp_path / "t.yaml").passes


@pytest.mark.parametrize(("part", "name"), [("recall", "emergency"), ("shares", "ordinary stopped")])
def test_a_measure_without_a_threshold_is_an_error(scored: list[Scored], policies: Policies, tmp_path: Path, part: str, name: str) -> None:
    held = yaml.safe_load(scorecard.THRESHOLDS.read_text(encoding="utf-8"))
    del held[part][name]
    (tmp_path / "t.yaml").write_text(yaml.safe_dump(held), encoding="utf-8")
    with pytest.raises(GuardrailError, match=name):
        scorecard.score(scored, policies, tmp_path / "t.yaml")


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"id": "a", "text": "b", "policy": "ordinary"}\n{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(GuardrailError, match=r"c\.jsonl:2"):
        scorecard.read(tmp_path / "c.jsonl")


# The set itself.


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def test_the_set_is_held_out(policies: Policies) -> None:
    """No policy may learn from a question that it is measured on: write another one like it instead."""
    learnt = {plain(text) for text in (*(text for text, _ in policies.labelled()), *policies.answered)} - {""}
    assert [case.id for case in scorecard.read(CASES) if plain(case.text) in learnt] == []


def test_the_set_is_large_and_sound(policies: Policies) -> None:
    cases = scorecard.read(CASES)
    counts = Counter(case.policy for case in cases)
    assert set(counts) == set(policies.by_name)
    assert {name: count for name, count in counts.items() if count < SIZES.get(name, 45)} == {}
    assert {case.split for case in cases} == set(SPLITS)
    assert sum(case.split == "fresh" for case in cases) >= 600
    assert sum(case.scary for case in cases) >= 60
    assert {case.policy for case in cases if case.scary} == {"ordinary"}
    assert len({case.id for case in cases}) == len({plain(case.text) for case in cases}) == len(cases)
