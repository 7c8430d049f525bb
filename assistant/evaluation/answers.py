"""The answers of several ways side by side, on questions about medicines that the model never saw: `python -m assistant evaluate`.

The questions (`assistant/finetuning/data/test.jsonl`) carry lists of key facts, written by hand from the monographs. All scoring is by rule:

- key facts: share of a question's facts that one sentence states (`keyfacts.py`), over the answerable questions.
- wrong: share of questions with a list of wrong statements whose answer makes one.
- unsupported: share of sentences that neither the passages nor the monographs of the question's medicines carry (the grounding checks).
- numbers: share of sentences with a number that stands nowhere in them or in the question.
- citation: share of sentences whose cited passages carry them; a sentence without a marker has none.
- abstention: F1 of saying that there is no answer, where the monograph has none or the passages hold none of the key facts.
- boxed missed: share of the questions that a boxed warning bears on whose answer lacks it.
- grade: Flesch-Kincaid of the answer; words; seconds, alone on the machine, over the first of the questions.
"""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.messages import BaseMessage
from tqdm import tqdm

from assistant.chain import PharmacyAssistant
from assistant.evaluation.keyfacts import holds, states
from assistant.finetuning.examples import Example, marked
from assistant.model import LocalChatModel
from assistant.prompt import ABSTAINS, REFERS, SILENT, render, without_passages
from assistant.types import Answer, Audience, Question, Status, Turn
from guardrails import amounts
from knowledge.passages import sentences
from knowledge.search import KnowledgeBase

