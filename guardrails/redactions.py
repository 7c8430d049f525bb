"""Measures redaction on labelled text: recall, precision and F2 by kind, and whether medicines' names are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guardrails.gazetteer import gazetteer, plain
from guardrails.identifiers import Identifier

# The kinds of presidio-research's labelled sentences in ours; the others (organisations, titles, nationalities) identify nobody by themselves.
_PRESIDIO = {
    "PERSON": "NAME", "LOCATION": "PLACE", "GPE": "PLACE", "ADDRESS": "ADDRESS", "STREET_ADDRESS": "ADDRESS", "ZIP_CODE": "ADDRESS", "CREDIT_CARD": "CARD",
    "PHONE_NUMBER": "PHONE", "DATE_TIME": "DATE", "EMAIL_ADDRESS": "EMAIL", "US_SSN": "SSN", "DOMAIN_NAME": "URL", "URL": "URL", "IBAN_CODE": "ACCOUNT",
    "US_DRIVER_LICENSE": "LICENSE", "IP_ADDRESS": "IP_ADDRESS",
}  # fmt: skip
_TITLE = re.compile(r"(?i)\b(?:mr|mrs|ms|miss|dr|doctor|prof|sir|jr|sr)\b\.?")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with the identifiers in it, what may go or stay, and the medicines' names that must stay."""

    id: str
    text: str
    spans: tuple[Identifier, ...]
    either: tuple[Identifier, ...] = ()
    keep: tuple[str, ...] = ()


@dataclass
class Count:
    """One kind's tally; a span is found when all of it is covered, and a redaction is right when all of it is identifying."""

    expected: int = 0
    found: int = 0
    redacted: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.redacted if self.redacted else 1.0

    @property
    def f2(self) -> float:
        """Recall weighs four times as much as precision."""
        weighed = 4 * self.precision + self.recall
        return 5 * self.precision * self.recall / weighed if weighed else 0.0


@dataclass
class Measured:
    """The tallies by kind, the medicines' names kept of all, texts without identifiers left whole of all, and what went wrong where."""

    kinds: dict[str, Count] = field(default_factory=dict)
    kept: int = 0
    medicines: int = 0
    whole: int = 0
    harmless: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def total(self) -> Count:
        return Count(*(sum(getattr(count, name) for count in self.kinds.values()) for name in ("expected", "found", "redacted", "right")))

    def as_json(self) -> dict[str, Any]:
        rows = {**dict(sorted(self.kinds.items())), "total": self.total}
        table = {
            kind: {"expected": c.expected, "redacted": c.redacted, "recall": round(c.recall, 4), "precision": round(c.precision, 4), "f2": round(c.f2, 4)}
            for kind, c in rows.items()
        }  # fmt: skip
        return {"kinds": table, "medicines": self.medicines, "medicines_kept": self.kept, "harmless": self.harmless, "harmless_whole": self.whole}

    def table(self) -> str:
        """The tallies as Markdown."""
        lines = ["| kind | spans | recall | precision | F2 |", "|---|---|---|---|---|"]
        for kind, row in self.as_json()["kinds"].items():
            lines.append(f"| {kind} | {row['expected']} | {row['recall']:.3f} | {row['precision']:.3f} | {row['f2']:.3f} |")
        return "\n".join([*lines, "", f"Medicines' names kept: {self.kept} of {self.medicines}. Texts without identifiers left as they were: {self.whole} of {self.harmless}."])


def read(path: Path, split: str | None = None) -> list[Labelled]:
    """Labelled texts: our own lines of JSON, or a JSON list in the form of presidio-research.

    Raises:
        ValueError: the file is in neither form.
    """
    content = path.read_text(encoding="utf-8")
    try:
        if content.lstrip().startswith("["):
            return [_presidio(number, row) for number, row in enumerate(json.loads(content))]
        rows = [json.loads(line) for line in content.splitlines() if line.strip()]
        return [
            Labelled(row["id"], row["text"], tuple(Identifier(s["kind"], s["start"], s["end"]) for s in row["spans"]), (), tuple(row.get("keep", ())))
            for row in rows
            if split in (None, row.get("split"))
        ]  # fmt: skip
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: neither lines of {{id, text, spans}} nor a list in the form of presidio-research ({error!r})") from None


def _presidio(number: int, row: dict[str, Any]) -> Labelled:
    spans: list[Identifier] = []
    either: list[Identifier] = []
    for span in row["spans"]:
        start, end, value = span["start_position"], span["end_position"], span["entity_value"]
        kind = _PRESIDIO.get(span["entity_type"], "")
        identifies = kind and (kind != "DATE" or re.search(r"\d", value)) and (kind not in ("PLACE", "ADDRESS") or not _is_wide(value))
        (spans if identifies else either).append(Identifier(kind, start, end))
    return Labelled(str(number), row["full_text"], tuple(spans), tuple(either))


def _is_wide(place: str) -> bool:
    """A state, its abbreviation, a country, or the `nan` where the generator had none."""
    return plain(place) in gazetteer().wide or re.fullmatch(r"[A-Za-z]{2}|nan", place.strip()) is not None


def measure(find: Callable[[str], Sequence[Identifier]], cases: Sequence[Labelled]) -> Measured:
    """Find the identifiers of every case and compare."""
    measured = Measured()
    for case in cases:
        found = find(case.text)
        covered, allowed = _letters(case.text, found), _letters(case.text, (*case.spans, *case.either))
        either = {at for match in _TITLE.finditer(case.text) for at in range(*match.span())} | _letters(case.text, case.either)
        for span in case.spans:
            count = measured.kinds.setdefault(span.kind, Count())
            whole = _letters(case.text, [span]) - either <= covered
            count.expected, count.found = count.expected + 1, count.found + whole
            if not whole:
                measured.failures.append(f"{case.id} missed {span.kind} {case.text[span.start : span.end]!r}: {case.text!r}")
        for span in found:
            letters = _letters(case.text, [span])
            if letters <= either:
                continue
            count = measured.kinds.setdefault(span.kind, Count())
            right = letters <= allowed | either
            count.redacted, count.right = count.redacted + 1, count.right + right
            if not right:
                measured.failures.append(f"{case.id} overdone {span.kind} {case.text[span.start : span.end]!r}: {case.text!r}")
        left = "".join(" " if at in covered else ch for at, ch in enumerate(case.text))
        measured.medicines += len(case.keep)
        measured.kept += sum(bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", left)) for name in case.keep)
        if not case.spans:
            measured.harmless, measured.whole = measured.harmless + 1, measured.whole + (not found)
    return measured


def _letters(text: str, spans: Sequence[Identifier]) -> set[int]:
    return {at for span in spans for at in range(span.start, span.end) if text[at].isalnum()}
