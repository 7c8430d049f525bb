"""The warning that bears on a question, where the chosen evidence lacks it: the monograph's own sentence, from the table in warnings.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from assistant.evidence import Evidence, split
from guardrails.grounding import content_words
from knowledge.passages import passage
from knowledge.search import KnowledgeBase
from knowledge.types import Hit, Monograph

TABLE = Path(__file__).parent / "warnings.yaml"
RULE = "warnings"
MOST = 2  # an answer is no list of warnings
_TIMES = content_words("year old month week day hour start first")  # how old and how long says nothing about which sentence is near


class Topic(BaseModel):
    """One row of the table; see its head for the fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    topic: str
    asked: str
    unless: str = ""
    with_classes: tuple[str, ...] = Field(default=(), alias="with")  # another name of the question is one of these classes
    says: tuple[str, ...] = Field(min_length=1)
    insists: tuple[str, ...]
    otherwise: tuple[str, ...] = Field(alias="else")
    source: str

    def bears_on(self, question: str, names: Sequence[str], base: KnowledgeBase) -> bool:
        """Whether a question shows the topic, by its words or by the other names in it."""
        if any(base.interactions.reaches(group, name) for group in self.with_classes for name in names):
            return True
        return _found(self.asked, question) and not (self.unless and _found(self.unless, question))

    def is_said(self, text: str) -> bool:
        """Whether a sentence is the warning."""
        return all(_found(pattern, text) for pattern in self.says)


@dataclass(frozen=True, slots=True)
class Warned:
    """A sentence to add to the evidence, and the topic for which it is added."""

    topic: str
    evidence: Evidence


def missing(question: str, drugs: Sequence[str], names: Sequence[str], evidence: Sequence[Evidence], base: KnowledgeBase) -> list[Warned]:
    """The warnings that bear on a question and that the evidence lacks, at most `MOST`.

    Args:
        question: as asked, redacted.
        drugs: generic names with a monograph, those that the answer is about.
        names: these and the classes, foods and other medicines that the question names.
        evidence: the sentences chosen to answer it.
    """
    found: list[Warned] = []
    for topic in topics():
        for drug in drugs:
            held = [piece for piece in (*evidence, *(warned.evidence for warned in found)) if piece.hit.passage.drug == drug]
            others = [name for name in names if name != drug]
            if len(found) == MOST or not topic.bears_on(question, others, base) or any(topic.is_said(piece.text) for piece in held):
                continue
            if warning := _warning(topic, question, base.monographs[drug], held):
                found.append(Warned(topic.topic, warning))
    return found


@cache
def topics(table: Path = TABLE) -> tuple[Topic, ...]:
    """The rows of the table, their groups of words filled in.

    Raises:
        ValueError: a row is broken; names the field.
    """
    data = yaml.safe_load(table.read_text(encoding="utf-8"))
    for row in data["topics"]:
        for key in ("asked", "unless"):
            for group, pattern in data["groups"].items():
                row[key] = row.get(key, "").replace("{" + group + "}", f"(?:{pattern})")
    return tuple(Topic.model_validate(row) for row in data["topics"])


def _warning(topic: Topic, question: str, monograph: Monograph, held: Sequence[Evidence]) -> Evidence | None:
    """The monograph's sentence for a topic: from the first section that has one, there the one nearest to the question's words."""
    asked = content_words(question) - _TIMES
    for place in (*topic.insists, *topic.otherwise):
        if place in topic.otherwise and any(_is_in(piece.hit.passage.section_code, piece.hit.passage.section, place) for piece in held):
            return None
        said = [piece for piece in _sentences(monograph, place) if topic.is_said(piece.text)]
        if said:
            return max(said, key=lambda piece: len(content_words(piece.text) & asked))  # of equals the first
    return None


def _sentences(monograph: Monograph, place: str) -> Iterator[Evidence]:
    for section in monograph.sections:
        if _is_in(section.code, section.heading, place):
            yield from split(Hit(passage(monograph, section, section.start, section.end), 0.0))


def _is_in(code: str, heading: str, place: str) -> bool:
    """Whether a section is the one that the table names: `CODE`, or `CODE: words of its heading`."""
    wanted, _, words = place.partition(": ")
    return code == wanted and words in heading.lower()


def _found(pattern: str, text: str) -> bool:
    return bool(re.search(pattern, text, re.IGNORECASE))
