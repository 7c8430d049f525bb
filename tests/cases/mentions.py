"""Makes `mentions.jsonl`: names of medicines as people type them, with what they mean.

    python -m tests.cases.mentions [--seed N] [--out FILE.jsonl]

Two parts: the questions in `mentions_written.yaml`, by hand, and slips made here in the names of the monographs and of other medicines
on sale. Three kinds of typist: one whose finger misses (a neighbouring key for a letter or besides it, a letter dropped, doubled or
swapped with the next), one who spells by ear (vowels nobody stresses, single for double consonants, f for ph, an ending that sounds the
same, a syllable not heard), and one who does both in a long name. The middle of a name goes wrong more often than its ends, and the
first letter seldom, as in published counts of spelling errors (Pollock and Zamora 1984; Yannakoudakis and Fawthrop 1983).

A drug belongs to one split with all its names, by the MD5 of its generic name: what was tuned has seen no drug of `test`. What stands
under `seen` in the file by hand was seen while tuning, so it is `dev`. A slip that makes an English word or another known name is drawn
again. One that is as near to another medicine's name as to its own (plain OSA distance, not the resolver's costs) is of kind `lasa`:
to ask is right there too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from rapidfuzz.distance import OSA

from knowledge.reader import read_all
from knowledge.types import Drug
from knowledge.vocabulary import Use, english, names, normal, use

OUT = Path(__file__).with_name("mentions.jsonl")
WRITTEN = Path(__file__).with_name("mentions_written.yaml")
_SEED = 20261125
_UNHELD = 200
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS = {
    letter: "".join(
        r[max(0, at - 1 + (y < here)) : at + 2 - (y > here)].replace(letter, "") for y, r in enumerate(_ROWS) if abs(y - here) <= 1
    )
    for here, row in enumerate(_ROWS)
    for at, letter in enumerate(row)
}
_FINGER = (("another", 30), ("drop", 30), ("besides", 10), ("double", 12), ("swap", 18))  # per cent of single slips
# (pattern, what is written for it, weight)
_BY_EAR = (
    (r"a(?=[bcdfgklmnprstvz])", "aeio", 5), (r"e(?=[bcdfgklmnprstvz])", "eia", 5), (r"i(?=[bcdfgklmnprstvz])", "iey", 5),
    (r"o(?=[bcdfgklmnprstvz])", "oau", 4), (r"u(?=[bcdfgklmnprstvz])", "uoa", 2), (r"y", "i", 4),
    (r"ph", "f", 3), (r"f(?=[aeio])", ["ph", "ff"], 1), (r"c(?=[eiy])", "s", 3), (r"c(?=[aou])", "k", 2), (r"k", ["c", "ck"], 2), (r"x", ["ks", "cks"], 2),
    (r"(?<=[aeiou])s(?=[aeiou])", "z", 2), (r"z", "s", 2), (r"th", "t", 2), (r"t(?=h?[aeiou])", "tt", 1), (r"ch", ["k", "c"], 2), (r"qu", "kw", 1),
    (r"([bcdfglmnprst])\1", r"\1", 6), (r"(?<=[aeiou])([lmnprtz])(?=[aeiouy])", r"\1\1", 4),
    (r"ine$", ["in", "een", "ene"], 4), (r"in$", ["en", "ine", "on"], 4), (r"en$", ["in", "an"], 3), (r"am$", ["an", "em", "um"], 2), (r"ol$", ["al", "le", "all"], 3),
    (r"il$", ["ill", "el", "al"], 2), (r"ide$", ["id", "yde", "ied"], 2), (r"one$", ["on", "own"], 2), (r"one$", "ome", 1), (r"ate$", ["at", "ait"], 2), (r"ole$", ["ol", "oal"], 2),
    (r"er$", ["or", "ar"], 2), (r"or$", ["er", "ore"], 2), (r"ex$", ["ix", "ecks"], 2), (r"ax$", ["acks", "ex"], 1), (r"ix$", "icks", 1), (r"a$", ["er", "ah"], 1), (r"o$", "oh", 1),
    (r"ei", "ie", 1), (r"ie", "ei", 1), (r"ae|oe", "e", 2), (r"(?<=[rt])h", "", 2), (r"^e(?=[sx])", "", 0.3), (r"^x", "z", 1), (r"^c(?=[lor])", "k", 0.5), (r"^k(?=[le])", "c", 1),
    (r"(?<=[bdlmnprt])[aeio](?=[lmnrt][aeiou])", "", 3), (r"r(?=[bcdfglmnpst])", "", 1), (r"(?<=[aeiou])([bdfgmpt])([aeiou])(?=[lnr][aeiou])", r"\1", 1),
)  # fmt: skip
_FRAMES = (
    "{}", "what is {} for", "{} side effects", "is {} ok in pregnancy", "how do i store {}", "does {} make you tired", "is {} addictive", "{} overdose", "{} dosage for adults",
    "can my mom take {} with blood pressure pills", "i forgot my {} this morning", "do i have to taper {}", "{} hair loss?", "my {} ran out on friday", "generic for {}",
    "does {} need to be refrigerated", "whats the max dose of {}", "Is {} a controlled substance?", "can you crush {}", "i've been on {} for 3 years", "{} 10 mg tablets",
    "just started {} and feel dizzy", "the doctor switched me to {}", "can I drink wine while on {}?", "how long until {} kicks in", "{} withdrawal symptoms", "hi, quick question about {}",
    "why does {} give me a dry mouth", "{} and breastfeeding", "is it bad to stop {} cold turkey", "does {} raise blood sugar", "my cat ate a {} pill", "pt asking about {} renal dosing",
    "caller has {} on her list and wants to know about sun exposure", "{} boxed warning?", "is {} better at night or in the morning", "refill {} please", "what class is {}",
    "contraindications for {}", "any food to avoid with {}", "she takes {} twice daily", "have you got {} in stock", "allergic to {} what else", "what's the half life of {}",
    "how many {} can i take in one day", "{} for my back", "tell me about {}", "member wants info on {}", "took a double dose of {} by accident", "{} missed dose what now",
)  # fmt: skip
_PAIRS = (
    "can i take {} with {}",
    "{} and {} together?",
    "switching from {} to {}",
    "i take {}, can i add {}",
    "{} vs {}",
    "is {} plus {} ok",
)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description="Make labelled mentions of medicines.")
    parser.add_argument("--seed", type=int, default=_SEED, help="of the slips; the questions by hand are the same for all")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    drugs = [monograph.drug for monograph in read_all()]
    rows = [*_written(), *_made(drugs, random.Random(arguments.seed))]
    arguments.out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    print(f"{arguments.out}: {len(rows)} mentions")


def split(name: str) -> str:
    """`dev` or `test`, the same for every name of a drug."""
    return "dev" if hashlib.md5(f"2026-11-25 {name}".encode(), usedforsecurity=False).digest()[0] % 2 else "test"


def _written() -> Iterator[dict[str, object]]:
    data = yaml.safe_load(WRITTEN.read_text(encoding="utf-8"))
    for part, kinds in data.items():
        for kind, cases in kinds.items():
            for case in cases:
                text, expected = (case, []) if isinstance(case, str) else case
                of = "dev" if part == "seen" else split(expected[0] if expected else text)
                yield {"text": text, "expected": expected, "kind": kind, "split": of, "made": "hand"}


def _made(drugs: list[Drug], chance: random.Random) -> Iterator[dict[str, object]]:
    meanings = {name: parts for name, parts in names().items() if " " not in name and use(name) is Use.SOLD}
    for drug in drugs:
        meanings |= {normal(name): drug.name for name in (drug.name, *drug.synonyms, *drug.brands) if " " not in normal(name)}

    def row(text: str, expected: list[str], kind: str, frame: str = "") -> dict[str, object]:
        text = (frame or chance.choice(_FRAMES)).format(*text.split("|"))
        return {"text": text, "expected": expected, "kind": kind, "split": split(expected[0]), "made": "seed"}

    def mistyped(name: str, means: str) -> tuple[str, list[str]]:
        typed = _mistyped(name.lower(), meanings, chance)
        return typed, _as_near(typed, name.lower(), means, meanings)

    for drug in drugs:
        brands = [brand for brand in drug.brands if brand.isalpha() and len(brand) >= 5]
        for brand in brands:
            yield row(chance.choice((brand, brand.upper(), brand.lower())), [drug.name], "brand")
        yield row(drug.name, [drug.name], "exact")
        for name in [drug.name, drug.name, drug.name, *brands[:2]]:
            typed, others = mistyped(name, drug.name)
            yield row(typed, [drug.name, *others], "lasa" if others else "typo")
    by_split = {part: [drug for drug in drugs if split(drug.name) == part] for part in ("dev", "test")}
    for part in by_split.values():
        for one, other in zip(part, chance.sample(part, len(part)), strict=True):
            typed, others = mistyped(one.name, one.name)
            if one is not other and not others and not {*one.name.split("-")} & {*other.name.split("-")}:
                yield row(f"{typed}|{other.name}", [one.name, other.name], "typo", chance.choice(_PAIRS))
    held = {drug.name for drug in drugs}
    known = sorted(
        name for name, parts in meanings.items() if len(name) >= 6 and name.isalpha() and ";" not in parts and name not in english()
    )
    unheld = [name for name in known if meanings[name] not in held and normal(meanings[name]) not in english()]
    for name in chance.sample(unheld, _UNHELD):
        typed, others = mistyped(name, meanings[name])
        yield row(typed, [meanings[name], *others], "lasa" if others else "unheld")


def _mistyped(name: str, known: dict[str, str], chance: random.Random) -> str:
    while True:
        kind = chance.random()
        typed = _missed_key(name, chance) if kind < 0.4 else _by_ear(name, chance)
        if kind > 0.8 and len(name) >= 8:
            typed = _missed_key(typed, chance) if chance.random() < 0.5 else _by_ear(typed, chance)
        plain = normal(typed)
        if typed != name and len(plain) >= 4 and plain not in known and plain not in english() and plain not in names():
            return typed


def _missed_key(name: str, chance: random.Random) -> str:
    weights = [0.08 if at == 0 else 0.6 if at in (1, len(name) - 1) else 1.0 for at in range(len(name))]
    at = chance.choices(range(len(name)), weights)[0]
    if not name[at].isalpha():
        return name
    kind = chance.choices([kind for kind, _ in _FINGER], [weight for _, weight in _FINGER])[0]
    key = chance.choice(_KEYS[name[at]])
    if kind == "swap":
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :] if name[at + 1 : at + 2].isalpha() else name
    return name[:at] + {"another": key, "drop": "", "besides": name[at] + key, "double": 2 * name[at]}[kind] + name[at + 1 :]


def _by_ear(name: str, chance: random.Random) -> str:
    pattern, written, _ = chance.choices(_BY_EAR, [weight for *_, weight in _BY_EAR])[0]
    places = [place for place in re.finditer(pattern, name) if place.start() or pattern.startswith("^")]
    if not places:
        return _by_ear(name, chance)
    place, new = chance.choice(places), chance.choice(written) if written and "\\" not in written else written
    return name[: place.start()] + place.expand(new) + name[place.end() :]


def _as_near(typed: str, name: str, drug: str, meanings: dict[str, str]) -> list[str]:
    limit = OSA.distance(typed, name)
    near = {meaning for other, meaning in meanings.items() if meaning != drug and OSA.distance(typed, other, score_cutoff=limit) <= limit}
    return sorted(near)


if __name__ == "__main__":
    main()
