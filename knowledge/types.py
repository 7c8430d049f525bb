"""What passes between the packages: drugs, monographs, passages, hits and interactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

UNDATED = date.min  # of a source that gives no date


class Severity(StrEnum):
    """How much an interaction matters, strongest first in `rank` (0 is strongest)."""

    CONTRAINDICATED = "contraindicated"
    MAJOR = "major"
    MODERATE = "moderate"
    MINOR = "minor"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Drug:
    """One medicine of the corpus: a generic name (a fixed combination is one drug) and what it is known as."""

    name: str
    brands: tuple[str, ...]
    synonyms: tuple[str, ...]
    drug_class: str
    purpose: str  # completes "NAME is used for …"
    status: str = "prescription"
    schedule: str = "none"
    forms: tuple[str, ...] = ()
    rxcui: tuple[str, ...] = ()  # RxNorm
    unii: tuple[str, ...] = ()  # FDA's substance identifiers

    @property
    def title(self) -> str:
        """The name as it opens a sentence: `Warfarin`, `Amlodipine`."""
        return self.name[:1].upper() + self.name[1:]


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts of a monograph were checked: a label (its set id) or a named document, and its date."""

    title: str
    date: str
    set_id: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One row of a monograph's interactions, with the span [start, end) of its sentences in the monograph text."""

    partner: str
    severity: Severity
    effect: str
    action: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A section or subsection of a monograph; `text == monograph.text[start:end]`, `code` is its LOINC code."""

    code: str
    title: str
    subtitle: str
    text: str
    start: int
    end: int

    @property
    def heading(self) -> str:
        return f"{self.title}: {self.subtitle}" if self.subtitle else self.title


@dataclass(frozen=True, slots=True)
class Monograph:
    """A drug monograph: its canonical text, the sections as spans of it, structured interactions and sources.

    `id` names one exact text: the drug's name and the first 8 hex digits of the text's SHA-256.
    """

    id: str
    drug: Drug
    revised: date
    text: str
    sections: tuple[Section, ...]
    interactions: tuple[Interaction, ...]
    sources: tuple[Source, ...]
    origin: str = "authored"

    def section(self, code: str) -> tuple[Section, ...]:
        """All (sub)sections under a LOINC code; empty when there are none."""
        return tuple(part for part in self.sections if part.code == code)


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrievable piece of one section; `text == monograph.text[start:end]`."""

    drug: str
    section: str
    section_code: str
    text: str
    start: int
    end: int
    monograph: str
    revised: str
    source: str
    brands: tuple[str, ...] = ()
    origin: str = "authored"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; `score` is how likely it is the one that answers, among those searched."""

    passage: Passage
    score: float

    def as_json(self) -> dict[str, object]:
        """The hit of the command line's contract."""
        found = self.passage
        return {
            "drug": found.drug, "section": found.section, "section_code": found.section_code, "text": found.text,
            "score": round(self.score, 4), "monograph": found.monograph, "revised": found.revised,
            "start": found.start, "end": found.end, "source": found.source,
        }  # fmt: skip


class MonographError(ValueError):
    """A monograph that cannot be used: names the file, the line and the field."""

    def __init__(self, problems: Sequence[str]):
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))
