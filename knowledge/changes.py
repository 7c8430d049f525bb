"""What changed between two states of the knowledge: sections added, removed, reworded, and the figures that changed in them."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from knowledge import store
from knowledge.passages import sentences
from knowledge.rows import JsonRows
from knowledge.sources import read_sources
from knowledge.types import Monograph, Section

_FIGURE = re.compile(
    r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)(?:\s?(?:to|-|–)\s?(\d[\d,]*(?:\.\d+)?))?[\s-]?"
    r"((?:mg|mcg|µg|g|kg|mL|L|units?|IU|mEq|mmol|%|percent|hours?|days?|weeks?|months?|years?|minutes?|times|tablets?|capsules?|puffs?|drops?|°[CF])"
    r"(?:/(?:kg|m2|m²|day|dose|hour|hr|h|min|mL|dL|L|week|24 hours))*(?!\w))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a changed section, or a sentence of it, stands: `text == monograph.text[start:end]`."""

    monograph: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One changed section of one drug. `old` and `new` are the whole section (None where it is not), the rest is of a reworded one."""

    drug: str
    origin: str
    kind: str  # added, removed or reworded
    section: str
    section_code: str
    old: Place | None
    new: Place | None
    old_sentences: tuple[Place, ...] = ()
    new_sentences: tuple[Place, ...] = ()
    old_figures: tuple[str, ...] = ()
    new_figures: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """As text: what, where, the figures, and the sentences that went and came."""
        where = " -> ".join(f"{place.monograph}[{place.start}:{place.end}]" for place in (self.old, self.new) if place)
        yield f"{self.drug} · {self.section} ({self.section_code}) {self.kind}  {where}"
        if self.old_figures or self.new_figures:
            yield f"  figures: {', '.join(self.old_figures) or 'none'} -> {', '.join(self.new_figures) or 'none'}"
        yield from (f"  - {' '.join(place.text.split())}" for place in self.old_sentences)
        yield from (f"  + {' '.join(place.text.split())}" for place in self.new_sentences)


def read(path: Path, progress: bool = False) -> Iterable[Monograph]:
    """The monographs of an index folder, or of a source: a folder of monographs or labels, or a label file.

    Raises:
        StaleIndexError, MonographError: it is neither.
    """
    if (path / "current").is_file():
        with store.reading(path) as (_, place):
            return tuple(JsonRows(place / "monographs.jsonl", store.monograph_from_json))
    return tuple(read_sources([path], progress=progress))


def changes(old: Iterable[Monograph], new: Iterable[Monograph]) -> Iterator[Change]:
    """What changed, by drug and in the order of the sections; labels of one drug are told apart by their set id."""
    before, after = _by_identity(old), _by_identity(new)
    for key in sorted(before.keys() | after.keys()):
        earlier, later = before.get(key), after.get(key)
        if earlier is None or later is None or earlier.text != later.text:
            yield from _between(earlier, later)


def figures(text: str) -> Counter[str]:
    """The numbers of a text with their units, ranges whole: `2.5 mg`, `6 to 8 hours`."""
    found = Counter[str]()
    for first, second, unit in _FIGURE.findall(text):
        number = first.rstrip(",").replace(",", "") + (f" to {second.replace(',', '')}" if second else "")
        found[f"{number} {unit}".strip()] += 1
    return found


def _by_identity(monographs: Iterable[Monograph]) -> dict[tuple[str, str, int], Monograph]:
    """By drug and, for a label, its set id; labels without one are counted."""
    seen = Counter[tuple[str, str]]()
    held = {}
    for monograph in monographs:
        own = "" if monograph.origin == "authored" else next((s.set_id for s in monograph.sources if s.set_id), None) or monograph.origin
        held[(monograph.drug.name, own, seen[monograph.drug.name, own])] = monograph
        seen[monograph.drug.name, own] += 1
    return held


def _between(old: Monograph | None, new: Monograph | None) -> Iterator[Change]:
    subject = new or old
    assert subject is not None
    before, after = _sections(old), _sections(new)
    for code, heading in dict.fromkeys([*before, *after]):
        gone, come = before.get((code, heading), []), after.get((code, heading), [])
        for at in range(max(len(gone), len(come))):
            earlier = gone[at] if at < len(gone) else None
            later = come[at] if at < len(come) else None
            if earlier and later and earlier.text == later.text:
                continue
            kind = "added" if earlier is None else "removed" if later is None else "reworded"
            minus, plus = figures(earlier.text if earlier else ""), figures(later.text if later else "")
            yield Change(
                subject.drug.name, subject.origin, kind, heading, code,
                _place(old, earlier), _place(new, later), *_sentences(old, earlier, new, later),
                tuple((minus - plus).elements()), tuple((plus - minus).elements()),
            )  # fmt: skip


def _sections(monograph: Monograph | None) -> dict[tuple[str, str], list[Section]]:
    held: dict[tuple[str, str], list[Section]] = defaultdict(list)
    for section in monograph.sections if monograph else ():
        held[section.code, section.heading].append(section)
    return held


def _place(monograph: Monograph | None, section: Section | None) -> Place | None:
    return Place(monograph.id, section.start, section.end, section.text) if monograph and section else None


def _sentences(
    old: Monograph | None, earlier: Section | None, new: Monograph | None, later: Section | None
) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """The sentences that a reworded section lost and gained."""
    if not (old and earlier and new and later):
        return (), ()
    minus, plus = _cut(old, earlier), _cut(new, later)
    steps = difflib.SequenceMatcher(None, [p.text for p in minus], [p.text for p in plus], autojunk=False).get_opcodes()
    gone = [place for tag, a, b, _, _ in steps if tag != "equal" for place in minus[a:b]]
    come = [place for tag, _, _, a, b in steps if tag != "equal" for place in plus[a:b]]
    return tuple(gone), tuple(come)


def _cut(monograph: Monograph, section: Section) -> Sequence[Place]:
    return [
        Place(monograph.id, section.start + start, section.start + end, section.text[start:end]) for start, end in sentences(section.text)
    ]
