"""Makes `mentions.jsonl`: names of medicines as people type them, with what they mean.

    python -m tests.cases.mentions

Two parts: the questions in `mentions_written.yaml`, by hand, and slips made here, in names of the monographs and of others on sale. A slip is what a keyboard or an ear does: a
neighbouring key, a letter dropped, doubled, undoubled or swapped, a letter group spelt by its sound; two slips in one long name out
of four. The seed is fixed. A drug belongs to one split with all its names, by the MD5 of its generic name, so that nothing tuned on
`dev` has seen a drug of `test`. A slip that makes an English word or another known name is drawn again. One that is as near to
another medicine's name as to its own (plain OSA distance, not the resolver's costs) is of kind `lasa`: to ask is right there too.
"""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import yaml
from rapidfuzz.distance import OSA

from knowledge.reader import read_all
from knowledge.types import Drug
from knowledge.vocabulary import Use, english, names, normal, use

OUT = Path(__file__).with_name("mentions.jsonl")
WRITTEN = Path(__file__).with_name("mentions_written.yaml")
_SEED = 20261123
_UNHELD = 200
_KEYS = {
    letter: (row[max(0, at - 1) : at] + row[at + 1 : at + 2])
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for at, letter in enumerate(row)
}
_BY_EAR = (
    ("ph", "f"), ("f", "ph"), ("y", "i"), ("i", "y"), ("c", "k"), ("c", "s"), ("s", "z"), ("z", "s"), ("x", "ks"), ("th", "t"), ("ox", "ocks"),
    ("ei", "ie"), ("ie", "ei"), ("ine", "in"), ("ine", "een"), ("ide", "ied"), ("a", "e"), ("e", "a"), ("o", "a"), ("a", "o"), ("i", "e"), ("e", "i"),
    ("u", "oo"), ("ol", "all"), ("am", "em"), ("ro", "or"),
)  # fmt: skip
_FRAMES = (
    "{}", "what is {} for", "Can I take {} with food?", "{} side effects", "is {} safe in pregnancy", "how much {} can I take in a day",
    "my doctor prescribed {} yesterday", "does {} make you sleepy?", "missed a dose of {}", "what happens if I stop {} suddenly", "{} 20 mg twice a day",
    "I was told to take {} at night, is that right", "{} and alcohol", "how long does {} take to work",
)  # fmt: skip


def main() -> None:
    """Write the file."""
    drugs = [monograph.drug for monograph in read_all()]
    rows = [*_written(), *_made(drugs, random.Random(_SEED))]
    OUT.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    print(f"{OUT}: {len(rows)} mentions")


def split(name: str) -> str:
    """`dev` or `test`, the same for every name of a drug."""
    return "dev" if hashlib.md5(name.encode(), usedforsecurity=False).digest()[0] % 2 else "test"


def _written() -> list[dict[str, object]]:
    data = yaml.safe_load(WRITTEN.read_text(encoding="utf-8"))
    return [
        {"text": text, "expected": expected, "kind": kind, "split": split(expected[0] if expected else text), "made": "hand"}
        for kind, cases in data.items()
        for text, expected in cases
    ]


def _made(drugs: list[Drug], chance: random.Random) -> list[dict[str, object]]:
    meanings = {name: parts for name, parts in names().items() if " " not in name and use(name) is Use.SOLD}
    for drug in drugs:
        meanings |= {normal(name): drug.name for name in (drug.name, *drug.synonyms, *drug.brands) if " " not in normal(name)}
    rows: list[dict[str, object]] = []

    def add(text: str, expected: list[str], kind: str) -> None:
        rows.append(
            {"text": chance.choice(_FRAMES).format(text), "expected": expected, "kind": kind, "split": split(expected[0]), "made": "seed"}
        )

    for drug in drugs:
        brands = [brand for brand in drug.brands if brand.isalpha() and len(brand) >= 5]
        add(drug.name, [drug.name], "exact")
        if brands:
            add(chance.choice(brands[:3]), [drug.name], "brand")
        for name in [drug.name, drug.name, *brands[:1]]:
            typed = _mistyped(name.lower(), meanings, chance)
            others = _as_near(typed, name.lower(), drug.name, meanings)
            add(typed, [drug.name, *others], "lasa" if others else "typo")
    known = sorted(
        name for name, parts in meanings.items() if len(name) >= 6 and name.isalpha() and ";" not in parts and name not in english()
    )
    unheld = [name for name in known if not {meanings[name]} & {drug.name for drug in drugs} and normal(meanings[name]) not in english()]
    for name in chance.sample(unheld, _UNHELD):
        typed = _mistyped(name, meanings, chance)
        others = _as_near(typed, name, meanings[name], meanings)
        add(typed, [meanings[name], *others], "lasa" if others else "unheld")
    return rows


def _mistyped(name: str, known: dict[str, str], chance: random.Random) -> str:
    while True:
        typed = _slip(name, chance)
        if len(name) >= 9 and chance.random() < 0.25:
            typed = _slip(typed, chance)
        if typed != name and normal(typed) not in known and normal(typed) not in english() and normal(typed) not in names():
            return typed


def _slip(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name)) if chance.random() < 0.96 else 0
    kind = chance.choice(("key", "drop", "double", "undouble", "swap", "ear", "ear"))
    if not name[at].isalpha():
        return name
    if kind == "key":
        return name[:at] + chance.choice(_KEYS[name[at]]) + name[at + 1 :]
    if kind == "drop":
        return name[:at] + name[at + 1 :]
    if kind == "double":
        return name[:at] + name[at] + name[at:]
    if kind == "swap":
        return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :] if at and name[at - 1].isalpha() else name
    if kind == "undouble":
        return name[:at] + name[at + 1 :] if at and name[at] == name[at - 1] else name
    old, new = chance.choice(_BY_EAR)
    where = name.find(old, 1)
    return name[:where] + new + name[where + len(old) :] if where > 0 else name


def _as_near(typed: str, name: str, drug: str, meanings: dict[str, str]) -> list[str]:
    limit = OSA.distance(typed, name)
    near = {meaning for other, meaning in meanings.items() if meaning != drug and OSA.distance(typed, other, score_cutoff=limit) <= limit}
    return sorted(near)


if __name__ == "__main__":
    main()
