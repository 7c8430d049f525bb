"""What two medicines, or a medicine and a class or food, do to each other: each side's own statement, quoted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from knowledge.aliases import ingredients
from knowledge.classes import Partner, classes_of, partners
from knowledge.types import Interaction, Monograph, Severity

_OF_A_CLASS = 4  # members' statements that speak for a whole class


@dataclass(frozen=True, slots=True)
class Statement:
    """One side of a pair: the monograph that speaks, and its row."""

    monograph: Monograph
    row: Interaction

    @property
    def quote(self) -> str:
        return self.monograph.text[self.row.start : self.row.end]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names and what is stated about them.

    `found` is true when a monograph states an interaction, or both are the same medicine or kind of medicine; false when both are
    here (or one, and the other is a class or food) and none does; None when a name is unknown. A product without a monograph speaks
    by its ingredients.
    """

    a: str
    b: str
    found: bool | None
    statements: tuple[Statement, ...] = ()
    shared: str = ""  # an ingredient that both hold
    twice: Partner | None = None  # a class of which one member at a time is usual
    by_ingredients: bool = False  # a name is a product without a monograph: its ingredients' monographs speak
    why: str = ""  # why nothing can be said, where `found` is None

    @property
    def severity(self) -> Severity | None:
        """The strongest severity that a side states; the same ingredient twice is at least major, because its doses add up."""
        stated = [s.row.severity for s in self.statements] + ([Severity.MAJOR] if self.shared else [])
        if self.twice and self.twice.twice:
            stated.append(self.twice.twice)
        return min(stated, key=lambda s: s.rank, default=None)

    def as_json(self) -> dict[str, object]:
        """The pair of the command line's contract."""
        return {
            "a": self.a, "b": self.b, "found": self.found,
            "severity": self.severity.value if self.severity else None, "text": self.text(),
            "quotes": [
                {
                    "drug": s.monograph.drug.name, "with": s.row.partner, "severity": s.row.severity.value,
                    "section": "Drug interactions", "section_code": "34073-7", "quote": s.quote,
                    "effect": s.row.effect, "action": s.row.action, "start": s.row.start, "end": s.row.end,
                    "monograph": s.monograph.id, "revised": s.monograph.revised.isoformat(),
                }
                for s in self.statements
            ],
        }  # fmt: skip

    def text(self) -> str:
        """One line that says what was found, in words that never call a pair safe."""
        if self.found is None:
            why = self.why or f"No monograph is held for {self.a} or {self.b}, so nothing can be said about the pair."
            return f"{why} That does not mean the two are safe together: ask a pharmacist."
        if not self.found:
            return (
                f"No statement about {self.a} with {self.b} was found in the monographs held. "
                "That does not mean the two are safe together: ask a pharmacist."
            )
        contents = " ".join(f"{name} holds {listed}." for name, listed in self._contents())
        if self.a == self.b:
            return f"Both names are {self.a}, the same medicine twice, so its doses add up. Ask a pharmacist before using both."
        if self.shared:
            said = f"{self.a} with {self.b}: both hold {self.shared}, so its doses add up. Ask a pharmacist before using both."
            return f"{said} {contents}".strip()
        text = f"{self.a} with {self.b}: {self.severity.value if self.severity else 'stated'}."
        if self.twice:
            text += (
                f" Both are {self.twice.name}, the same kind of medicine twice: ask the prescriber or a pharmacist whether both are meant."
            )
        severities = sorted({s.row.severity for s in self.statements}, key=lambda s: s.rank)
        sides = {s.monograph.drug.name for s in self.statements}
        silent = [name for name in (self.a, self.b) if name not in sides]
        if len(severities) > 1:
            text += f" The statements differ ({', '.join(s.value for s in severities)}); the stronger one is shown first."
        elif len(silent) == 1 and not contents and silent[0].lower() not in partners():
            text += f" Only the monograph of {next(iter(sides))} states it."
        return f"{text} {contents}".strip()

    def _contents(self) -> list[tuple[str, str]]:
        """The names that are products without a monograph, with what is in them."""
        return [
            (name, f"{', '.join(parts[:-1])} and {parts[-1]}")
            for name in (self.a, self.b)
            if "-" not in name and len(parts := ingredients(name)) > 1
        ]


