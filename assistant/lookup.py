"""Facts without a question: a drug's monograph, the interactions of a list of names. Needs no model; opens in a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from assistant.messages import listed
from knowledge.interactions import InteractionTable, Pair
from knowledge.names import Match, NameIndex
from knowledge.reader import read_all
from knowledge.types import Monograph
from knowledge.vocabulary import names as vocabulary

_MOST = 10


@dataclass(frozen=True, slots=True)
class Lookup:
    """Names, monographs and interactions of a corpus."""

    monographs: dict[str, Monograph]
    names: NameIndex
    table: InteractionTable

    @classmethod
    def load(cls) -> Lookup:
        """Over the authored corpus."""
        monographs = read_all()
        return cls(
            {m.drug.name: m for m in monographs}, NameIndex((m.drug for m in monographs), vocabulary()), InteractionTable(monographs)
        )

    def monograph(self, name: str) -> Monograph:
        """The monograph for a brand, generic name or misspelling.

        Raises:
            ValueError: the name is unknown, known without a monograph, or could be two medicines.
        """
        found = self.names.resolve(name)
        if found.ambiguous:
            raise ValueError(f"{name!r} could be {listed(list(found.ambiguous[0].names))}: give the full name")
        if not found.drugs:
            raise ValueError(f"no monograph for {name!r}")
        return self.monographs[found.drugs[0]]

    def pairs(self, given: Sequence[str]) -> list[Pair]:
        """Every pair of the given names, each resolved; `found` is None where a name is unknown or could be two.

        Raises:
            ValueError: fewer than two or more than ten names.
        """
        plain = list(dict.fromkeys(name.strip() for name in given if name.strip()))
        if not 2 <= len(plain) <= _MOST:
            raise ValueError(f"give two to {_MOST} medicines; these are {len(plain)}")
        return [self._pair(a, b) for a, b in combinations(plain, 2)]

    def _pair(self, a: str, b: str) -> Pair:
        one, other = self._name(a), self._name(b)
        if one is None or other is None:
            return Pair(one or a, other or b, None)
        return self.table.pair(one, other)

    def _name(self, given: str) -> str | None:
        """The generic, class or food name that a given name stands for; None when there is none, or more than one."""
        mentions = self.names.resolve(given).mentions
        if len(mentions) != 1 or len(mentions[0].names) != 1 or mentions[0].match is Match.UNKNOWN:
            return None
        return mentions[0].names[0]
