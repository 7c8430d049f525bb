"""Where an answer comes from: the sections of the monographs with the quoted spans marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from assistant import Answer, Citation
from knowledge.types import Monograph
from ui.answer import anchor, said_at


class Span(NamedTuple):
    """A stretch [start, end) of a text to mark, with the number that cites it, its id in the page, and the id of the sentence that it carries."""

    start: int
    end: int
    marker: int
    anchor: str
    said_at: str


def sources_html(answer: Answer, monographs: Mapping[str, Monograph]) -> str:
    """The sources of an answer: each monograph, its cited sections, and the documents that its facts were checked against.

    Args:
        answer: with citations.
        monographs: by their ids; where a cited one is not there any more, its quotes stand alone.
    """
    by_monograph: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        by_monograph.setdefault(citation.monograph, []).append(citation)
    blocks = "".join(_monograph_html(answer, cited, monographs.get(key)) for key, cited in by_monograph.items())
    drugs = ", ".join(dict.fromkeys(citation.drug for citation in answer.citations))
    quotes = f"{len(answer.citations)} quote{'s' * (len(answer.citations) != 1)}"
    return (
        f'<details class="rx-panel"><summary>Sources <span>{quotes}, marked in the monograph{"s" * (len(by_monograph) > 1)} of {escape(drugs)}</span></summary>'
        f"{blocks}</details>"
    )


def marked_html(text: str, spans: Iterable[Span]) -> str:
    """The text, escaped, with its spans marked; where two overlap, the later one marks what is left."""
    parts, at = [], 0
    for span in sorted(spans):
        start = max(at, span.start)
        if start >= span.end:
            continue
        parts += [escape(text[at:start]), f'<mark id="{span.anchor}">{escape(text[start : span.end])}{_back_html(span)}</mark>']
        at = span.end
    return "".join([*parts, escape(text[at:])])


def _back_html(span: Span) -> str:
    where = f"Back to sentence {span.marker} of the answer"
    return f'<sup><a href="#{span.said_at}" title="{where}" aria-label="{where}">{span.marker}</a></sup>'


def _monograph_html(answer: Answer, cited: Sequence[Citation], monograph: Monograph | None) -> str:
    first = cited[0]
    by_section: dict[tuple[str, int, str], list[Citation]] = {}
    for citation in cited:
        section = None
        if monograph and monograph.text[citation.start : citation.end] == citation.quote:
            holding = [part for part in monograph.sections if part.start <= citation.start and citation.end <= part.end]
            section = min(holding, key=lambda part: part.end - part.start, default=None)
        key = (section.text, section.start, section.heading) if section else (citation.quote, citation.start, citation.section)
        by_section.setdefault(key, []).append(citation)
    sections = "".join(_section_html(answer, heading, text, start, group) for (text, start, heading), group in by_section.items())
    documents = [(s.title, s.date, s.set_id) for s in monograph.sources] if monograph else [(first.source, "", None)]
    listed = "".join(
        f"<li>{escape(title)}{f', {escape(str(date))}' if date else ''}{f'<br>set id {escape(set_id)}' if set_id else ''}</li>"
        for title, date, set_id in documents
    )
    return (
        f'<article class="rx-source"><h3>{escape(first.drug[:1].upper() + first.drug[1:])}</h3>'
        f'<p class="rx-quiet">Monograph <code>{escape(first.monograph)}</code> · revised {escape(first.revised)}</p>'
        f'{sections}<p class="rx-quiet">Facts checked against</p><ul class="rx-documents">{listed}</ul></article>'
    )


def _section_html(answer: Answer, heading: str, text: str, start: int, cited: Sequence[Citation]) -> str:
    spans = [Span(c.start - start, c.end - start, c.marker, anchor(answer, c.marker), said_at(answer, c.marker)) for c in cited]
    reworded = [c.marker for c in cited if not any(c.marker in s.markers and s.text == c.quote for s in answer.sentences)]
    note = f'<p class="rx-quiet">Shortened or reworded above: {", ".join(map(str, reworded))}</p>' if reworded else ""
    return (
        f'<h4>{escape(heading)} <span class="rx-code" title="Section code (LOINC)">{escape(cited[0].section_code)}</span></h4>'
        f"<blockquote>{marked_html(text, spans)}</blockquote>{note}"
    )