class InteractionTable:
    """Every interaction row of a corpus, looked up by pair."""

    def __init__(self, monographs: Iterable[Monograph]):
        self._monographs: Mapping[str, Monograph] = {m.drug.name: m for m in monographs}
        self._reach: dict[str, dict[str, list[Interaction]]] = {}
        for name, monograph in self._monographs.items():
            reach: dict[str, list[Interaction]] = {}
            for row in monograph.interactions:
                parts = {
                    part for part in ingredients(row.partner) if part not in self._monographs
                }  # "buprenorphine-naloxone" is about buprenorphine
                for member in _reached(row.partner) | parts:
                    if member != name:
                        reach.setdefault(member, []).append(row)
            self._reach[name] = reach

    def pair(self, a: str, b: str) -> Pair:
        """What is stated about `a` with `b`: generic names, or class and food names of classes.yaml."""
        one, other = self._speaking(a), self._speaking(b)
        found = [s for x in one for y in other for s in (*self._stated(x, y), *self._stated(y, x))] if a != b else []
        held = [all(name in self._monographs for name in names) for names in (one, other)]
        if not found and not any(held):
            found = [*self._of_members(a, b), *self._of_members(b, a)]
            held = [name in self._monographs for side in (a, b) for name in _members(side)]
        statements = tuple(sorted(dict.fromkeys(found), key=lambda s: s.row.severity.rank))
        shared = " and ".join(sorted(set(ingredients(a)) & set(ingredients(b)))) if {a, b}.isdisjoint(partners()) else ""
        twice = next((both for x in one for y in other if (both := _twice(x, y))), None)
        if statements or shared or twice:
            return Pair(a, b, True, statements, shared, twice, (one, other) != ((a,), (b,)))
        known = all(all(part in self._monographs for part in names) or _is_general(names[0]) for names in (one, other))
        return Pair(a, b, False if known and any(held) else None)

    def _speaking(self, name: str) -> tuple[str, ...]:
        """The names whose statements are a name's: itself, or the ingredients of a product without a monograph."""
        return (name,) if name in self._monographs or name.lower() in partners() else ingredients(name)

    def _of_members(self, group: str, other: str) -> list[Statement]:
        """What the monographs of a class's members state, where nothing else speaks: "statins with gemfibrozil"."""
        stated = [s for member in _members(group) if member in self._monographs for s in self._stated(member, other)]
        return sorted(stated, key=lambda s: s.row.severity.rank)[:_OF_A_CLASS]

    def pairs(self, names: Sequence[str]) -> list[Pair]:
        """Every pair of `names`, in their order."""
        return [self.pair(a, b) for a, b in combinations(dict.fromkeys(names), 2)]

    @staticmethod
    def reaches(partner: str, name: str) -> bool:
        """Whether a row about `partner` is about `name`."""
        return name.lower() in _reached(partner)

    @staticmethod
    def share_class(a: str, b: str) -> bool:
        """Whether two medicines are members of a common class."""
        return bool(set(classes_of(a)) & set(classes_of(b)))

    def one_sided(self) -> Iterator[str]:
        """Pairs of held drugs that one side calls major or worse and the other does not mention."""
        for a, b in combinations(self._monographs, 2):
            for one, other in ((a, b), (b, a)):
                strong = [s for s in self._stated(one, other) if s.row.severity.rank <= Severity.MAJOR.rank]
                if strong and not list(self._stated(other, one)):
                    yield f"{one}: interactions: {strong[0].row.severity.value} with {other}, whose monograph is silent"

    def _stated(self, speaker: str, other: str) -> Iterator[Statement]:
        """The rows of one monograph that reach `other`: the row that names it alone, else the strongest of its classes' rows (of equals one whose
        words name it, then the narrower class's); for a class without a row of its own, the rows about its members."""
        reach = self._reach.get(speaker, {})
        rows = reach.get(other.lower(), [])
        exact = [row for row in rows if row.partner.lower() == other.lower()]
        best = exact or sorted(rows, key=lambda row: (row.severity.rank, other.lower() not in row.effect.lower(), len(_reached(row.partner))))[:1]
        entry = partners().get(other.lower())
        if not best and entry and entry.kind == "class":
            within = {
                row
                for member in entry.members
                for row in reach.get(member, ())
                if _reached(row.partner) <= {row.partner.lower(), *entry.members} or set(entry.members) <= _reached(row.partner)
            }
            best = sorted(within, key=lambda row: (row.severity.rank, row.partner))
        for row in best:
            yield Statement(self._monographs[speaker], row)


@cache
def _reached(partner: str) -> frozenset[str]:
    """The lower-case names that a row's `with` reaches: itself, and the members where it is a class."""
    entry = partners().get(partner.lower())
    return frozenset({partner.lower()} | ({entry.name.lower(), *entry.members} if entry else set()))


def _is_general(name: str) -> bool:
    """Whether a name is a class or food, of which no monograph is expected."""
    entry = partners().get(name.lower())
    return entry is not None and entry.kind != "drug"


def _members(name: str) -> tuple[str, ...]:
    entry = partners().get(name.lower())
    return entry.members if entry and entry.kind == "class" else ()


def _twice(a: str, b: str) -> Partner | None:
    """The class that makes two medicines the same kind twice, the one that matters most."""
    shared = [entry for entry in classes_of(a) if entry.twice and a != b and b.lower() in entry.members]
    return min(shared, key=lambda entry: entry.twice.rank if entry.twice else 9, default=None)
