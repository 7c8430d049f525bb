"""Writes an answer from evidence: the model joins and simplifies, and every sentence passes the output rails before it is shown."""

from __future__ import annotations

import logging
import re
import string
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from langchain_core.language_models import BaseChatModel

from assistant.evidence import Evidence
from assistant.prompt import render
from assistant.types import Citation, RailVerdict, Sentence
from guardrails.engine import Guardrails
from guardrails.grounding import shortens
from guardrails.types import Decision, Ruling
from knowledge.passages import sentences

log = logging.getLogger(__name__)
_STRAYS = 2  # after so many sentences that rest on nothing the model is stopped
_LONGEST = 1000  # characters; a sentence that has not ended by then never will
_PLAIN = frozenset(string.ascii_letters + string.digits + " .,;:!?'\"()-")
_MARKER = re.compile(r"\s*\[\d+\]|^\s*(?:\d+[.)]|[-*•])\s+")


@dataclass
class Draft:
    """An answer in the making: what was shown, cited and decided so far."""

    evidence: Sequence[Evidence]
    cited: list[int] = field(default_factory=list)  # rows of the evidence, in the order of their markers
    verdicts: list[RailVerdict] = field(default_factory=list)
    model_ms: float = 0.0
    rails_ms: float = 0.0

    def show(self, text: str, row: int) -> Sentence:
        """The sentence with the marker of its evidence row."""
        self.cited.append(row)
        return Sentence(text, (len(self.cited),))

    def note(self, ruling: Ruling, sentence: str) -> None:
        self.rails_ms += ruling.ms
        self.verdicts += [RailVerdict(v.rail, v.decision.value, v.rule, v.reason, v.ms, v.failed, sentence) for v in ruling.verdicts]

    @property
    def withheld(self) -> str:
        """Why evidence was not shown: the reason of the check that refused it; empty when none was held back."""
        refused = [verdict.reason for verdict in self.verdicts if verdict.decision == Decision.REFUSE]
        return refused[-1] if refused and len(self.cited) < len(self.evidence) else ""

    def citations(self) -> tuple[Citation, ...]:
        """One citation a marker; the quote is the exact span of the monograph."""
        cited = []
        for marker, row in enumerate(self.cited, start=1):
            piece, passage = self.evidence[row], self.evidence[row].hit.passage
            cited.append(
                Citation(
                    marker,
                    passage.drug,
                    passage.section,
                    passage.section_code,
                    piece.text,
                    piece.start,
                    piece.end,
                    passage.monograph,
                    passage.revised,
                    passage.source,
                )
            )
        return tuple(cited)


def write(question: str, draft: Draft, rails: Guardrails, model: BaseChatModel | None) -> Iterator[Sentence]:
    """The checked sentences of an answer, as they are ready.

    Each evidence sentence is shown once: as the model rewrote it where the rewrite is whole and passes the rails, else as the quote.
    """
    quotes = [piece.text for piece in draft.evidence]
    strays = 0
    for sentence in _written(question, draft, model) if model else ():
        ruling = rails.check_answer(sentence, quotes)
        draft.note(ruling, sentence)
        row = ruling.source
        if row < 0 or row in draft.cited or ruling.decision is Decision.REFUSE:
            strays += 1
            if strays >= _STRAYS:
                break
            continue
        for earlier in range(row):  # the order of the evidence stands, whatever the model begins with
            if earlier not in draft.cited:
                yield from _quoted(draft, rails, quotes, earlier)
        if ruling.decision is Decision.ALLOW and _rewords(sentence, quotes[row]) and not _names_a_passage(sentence, draft):
            yield draft.show(ruling.text, row)
        else:
            strays += 1
            yield from _quoted(draft, rails, quotes, row)
        if strays >= _STRAYS or len(draft.cited) == len(quotes):
            break
    for row in range(len(quotes)):
        if row not in draft.cited:
            yield from _quoted(draft, rails, quotes, row)


def _rewords(sentence: str, quote: str) -> bool:
    """Whether a sentence is its source but for what it may leave out, with no sign that the source has not: markup, other scripts, controls."""
    return shortens(sentence, quote) and not set(sentence) - set(quote) - _PLAIN


def _names_a_passage(sentence: str, draft: Draft) -> bool:
    """Whether a sentence repeats a passage's heading from the prompt, such as `amlodipine, Warnings:`."""
    plain = sentence.lower()
    return any(f"{piece.hit.passage.drug}, {piece.hit.passage.section.split(':')[0].lower()}" in plain for piece in draft.evidence)


def _quoted(draft: Draft, rails: Guardrails, quotes: Sequence[str], row: int) -> Iterator[Sentence]:
    ruling = rails.check_answer(quotes[row], quotes)
    draft.note(ruling, quotes[row])
    if ruling.text and ruling.decision is not Decision.REFUSE:
        yield draft.show(ruling.text, row)


def _written(question: str, draft: Draft, model: BaseChatModel) -> Iterator[str]:
    """The model's sentences, each as soon as it is complete; markers are dropped, since code cites."""
    text, began = "", time.perf_counter()
    try:
        for chunk in model.stream(render(question, [piece.as_hit for piece in draft.evidence])):
            text += str(chunk.content)
            spans = sentences(text)
            for start, end in spans[:-1]:
                draft.model_ms += (time.perf_counter() - began) * 1000
                yield from _cleaned(text[start:end], draft)
                began = time.perf_counter()
            text = text[spans[-1][0] :] if spans else text
            if len(text) > _LONGEST:
                break
    except Exception as error:  # noqa: BLE001 - a model that breaks off or writes nothing leaves the quotes
        log.warning("the model could not write: %s", type(error).__name__)
        draft.verdicts.append(RailVerdict("model", "replace", "model", "could_not_write", 0.0))
        text = ""
    draft.model_ms += (time.perf_counter() - began) * 1000
    if text.rstrip().endswith((".", "!", "?", "]")):  # a last sentence cut short by the token limit is not shown
        yield from _cleaned(text, draft)


def _cleaned(text: str, draft: Draft) -> Iterator[str]:
    """A written sentence without the marker, the list number or the passage heading that the model may copy from its prompt."""
    text = _MARKER.sub("", text).strip()
    for piece in draft.evidence:
        heading = f"{piece.hit.passage.drug}, {piece.hit.passage.section}:"
        if text.lower().startswith(heading.lower()):
            text = text[len(heading) :].strip()
    if text:
        yield text