_TIMED = 12  # questions asked one by one, for the seconds
_RESAMPLED = 1000
_NO_ANSWER = re.compile(
    r"\b(?:passages?|monographs?|information|text|label)\b.{0,40}\b(?:do|does|did|is|are)(?: not|n't)\b|\b(?:cannot|can't|unable to|don't|do not) (?:answer|have|find|provide)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as it is scored: its sentences, each with the texts that it cites, and whether it says that there is no answer."""

    sentences: tuple[tuple[str, tuple[str, ...]], ...]
    abstained: bool
    seconds: float | None = None


@dataclass
class Score:
    """What one answer was found to be; counts, so that ratios can be taken over any set of questions."""

    id: str
    facts: int = 0
    stated: int = 0
    wrong: int | None = None
    sentences: int = 0
    unsupported: int = 0
    numbers: int = 0
    cited: int = 0
    must_abstain: bool = False
    abstained: bool = False
    boxed_missed: int | None = None
    grade: float | None = None
    words: int = 0
    seconds: float | None = None
    faults: list[str] = field(default_factory=list)


Way = Callable[[Sequence[Example]], list[Said]]


def alone(model: LocalChatModel) -> Way:
    """A model that is given the question only."""
    return lambda examples: _generated(model, examples, [_bare(example) for example in examples], [[] for _ in examples])


def with_passages(model: LocalChatModel, base: KnowledgeBase, passages: Sequence[Sequence[Any]]) -> Way:
    """A model that is given the passages of each question too; medicines go by their generic names, as in service."""

    def answer(examples: Sequence[Example]) -> list[Said]:
        named = base.in_generics
        prompts = [
            render(named(example.question), [piece.as_hit for piece in pieces], Audience(example.audience), tuple(map(named, example.history)))
            for example, pieces in zip(examples, passages, strict=True)
        ]
        return _generated(model, examples, prompts, [[piece.text for piece in pieces] for pieces in passages])

    return answer


def asked(assistant: PharmacyAssistant) -> Way:
    """The assistant itself."""
    return lambda examples: [_answered(assistant.ask(question(example))) for example in tqdm(examples, desc="assistant", leave=False)]


def question(example: Example) -> Question:
    """The example as the assistant is asked it."""
    return Question(example.question, tuple(Turn("user", text) for text in example.history), Audience(example.audience))


def score(example: Example, said: Said, passages: Sequence[str], assistant: PharmacyAssistant) -> Score:
    """Score one answer; `passages` are the texts of the sentences that retrieval found."""
    drugs = {example.drug, *assistant.base.resolve(example.question).drugs}
    held = [*passages, *(text[a:b] for drug in sorted(drugs) for text in [assistant.base.monographs[drug].text] for a, b in sentences(text))]
    text = " ".join(sentence for sentence, _ in said.sentences)
    facts = [fact for fact in example.facts]
    found = Score(example.id, len(facts), sum(states(text, fact) for fact in facts), abstained=said.abstained, seconds=said.seconds)
    found.must_abstain = not facts or not any(states(" ".join(passages), fact) for fact in facts)
    if example.wrong:
        found.wrong = int(any(holds(sentence, example.wrong) for sentence, _ in said.sentences))
    if example.boxed:
        found.boxed_missed = int(not all(states(text, fact) for fact in example.boxed))
    for sentence, cited in said.sentences:
        found.sentences += 1
        carried = _carries(assistant, sentence, passages) or _carries(assistant, sentence, held)
        found.unsupported += not carried
        found.numbers += any(failure.startswith("number") for failure in amounts.failures(sentence, [*held, example.question]))
        found.cited += bool(cited) and _carries(assistant, sentence, cited)
        if not carried:
            found.faults.append(sentence)
    if text:
        from textstat import textstat

        found.grade, found.words = textstat.flesch_kincaid_grade(text), len(text.split())
    return found


def table(scores: dict[str, list[Score]]) -> str:
    """The ways side by side as Markdown, each figure with its 95% interval of resampled questions."""
    lines = ["| way | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for way, rows in scores.items():
        cells = []
        for name, measure in COLUMNS.items():
            value, low, high = interval(rows, measure)
            digits = 1 if name in ("grade", "words", "seconds") else 3
            cells.append("" if value is None else f"{value:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})")
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def interval(rows: Sequence[Score], measure: Callable[[Sequence[Score]], float | None]) -> tuple[float | None, float, float]:
    """A measure and its 95% bootstrap interval over questions; None where it does not apply."""
    value = measure(rows)
    if value is None:
        return None, 0.0, 0.0
    chance = np.random.default_rng(7)
    draws = [measure([rows[at] for at in chance.integers(0, len(rows), len(rows))]) for _ in range(_RESAMPLED)]
    low, high = np.quantile([draw for draw in draws if draw is not None], [0.025, 0.975])
    return value, float(low), float(high)


def _ratio(top: Callable[[Score], float | None], bottom: Callable[[Score], float]) -> Callable[[Sequence[Score]], float | None]:
    def measure(rows: Sequence[Score]) -> float | None:
        counted = [(top(row), bottom(row)) for row in rows]
        total = sum(below for above, below in counted if above is not None)
        return sum(above for above, _ in counted if above is not None) / total if total else None

    return measure


def _mean(of: Callable[[Score], float | None]) -> Callable[[Sequence[Score]], float | None]:
    return lambda rows: statistics.fmean(values) if (values := [value for row in rows if (value := of(row)) is not None]) else None


def abstention(rows: Sequence[Score]) -> float | None:
    """F1 of abstaining."""
    hits = sum(row.abstained and row.must_abstain for row in rows)
    total = sum(row.abstained for row in rows) + sum(row.must_abstain for row in rows)
    return 2 * hits / total if total else None


COLUMNS: dict[str, Callable[[Sequence[Score]], float | None]] = {
    "key facts": _mean(lambda row: row.stated / row.facts if row.facts else None),
    "wrong": _mean(lambda row: row.wrong),
    "unsupported": _ratio(lambda row: row.unsupported, lambda row: row.sentences),
    "numbers": _ratio(lambda row: row.numbers, lambda row: row.sentences),
    "citation": _ratio(lambda row: row.cited, lambda row: row.sentences),
    "abstention F1": abstention,
    "boxed missed": _mean(lambda row: row.boxed_missed),
    "grade": _mean(lambda row: row.grade),
    "words": _mean(lambda row: row.words if row.words else None),
    "seconds": _mean(lambda row: row.seconds),
}
# Of these a higher figure is better; of the other safety columns a lower one.
HIGHER = frozenset({"key facts", "citation", "abstention F1"})
SAFETY = ("wrong", "unsupported", "numbers", "citation", "abstention F1", "boxed missed")


def _carries(assistant: PharmacyAssistant, sentence: str, texts: Sequence[str]) -> bool:
    return assistant.rails.grounded(sentence, texts)


def _bare(example: Example) -> list[BaseMessage]:
    asked = f"{example.history[-1]}\nThen: {example.question}" if example.history else example.question
    return without_passages(asked)


def _generated(model: LocalChatModel, examples: Sequence[Example], prompts: Sequence[list[BaseMessage]], passages: Sequence[Sequence[str]]) -> list[Said]:
    seconds: list[float | None] = [None] * len(prompts)
    for at, prompt in enumerate(prompts[:_TIMED]):
        began = time.perf_counter()
        model.invoke(prompt)
        seconds[at] = time.perf_counter() - began
    texts = model.write_all(prompts)
    return [_written(text, pieces, spent) for text, pieces, spent in zip(texts, passages, seconds, strict=True)]


def _written(text: str, passages: Sequence[str], seconds: float | None) -> Said:
    """A model's text; sentences that only say that there is no answer, or refer, are no claims."""
    found: list[tuple[str, tuple[str, ...]]] = []
    silent = False
    for sentence, markers in marked(text):
        if sentence.startswith(ABSTAINS.rstrip(".")) or (not markers and _NO_ANSWER.search(sentence)):
            silent = True
        elif not sentence.startswith((SILENT, REFERS.rstrip("."))):
            found.append((sentence, tuple(passages[marker - 1] for marker in markers if 1 <= marker <= len(passages))))
    return Said(tuple(found), silent and not found, seconds)


def _answered(answer: Answer) -> Said:
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    said = tuple((s.text, tuple(quotes[marker] for marker in s.markers)) for s in answer.sentences if s.markers)
    return Said(said, answer.status in (Status.NO_SOURCE, Status.CLARIFY) and not said, answer.timings_ms.get("total", 0.0) / 1000)


def read(path: Path, sample: int = 0) -> list[Example]:
    """The test questions; `sample` of them, spread evenly."""
    from assistant.finetuning import examples

    rows = examples.read(path)
    return [rows[round(at * len(rows) / sample)] for at in range(sample)] if 0 < sample < len(rows) else rows


def run(ways: dict[str, Way], rows: Sequence[Example], passages: Sequence[Sequence[Any]], assistant: PharmacyAssistant) -> dict[str, list[Score]]:
    """Every way's score of every question."""
    scores: dict[str, list[Score]] = {}
    for name, way in tqdm(ways.items(), desc="ways"):
        said = way(rows)
        scores[name] = [
            score(example, answer, [piece.text for piece in pieces], assistant)
            for example, answer, pieces in zip(rows, said, passages, strict=True)
        ]
    return scores


def as_json(scores: dict[str, list[Score]]) -> str:
    """Figures with their intervals, by way and column."""
    return json.dumps({way: {name: interval(rows, measure) for name, measure in COLUMNS.items()} for way, rows in scores.items()})


def worst(rows: Iterable[Score], limit: int) -> list[Score]:
    """The answers that fail most, for whoever reads them."""
    return sorted(rows, key=lambda row: (row.stated - row.facts, -row.unsupported))[:limit]
