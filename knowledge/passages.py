"""Cuts monographs into passages: one (sub)section each, long ones cut at sentences, tables whole or at rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from knowledge.types import UNDATED, Monograph, Passage, Section

MAX_TOKENS = 180  # with the heading below MiniLM's 256-token window
_END = re.compile(r"(?<=[.!?])[\"”)\]]*\s+(?=[A-Z0-9\[(“\"•])|\n+")
_CELLS = " | "  # divides the cells of a row in the text of labels
_ASIDE = 200  # characters up to which a line before a row is its table's caption, and up to two between rows are rows of one cell
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
    """The passages of a monograph, in its order; each has at most `max_tokens` tokens unless one sentence or table row is longer."""
    for section in monograph.sections:
        for start, end in _pieces(section, count_tokens, max_tokens):
            yield passage(monograph, section, start, end)


def passage(monograph: Monograph, section: Section, start: int, end: int) -> Passage:
    """The stretch [start, end) of a monograph's text, which lies in `section`; `revised` is empty where the monograph has no date."""
    return Passage(
        drug=monograph.drug.name, section=section.heading, section_code=section.code,
        text=monograph.text[start:end], start=start, end=end, monograph=monograph.id,
        revised="" if monograph.revised == UNDATED else monograph.revised.isoformat(),
        source="; ".join(source.title for source in monograph.sources), brands=monograph.drug.brands[:3], origin=monograph.origin,
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
    for start, end, opens in _units(section.text, count_tokens, max_tokens):
        length = count_tokens(section.text[start:end])
        if first >= 0 and (opens or size + length > max_tokens):
            pieces.append((section.start + first, section.start + last))
            first, size = -1, 0
        first = start if first < 0 else first
        last, size = end, size + length
    pieces.append((section.start + first, section.start + last))
    return pieces


def _units(text: str, count_tokens: Callable[[str], int], max_tokens: int) -> Iterator[tuple[int, int, bool]]:
    """What is never cut (start, end, whether it opens a passage): sentences, and tables; a table above the limit is given in rows, its
    caption and header with the first of them."""
    done = 0
    for rows in _tables(text):
        yield from ((done + start, done + end, False) for start, end in sentences(text[done : rows[0][0]]))
        done = rows[-1][1]
        if count_tokens(text[rows[0][0] : done]) <= max_tokens:
            yield rows[0][0], done, False
            continue
        celled = [at for at, (start, end) in enumerate(rows) if _CELLS in text[start:end]]
        head = celled[1] if len(celled) > 1 else celled[0]
        yield rows[0][0], rows[head][1], True
        yield from ((start, end, False) for start, end in rows[head + 1 :])
    yield from ((done + start, done + end, False) for start, end in sentences(text[done:]))


def _tables(text: str) -> Iterator[list[tuple[int, int]]]:
    """The tables of a text as the spans of their rows, the first of which may be a caption."""
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    celled = [at for at, (start, end) in enumerate(lines) if _CELLS in text[start:end]]
    short = {at for at, (start, end) in enumerate(lines) if end - start <= _ASIDE}
    last = -1
    while celled:
        first = stop = celled.pop(0)
        while celled and celled[0] - stop <= 3 and short.issuperset(range(stop + 1, celled[0])):
            stop = celled.pop(0)
        if first - 1 > last and first - 1 in short:
            first -= 1
        yield lines[first : stop + 1]
        last = stop
