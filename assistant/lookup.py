"""Facts without a question: a drug's monograph, the interactions of a list of names. Needs no model; opens in a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from assistant.messages import listed
from knowledge.aliases import ingredients
from knowledge.classes import partners
from knowledge.interactions import InteractionTable, Pair
from knowledge.names import Match, NameIndex
from knowledge.reader import read_all
from knowledge.types import Monograph
from knowledge.vocabulary import names as vocabulary
from knowledge.vocabulary import normal

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
            ValueError: the name is unknown, known without a monograph, a class or food, could be two medicines, or names several.
        """
        found = self.names.resolve(name)
        if len(found.drugs) == 1 and not found.ambiguous:
            return self.monographs[found.drugs[0]]
        if len(found.drugs) > 1:
            raise ValueError(
                f"{name!r} names {listed(list(found.drugs), 'and')}: ask for one, or for their interactions: {' '.join(found.drugs)}"
            )
        raise ValueError(f"{self._unclear(name)}.")

    def _unclear(self, given: str) -> str:
        """Why a name leads to no monograph, as a sentence without its full stop."""
        found = self.names.resolve(given)
        if found.ambiguous:
            choices = [f"{n} ({d.purpose})" if (d := self.names.drugs.get(n)) else n for n in found.ambiguous[0].names]
            return f"{given!r} could be {listed(choices)}: give the full name"
        if partner := next((partners().get(name.lower()) for name in found.partners), None):
            held = [member for member in partner.members if member in self.monographs]
            if partner.kind == "food":
                return f"{partner.name!r} is no medicine, so it has no monograph; ask for its interactions with one"
            return f"{given!r} is a class; monographs are held for {listed(held, 'and') if held else 'none of its members'}"
        if known := next((mention.names[0] for mention in found.unknown if mention.match is Match.UNHELD), None):
            parts = ingredients(known)
            what = known if normal(given) == normal(known) else f"{given} ({known})"
            held = [part for part in parts if part in self.monographs]
            contents = f" It holds {listed(list(parts), 'and')}" if len(parts) > 1 else ""
            contents += f", and monographs are held for {listed(held, 'and')}" if contents and held else ""
            return f"{what} is a known medicine, but no monograph is held for it.{contents}".removesuffix(".")
        return f"no medicine called {given!r} is known here: check the spelling"

    def resolved(self, given: Sequence[str]) -> dict[str, str]:
        """Given name -> what it was read as, where the two differ."""
        return {name: meant for name in given if (meant := self._name(name)) and normal(meant) != normal(name)}

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
        if unclear := next((given for given, meant in ((a, one), (b, other)) if meant is None), None):
            return Pair(
                one or a,
                other or b,
                None,
                why=f"{self._unclear(unclear)}, so nothing can be said about {a} with {b}.".replace("no medicine", "No medicine", 1),
            )
        pair = self.table.pair(one or a, other or b)
        if pair.found is None:
            without = listed([name for name in (pair.a, pair.b) if name not in self.monographs], "or")
            return replace(pair, why=f"No monograph is held for {without}, and nothing is stated about {pair.a} with {pair.b}.")
        return pair

    def _name(self, given: str) -> str | None:
        """The generic, class or food name that a given name stands for; None when there is none, or more than one."""
        mentions = self.names.resolve(given).mentions
        if len(mentions) != 1 or len(mentions[0].names) != 1 or mentions[0].match is Match.UNKNOWN:
            return None
        return mentions[0].names[0]
