"""Every medicine name we know of, compiled once from public vocabularies: what is no monograph here is still a known drug."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from pathlib import Path

from spellchecker import SpellChecker

FILE = Path(__file__).with_name("vocabulary.tsv")
# Words that name a salt, an ester or a form and not the active part (USP naming; longest first where one holds another).
_SALTS = re.compile(
    r"\b(hydrochloride|hcl|hydrobromide|sodium|disodium|potassium|calcium|magnesium|sulfate|sulphate|acetate|maleate|mesylate|besylate|tartrate|"
    r"bitartrate|succinate|fumarate|citrate|phosphate|nitrate|bromide|chloride|iodide|besilate|mesilate|tosylate|pamoate|medoxomil|cilexetil|axetil|"
    r"proxetil|etexilate|mofetil|propionate|dipropionate|furoate|valerate|xinafoate|decanoate|enanthate|cypionate|monohydrate|dihydrate|trihydrate|"
    r"hemihydrate|anhydrous|hydrate|monosodium|dimesylate|edisylate|lysine|tromethamine|meglumine|erbumine|arginine|camsylate|isethionate|"
    r"recombinant|human|micronized|extended release|delayed release)\b"
)
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
}


def normal(name: str) -> str:
    """A name as it is looked up: lower case, words separated by one space, no punctuation."""
    return re.sub(r"[^a-z0-9]+", " ", name.lower().replace("'s ", " ").replace("’s ", " ")).strip()


def ingredient(name: str) -> str:
    """A substance name without its salt: `WARFARIN SODIUM` -> `warfarin`."""
    plain = normal(re.sub(r"\(.*?\)", " ", name))
    return re.sub(r"\s+", " ", _SALTS.sub(" ", plain)).strip() or plain


def compiled(folder: Path) -> dict[str, str]:
    """name -> ingredients joined by `; `, from Drugs@FDA and openFDA facts below `folder` (names only, no text).

    Ordinary English words and names shorter than 4 letters are left out.
    """
    words = english()
    table: dict[str, str] = {}

    def add(name: str, parts: str) -> None:
        key = normal(name)
        if len(key) < 4 or key in _SKIP or key.isdigit() or len(key.split()) > 4:
            return
        if " " not in key and words.get(key, 0) >= _ORDINARY and key != parts:
            return
        table.setdefault(key, parts)

    with (folder / "drugs_at_fda" / "Products.txt").open(encoding="latin-1") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            parts = sorted({ingredient(part) for part in row["ActiveIngredient"].split(";") if part.strip()})
            if not parts or len(parts) > 3:
                continue
            if len(parts) == 1:
                add(parts[0], parts[0])
            name = re.sub(
                r"\b(\d.*|in plastic container|preservative free|extended release|er|xr|sr)$", "", row["DrugName"].lower()
            ).strip()
            if ingredient(name) not in parts:
                add(name, "; ".join(parts))
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
    return dict(sorted(table.items()))


@cache
def english() -> dict[str, int]:
    """English words with their counts (pyspellchecker's list)."""
    return dict(SpellChecker().word_frequency.dictionary)


@cache
def names() -> dict[str, str]:
    """The committed table: name -> ingredients joined by `; `."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row[0]: row[1] for row in csv.reader(lines, delimiter="\t") if row and not row[0].startswith("#")}


def write(folder: Path, out: Path = FILE) -> int:
    """Compile the table from `folder` and write it; returns the number of names."""
    table = compiled(folder)
    with out.open("w", encoding="utf-8", newline="") as file:
        file.write(
            "# name\tingredients. Drugs@FDA (FDA, public domain) and openFDA (CC0); made by: python -m knowledge vocabulary FOLDER\n"
        )
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(table.items())
    return len(table)
