"""Given names, surnames and towns of public lists (gazetteer.txt), looked up without accents."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("gazetteer.txt")
_SPELT = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Sets of looked-up names; those of the `_words` are ordinary words or countries too; `wide`: states, countries and continents."""

    given: frozenset[str]
    given_words: frozenset[str]
    surnames: frozenset[str]
    surname_words: frozenset[str]
    towns: frozenset[str]
    town_words: frozenset[str]
    wide: frozenset[str]


def plain(name: str) -> str:
    """A name as it is looked up: `Jürgen` -> `jurgen`, `O'Brien's` -> `obrien`."""
    name = re.sub(r"['’`]s?$", "", name.lower().translate(_SPELT))
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z ]+", "", ascii_only.replace("-", " ")).split())


@cache
def gazetteer() -> Gazetteer:
    """The committed lists."""
    lists: dict[str, list[str]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            listed = lists.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            listed.extend(name.replace("_", " ") for name in line.split())
    names = {kind: frozenset(name.rstrip("*") for name in listed) for kind, listed in lists.items()}
    words = {kind: frozenset(name.rstrip("*") for name in listed if name.endswith("*")) for kind, listed in lists.items()}
    return Gazetteer(
        names["given"], words["given"], names["surname"], words["surname"], names["town"], words["town"], names["wide"]
    )  # fmt: skip
