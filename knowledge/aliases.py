"""The two small tables that are kept by hand: further names (`aliases.yaml`) and confused names (`confused_names.yaml`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path

import yaml

from knowledge.vocabulary import normal, parts

FILE = Path(__file__).with_name("aliases.yaml")
CONFUSED = Path(__file__).with_name("confused_names.yaml")


@dataclass(frozen=True, slots=True)
class Alias:
    """A further name: `means` are generic names, more than one where it could be either; `error_prone` by ISMP's list."""

    name: str
    means: tuple[str, ...]
    error_prone: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """A brand or substance, by its ingredients in alphabetical order."""

    name: str
    ingredients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """What `aliases.yaml` holds; looked-up names.

    `everyday` names are ordinary words or given names as well; `given_names` are seldom, but sometimes, a person's.
    `ordinary` words stand for no medicine.
    """

    aliases: tuple[Alias, ...]
    products: tuple[Product, ...]
    everyday: frozenset[str]
    given_names: frozenset[str]
    ordinary: frozenset[str]


@cache
def tables() -> Tables:
    """The hand-kept names, each looked-up name once.

    Raises:
        ValueError: a name stands twice in the file.
    """
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    aliases: list[Alias] = []
    products = [Product(normal(name), _parts(means)) for name, means in data["products"].items()]
    for section in ("international", "short", "abbreviations", "error_prone"):
        for name, means in data[section].items():
            if ";" in means:
                products.append(Product(normal(name), _parts(means)))
            else:
                aliases.append(Alias(normal(name), tuple(part.strip() for part in means.split("|")), section == "error_prone"))
    known = [*(alias.name for alias in aliases), *(product.name for product in products)]
    if twice := sorted({name for name in known if known.count(name) > 1}):
        raise ValueError(f"{FILE.name}: {', '.join(twice)} stands more than once")
    everyday, given, ordinary = (frozenset(map(normal, data[key])) for key in ("everyday", "given_names", "ordinary"))
    return Tables(tuple(aliases), tuple(products), everyday, given, ordinary)


def _parts(means: str) -> tuple[str, ...]:
    return tuple(sorted(part.strip() for part in means.split(";")))


@cache
def ingredients(name: str) -> tuple[str, ...]:
    """What a medicine holds, by its generic, product or joined name (`a-b`); itself, where it is one substance or known to no list."""
    listed = next((product.ingredients for product in tables().products if product.name == name), ())
    return listed or tuple(parts(name).split("; ") if "-" not in name else name.split("-"))


@cache
def confused() -> dict[str, frozenset[str]]:
    """Looked-up name -> the names that it is confused with."""
    data = yaml.safe_load(CONFUSED.read_text(encoding="utf-8"))
    table: dict[str, set[str]] = {}
    for group in data["confused"]:
        for names in group["names"]:
            for one, other in permutations(map(normal, names), 2):
                table.setdefault(one, set()).add(other)
    return {name: frozenset(others) for name, others in table.items()}
