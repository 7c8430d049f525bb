"""Interaction partners that are not one corpus drug: classes with their members, and foods (`classes.yaml`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from knowledge.types import Severity

FILE = Path(__file__).with_name("classes.yaml")


@dataclass(frozen=True, slots=True)
class Partner:
    """A class, a single outside drug, or a food; `members` are generic names in lower case, empty for foods.

    `twice`: how serious it is to take two members at once, for a class of which one at a time is usual.
    """

    name: str
    kind: str  # "class", "drug" or "food"
    also: tuple[str, ...]
    members: tuple[str, ...]
    source: str
    twice: Severity | None = None


@cache
def partners() -> dict[str, Partner]:
    """Every partner by its lower-case name and by each lower-case alias."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    table: dict[str, Partner] = {}
    for entry in [*data["classes"], *({**food, "kind": "food"} for food in data["foods"])]:
        partner = Partner(
            entry["name"], entry.get("kind", "class"), tuple(entry.get("also", ())),
            tuple(member.lower() for member in entry.get("members", ())), entry["source"],
            Severity(entry["twice"]) if "twice" in entry else None,
        )  # fmt: skip
        for name in (partner.name, *partner.also):
            table.setdefault(name.lower(), partner)
    return table


@cache
def classes_of(drug: str) -> tuple[Partner, ...]:
    """The classes that a generic name is a member of."""
    return tuple(dict.fromkeys(p for p in partners().values() if p.kind == "class" and drug.lower() in p.members))
