"""Writes an answer from evidence: the model adds to the best of it or finds no answer, and every sentence passes the output rails before it is shown."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from langchain_core.language_models import BaseChatModel

from assistant.evidence import Evidence
from assistant.prompt import ABSTAINS, REFERS, SILENT, render
from assistant.types import Audience, Citation, RailVerdict, Sentence
from guardrails.engine import Guardrails
from guardrails.types import Decision, Ruling
from knowledge.passages import sentences
from knowledge.sections import INTERACTIONS

log = logging.getLogger(__name__)
_STRAYS = 2  # after so many sentences that rest on nothing, or say a thing again, the model is stopped
_LONGEST = 1000  # characters; a sentence that has not ended by then never will
_MARKER = re.compile(r"\s*\[\d+\]|^\s*(?:\d+[.)]|[-*•])\s+")


@dataclass
class Draft:
    """An answer in the making: what was shown, cited and decided so far.

    Attributes:
        evidence: the sentences that it may rest on.
        core: how many of the first of them are shown in any case.
        needed: rows that are shown whatever the model chooses: warnings that the question calls for.
        may_abstain: whether nothing is shown where the model finds no answer.
        abstained: whether that came to pass.
        silent: whether the model found no answer to a part of the question.
    """

    evidence: Sequence[Evidence]
    core: int = 0
    needed: Sequence[int] = ()
    earlier: Sequence[str] = ()
    audience: Audience = Audience.PATIENT
    cited: list[int] = field(default_factory=list)  # rows of the evidence, in the order of their markers
    verdicts: list[RailVerdict] = field(default_factory=list)
    may_abstain: bool = False
    abstained: bool = False
    silent: bool = False
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
        return refused[-1] if refused and not self.abstained and len(set(self.cited)) < len(self.needed) + self.core else ""

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
    """The checked sentences of an answer, as they are ready, each a quote.

    The core of the evidence is shown in its order, after it what else of the evidence the model chose, and what the question calls for. The core does
    not wait for the model unless its silence counts: then nothing is shown when it finds no answer, and the caller decides what follows.
    """
    quotes = [piece.text for piece in draft.evidence]
    core, waiting = range(draft.core), draft.may_abstain
    if not waiting:
        yield from _quoted(draft, rails, quotes, core)
    written: list[int] = []
    strays = 0
    for sentence in _written(question, draft, model) if model else ():
        if sentence.startswith(ABSTAINS.rstrip(".")):
            draft.abstained = waiting
            break
        if waiting:
            waiting = False
            yield from _quoted(draft, rails, quotes, core)
        if sentence.startswith(SILENT):
            draft.silent = True
        row = _source(sentence, draft, rails, quotes)
        if row >= 0 and row not in written:
            written.append(row)
        elif (strays := strays + 1) >= _STRAYS:
            break
    if draft.abstained:
        return
    # half a row of interactions, what happens without what to do, misleads
    chosen = [row for row in written if row >= draft.core and draft.evidence[row].hit.passage.section_code != INTERACTIONS]
    yield from _quoted(draft, rails, quotes, (*(core if waiting else ()), *chosen, *draft.needed))


def _source(sentence: str, draft: Draft, rails: Guardrails, quotes: Sequence[str]) -> int:
    """The row of the evidence that a written sentence rests on, -1 for none."""
    if sentence.startswith((SILENT, REFERS.rstrip("."))):
        return -1
    ruling = rails.check_answer(sentence, quotes)
    draft.note(ruling, sentence)
    return -1 if ruling.decision is Decision.REFUSE else ruling.source


def _quoted(draft: Draft, rails: Guardrails, quotes: Sequence[str], rows: Iterable[int]) -> Iterator[Sentence]:
    """The evidence of these rows in its own words, but for what was shown already."""
    for row in rows:
        if row in draft.cited:
            continue
        ruling = rails.check_answer(quotes[row], quotes)
        draft.note(ruling, quotes[row])
        if ruling.text and ruling.decision is not Decision.REFUSE:
            yield draft.show(ruling.text, row)


def _written(question: str, draft: Draft, model: BaseChatModel) -> Iterator[str]:
    """The model's sentences, each as soon as it is complete; markers are dropped, since code cites."""
    text, began = "", time.perf_counter()
    try:
        for chunk in model.stream(render(question, [piece.as_hit for piece in draft.evidence], draft.audience, draft.earlier)):
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
