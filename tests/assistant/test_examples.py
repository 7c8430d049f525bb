"""The examples that the model is tuned on: whole, split by medicine, and in the form that serving expects."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from assistant.chain import PharmacyAssistant
from assistant.evaluation.keyfacts import states
from assistant.finetuning import DATA
from assistant.finetuning.checking import problems
from assistant.finetuning.examples import KINDS, Example, marked, read
from assistant.prompt import ABSTAINS

SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def splits() -> dict[str, list[Example]]:
    return {name: read(DATA / f"{name}.jsonl") for name in SPLITS}


def test_there_are_enough_and_each_has_its_own_id(splits: dict[str, list[Example]]) -> None:
    everything = [example for rows in splits.values() for example in rows]
    assert sum(example.source == "written" for example in everything) >= 1500
    assert max(Counter(example.id for example in everything).values()) == 1
    assert {example.kind for example in everything} <= set(KINDS)
    assert len({(example.question, example.history) for example in everything if example.source == "written"}) > 0.99 * 1700


def test_no_medicine_is_in_two_splits(splits: dict[str, list[Example]]) -> None:
    drugs = {name: {example.drug for example in rows} for name, rows in splits.items()}
    assert not drugs["train"] & (drugs["validation"] | drugs["test"])
    assert not drugs["validation"] & drugs["test"]
    shown = {name: {passage.drug for example in rows for passage in example.passages} for name, rows in splits.items()}
    assert not shown["train"] & (drugs["validation"] | drugs["test"])
    assert not shown["validation"] & drugs["test"]


def test_no_question_of_test_repeats_one_of_train(splits: dict[str, list[Example]]) -> None:
    def runs(example: Example) -> set[tuple[str, ...]]:
        words = re.findall(r"[a-z0-9]+", example.question.lower())
        return {tuple(words[at : at + 8]) for at in range(len(words) - 7)}

    learned = {run for example in splits["train"] for run in runs(example)}
    assert [example.id for example in splits["test"] if runs(example) & learned] == []


def test_key_facts_are_many_and_no_fact_is_stated_by_saying_nothing(splits: dict[str, list[Example]]) -> None:
    facts = [fact for example in splits["test"] for fact in example.facts]
    assert sum(bool(example.facts) for example in splits["test"]) >= 300
    assert [fact["fact"] for fact in facts if states(ABSTAINS, fact)] == []


def test_every_answer_keeps_the_rules(splits: dict[str, list[Example]], assistant: PharmacyAssistant) -> None:
    """A spread of them here; all by `python -m assistant.finetuning check`."""
    broken = [
        (example.id, problem)
        for rows in splits.values()
        for example in rows[::12]
        for problem in problems(example, assistant.rails)
        if not problem.startswith("not in the passages")
    ]
    assert broken == []


def test_a_changed_example_is_noticed(tmp_path: Path) -> None:
    row = json.loads((DATA / "train.jsonl").read_text(encoding="utf-8").splitlines()[0])
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(row | {"answer": "Take two. [1]"}) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=row["id"]):
        read(path)
    path.write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="no example"):
        read(path)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Take it with food. [2]", [("Take it with food.", (2,))]),
        ("Not above 30 mg/day. [1][3] It fades. [2]", [("Not above 30 mg/day.", (1, 3)), ("It fades.", (2,))]),
        ("Take it with food [2]. Swallow whole [1].", [("Take it with food", (2,)), ("Swallow whole", (1,))]),
        ("One. Two. [1] The passages do not say why.", [("One.", ()), ("Two.", (1,)), ("The passages do not say why.", ())]),
        (ABSTAINS, [(ABSTAINS, ())]),
        ("", []),
    ],
)
def test_sentences_and_their_markers(answer: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert list(marked(answer)) == expected
