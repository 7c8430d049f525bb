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


class Fault(StrEnum):
    """What may be wrong in a sentence."""

    NUMBER = "invented number"  # no monograph of a medicine in the question holds it
    SOURCE = "no source"  # no passage carries the sentence
    ADVICE = "advice to one person"
    UNCHECKED = "not checked"  # a check could not run


@dataclass(frozen=True, slots=True)
class Mark:
    """One fault of a sentence; `what` is the number, the words of the advice, or what the nearest source lacks or says otherwise."""

    fault: Fault
    what: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence, the faults that the checks find, and where it stands in the monographs; with neither it claims nothing to be checked.

    `fixed` sentences are the assistant's own wording, chosen by code ("I have no monograph for …"): no model writes them, none is marked.
    An `unfinished` one is the end of an answer cut off by the token limit: only its numbers and advice are checked.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    source: str = ""
    fixed: bool = False
    times: int = 1  # small models repeat themselves
    quote: str = ""  # the monograph's own sentence, where `source` names its place
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Lacking:
    """A warning that belongs in an answer and is not there: what it is about, the monograph's own sentence, and where that stands."""

    topic: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Column:
    """One answer. Until `judged`, its sentences are as written so far and unmarked; `seconds` is the time to the whole answer, without our marking."""

    title: str
    model: str
    sentences: tuple[Judged, ...] = ()
    missing: tuple[Lacking, ...] = ()
    seconds: float = 0.0
    judged: bool = False

    @property
    def claims(self) -> bool:
        """Whether any sentence says something of a medicine that was checked."""
        return any(sentence.marks or sentence.source for sentence in self.sentences)

    @property
    def summary(self) -> str:
        """How many sentences are marked, and how many warnings are missing; that nothing is claimed is no praise."""
        marked = sum(bool(sentence.marks) for sentence in self.sentences)
        said = f"{marked or 'none'} of {len(self.sentences)} sentence{'s' * (len(self.sentences) != 1)} marked" if self.claims else "claims nothing about a medicine"
        lacking = f", {len(self.missing)} warning{'s' * (len(self.missing) != 1)} missing" if self.missing else ""
        return f"{said[0].upper()}{said[1:]}{lacking}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The assistant's whole answer, and the columns; none where the rails stopped the question, which no model has seen then."""

    answer: Answer
    columns: tuple[Column, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The redacted question, how the assistant's answer ended, what it says, and the columns."""
        answer = self.answer
        return {
            "question": answer.question, "status": answer.status.value, "reason": answer.reason, "text": answer.text,
            "columns": [asdict(column) for column in self.columns],
        }  # fmt: skip
