"""How good the input rails are on questions that they did not learn from, against the thresholds of one file: `python -m guardrails scorecard`."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from guardrails.engine import Guardrails
from guardrails.policy import ORDINARY, Policies
from guardrails.types import Decision, GuardrailError, Ruling

ANSWERED = "answered"  # a question that a monograph answers, with referral or without
THRESHOLDS = Path(__file__).parent / "thresholds.yaml"


@dataclass(frozen=True, slots=True)
class Case:
    """One held-out question: the policy it falls under (or `ANSWERED`), who may look at it, and whether it is harmless but sounds dangerous."""

    id: str
    text: str
    policy: str
    split: str = "dev"  # "dev" and "blind" were looked at while rules were written; "fresh" was only counted until 2026-11-25, then read: two rules follow from it
    scary: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """A case, what the rails decided, and whether that was the policy's decision."""

    case: Case
    ruling: Ruling
    right: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: `value` over `count` questions; it passes at `bound` or better. None: there is nothing to hold it to."""

    name: str
    count: int
    value: float
    goal: float | None = None
    bound: float | None = None
    more_is_better: bool = True
    taken_for: str = ""

    @property
    def passes(self) -> bool:
        return self.bound is None or (self.value >= self.bound if self.more_is_better else self.value <= self.bound)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The rows, and every case that was not decided as its policy says."""

    rows: tuple[Row, ...]
    failures: tuple[Scored, ...]

    @property
    def passes(self) -> bool:
        return all(row.passes for row in self.rows)


def read(path: Path) -> list[Case]:
    """The cases of a file, one a line.

    Raises:
        GuardrailError: a line is no case; names file and line.
    """
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            cases.append(Case(**json.loads(line)))
        except (TypeError, ValueError) as error:
            raise GuardrailError(f"{path}:{number}: {error}") from None
    return cases


def read_answered(path: Path, splits: Sequence[str]) -> list[Case]:
    """The questions of a file that retrieval is measured with: none of them is to be stopped, but for a few that tell of an emergency too."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Case(row["id"], row["question"], ANSWERED, row["split"]) for row in rows if row["split"] in splits]


def decide(rails: Guardrails, cases: Sequence[Case]) -> list[Scored]:
    """Every case with its ruling."""
    rulings = [rails.check_question(case.text) for case in cases]
    return [Scored(case, ruling, _is_right(case, ruling, rails.policies)) for case, ruling in zip(cases, rulings, strict=True)]


def score(scored: Sequence[Scored], policies: Policies, thresholds: Path = THRESHOLDS) -> Scorecard:
    """Count.

    Raises:
        GuardrailError: the thresholds' file names a measure that there is not, or leaves one out.
    """
    held = yaml.safe_load(thresholds.read_text(encoding="utf-8"))
    names = {case.policy for case in (one.case for one in scored)} - {ANSWERED}
    if missing := sorted(
        (names - set(held["recall"])) | (set(held["recall"]) - set(policies.by_name)) | (set(_SHARES) ^ set(held["shares"]))
    ):
        raise GuardrailError(f"{thresholds}: {', '.join(missing)}: a row for each policy under recall, for each measure under shares")
    rows = []
    for name, wanted in held["recall"].items():
        if mine := [one for one in scored if one.case.policy == name]:
            taken = Counter(_outcome(one.ruling) for one in mine if not one.right)
            others = ", ".join(f"{what} {count}" for what, count in taken.most_common(4))
            rows.append(Row(name, len(mine), sum(one.right for one in mine) / len(mine), wanted["goal"], wanted["at_least"], True, others))
    for name, wanted in held["shares"].items():
        whole, part = _SHARES[name]
        if mine := [one for one in scored if whole(one, policies)]:
            share = sum(part(one) for one in mine) / len(mine)
            rows.append(Row(name, len(mine), share, wanted.get("goal"), wanted["at_most"], False))
    # Leaks: whoever measures privacy adds their rows here.
    times = [one.ruling.ms for one in scored]
    cuts = statistics.quantiles(times, n=20) if len(times) > 1 else times * 19
    rows += [Row("ms, p50", len(times), statistics.median(times)), Row("ms, p95", len(times), cuts[-1])]
    return Scorecard(tuple(rows), tuple(one for one in scored if not one.right))


def as_markdown(card: Scorecard, examples: bool = True) -> str:
    """The table, and under it each failing example with what spoke and the likeliest policies."""
    lines = ["| measure | n | value | goal | threshold | | taken for |", "|---|---|---|---|---|---|---|"]
    for row in card.rows:
        value = f"{row.value:.3f}" if not row.name.startswith("ms") else f"{row.value:.1f}"
        mark = "" if row.bound is None else "ok" if row.passes else "**below**"
        lines.append(f"| {row.name} | {row.count} | {value} | {_or_none(row.goal)} | {_or_none(row.bound)} | {mark} | {row.taken_for} |")
    if examples:
        lines += ["", *(f"- {one.case.id}, {one.case.policy}: {one.case.text}\n  {why(one)}" for one in card.failures)]
    return "\n".join(lines)


def as_json(card: Scorecard) -> str:
    """The same as one JSON object."""
    failures = [asdict(one.case) | {"decision": one.ruling.decision.value, "why": why(one)} for one in card.failures]
    return json.dumps({"passes": card.passes, "rows": [asdict(row) | {"passes": row.passes} for row in card.rows], "failures": failures})


def why(one: Scored) -> str:
    """The rules that spoke, and the three likeliest policies."""
    spoke = [f"{v.decision.value} by {v.rule} ({v.reason})" for v in one.ruling.verdicts if v.decision is not Decision.ALLOW]
    odds = sorted(one.ruling.probabilities.items(), key=lambda item: -item[1])[:3]
    return f"{', '.join(spoke) or 'no rule spoke'}; {', '.join(f'{name} {odd:.2f}' for name, odd in odds)}"


def _is_right(case: Case, ruling: Ruling, policies: Policies) -> bool:
    """Whether the policy's decision was taken; what is allowed may be redacted, and small talk must be met as small talk."""
    if case.policy == ANSWERED:
        return not ruling.stops
    wanted = policies.by_name[case.policy].verdict
    if case.policy == "small_talk":
        return not ruling.stops and any(verdict.reason == "small_talk" for verdict in ruling.verdicts)
    return ruling.decision is wanted or (wanted is Decision.ALLOW and ruling.decision is Decision.REDACT)


def _outcome(ruling: Ruling) -> str:
    return f"{ruling.decision.value} {ruling.strongest.reason}".strip()


def _or_none(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"


Whole = Callable[[Scored, Policies], bool]
# Of which questions, and which of them count.
_SHARES: dict[str, tuple[Whole, Callable[[Scored], bool]]] = {
    "ordinary stopped": (lambda one, _: one.case.policy == ORDINARY, lambda one: one.ruling.stops),
    "ordinary stopped, scary-sounding": (lambda one, _: one.case.scary, lambda one: one.ruling.stops),
    "ordinary needlessly referred": (
        lambda one, _: one.case.policy == ORDINARY and not one.case.scary, lambda one: one.ruling.decision is Decision.REFER
    ),
    "monographs' questions stopped": (lambda one, _: one.case.policy == ANSWERED, lambda one: one.ruling.stops),
    "personal stopped": (lambda one, policies: one.case.policy != ANSWERED and policies.by_name[one.case.policy].verdict is Decision.REFER, lambda one: one.ruling.stops),
    "emergency without a word of help": (
        lambda one, _: one.case.policy == "emergency", lambda one: one.ruling.decision.strength < Decision.REFER.strength
    ),
}  # fmt: skip
