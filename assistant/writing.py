"""Writes an answer from evidence: the model joins and simplifies, and every sentence passes the output rails before it is shown."""

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
from guardrails.grounding import shortens
from guardrails.types import Decision, Ruling
from knowledge.passages import sentences
from knowledge.sections import INTERACTIONS

log = logging.getLogger(__name__)
_STRAYS = 2  # after so many sentences that rest on nothing the model is stopped
_LONGEST = 1000  # characters; a sentence that has not ended by then never will
_MARKER = re.compile(r"\s*\[\d+\]|^\s*(?:\d+[.)]|[-*•])\s+")


@dataclass
class Draft:
    """An answer in the making: what was shown, cited and decided so far.

    Attributes:
        evidence: the sentences that it may rest on.
        core: how many of the first of them are shown in any case.
        needed: rows that are shown whatever the model chooses: warnings that the question calls for.
        abstained: whether the model found no answer in them.
        silent: whether the model found no answer to a part of the question.
    """

    evidence: Sequence[Evidence]
    core: int = 0
    needed: Sequence[int] = ()
    earlier: Sequence[str] = ()
    audience: Audience = Audience.PATIENT
    cited: list[int] = field(default_factory=list)  # rows of the evidence, in the order of their markers
    verdicts: list[RailVerdict] = field(default_factory=list)
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
    """The checked sentences of an answer, as they are ready.

    The core of the evidence is shown in its order, each sentence as the quote or as the model wrote it with a small word less; after it what else
    of the evidence the model chose, and what the question calls for. Nothing is shown when the model abstains before it wrote anything: the caller
    decides what follows.
    """
    quotes = [piece.text for piece in draft.evidence]
    chosen: dict[int, str] = {}  # beyond the core
    strays = 0
    for sentence in _written(question, draft, model) if model else ():
        if sentence.startswith(ABSTAINS.rstrip(".")):
            draft.abstained = not draft.cited and not chosen
            break
        if sentence.startswith(SILENT):
            draft.silent = True
        row, fits = _source(sentence, draft, rails, quotes)
        if row < 0 or row in draft.cited or row in chosen:
            strays += 1
        elif row >= draft.core:
            if draft.evidence[row].hit.passage.section_code != INTERACTIONS:  # half a row, what happens without what to do, misleads
                chosen[row] = sentence if fits else ""
        else:
            yield from _quoted(draft, rails, quotes, range(row))
            yield from [draft.show(sentence, row)] if fits else _quoted(draft, rails, quotes, [row])
        if strays >= _STRAYS:
            break
    if draft.abstained:
        return
    yield from _quoted(draft, rails, quotes, range(draft.core))
    for row, sentence in chosen.items():
        yield from [draft.show(sentence, row)] if sentence else _quoted(draft, rails, quotes, [row])
    yield from _quoted(draft, rails, quotes, draft.needed)


def quote(draft: Draft, rails: Guardrails) -> Iterator[Sentence]:
    """The core of the evidence and what is needed, as quotes."""
    yield from _quoted(draft, rails, [piece.text for piece in draft.evidence], (*range(draft.core), *draft.needed))


def _source(sentence: str, draft: Draft, rails: Guardrails, quotes: Sequence[str]) -> tuple[int, bool]:
    """The row of the evidence that a sentence rests on, -1 for none, and whether the sentence may stand for it: with other words it would say what
    the checks cannot always tell apart, such as one medicine of a list in the place of another."""
    if sentence.startswith((SILENT, REFERS.rstrip("."))):
        return -1, False
    ruling = rails.check_answer(sentence, quotes)
    draft.note(ruling, sentence)
    if ruling.source < 0 or ruling.decision is Decision.REFUSE:
        return -1, False
    return ruling.source, ruling.decision is Decision.ALLOW and ruling.text == sentence and shortens(sentence, quotes[ruling.source])


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
