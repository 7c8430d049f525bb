"""One question to the vanilla model alone, to it with our passages, and to the assistant; the same checks mark what is wrong in each answer.

What counts against a sentence is what our own monographs of the medicines in the question do not carry: a sentence may be true and have no source here.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from assistant.evidence import Evidence, split
from assistant.findings import in_words
from assistant.model import LocalChatModel, prepare
from assistant.prompt import render, without_passages
from assistant.settings import VANILLA_MODEL
from assistant.subject import subject
from assistant.types import Answer, Column, Comparison, Fault, Judged, Lacking, Mark, Question, Status
from assistant.warnings import missing
from guardrails import amounts
from guardrails.directives import directive
from guardrails.types import Decision
from guardrails.wording import words
from knowledge.passages import passage, sentences
from knowledge.types import Hit

if TYPE_CHECKING:
    from assistant.chain import PharmacyAssistant

ALONE, WITH_PASSAGES, ASSISTANT = "Vanilla model alone", "Vanilla model with retrieval", "Pharmacy assistant"
_STOPPED = (Status.REFUSED, Status.ESCALATED, Status.FAILED)
_MARKUP = re.compile(r"(?m)^\s*(?:#+|\d+[.)]|[-*•])\s+|\*\*|\s*\[\d+\]")
_RUN_ON = re.compile(r"(?<=[a-z]{3}[.!?])(?<!etc\.)\s+(?=[a-z])")  # "… once a week. methotrexate, Uses: …"
_PARTICLE = re.compile(r"\A(?:yes|no),\s+(?=\w)", re.IGNORECASE)
# A sentence that sends to a professional, or speaks of itself or of the passages, claims nothing about a medicine.
_PROFESSIONAL = r"(?:doctor|pharmacist|physician|prescriber|provider|professional|nurse)s?"
_REFERS = re.compile(
    r"(?:(?:please|always|also|therefore|however|if you (?:have|are) [^,]*|it(?:'s| is)(?: always)? (?:\w+ )?(?:important|best|essential|recommended|advisable|crucial) to|"
    rf"you should(?: always)?),? )*(?:ask|consult|talk (?:to|with)|speak (?:to|with)|check with|contact|see|call)\b(?: (?!{_PROFESSIONAL}\b)[\w'-]+){{0,4}} {_PROFESSIONAL}"
    rf"(?: (?:or|and)(?: [\w'-]+){{0,2}} {_PROFESSIONAL})?(?:,? (?:before|if|for|about|when|first|to)\b.*)?\W*",
    re.IGNORECASE,
)
_OF_ITSELF = re.compile(
    r"(?:(?:the|these) (?:passages?|monographs?) (?:do|does|is|are) not\b|(?:i'm|i am) (?:sorry|afraid|glad|here|not|an?)\b|i (?:do not|don't|cannot|can't|did not|only) ).*",
    re.IGNORECASE,
)
_ENDS = (".", "!", ")", '"', "”")


def load_vanilla(assistant: PharmacyAssistant) -> BaseChatModel:
    """The packaged model as it is, whatever the assistant writes with; the assistant's own where that is the same one.

    Raises:
        ModelFileError: the packaged model is missing or changed.
    """
    settings = assistant.settings
    if assistant.model and settings.model == VANILLA_MODEL and not settings.model_url:
        return assistant.model
    return LocalChatModel(folder=str(prepare(settings.models)), name_shown=VANILLA_MODEL, max_new_tokens=settings.max_new_tokens)


def compare(question: Question | str, assistant: PharmacyAssistant, vanilla: BaseChatModel) -> Comparison:
    """The whole comparison."""
    *_, last = stream(question, assistant, vanilla)
    return last


def stream(question: Question | str, assistant: PharmacyAssistant, vanilla: BaseChatModel) -> Iterator[Comparison]:
    """The comparison as it grows, the last one whole: first the assistant's answer, then the vanilla model's, a sentence at a time.

    The assistant comes first because its rails redact the question and decide whether any model may see it.
    """
    question = Question(question) if isinstance(question, str) else question
    answer = assistant.ask(question)
    if answer.status in _STOPPED:
        yield Comparison(answer)
        return
    asked = Question(answer.question, audience=question.audience)
    shown = assistant.passages(asked)
    checks = _Checks(asked.text, assistant, shown)
    ours = checks.judge(Column(ASSISTANT, answer.model, _said(answer), seconds=answer.timings_ms.get("total", 0.0) / 1000))
    prompts = {
        ALONE: without_passages(asked.text),
        WITH_PASSAGES: render(assistant.base.in_generics(asked.text), [piece.as_hit for piece in shown], asked.audience),
    }
    columns = {title: Column(title, _name(vanilla)) for title in prompts} | {ASSISTANT: ours}
    yield Comparison(answer, tuple(columns.values()))
    for title, messages in prompts.items():
        for column in _written(columns[title], messages, vanilla):
            columns[title] = column
            yield Comparison(answer, tuple(columns.values()))
        columns[title] = checks.judge(columns[title])
        yield Comparison(answer, tuple(columns.values()))


def _written(column: Column, messages: list[BaseMessage], model: BaseChatModel) -> Iterator[Column]:
    """The column each time a sentence is finished, and once more when all is written."""
    text, began = "", time.perf_counter()
    for chunk in model.stream(messages):
        text += str(chunk.content)
        if len(said := _pieces(text)[:-1]) > len(column.sentences):
            column = replace(column, sentences=tuple(map(Judged, said)))
            yield column
    yield replace(column, sentences=tuple(map(Judged, _pieces(text))), seconds=round(time.perf_counter() - began, 2))


def _pieces(text: str) -> list[str]:
    """The sentences of a text, without markup, list numbers and the markers of passages."""
    plain = _RUN_ON.sub("\n", _MARKUP.sub("", text))
    return [plain[start:end].strip() for start, end in sentences(plain) if re.search(r"\w", plain[start:end])]


def _said(answer: Answer) -> tuple[Judged, ...]:
    return tuple(Judged(text, fixed=not sentence.markers) for sentence in answer.sentences for text in _pieces(sentence.text))


def _name(model: BaseChatModel) -> str:
    return str(model._identifying_params.get("model", model._llm_type))


class _Checks:
    """Our checks, the same for every column: a sentence may rest on the passages shown and on the whole monographs of the medicines in the question."""

    def __init__(self, question: str, assistant: PharmacyAssistant, shown: Sequence[Evidence]):
        self._question, self._base, self._rails = question, assistant.base, assistant.rails
        self._about = subject(self._base, question, [])
        self._shown = list(shown)
        monographs = [self._base.monographs[drug] for drug in self._about.drugs]
        whole = [piece for m in monographs for section in m.sections for piece in split(Hit(passage(m, section, section.start, section.end), 0.0))]
        self._ground = [*self._shown, *whole]
        self._texts = [piece.text for piece in self._ground]

    def judge(self, column: Column) -> Column:
        """The column with its sentences marked and the warnings that it lacks."""
        said = Counter(sentence.text for sentence in column.sentences)
        last = column.sentences[-1].text if column.sentences else ""
        done: list[Judged] = []
        held: list[Evidence] = []
        for sentence in dict.fromkeys(column.sentences):
            cut = sentence.text == last and not last.endswith(_ENDS)
            judged, source = (sentence, None) if sentence.fixed else self._sentence(sentence.text, cut)
            done.append(replace(judged, times=said[sentence.text], unfinished=cut and not sentence.fixed))
            held += [replace(source, text=sentence.text)] if source else self._as_evidence(sentence.text)
        about = self._about
        lacking = missing(about.question, about.drugs, (*about.drugs, *about.others), held, self._base)
        named = tuple(Lacking(warned.topic, warned.evidence.text, _place(warned.evidence)) for warned in lacking)
        return replace(column, sentences=tuple(done), missing=named, judged=True)

    def _sentence(self, text: str, cut: bool) -> tuple[Judged, Evidence | None]:
        """One sentence judged, and the evidence that carries it; where nothing of a medicine is claimed, or the end is cut off, only numbers and advice count."""
        failed: list[str] = []
        if not cut and self._claims(text):
            for ground in (self._shown, self._ground):  # as the assistant is checked, then against all that the monographs say
                ruling = self._rails.check_answer(_PARTICLE.sub("", text), [piece.text for piece in ground])
                if ruling.decision is Decision.REFUSE:
                    return Judged(text, (Mark(Fault.UNCHECKED, ruling.strongest.reason),)), None
                if ruling.decision is not Decision.REPLACE and ruling.source >= 0:
                    return Judged(text, source=_place(ground[ruling.source]), quote=ground[ruling.source].text), ground[ruling.source]
                failed = [failure for verdict in ruling.verdicts for failure in verdict.failed]
        marks = [Mark(Fault.NUMBER, number) for number in amounts.unheld(text, [self._question, *self._texts])]
        if advised := directive(text, " ".join(self._texts)):
            marks.append(Mark(Fault.ADVICE, advised))
        lacks = [failure for failure in failed if not failure.startswith("advice")]
        if lacks and not any(mark.fault is Fault.NUMBER for mark in marks):
            marks.append(Mark(Fault.SOURCE, in_words(lacks)))
        return Judged(text, tuple(marks)), None

    def _claims(self, text: str) -> bool:
        """Whether a sentence says something of a medicine: not one that leads to the next, asks, sends to a professional or speaks of itself."""
        if text.endswith((":", "?")) or _REFERS.fullmatch(text):
            return False
        return not (_OF_ITSELF.fullmatch(text) and not self._base.names.find(text) and all(word.kind != "clinical" for word in words(text)))

    def _as_evidence(self, text: str) -> list[Evidence]:
        """A sentence without a source, as if each medicine's answer held it: a warning in the model's own words is a warning."""
        of = [self._base.monographs[drug] for drug in self._about.drugs]
        return [Evidence(text, 0, 0, Hit(replace(passage(m, m.sections[0], 0, 0), section="", section_code=""), 0.0)) for m in of]


def _place(piece: Evidence) -> str:
    return f"{piece.hit.passage.drug} · {piece.hit.passage.section}"
