"""Turns the text of labels into readable lines: headings cut off, bullets on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.label_sections import LabelSection

_BULLET = r"[•●■▪◦‣∙○□▶\uf0b7\uf0a7]"
_REFERENCE = re.compile(
    r" ?(?:\[\s*[Ss]ee(?:\b|(?=[A-Z]))[^\[\]]{0,300}\]|\(\s*[Ss]ee(?:\s|(?=[A-Z]))[^()]{1,120}(?:\([\d., ]{1,40}\)[^()]{0,80}){0,4}\))"
)
_SECTION_NAMED = re.compile(
    r"[A-Z]{5,}|\b(?:Warnings|Precautions|Contraindications|Boxed|Dosage and|Adverse|Clinical|Interactions|Section|Use in|How Supplied)\b|\(\s*\d"
)
# "( 5.1 , 7.2 )": highlights point at sections with spaces inside the brackets; figures of the text are written without.
_NUMBERS = re.compile(r" ?\( (?:1[0-7]|[1-9])(?:\.\d{1,2})?(?: ?, ?(?:1[0-7]|[1-9])(?:\.\d{1,2})?)* \)| ?\[ ?(?:1[0-7]|[1-9])\.\d{1,2} ?\]")
# "… is seen. (5.1) …", "(see 5.1, 7.2)": numbers alone after the end of a sentence, or after "see", are no figures of the text.
_ALONE = re.compile(
    r"(?:(?<=[a-z]{2}[.!?]) ?\(\s?|(?<=[^\W_]) ?\(\s?[Ss]ee (?:also )?(?:[Ss]ections? )?)(?:1[0-7]|[1-9])\.\d{1,2}(?:(?: ?, ?| and )(?:1[0-7]|[1-9])(?:\.\d{1,2})?)*\s?\)(?=[\s.;,]|$)"
)
# A sentence glued to the one before it; a domain's name, a path and an address keep their dots.
_GLUED = re.compile(r"(?<![\w@/.:-])([A-Za-z][a-z'’-]*[a-z]{2}|\S*\))\.(?=[A-Z][a-z]+(?:[ ,;:]|$))(?!(?:Com|Org|Gov|Net|Edu|Html?|Pdf)\b)")
_SUBSECTION = re.compile(r"(?:(?<=[\s.:;)\]])|^)(\d{1,2})\.(\d{1,2})\s+(?=[A-Z“\"'])")
_CONNECTOR = frozenset(
    "of and or in for with the to on by from due at as an a than versus vs during after before not without per into that via may & mg mcg mL".lower().split()
)
_OPENER = frozenset(
    "The A An In If When This These It There To For Because Since Although Do Avoid No Not Based While Among All Some Most Any Each Both "
    "Consider Monitor Inform Instruct Advise Administer Discontinue Cases".split()
)
_TITLE_WORDS = 16


def tidy(text: str) -> str:
    """One line of label text: single spaces, none before punctuation, cross-references to other sections left out."""
    text = re.sub(r"[\s\u00a0\u200b\ufeff]+", " ", text)
    text = _GLUED.sub(r"\1. ", text)
    text = _ALONE.sub("", text)
    text = _NUMBERS.sub("", _REFERENCE.sub(lambda found: "" if "[" in found[0][:2] or _SECTION_NAMED.search(found[0]) else found[0], text))
    text = re.sub(r"\s+([,;:.](?=\s|$)|[)\]])", r"\1", text)
    text = re.sub(r"([(\[])\s+", r"\1", text)
    return re.sub(r"(?<=\d) (?=%)", "", re.sub(r"([.:;])\s*\1(?=\s|$)", r"\1", text)).strip()


def lines(flat: str) -> str:
    """Flat label text as lines: each bullet on its own, after a line that introduces it."""
    flat = re.sub(rf"\s*{_BULLET}\s*", "\n• ", flat)
    flat = re.sub(r"(?m)^\s*\*\s+", "• ", flat)
    rows = (tidy(row) for row in flat.split("\n"))
    return "\n".join(row for row in rows if row not in ("", "•"))


def without_heading(text: str, section: LabelSection) -> tuple[str, str]:
    """The section's number, where the text opens with one (`5 WARNINGS AND PRECAUTIONS …`), and the text after its heading.

    A heading that openFDA gives twice ("Directions Directions …") goes twice; a word that opens a sentence stays.
    """
    number = ""
    text = text.strip()
    if found := re.match(r"(\d{1,2})\.?\s+(?=[A-Z])", text):
        number, text = found[1], text[found.end() :]
    if section.heading:
        heading = re.compile(rf"(?i:{section.heading})(?!\w)\s*:?\s*(?=[^a-z\s]|$)|(?i:{section.heading}):\s*")
        short = re.compile(r"(?:Uses|Directions|Warnings|Purpose|Other information)\s+(?=[a-z])")
        for _ in range(2):
            match = heading.match(text)
            if (
                match and (match[0][:1].isupper()) and not (match.end() < len(text) and text[match.end()].islower() and ":" not in match[0])
            ) or (section.code in ("34067-9", "34068-7", "55105-1", "44425-7") and (match := short.match(text))):
                text = text[match.end() :]
    return number, text


def subsections(text: str, number: str, names: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """The parts (number, title, text) of flat text whose headings are numbered `number.1`, `number.2`, …; the first has neither.

    Only headings that count up from 1 are taken, so that a figure or a reference ("5.1") cuts nothing.
    """
    cuts: list[tuple[int, int, str]] = []
    expected = 1
    for match in _SUBSECTION.finditer(text) if number else ():
        if match[1] == number and expected <= int(match[2]) <= expected + 1:
            cuts.append((match.start(), match.end(), f"{match[1]}.{match[2]}"))
            expected = int(match[2]) + 1
    yield "", "", text[: cuts[0][0]] if cuts else text
    for at, (_, end, label) in enumerate(cuts):
        body = text[end : cuts[at + 1][0] if at + 1 < len(cuts) else len(text)]
        title, rest = _title(body, names)
        yield label, title, rest


def _title(body: str, names: tuple[str, ...]) -> tuple[str, str]:
    """The heading that a subsection's flat text opens with, and the rest: words in title case up to the one that opens a sentence."""
    words = list(re.finditer(r"\S+", body[:400]))
    drugs = {name.split()[0].lower() for name in names if name}
    cut = 0
    for at, match in enumerate(words[:_TITLE_WORDS]):
        word = re.sub(r"^[(“\"]+|[)”\",;]+$", "", match[0])
        before = words[at - 1][0].lower() if at else ""
        if (
            at
            and (word in _OPENER or (word[:1].isupper() and word.lower() in drugs))
            and before.strip("(,") not in _CONNECTOR
            and not before.endswith(",")
        ):
            cut = at
            break
        if (at and word == words[0][0]) or (word in ("Table", "Figure") and words[at + 1 : at + 2] and words[at + 1][0][:1].isdigit()):
            cut = at
            break
        if match[0][:1] in "•[\x02":
            cut = at
            break
        if word[:1].islower() and word.lower() not in _CONNECTOR and not re.match(r"[a-z]+-[A-Z]", word):
            cut = max(at - 1, 0)  # the word that opens the sentence is in upper case, and so looks like one of the title
            while cut and not words[cut][0][:1].isupper():
                cut -= 1
            break
        if match[0].endswith((".", ":")):
            cut = at + 1 if match[0].endswith(":") else 0
            break
    else:
        cut = len(words) if len(words) <= _TITLE_WORDS and len(body) < 400 else 0
    while cut > 1 and words[cut - 1][0].lower() in _CONNECTOR:
        cut -= 1
    if not cut:
        return "", body
    end = words[cut - 1].end()
    if body[end:].lstrip(" :–-")[:1].islower():
        return "", body  # the title would have taken the sentence's first words
    return tidy(body[:end]).strip(" :–-"), body[end:].lstrip(" :–-")


def raised(text: str) -> str:
    """Text in which `\\0` marks a superscript: an exponent is written `10^9`, so that it does not become another number; a footnote's
    mark stands apart, so that it does not become part of a drug's name or of a figure."""
    text = re.sub(r"(?<=[^\W_])\0(?=[a-z](?:, ?[a-z])*(?!\w))|(?<=[^\W\d_]{4})\0(?=\d)", " ", text)
    return re.sub(r"(?<=\d)\0(?=[-+−]?\d)", "^", text).replace("\0", "")
