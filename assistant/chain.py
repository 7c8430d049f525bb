"""The walk of a question: rails, names, passages, model, rails, answer."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
import unicodedata
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import chain

from langchain_core.language_models import BaseChatModel

from assistant.evidence import SHOWN, Evidence, beside, choose, split
from assistant.messages import listed, message
from assistant.receipts import Asked, Receipts
from assistant.register import fit
from assistant.settings import Settings
from assistant.subject import Subject, subject
from assistant.types import Answer, DrugMention, Question, RailVerdict, Sentence, Status
from assistant.warnings import RULE, Warned, missing
from assistant.writing import Draft, write
from guardrails.engine import Guardrails
from guardrails.privacy import Placeholders
from guardrails.types import Decision, Ruling
from knowledge.names import Match
from knowledge.passages import passage
from knowledge.search import KnowledgeBase
from knowledge.sections import INTERACTIONS
from knowledge.types import Hit, Passage

log = logging.getLogger(__name__)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|[\U000e0000-\U000e007f]")


@dataclass
class _Walk:
    """What one question has gathered on its way."""

    question: Question
    text: str = ""
    earlier: tuple[str, ...] = ()  # the user's turns before, redacted
    ended: bool = False
    sentences: list[Sentence] = field(default_factory=list)
    drugs: tuple[DrugMention, ...] = ()
    verdicts: list[RailVerdict] = field(default_factory=list)
    evidence: float = 1.0  # the probability that the monographs answer
    draft: Draft = field(default_factory=lambda: Draft(()))
    timings: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)

    def took(self, stage: str, since: float) -> None:
        self.timings[stage] = round((time.perf_counter() - since) * 1000, 2)


class PharmacyAssistant:
    """Answers questions about medicines from monographs. Safe to use from several threads and tasks at once."""

    def __init__(
        self, base: KnowledgeBase, rails: Guardrails, model: BaseChatModel | None, settings: Settings, receipts: Receipts | None = None
    ):
        self.base, self.rails, self.model, self.settings, self.receipts = base, rails, model, settings, receipts
        self._swapping = threading.Lock()

    def ask(self, question: Question | str) -> Answer:
        """The whole answer to a question."""
        return next(piece for piece in self.stream(question) if isinstance(piece, Answer))

    def stream(self, question: Question | str) -> Iterator[Sentence | Answer]:
        """Checked sentences as they are ready, and last the `Answer` that holds them all."""
        walk = _Walk(Question(question) if isinstance(question, str) else question)
        try:
            yield from self._as_of_now()._walk(walk)
        except GeneratorExit:  # whoever listened went away; what was shown stays on record
            if not walk.ended:
                list(self._end(walk, Status.FAILED, "abandoned"))
            raise
        except Exception as error:  # noqa: BLE001 - the edge: a user gets a sentence; the text of the question is not logged
            log.error("a question failed: %s", type(error).__name__)
            yield from self._end(walk, Status.FAILED, "internal_error", message("failed"))

    def unrecorded(self) -> PharmacyAssistant:
        """The same assistant, whose answers leave no receipt."""
        return self.with_model(self.model)

    def _as_of_now(self) -> PharmacyAssistant:
        """This assistant over the newest index, which stays the same from a question's first rail to its last citation."""
        with self._swapping:
            if (base := self.base.latest()) is not self.base:
                self.base, self.rails = base, self.rails.naming(base.names)
            return copy(self)

    async def aask(self, question: Question | str) -> Answer:
        """`ask` without blocking the event loop."""
        return await asyncio.to_thread(self.ask, question)

    async def astream(self, question: Question | str) -> AsyncIterator[Sentence | Answer]:
        """`stream` without blocking the event loop."""
        loop, pieces = asyncio.get_running_loop(), asyncio.Queue[Sentence | Answer]()

        def work() -> None:
            for piece in self.stream(question):
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        threading.Thread(target=work, daemon=True).start()
        while True:
            piece = await pieces.get()
            yield piece
            if isinstance(piece, Answer):
                return

    def with_model(self, model: BaseChatModel | None) -> PharmacyAssistant:
        """This assistant with another chat model; no receipts are kept of its answers."""
        return PharmacyAssistant(self.base, self.rails, model, self.settings)

    def passages(self, question: Question) -> list[Evidence]:
        """The sentences that the model is shown for a question, in order, whether or not they would be enough to answer it."""
        placeholders = Placeholders()
        walk = _Walk(question, self.rails.redact(question.text, placeholders))
        about = subject(self.base, walk.text, [self.rails.redact(turn.content, placeholders) for turn in question.history if turn.role == "user"])
        evidence, ending = self._evidence(walk, about)
        if ending and not about.drugs:
            return []
        return self._shown(about, fit(evidence, question.audience), wide=True)[0]

    def _walk(self, walk: _Walk) -> Iterator[Sentence | Answer]:
        text = _CONTROL.sub("", unicodedata.normalize("NFC", walk.question.text)).strip()
        if not text:
            return (yield from self._end(walk, Status.FAILED, "empty_question", message("empty_question")))
        if len(text) > (limit := self.settings.max_question_chars):
            return (yield from self._end(walk, Status.FAILED, "too_long", message("too_long", length=len(text), limit=limit)))

        placeholders = Placeholders()
        earlier = [self.rails.redact(turn.content[:limit], placeholders) for turn in walk.question.history if turn.role == "user"]
        ruling = self.rails.check_question(text, placeholders)
        walk.text, walk.earlier = ruling.text, tuple(earlier)
        walk.timings["rails_in"] = ruling.ms
        walk.verdicts += [RailVerdict(v.rail, v.decision.value, v.rule, v.reason, v.ms, v.failed) for v in ruling.verdicts]
        if ruling.stops or (ruling.strongest.message and ruling.decision is Decision.ALLOW):
            return (yield from self._ruled(walk, ruling))
        if small_talk := next((v for v in ruling.verdicts if v.reason == "small_talk"), None):
            return (yield from self._end(walk, Status.ANSWERED, "small_talk", small_talk.message))
        if not re.search(r"[^\W\d_]", walk.text):
            return (yield from self._end(walk, Status.CLARIFY, "unreadable", message("unreadable")))

        since = time.perf_counter()
        about = subject(self.base, walk.text, earlier)
        walk.drugs = _mentions(about)
        walk.took("resolve", since)
        since = time.perf_counter()
        evidence, ending = self._evidence(walk, about)
        walk.took("retrieve", since)
        referral = ruling.strongest.message if ruling.decision is Decision.REFER else ""
        if ending:
            status, reason, said = ending
            return (yield from self._end(walk, status, reason, said, referral if status is Status.NO_SOURCE else ""))
        yield from self._answer(walk, about, evidence, referral)

    def _ruled(self, walk: _Walk, ruling: Ruling) -> Iterator[Sentence | Answer]:
        verdict = ruling.strongest
        status = Status.ESCALATED if verdict.decision is Decision.ESCALATE else Status.REFUSED
        yield from self._end(walk, Status.FAILED if verdict.failed else status, verdict.reason, verdict.message)

    def _evidence(self, walk: _Walk, about: Subject) -> tuple[list[Evidence], tuple[Status, str, str] | None]:
        """The sentences to answer from, or how the question ends without any."""
        if about.resolution.ambiguous:
            choices = [_choice(self.base, name) for name in about.resolution.ambiguous[0].names]
            return [], (Status.CLARIFY, "ambiguous_name", message("which_of", choices=listed(choices)))
        if about.of_the_shop(self.base):
            return [], (Status.NO_SOURCE, "no_evidence", message("of_the_shop", names=listed(list(about.drugs), "and")))
        if about.pairs and (rows := self._pairs(about)):
            return rows, None
        twice = (pair for pair in self.base.pairs([*about.drugs, *about.others]) if pair.shared or pair.twice)
        if about.pairs and (pair := next(twice, None)):
            return [], (Status.ANSWERED, "same_ingredient" if pair.shared else "same_class", pair.text())
        # "does metformin lower vitamin B12": its monograph says so
        unknown = [mention.text for mention in about.resolution.unknown if not about.tells(self.base, mention.text)]
        if about.pairs and about.drugs and unknown:
            said = message("unknown_pair", name=listed(unknown), other=listed(list(about.drugs), "and"))
            return [], (Status.NO_SOURCE, "unknown_drug", said)
        if unknown and not about.drugs:
            return [], (Status.NO_SOURCE, "unknown_drug", message("unknown_drug", names=listed(unknown)))
        if about.pairs and len(about.drugs) >= 2:
            a, b = about.drugs[0], listed(list(about.drugs[1:]), "and")
            return [], (Status.NO_SOURCE, "no_statement", message("no_statement", a=a, b=b))
        found = self.base.find(about.question, about.drugs or None, k=6, before=about.before)
        if not about.drugs and found.cosine < self.settings.min_cosine:
            return [], (Status.CLARIFY, "which_drug", message("which_drug"))
        if found.evidence < self.settings.min_evidence:
            return [], (Status.NO_SOURCE, "no_evidence", _nothing(about))
        walk.evidence = found.evidence
        if len(about.drugs) < 2:
            return choose(about.question, found.hits, self.base.embedder, self.settings.sentences), None
        return self._compared(about), None

    def _shown(self, about: Subject, evidence: list[Evidence], wide: bool) -> tuple[list[Evidence], list[Warned]]:
        """What the model is shown: the chosen sentences, those next to them in rank (when `wide`), and the warnings that the question calls for.

        The chosen ones are all that is certain to be shown, so a warning that stands among the others only is called for too.
        """
        warned = self._warnings(about, evidence)
        held = [*evidence, *(w.evidence for w in warned)]
        if not wide or any(piece.hit.passage.section_code == INTERACTIONS for piece in evidence):
            return held, warned
        hits = self.base.find(about.question, about.drugs or None, k=6, before=about.before).hits
        more = beside(about.question, hits, self.base.embedder, held, SHOWN + len(warned))
        return [*evidence, *more, *(w.evidence for w in warned)], warned

    def _warnings(self, about: Subject, evidence: Sequence[Evidence]) -> list[Warned]:
        return missing(about.question, about.drugs, (*about.drugs, *about.others), evidence, self.base)

    def _compared(self, about: Subject) -> list[Evidence]:
        """What each of several medicines' own monographs say to a question that is not about them together."""
        share = max(2, self.settings.sentences // len(about.drugs))
        pieces: list[Evidence] = []
        for drug in about.drugs:
            question = about.alone(drug)
            hits = [hit for hit in self.base.find(question, [drug], k=8).hits if hit.passage.section_code != INTERACTIONS]
            pieces += choose(question, hits[:3], self.base.embedder, share)
        return pieces

    def _pairs(self, about: Subject) -> list[Evidence]:
        """What the monographs state about every pair of the names, the strongest first, each side's own row."""
        stated = [pair for pair in self.base.pairs([*about.drugs, *about.others]) if pair.statements and not pair.by_ingredients]
        stated.sort(key=lambda pair: pair.severity.rank if pair.severity else 9)
        evidence = [
            piece
            for pair in stated
            for statement in pair.statements[: 2 if len(stated) < 3 else 1]
            for piece in split(Hit(_passage(self.base, statement.monograph.id, statement.row.start, statement.row.end), 1.0))
        ]
        return list({(piece.hit.passage.monograph, piece.start): piece for piece in evidence}.values())

    def _answer(self, walk: _Walk, about: Subject, evidence: list[Evidence], referral: str) -> Iterator[Sentence | Answer]:
        since = time.perf_counter()
        core = fit(evidence, walk.question.audience)
        shown, warned = self._shown(about, core, self.model is not None)
        walk.verdicts += [RailVerdict("evidence", "allow", RULE, w.topic, 0.0, sentence=w.evidence.text) for w in warned]
        needed = range(len(shown) - len(warned), len(shown))
        walk.draft = Draft(shown, len(core), needed, tuple(map(self.base.in_generics, walk.earlier)), walk.question.audience)
        # silence must not hide a warning
        walk.draft.may_abstain = walk.evidence < self.settings.silent_evidence and not self._warnings(about, ())
        pieces = write(self.base.in_generics(walk.text), walk.draft, self.rails, self.model)
        if first := next(pieces, None):
            yield from self._show(walk, chain(self._lead(walk, about), [first], pieces))
        walk.took("write", since)
        walk.timings |= {"generate": round(walk.draft.model_ms, 2), "rails_out": round(walk.draft.rails_ms, 2)}
        withheld = walk.draft.withheld
        if withheld and not walk.draft.cited:
            return (yield from self._end(walk, Status.FAILED, withheld, message("unchecked")))
        if not walk.draft.cited:
            return (yield from self._end(walk, Status.NO_SOURCE, "no_evidence", _nothing(about), referral))
        rest = message("rest", names=listed(list(about.drugs), "and")) if walk.draft.silent and about.drugs else ""
        yield from self._end(walk, Status.ANSWERED, "", message("withheld") if withheld else "", rest, referral)

    def _lead(self, walk: _Walk, about: Subject) -> list[Sentence]:
        """What is said before evidence that may answer another question."""
        if silent := about.not_mentioned(self.base):
            return [Sentence(message("not_mentioned", words=listed([f'"{word}"' for word in silent]), name=about.drugs[0]))]
        doubted = walk.evidence < self.settings.sure_evidence and about.drugs
        return [Sentence(message("nearest", names=listed(list(about.drugs), "and")))] if doubted else []

    def _show(self, walk: _Walk, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
        for sentence in sentences:
            if not walk.draft.cited[1:]:
                walk.took("first_sentence", walk.began)
            walk.sentences.append(sentence)
            yield sentence

    def _end(self, walk: _Walk, status: Status, reason: str, *said: str) -> Iterator[Sentence | Answer]:
        """Close the walk with the assistant's own sentences after whatever was shown."""
        for text in filter(None, said):
            walk.sentences.append(Sentence(text))
            yield walk.sentences[-1]
        walk.took("total", walk.began)
        answer = Answer(
            id=walk.question.id or uuid.uuid4().hex, question=walk.text, status=status, reason=reason,
            text="\n".join(sentence.marked for sentence in walk.sentences), sentences=tuple(walk.sentences),
            citations=walk.draft.citations(), drugs=walk.drugs, verdicts=(*walk.verdicts, *walk.draft.verdicts),
            model=self.settings.model, timings_ms=walk.timings,
        )  # fmt: skip
        walk.ended = True
        asked = Asked(walk.text, walk.earlier, walk.question.audience)
        yield self.receipts.keep(answer, asked, walk.draft.evidence, self) if self.receipts else answer


def _nothing(about: Subject) -> str:
    return message("no_evidence", names=listed(list(about.drugs), "and")) if about.drugs else message("no_evidence_at_all")


def _mentions(about: Subject) -> tuple[DrugMention, ...]:
    named = [m for m in about.resolution.mentions if m.match is not Match.FOOD]
    carried = [name for name in about.drugs if not any(name in m.names for m in named)]
    return (
        *(DrugMention(m.text, listed(list(m.names)), m.match.value) for m in named),
        *(DrugMention(name, name, "history") for name in carried),
    )


def _choice(base: KnowledgeBase, name: str) -> str:
    drug = base.names.drugs.get(name)
    return message("choice", name=name, purpose=drug.purpose) if drug else name


def _passage(base: KnowledgeBase, monograph_id: str, start: int, end: int) -> Passage:
    """The stretch of a monograph as a passage of its interactions."""
    monograph = base.by_id[monograph_id]
    section = next(part for part in monograph.section(INTERACTIONS) if part.start == start)
    return passage(monograph, section, start, end)
