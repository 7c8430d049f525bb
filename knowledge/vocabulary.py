"""Every medicine name we know of, compiled once from public vocabularies: what is no monograph here is still a known drug."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from spellchecker import SpellChecker

FILE = Path(__file__).with_name("vocabulary.tsv")
WORDS = Path(__file__).with_name("medical_words.txt")
MONOGRAPHS = Path(__file__).with_name("monographs")
# Words that name a salt, an ester or a form and not the active part (USP naming; longest first where one holds another).
_SALTS = re.compile(
    r"\b(hydrochloride|hcl|hydrobromide|sodium|disodium|potassium|calcium|magnesium|sulfate|sulphate|acetate|maleate|mesylate|besylate|tartrate|"
    r"bitartrate|succinate|fumarate|citrate|phosphate|nitrate|bromide|chloride|iodide|besilate|mesilate|tosylate|pamoate|medoxomil|cilexetil|axetil|"
    r"proxetil|etexilate|mofetil|propionate|dipropionate|furoate|valerate|xinafoate|decanoate|enanthate|cypionate|monohydrate|dihydrate|trihydrate|"
    r"hemihydrate|anhydrous|hydrate|monosodium|dimesylate|edisylate|lysine|tromethamine|meglumine|erbumine|arginine|camsylate|isethionate|"
    r"dihydrochloride|oxalate|(?<!benzyl )benzoate|hyclate|etabonate|malate|hippurate|stearate|ethylsuccinate|estolate|napsylate|tannate|pivoxil|disoproxil|alafenamide|"
    r"recombinant|human|micronized|extended release|delayed release)\b"
)
_DISCONTINUED = "3"  # Drugs@FDA, MarketingStatus_Lookup.txt
_LOWER = re.compile(r"(?<![A-Za-z\\])[a-z]{5,}")
_PLAIN_NAME = re.compile(r"[A-Za-z]{6,}")
COMMON = 100  # word-frequency count from which a slip may mean an English word
_ORDINARY = 300  # word-frequency count from which an English word is taken to be one, not a brand
_SKIP = {
    "water",
    "alcohol",
    "oxygen",
    "air",
    "salt",
    "sugar",
    "honey",
    "iron",
    "calcium",
    "sodium",
    "potassium",
    "zinc",
    "magnesium",
    "vitamin",
    "protein",
    *"copper nitrogen helium sulfur ammonium chromic cupric ferric ferrous cellulose lactate nitrite glycerin albumin bicarbonate manganese".split(),
}


def normal(name: str) -> str:
    """A name as it is looked up: lower case, words separated by one space, no punctuation."""
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’](?:s\b)?", "", name.lower())).strip()


def ingredient(name: str) -> str:
    """A substance name without its salt: `WARFARIN SODIUM` -> `warfarin`."""
    plain = normal(re.sub(r"\(.*?\)", " ", name))
    return re.sub(r"\s+", " ", _SALTS.sub(" ", plain)).strip() or plain


class Use(StrEnum):
    """How likely a name is to be meant by somebody who asks, likeliest first."""

    SOLD = ""
    DISCONTINUED = "discontinued"  # in Drugs@FDA, and in no openFDA label
    REGISTERED = "registered"  # a substance in DrugBank's vocabulary only


def compiled(folder: Path) -> dict[str, tuple[str, Use]]:
    """name -> (ingredients joined by `; `, its use), from public facts below `folder` (names only, no text).

    Ordinary English words, descriptions in such words, and names shorter than 4 letters are left out.
    """
    words = english()
    table: dict[str, tuple[str, Use]] = {}

    def add(name: str, parts: str, use: Use = Use.SOLD) -> None:
        key = normal(name)
        if len(key) < 4 or key in _SKIP or key.isdigit() or len(key.split()) > 4:
            return
        if " " not in key and words.get(key, 0) >= _ORDINARY and key != parts:
            return
        if " " in key and all(words.get(w, 0) >= COMMON or len(w) < 3 for w in key.split()) and not {*key.split()} & {*parts.split()}:
            return  # "allergy relief", "sleep aid": what a shop calls any of several medicines
        known = table.setdefault(key, (parts, use))
        table[key] = (known[0], min(known[1], use, key=list(Use).index))

    with (folder / "drugs_at_fda" / "MarketingStatus.txt").open(encoding="latin-1") as lines:
        status = {(row["ApplNo"], row["ProductNo"]): row["MarketingStatusID"] for row in csv.DictReader(lines, delimiter="\t")}
    with (folder / "drugs_at_fda" / "Products.txt").open(encoding="latin-1") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            parts = sorted({ingredient(part) for part in row["ActiveIngredient"].split(";") if part.strip()})
            if not parts or len(parts) > 3:
                continue
            use = Use.DISCONTINUED if status.get((row["ApplNo"], row["ProductNo"])) == _DISCONTINUED else Use.SOLD
            if len(parts) == 1:
                add(parts[0], parts[0], use)
            name = re.sub(
                r"\b(\d.*|in plastic container|preservative free|extended release|er|xr|sr)$", "", row["DrugName"].lower()
            ).strip()
            if ingredient(name) not in parts:
                add(name, "; ".join(parts), use)
    for path in sorted((folder.parent / "labels").rglob("openfda_875/labels/*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        meta = record["openfda_meta"]
        generic = ingredient(record["drug_name"])
        add(generic, generic)
        substances = {ingredient(name) for name in meta.get("substance_name") or []}
        if substances == {generic}:
            for brand in meta.get("brand_name") or []:
                if ingredient(brand) != generic:
                    add(brand, generic)
    with (folder / "drugbank_open_vocab" / "drugbank_vocabulary.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if _PLAIN_NAME.fullmatch(row["Common name"]) and row["Common name"].lower() not in words:
                add(row["Common name"], normal(row["Common name"]), Use.REGISTERED)
    return dict(sorted(table.items()))


def compiled_words(folder: Path, table: Mapping[str, object]) -> list[str]:
    """Words of medicine that a list of English lacks or hardly has (`fibromyalgia`): in the monographs, or in 8 labels, and no part of a name."""
    counts: Counter[str] = Counter()
    for path in sorted((folder.parent / "labels").rglob("*.json")):
        counts.update(set(_LOWER.findall(re.sub(r"\\[nt]", " ", path.read_text(encoding="utf-8").lower()))))
    written = set()
    names = {part for name in table for part in name.split()}
    for path in MONOGRAPHS.glob("*.md"):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        written |= set(_LOWER.findall(body))
        names |= set(normal(front.partition("\nclass:")[0]).split())
    common = english()
    return sorted(word for word in {*counts, *written} - names if (counts[word] >= 8 or word in written) and common.get(word, 0) < COMMON)


@cache
def medical_words() -> frozenset[str]:
    """The committed words of medicine."""
    return frozenset(WORDS.read_text(encoding="utf-8").split())


@cache
def english() -> dict[str, int]:
    """English words with their counts (pyspellchecker's list)."""
    return dict(SpellChecker().word_frequency.dictionary)


@cache
def _rows() -> dict[str, tuple[str, Use]]:
    """The committed table; a row without ingredients is a substance by its own name."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines, delimiter="\t") if row and not row[0].startswith("#")]
    return {name: (parts or name, Use(use)) for name, parts, use in rows}


def names() -> dict[str, str]:
    """The committed table: name -> ingredients joined by `; `."""
    return {name: parts for name, (parts, _) in _rows().items()}


def parts(name: str) -> str:
    """What a name of the committed table, or any other, holds; joined by `; `."""
    return _rows().get(name, (name, Use.SOLD))[0]


def use(name: str) -> Use:
    """How likely a name of the committed table, or any other, is to be meant."""
    return _rows().get(name, ("", Use.SOLD))[1]


def write(folder: Path, out: Path = FILE) -> int:
    """Compile the table, and the words of medicine, from `folder` and write them; returns the number of names."""
    table = compiled(folder)
    WORDS.write_text("\n".join(compiled_words(folder, table)) + "\n", encoding="utf-8")
    with out.open("w", encoding="utf-8", newline="") as file:
        file.write(
            "# name\tingredients (none: by its own name)\tuse (none: sold). Drugs@FDA (FDA, public domain), openFDA (CC0), DrugBank open vocabulary (CC0); "
            "made by: python -m knowledge vocabulary FOLDER\n"
        )
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(
            (name, "" if parts == name else parts, use.value) for name, (parts, use) in table.items()
        )
    return len(table)
