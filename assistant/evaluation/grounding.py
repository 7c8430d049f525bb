"""How well the grounding checks tell faithful sentences from corrupted ones, beside word overlap, MiniLM cosine and the model's own opinion.

The cases (`tests/cases/grounding.jsonl`) come from monographs, split by drug: every rule and threshold was fitted on the dev split alone. A row's `how`
says where its text comes from: "written" by hand against one sentence of a monograph (paraphrases, shortenings and corruptions; the test split was
written before the checks were tuned; the split dev2, halves and shortenings beside subtle corruptions, before it was first measured on, then tuned on), "generated" by `corruptions.py`, or written by the packaged "model" over the evidence that an answer rests on
and labelled by hand. Its evidence is the passage around the source sentence and another passage of the same drug.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from guardrails.grounding import Grounding
from guardrails.support import overlap
from knowledge.embedding import Embedder
from knowledge.passages import sentences

CASES = Path("tests/cases/grounding.jsonl")
_KEPT = 0.95  # share of the faithful dev rows that a baseline's threshold must let through


@dataclass(frozen=True, slots=True)
class Case:
    """One text with its evidence: faithful, or corrupted and how."""

    id: str
    text: str
    evidence: tuple[str, ...]
    label: str
    kind: str
    drug: str
    split: str
    how: str

    @property
    def corrupted(self) -> bool:
        return self.label == "corrupted"

    @property
    def quotes(self) -> list[str]:
        """The sentences of the evidence."""
        return [quote for text in self.evidence for quote in _cut(text)]


@dataclass(frozen=True, slots=True)
class Flags:
    """What one method flags: a bool a case, in order, and the milliseconds that each took."""

    method: str
    flagged: tuple[bool, ...]
    ms: tuple[float, ...]


def _cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def read(path: Path = CASES) -> list[Case]:
    """The cases of a file, in its order."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Case(**{**row, "evidence": tuple(row["evidence"])}) for row in rows]


def by_rules(cases: Sequence[Case], grounding: Grounding) -> Flags:
    """A text is flagged when any of its sentences fails a check; the time is that of one sentence."""

    def flag(case: Case) -> bool:
        return not all(grounding.check(sentence, case.quotes).grounded for sentence in _cut(case.text))

    return _timed("checks", cases, flag)


def by_overlap(cases: Sequence[Case], dev: Sequence[Case]) -> Flags:
    """The share of the content words that the best evidence sentence holds, under a threshold from the dev split."""
    return _thresholded("word overlap", cases, dev, lambda case: max(overlap(case.text, quote) for quote in case.quotes))


def by_cosine(cases: Sequence[Case], dev: Sequence[Case], embedder: Embedder) -> Flags:
    """The cosine with the nearest evidence sentence, under a threshold from the dev split."""

    def score(case: Case) -> float:
        vectors = embedder.encode([case.text, *case.quotes])
        return float(np.max(vectors[1:] @ vectors[0]))

    return _thresholded("MiniLM cosine", cases, dev, score)


def by_model(cases: Sequence[Case], ask: Callable[[str], str]) -> Flags:
    """The chat model's own answer to whether the evidence supports the text. Seconds a case."""

    def flag(case: Case) -> bool:
        said = ask(f"Source: {' '.join(case.evidence)}\n\nClaim: {case.text}\n\nIs the claim fully supported by the source? Answer yes or no.")
        return "yes" not in said.lower()[:20]

    return _timed("model asked", cases, flag)


def _thresholded(method: str, cases: Sequence[Case], dev: Sequence[Case], score: Callable[[Case], float]) -> Flags:
    least = float(np.quantile([score(case) for case in dev if not case.corrupted], 1 - _KEPT))
    return _timed(f"{method} < {least:.2f}", cases, lambda case: score(case) < least)


def _timed(method: str, cases: Sequence[Case], flag: Callable[[Case], bool]) -> Flags:
    flagged, ms = [], []
    for case in cases:
        began = time.perf_counter()
        flagged.append(flag(case))
        ms.append((time.perf_counter() - began) * 1000 / max(1, len(_cut(case.text))))
    return Flags(method, tuple(flagged), tuple(ms))


def measured(cases: Sequence[Case], results: Sequence[Flags]) -> dict[str, dict[str, float]]:
    """Method -> "precision", "recall" and "faithful passed" over all cases, "p50 ms", "p95 ms", and per label and kind the share flagged."""
    table: dict[str, dict[str, float]] = {}
    for result in results:
        wrong = sum(flag and case.corrupted for case, flag in zip(cases, result.flagged, strict=True))
        right = sum(flag and not case.corrupted for case, flag in zip(cases, result.flagged, strict=True))
        corrupted = sum(case.corrupted for case in cases)
        row = {
            "precision": wrong / max(1, wrong + right), "recall": wrong / max(1, corrupted), "faithful passed": 1 - right / max(1, len(cases) - corrupted),
            "p50 ms": statistics.median(result.ms), "p95 ms": float(np.quantile(result.ms, 0.95)),
        }  # fmt: skip
        for group in sorted({(case.label, case.kind) for case in cases}, key=lambda pair: (pair[0] == "faithful", pair[1])):
            flags = [flag for case, flag in zip(cases, result.flagged, strict=True) if (case.label, case.kind) == group]
            row[" ".join(group)] = sum(flags) / len(flags)
        table[result.method] = {name: round(value, 3) for name, value in row.items()}
    return table


def markdown(cases: Sequence[Case], table: dict[str, dict[str, float]]) -> str:
    """The table of `measured`, a column a method; kinds are the share flagged."""
    counts = {f"{case.label} {case.kind}": 0 for case in cases}
    for case in cases:
        counts[f"{case.label} {case.kind}"] += 1
    lines = [f"| share flagged | n | {' | '.join(table)} |", f"|---|---|{'---|' * len(table)}"]
    for name in next(iter(table.values())):
        values = (f"{row[name]:.1f}" if name.endswith("ms") else f"{row[name]:.3f}" for row in table.values())
        lines.append(f"| {name} | {counts.get(name, len(cases))} | {' | '.join(values)} |")
    return "\n".join(lines)


def main(path: Path, split: str, as_json: bool, with_model: bool, sample: int = 0) -> None:
    """Print the table for one split, or for so many rows spread over it; `with_model` asks the chat model too, seconds a row."""
    from assistant import settings as configuration
    from assistant.model import load_model
    from knowledge.embedding import SentenceEmbedder
    from knowledge.names import NameIndex
    from knowledge.reader import read_all
    from knowledge.vocabulary import names

    every = read(path)
    cases, dev = [case for case in every if case.split == split], [case for case in every if case.split == "dev"]
    if not cases:
        raise ValueError(f"{path} has no case of the split {split!r}")
    if sample:
        cases = cases[:: max(1, len(cases) // sample)]
    configured = configuration.read()
    grounding = Grounding(NameIndex((monograph.drug for monograph in read_all()), names()).find)
    grounding.check(cases[0].text, cases[0].quotes)  # the first call reads the wordings
    results = [by_rules(cases, grounding), by_overlap(cases, dev), by_cosine(cases, dev, SentenceEmbedder(configured.embedding))]
    if with_model:
        model = load_model(configured)
        results.append(by_model(cases, lambda prompt: str(model.invoke(prompt).content)))
    table = measured(cases, results)
    print(json.dumps({"split": split, "cases": len(cases), "methods": table}) if as_json else markdown(cases, table))
