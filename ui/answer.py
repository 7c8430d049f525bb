"""How a question and an answer look: HTML in which every text is escaped."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from html import escape

from assistant import Answer, Audience, Citation, Sentence, Settings, Status

_PLACEHOLDER = re.compile(r"&lt;([A-Z_]+_\d+)&gt;")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_HEADINGS = {
    Status.REFUSED: "This is not something I can answer",
    Status.CLARIFY: "One question back",
    Status.NO_SOURCE: "No monograph here answers this",
    Status.FAILED: "Not answered",
}
_READINGS = {"misspelling": "you wrote “{mention}”", "history": "from your earlier question"}


def question_html(question: str) -> str:
    """A question; what was removed from it stands there as a labelled placeholder. Empty when the assistant kept none of it."""
    if not question.strip():
        return '<p class="rx-question rx-quiet">The question was not kept.</p>'
    text, removed = _PLACEHOLDER.subn(r'<span class="rx-redacted">\1</span>', escape(question))
    note = '<p class="rx-quiet">Personal details were removed before the question was read.</p>' if removed else ""
    return f'<p class="rx-question">{text}</p>{note}'


def waiting_html() -> str:
    """What stands in an answer's place until its first sentence is checked."""
    return '<p class="rx-quiet rx-waiting" role="status">Reading the monographs and checking each sentence</p>'


def sentences_html(sentences: Iterable[Sentence], answer: Answer | None = None, audience: Audience = Audience.PATIENT) -> str:
    """Cited sentences, one a line; with their answer, each marker leads to its quote, and staff read under each line where it stands."""
    citations = {citation.marker: citation for citation in answer.citations} if answer else {}
    lines: list[str] = []
    led: set[int] = set()
    for sentence in sentences:
        *words, last = escape(sentence.text).split(" ")
        markers = "".join(_marker_html(marker, citations.get(marker), answer, marker not in led) for marker in sentence.markers)
        led.update(sentence.markers)
        cited = [citations[marker] for marker in sentence.markers if marker in citations] if audience is Audience.STAFF else []
        places = "".join(f'<span class="rx-place">{escape(f"{c.drug} · {c.section} · revised {c.revised}")}</span>' for c in cited)
        # The last word keeps its markers: none stands alone on a line.
        lines.append(f'<li>{" ".join(words)} <span class="rx-last">{last}{markers}</span>{places}</li>')
    return f'<ul class="rx-sentences">{"".join(lines)}</ul>'


def draft_html(sentences: Sequence[Sentence]) -> str:
    """An answer in the making: its cited sentences, and what was said before them."""
    return _said_html(itertools.takewhile(_is_own, sentences)) + sentences_html(sentence for sentence in sentences if sentence.markers)


def answer_html(answer: Answer, settings: Settings, audience: Audience = Audience.PATIENT) -> str:
    """An answer as its status asks: help first in an emergency, cited sentences with the referral set apart, or a box that says why not."""
    own = [sentence.text for sentence in answer.sentences if _is_own(sentence)]
    if answer.status is Status.ESCALATED:
        return _urgent_html(answer, own, settings)
    if answer.status is not Status.ANSWERED:
        return _box_html(answer.status.value, _HEADINGS[answer.status], own)
    before = list(itertools.takewhile(_is_own, answer.sentences))
    cited = [sentence for sentence in answer.sentences if sentence.markers]
    if not cited:
        return _said_html(before)
    after = own[len(before) :]
    despair = any(verdict.rule == "self_harm" and verdict.decision == "refer" for verdict in answer.verdicts)
    heading = "You can talk to someone" if despair else "For your own case, ask a pharmacist"
    referral = _box_html("referral", heading, after) if after else ""
    summary = f'<p class="rx-quiet">{escape(_summary(answer))}</p>'
    return _about_html(answer) + _said_html(before) + sentences_html(cited, answer, audience) + referral + summary


