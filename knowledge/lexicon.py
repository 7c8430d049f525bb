"""Every name as it is looked up, and what it stands for: monographs, classes and foods, hand-kept names, known medicines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from knowledge.aliases import confused, tables
from knowledge.classes import partners
from knowledge.types import Drug
from knowledge.vocabulary import Use, english, normal, use

# What follows a brand's name for its form or device: "Toprol XL" is asked about as "Toprol" too.
_FORMS = frozenset(
    "xl xr xt er sr cr cd la hs sa ds dr ec odt lar hfa respiclick digihaler diskus flexhaler handihaler respimat ellipta kwikpen flexpen solostar "
    "hypak sprinkle soluspan pak".split()
)
_WORDLIKE = 60  # count in the English list from which a brand we hold no monograph for is an ordinary word too; 50 is the list's floor


class Match(StrEnum):
    """How a mention was recognised."""

    GENERIC = "generic"
    BRAND = "brand"
    SYNONYM = "synonym"
    MISSPELLING = "misspelling"
    CLASS = "class"
    FOOD = "food"
    UNHELD = "unheld"  # a known medicine without a monograph here
    UNKNOWN = "unknown"  # looks like a medicine's name, known to no list


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for; more than one of `names` where it could be any of them."""

    match: Match
    names: tuple[str, ...]
    error_prone: bool = False


