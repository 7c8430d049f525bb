"""Cuts monographs into passages: one (sub)section each, long ones cut at sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from knowledge.types import UNDATED, Monograph, Passage, Section

MAX_TOKENS = 180  # with the heading below MiniLM's 256-token window
_END = re.compile(r"(?<=[.!?])[\"”)\]]*\s+(?=[A-Z0-9\[(“\"•])|\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:[A-Z]|e\.g|i\.e|vs|Dr|Mr|Mrs|Ms|St|No|approx|etc|U\.S|a\.m|p\.m)\.)$")


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans [start, end) of the sentences of a text: one a line, and where a line holds several, each of them."""
    spans: list[tuple[int, int]] = []
    start = 0
    for gap in _END.finditer(text):
        if "\n" not in gap[0] and _ABBREVIATION.search(text[start : gap.start()]):
            continue
        if text[start : gap.start()].strip():
            spans.append((start, gap.start()))
        start = gap.end()
    if text[start:].strip():
        spans.append((start, start + len(text[start:].rstrip())))
    return spans


def passages(monograph: Monograph, count_tokens: Callable[[str], int], max_tokens: int = MAX_TOKENS) -> Iterator[Passage]:
    """The passages of a monograph, in its order; each has at most `max_tokens` tokens unless one sentence is longer."""
    for section in monograph.sections:
        for start, end in _pieces(section, count_tokens, max_tokens):
            yield Passage(
                drug=monograph.drug.name, section=section.heading, section_code=section.code,
                text=monograph.text[start:end], start=start, end=end, monograph=monograph.id,
                revised="" if monograph.revised == UNDATED else monograph.revised.isoformat(), source="; ".join(source.title for source in monograph.sources),
                brands=monograph.drug.brands[:3], origin=monograph.origin,
            )  # fmt: skip


def embedded_text(passage: Passage) -> str:
    """What is embedded for a passage: the drug, its brands and the section, then the text."""
    brands = f" ({', '.join(passage.brands)})" if passage.brands else ""
    return f"{passage.drug}{brands}. {passage.section}. {passage.text}"


def _pieces(section: Section, count_tokens: Callable[[str], int], max_tokens: int) -> Iterable[tuple[int, int]]:
    if count_tokens(section.text) <= max_tokens:
        return [(section.start, section.end)]
    pieces: list[tuple[int, int]] = []
    first, last, size = -1, 0, 0
    for start, end in sentences(section.text):
        length = count_tokens(section.text[start:end])
        if first >= 0 and size + length > max_tokens:
            pieces.append((section.start + first, section.start + last))
            first, size = -1, 0
        first = start if first < 0 else first
        last, size = end, size + length
    pieces.append((section.start + first, section.start + last))
    return pieces
