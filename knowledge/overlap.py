"""Finds runs of words that a monograph shares with label text: the corpus is written in its own words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

WORDS = 8
_WORD = re.compile(r"[a-z0-9]+")
# Phrases that any writer must use; a shared run is a set phrase when it lies inside one of these.
SET_PHRASES = (
    "at room temperature between 68 and 77 f 20 and 25 c",
    "at room temperature 68 to 77 f 20 to 25 c",
    "store at room temperature 68 to 77 f 20 to 25 c away from",
    "do not take more than the label says in 24 hours",
    "call your doctor or pharmacist",
    "call poison control at 1 800 222 1222 or 911",
    "drug reaction with eosinophilia and systemic symptoms dress",
    "stevens johnson syndrome and toxic epidermal necrolysis",
    "risk evaluation and mitigation strategy rems",
    "syndrome of inappropriate antidiuretic hormone secretion siadh",
    "glucose 6 phosphate dehydrogenase g6pd deficiency",
    "mg 5 mg 7 5 mg and 10 mg",
)


def grams(text: str, size: int = WORDS) -> Iterator[str]:
    """The runs of `size` lower-case words of a text."""
    words = _WORD.findall(text.lower())
    for start in range(len(words) - size + 1):
        yield " ".join(words[start : start + size])


def shared_runs(ours: Iterable[tuple[str, str]], folder: Path) -> dict[str, dict[str, str]]:
    """Runs of our texts that also stand in a file below `folder`.

    Args:
        ours: (name, text) pairs.
        folder: label files of any text format (.json, .jsonl, .txt, .xml), read one at a time.

    Returns:
        name -> {run: file that holds it}; set phrases left out.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for name, text in ours:
        for gram in set(grams(text)):
            wanted[gram].append(name)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in _files(folder):
        for gram in grams(path.read_text(encoding="utf-8", errors="replace")):
            if gram in wanted and not any(gram in phrase for phrase in SET_PHRASES):
                for name in wanted[gram]:
                    found[name].setdefault(gram, path.name)
    return {name: dict(sorted(runs.items())) for name, runs in sorted(found.items())}


def _files(folder: Path) -> Sequence[Path]:
    if folder.is_file():
        return [folder]
    return [p for p in sorted(folder.rglob("*")) if p.suffix in {".json", ".jsonl", ".txt", ".xml"} and p.is_file()]
