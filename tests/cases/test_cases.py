"""The written cases are sound: well-formed rows, ids and questions used once, real drugs, and no drug on both sides of a split.

`section_codes` names every section that answers; a hit in any of them, of any drug in `drugs`, is right. `history` holds the
person's earlier questions. Split `blind` is to be measured on and never looked at while something is tuned. In `labels.jsonl`,
`drug` is the label's drug name and `named` says whether the question uses it, a brand of that label, or another brand.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.reader import read_all
from knowledge.sections import AUTHORED

CASES = Path(__file__).parent
FILES = {
    "retrieval": {"dev", "test", "blind"},
    "unanswerable": {"dev", "test"},
    "labels": {"dev", "test"},
}
LABEL_CODES = {"34066-1", "34067-9", "34068-7", "34070-3", "43685-7", "34071-1", "34073-7"}


def rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def drugs(row: dict) -> list[str]:
    return row.get("drugs", [row["drug"]])


@pytest.mark.parametrize("name", FILES)
def test_rows_are_well_formed(name: str) -> None:
    codes = LABEL_CODES if name == "labels" else {kind.code for kind in AUTHORED}
    for row in rows(name):
        assert row["question"].strip() == row["question"] != "", row
        assert row["split"] in FILES[name], row
        assert row["drug"] in set(drugs(row)), row
        assert len(set(drugs(row))) == len(drugs(row)), row
        assert all(isinstance(turn, str) and turn for turn in row.get("history", [])), row
        if name == "unanswerable":
            assert row["kind"], row
        else:
            assert 0 < len(set(row["section_codes"])) == len(row["section_codes"]), row
            assert set(row["section_codes"]) <= codes, row


@pytest.mark.parametrize("name", FILES)
def test_nothing_stands_twice(name: str) -> None:
    ids = [row["id"] for row in rows(name)]
    asked = [(row["question"].casefold(), *row.get("history", [])) for row in rows(name)]
    assert len(set(ids)) == len(ids)
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("name", FILES)
def test_no_drug_is_in_two_splits(name: str) -> None:
    side: dict[str, str] = {}
    for row in rows(name):
        for drug in drugs(row):
            assert side.setdefault(drug, row["split"]) == row["split"], f"{row['id']}: {drug} is in {side[drug]} too"


def test_what_is_tuned_on_is_not_measured_on() -> None:
    tuned = {drug for name in ("retrieval", "unanswerable") for row in rows(name) if row["split"] == "dev" for drug in drugs(row)}
    measured = {drug for name in ("retrieval", "unanswerable") for row in rows(name) if row["split"] != "dev" for drug in drugs(row)}
    assert not tuned & measured


@pytest.mark.parametrize("name", ["retrieval", "unanswerable"])
def test_the_drugs_have_a_monograph_with_the_sections(name: str) -> None:
    written = {monograph.drug.name: monograph for monograph in read_all()}
    for row in rows(name):
        assert set(drugs(row)) <= set(written), row
        held = {part.code for drug in drugs(row) for part in written[drug].sections}
        assert set(row.get("section_codes", ())) <= held, row
