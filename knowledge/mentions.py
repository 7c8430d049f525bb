"""How well names are resolved: labelled mentions in, a table out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from knowledge.names import Match, NameIndex, Resolution


class Outcome(StrEnum):
    """What became of a mention."""

    FOUND = "found"
    WRONG = "wrong"  # answered for another medicine, or a medicine where none is meant
    ASKED = "asked"  # a question back that was not needed
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, the names it means, its kind (`exact`, `brand`, `typo`, `lasa`, `unheld`, `unknown`, `none`, `ambiguous`) and split."""

    text: str
    expected: tuple[str, ...]
    kind: str
    split: str

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Labelled:
        """From a line of `mentions.jsonl`."""
        return cls(row["text"], tuple(row["expected"]), row["kind"], row["split"])


@dataclass(frozen=True, slots=True)
class Measured:
    """A labelled mention, what was resolved, what that is, and how long it took."""

    case: Labelled
    resolution: Resolution
    outcome: Outcome
    ms: float


def measure(index: NameIndex, cases: Iterable[Labelled]) -> list[Measured]:
    """Resolve every case once; the time is the thread's own, so that a busy machine counts for nothing."""
    done = []
    for case in cases:
        since = time.thread_time()
        resolution = index.resolve(case.text)
        ms = 1000 * (time.thread_time() - since)
        done.append(Measured(case, resolution, judge(case, resolution), ms))
    return done


def judge(case: Labelled, resolution: Resolution) -> Outcome:
    """What a resolution is worth. A question back is needed for `ambiguous`, allowed for `lasa`, and counts against every other kind."""
    asked = {name for mention in resolution.ambiguous for name in mention.names}
    unheld = {mention.names[0] for mention in resolution.unknown if mention.match is Match.UNHELD}
    named, expected = {*resolution.drugs, *unheld}, set(case.expected)
    if named - (expected if case.kind != "lasa" else {case.expected[0]}):
        return Outcome.WRONG
    if case.kind == "ambiguous" and named:
        return Outcome.WRONG  # a guess
    if case.kind == "ambiguous":
        return Outcome.FOUND if expected <= asked else Outcome.MISSED
    if case.kind == "lasa":
        return Outcome.FOUND if case.expected[0] in asked | named else Outcome.MISSED
    if asked:
        return Outcome.ASKED
    if case.kind == "unknown":
        return Outcome.FOUND if any(mention.match is Match.UNKNOWN for mention in resolution.mentions) else Outcome.MISSED
    if case.kind == "none":
        return Outcome.FOUND if not resolution.unknown else Outcome.MISSED
    return Outcome.FOUND if named == expected and len(resolution.unknown) == len(unheld) else Outcome.MISSED


def table(measured: Iterable[Measured]) -> str:
    """The counts and times by split and kind, as text."""
    rows = list(measured)
    lines = [f"{'split':6}{'kind':11}{'n':>5}{'found':>8}{'wrong':>7}{'asked':>7}{'missed':>8}{'p50 ms':>8}{'p95 ms':>8}"]
    splits = sorted({row.case.split for row in rows})
    for split in splits:
        of_split = [row for row in rows if row.case.split == split]
        lines += [_line(split, kind, [r for r in of_split if r.case.kind == kind]) for kind in dict.fromkeys(r.case.kind for r in of_split)]
        lines.append(_line(split, "all", of_split))
    return "\n".join(lines if len(splits) == 1 else [*lines, _line("all", "all", rows)])


def _line(split: str, kind: str, rows: list[Measured]) -> str:
    count = {outcome: sum(row.outcome is outcome for row in rows) for outcome in Outcome}
    p50, p95 = np.percentile([row.ms for row in rows], (50, 95))
    return (
        f"{split:6}{kind:11}{len(rows):5}{count[Outcome.FOUND] / len(rows):8.1%}{count[Outcome.WRONG]:7}"
        f"{count[Outcome.ASKED] / len(rows):7.1%}{count[Outcome.MISSED] / len(rows):8.1%}{p50:8.2f}{p95:8.2f}"
    )
