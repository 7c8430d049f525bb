"""The tables of labels as text, a row a line; and where openFDA's flat text repeats one as a run of words, the table in that place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from knowledge.label_text import raised, tidy

_LEAST = 12  # characters of a table's words, without spaces, by which its copy is known
_MARK = re.compile("\x02(\\d+)\x03")  # stands for a table while the text around it is cut and tidied; `lines` gives it a line of its own
_UNSEEN = "\u200b\ufeff"


@dataclass(slots=True)
class _Read:
    rows: list[list[str]] = field(default_factory=list)
    caption: str = ""


class _Parser(HTMLParser):
    """Collects the tables of SPL markup; one inside a cell belongs to the cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Read] = []
        self._depth = 0
        self._held: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._depth += tag == "table"
        if self._depth == 1 and tag == "table":
            self.tables.append(_Read())
        elif self._depth == 1 and tag == "tr":
            self.tables[-1].rows.append([])
        elif self._depth == 1 and ((tag in ("td", "th") and self.tables[-1].rows) or (tag == "caption" and self._held is None)):
            self._held = []
        elif self._held is not None:  # a list inside a cell has captions too: its bullets
            self._held.append(
                "\0" if tag == "sup" else " " if tag in ("paragraph", "br", "item", "list", "tr", "td", "th", "table") else ""
            )

    def handle_endtag(self, tag: str) -> None:
        if self._depth == 1 and self._held is not None and tag in ("td", "th"):
            self.tables[-1].rows[-1].append(raised("".join(self._held)))
            self._held = None
        elif self._depth == 1 and self._held is not None and tag == "caption" and not self.tables[-1].rows:
            self.tables[-1].caption, self._held = raised("".join(self._held)), None
        elif self._held is not None and tag in ("caption", "item", "paragraph", "td", "th"):
            self._held.append(" ")
        self._depth -= tag == "table" and self._depth > 0

    def handle_data(self, data: str) -> None:
        if self._held is not None:
            self._held.append(data)


def table(rows: list[list[str]], caption: str = "") -> str:
    """A table as text: its caption, then a row a line, cells divided by ` | `; an empty cell keeps its column, unless that is empty."""
    shown = [[tidy(cell) for cell in row] for row in rows]
    if len({len(row) for row in shown}) == 1:
        shown = [list(row) for row in zip(*(column for column in zip(*shown, strict=True) if any(column)), strict=True)]
    texts = [re.sub(r" {2,}", " ", re.sub(r"[ |]+$", "", " | ".join(row))).strip() for row in shown]
    return "\n".join(text for text in (tidy(caption), *texts) if text)


def placed(text: str, markup: str) -> tuple[str, tuple[str, ...], str]:
    """A flat section's text without the copies of its tables, a mark in the place of each, for `filled`; the tables in the order of
    their marks; and the text of those that have no whole copy, whose words all stay where they are.

    A copy is known by all words of the table in their order. Cut into passages, it would lose which row a figure belongs to.
    """
    parser = _Parser()
    parser.feed(markup)
    text = text.translate({2: None, 3: None})
    at = [place for place, sign in enumerate(text) if not sign.isspace() and sign not in _UNSEEN]
    squeezed = "".join(text[place] for place in at)
    cuts: list[tuple[int, int, str]] = []
    loose: list[str] = []
    after = 0
    for read in parser.tables:
        shown = table(read.rows, read.caption)
        cells = "".join(cell for row in read.rows for cell in row)
        span = next((span for words in (read.caption + cells, cells) if (span := _find(text, squeezed, at, _squeeze(words), after))), None)
        if not shown:
            continue
        if span is None:
            loose.append(shown)
            continue
        after = span[1]
        cuts.append((at[span[0]], at[span[1] - 1] + 1, shown))
    for number, (start, end, _) in reversed(list(enumerate(cuts))):
        text = f"{text[:start]}\n\x02{number}\x03\n{text[end:]}"
    return text, tuple(shown for _, _, shown in cuts), "\n".join(loose)


def filled(text: str, tables: tuple[str, ...]) -> str:
    """Text with its tables in the places of their marks."""
    return _MARK.sub(lambda found: tables[int(found[1])], text)


def _squeeze(text: str) -> str:
    return "".join(sign for sign in text.replace("^", "") if not sign.isspace() and sign not in _UNSEEN)


def _find(text: str, squeezed: str, at: list[int], words: str, after: int) -> tuple[int, int] | None:
    """The span of some words in the squeezed text from `after` on, where it begins and ends at the text's own words."""
    start = squeezed.find(words, after) if len(words) >= _LEAST else -1
    while start >= 0:
        first, last = at[start], at[start + len(words) - 1]
        if not text[max(first - 1, 0) : first].isalnum() and not text[last + 1 : last + 2].isalnum():
            return start, start + len(words)
        start = squeezed.find(words, start + 1)
    return None