class Lexicon:
    """Looked-up name -> Entry, and the sets of ingredients that are one product."""

    def __init__(self, drugs: Mapping[str, Drug], vocabulary: Mapping[str, str]):
        self.exact: dict[str, Entry] = {}
        self.combinations: set[frozenset[str]] = set()  # of products without a monograph
        self.held = {frozenset(name.split("-")): name for name in drugs if "-" in name}
        self._drugs = {normal(name): name for name in drugs}
        self.everyday = set(tables().everyday)
        self._add_held(drugs.values())
        self._add_partners()
        self._add_aliases()
        self.well_known = {name for name, entry in self.exact.items() if entry.match is not Match.UNHELD}
        for name, ingredients in vocabulary.items():
            self._add_known(name, tuple(sorted(ingredients.split("; "))))
        self._add_bare_brands()
        self._sort_by_use()
        self.squashed: dict[str, str] = {}
        for name in self.exact:
            self.squashed.setdefault(name.replace(" ", ""), name)

    def _sort_by_use(self) -> None:
        """Which names are ordinary words too, which hardly anyone means, and which many do."""
        further = {name: entry for name, entry in self.exact.items() if name not in self.well_known}
        self.uncommon = {name for name in further if use(name) is Use.DISCONTINUED}
        self.never_meant = {name for name in further if use(name) is Use.REGISTERED}  # by a misspelling
        asked = {normal(member) for partner in partners().values() for member in partner.members} | {*confused()}
        asked |= {product.name for product in tables().products} | {alias.name for alias in tables().aliases}
        unheld = {name: normal(entry.names[0]) for name, entry in further.items() if entry.match is Match.UNHELD}
        self.well_known |= {name for name in further if name in asked or unheld.get(name) in asked}
        self.everyday |= {name for name, substance in unheld.items() if name != substance and english().get(name, 0) > _WORDLIKE}

    def _add_held(self, drugs: Iterable[Drug]) -> None:
        drugs = list(drugs)
        for drug in drugs:
            self._add(drug.name, Match.GENERIC, drug.name)
        for match, field in ((Match.SYNONYM, "synonyms"), (Match.BRAND, "brands")):
            for drug in drugs:
                for name in getattr(drug, field):
                    self._add(name, match, drug.name)

    def _add(self, name: str, match: Match, drug: str) -> None:
        key = normal(name)
        known = self.exact.get(key)
        if known is None:
            self.exact[key] = Entry(match, (drug,))
        elif drug not in known.names and known.match is match:
            self.exact[key] = Entry(match, (*known.names, drug))

    def _add_partners(self) -> None:
        for partner in dict.fromkeys(partners().values()):
            match = {"food": Match.FOOD, "drug": Match.UNHELD}.get(partner.kind, Match.CLASS)
            for name in (partner.name, *partner.also):
                self.exact.setdefault(normal(name), Entry(match, (partner.name,)))

    def _add_aliases(self) -> None:
        for product in tables().products:
            known = self.exact.get(product.name)
            if known is None or known.match in (Match.UNHELD, Match.BRAND):
                self.exact[product.name] = self._product(product.name, product.ingredients)
        for alias in tables().aliases:
            known = self.exact.get(alias.name)
            if known and not alias.error_prone and known.match is not Match.UNHELD:
                continue
            found = [self.exact.get(normal(name)) or Entry(Match.UNHELD, (name,)) for name in alias.means]
            match = found[0].match if len(found) == 1 and found[0].match in (Match.UNHELD, Match.CLASS) else Match.SYNONYM
            self.exact[alias.name] = Entry(match, tuple(entry.names[0] for entry in found), alias.error_prone)

    def _add_known(self, name: str, ingredients: tuple[str, ...]) -> None:
        """A name of the vocabulary: a further brand of a held drug, or a medicine we hold no monograph for."""
        entry = self._product(name, ingredients)
        listed = len(ingredients) > 1 and not set(name.split()) - set(" ".join(ingredients).split()) - {"and"}
        if not listed and name not in self.exact:  # "amlodipine and atorvastatin" is read as its parts; see `joined`
            self.exact[name] = entry

    def _add_bare_brands(self) -> None:
        """Brands without the letters of their form, where nothing else has that name."""
        for name, entry in list(self.exact.items()):
            bare, _, form = name.rpartition(" ")
            if form in _FORMS and len(bare) >= 4 and bare not in english() and entry.match in (Match.BRAND, Match.UNHELD):
                added = self.exact.setdefault(bare, entry)
                if added is entry and name in self.well_known:
                    self.well_known.add(bare)

    def _product(self, name: str, ingredients: tuple[str, ...]) -> Entry:
        if len(ingredients) == 1:
            held = self._drugs.get(normal(ingredients[0]))
            return Entry(Match.BRAND, (held,)) if held else Entry(Match.UNHELD, ingredients)
        if held := self.held.get(frozenset(ingredients)):
            return Entry(Match.BRAND, (held,))
        self.combinations.add(frozenset(ingredients))
        return Entry(Match.UNHELD, (name,))

    def entry(self, name: str) -> Entry | None:
        """The entry of a looked-up name, of its singular, of it with or without a final e or spaces: `nitroglycerine`, `codein`."""
        if known := self.exact.get(name):
            return known
        near = []
        if len(name) > 5 and name.endswith(("ine", "in")):
            near.append(name.removesuffix("e") if name.endswith("e") else name + "e")
        if len(name) > 5 and name.endswith("s"):
            near.append(name.removesuffix("s"))
        if " " in name and len(squashed := name.replace(" ", "")) >= 7:
            near.append(self.squashed.get(squashed, ""))
        return next((self.exact[form] for form in near if form in self.exact and form not in self.never_meant), None)

    def joined(self, one: Entry, other: Entry, loosely: bool) -> Entry | None:
        """The one product that two names written together stand for, if there is one; `loosely` for "and" and "with"."""
        if len(one.names) > 1 or len(other.names) > 1 or {one.match, other.match} & {Match.CLASS, Match.FOOD, Match.UNKNOWN}:
            return None
        if one.match is other.match is Match.BRAND:
            return None  # "Lipitor/Norvasc" is two products; "atorvastatin/amlodipine" may be one
        parts = frozenset((*one.names[0].split("-"), *other.names[0].split("-")))
        if len(parts) == 1:
            return None
        if held := self.held.get(parts):
            return Entry(Match.GENERIC, (held,))
        return Entry(Match.UNHELD, ("-".join(sorted(parts)),)) if parts in self.combinations and not loosely else None