def anchor(answer: Answer, marker: int) -> str:
    """The id of a quote in the page."""
    return f"rx-{escape(answer.id)}-{marker}"


def said_at(answer: Answer, marker: int) -> str:
    """The id of the first marker that leads to a quote; the quote leads back to it."""
    return f"{anchor(answer, marker)}-said"


def calls_html(numbers: Iterable[tuple[str, str]]) -> str:
    """Telephone numbers as links: (what it is, number)."""
    links = (
        f'<a class="rx-call" href="tel:{escape(re.sub(r"[^0-9+*#]", "", number))}">{escape(label)} <b>{escape(number)}</b></a>'
        for label, number in numbers
    )
    return f'<span class="rx-calls">{"".join(links)}</span>'


def seconds(ms: float) -> str:
    """A time as people read it: `38 ms`, `1.7 s`."""
    return f"{ms:.0f} ms" if ms >= 10 and ms < 1000 else f"{ms:.2f} ms" if ms < 10 else f"{ms / 1000:.1f} s"


def _is_own(sentence: Sentence) -> bool:
    """Whether the assistant says it by itself, without a source."""
    return not sentence.markers


def _said_html(sentences: Iterable[Sentence]) -> str:
    return "".join(f'<p class="rx-plain">{escape(sentence.text)}</p>' for sentence in sentences)


def _about_html(answer: Answer) -> str:
    """Which medicines the answer is about, where the question did not name them so: a wrong reading must show at once."""
    parts, plain = [], True
    for drug in answer.drugs:
        match = drug.match if drug.mention.lower() in answer.question.lower() else "history"  # a follow-up is written out with what it leans on
        how = _READINGS.get(match, "{mention}" if drug.mention.lower() != drug.name.lower() else "").format(mention=drug.mention)
        plain = plain and not how
        parts.append(f"<b>{escape(drug.name)}</b>{f' ({escape(how)})' if how else ''}")
    return "" if plain else f'<p class="rx-quiet rx-about-drugs">About {", ".join(parts)}</p>'


def _marker_html(marker: int, citation: Citation | None, answer: Answer | None, first: bool) -> str:
    if citation is None or answer is None:
        return f'<sup class="rx-marker">{marker}</sup>'
    where = escape(f"Source {marker}: {citation.drug}, {citation.section}")
    here = f' id="{said_at(answer, marker)}"' if first else ""
    return f'<sup><a class="rx-marker"{here} href="#{anchor(answer, marker)}" title="{where}" aria-label="{where}">{marker}</a></sup>'


def _urgent_html(answer: Answer, texts: Sequence[str], settings: Settings) -> str:
    crisis = any(verdict.rule == "self_harm" and verdict.decision == "escalate" for verdict in answer.verdicts)
    emergency, crisis_line = ("Emergency", settings.emergency_number), ("Call or text", settings.crisis_line)
    numbers = [crisis_line, emergency] if crisis else [emergency, ("Poison Help", settings.poison_line)]
    lines = "".join(f"<li>{escape(line)}</li>" for text in texts for line in _SENTENCE_END.split(text))
    heading = "You deserve help right now" if crisis else "This may be an emergency"
    return (
        f'<section class="rx-box rx-urgent" role="alert"><div class="rx-first"><h3>{heading}</h3>'
        f"{calls_html(numbers)}</div><ul>{lines}</ul></section>"
    )


def _box_html(kind: str, heading: str, texts: Sequence[str]) -> str:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in texts)
    return f'<section class="rx-box rx-{kind}"><h3>{escape(heading)}</h3>{paragraphs}</section>'


def _summary(answer: Answer) -> str:
    count, monographs = len(answer.citations), len({citation.monograph for citation in answer.citations})
    parts = [f"{count} sentence{'s' * (count != 1)} from {monographs} monograph{'s' * (monographs != 1)}, each checked before it was shown"]
    if total := answer.timings_ms.get("total"):
        parts.append(seconds(total))
    return " · ".join(parts)
