"""What goes into the assistant and what comes out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Audience(StrEnum):
    """Who reads the answer."""

    PATIENT = "patient"
    STAFF = "staff"


class Status(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    NO_SOURCE = "no_source"
    REFUSED = "refused"
    ESCALATED = "escalated"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation; `role` is "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question as its user wrote it, with the turns before it, oldest first."""

    text: str
    history: tuple[Turn, ...] = ()
    audience: Audience = Audience.PATIENT
    id: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence comes from: `quote` is the text [start, end) of the named monograph revision."""

    marker: int
    drug: str
    section: str
    section_code: str
    quote: str
    start: int
    end: int
    monograph: str
    revised: str
    source: str


@dataclass(frozen=True, slots=True)
class DrugMention:
    """A medicine that the question names: as written, its generic name, and how it was recognised."""

    mention: str
    name: str
    match: str


@dataclass(frozen=True, slots=True)
class RailVerdict:
    """One rule's decision on the question or on a sentence, and its time in milliseconds; `sentence` is what was checked on the way out."""

    rail: str
    decision: str
    rule: str
    reason: str
    ms: float
    failed: tuple[str, ...] = ()
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A checked sentence, as it may be shown; `markers` are the citations that carry it."""

    text: str
    markers: tuple[int, ...] = ()

    @property
    def marked(self) -> str:
        return self.text + "".join(f" [{marker}]" for marker in self.markers)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; `text` is its sentences with their markers, `question` is redacted."""

    id: str
    question: str
    status: Status
    reason: str
    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    drugs: tuple[DrugMention, ...] = ()
    verdicts: tuple[RailVerdict, ...] = ()
    model: str = ""
    timings_ms: dict[str, float] = field(default_factory=dict)
    receipt: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line's and the service's contract."""
        return asdict(self)
