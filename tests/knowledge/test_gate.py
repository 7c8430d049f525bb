from __future__ import annotations

from typing import Any

import pytest

from knowledge.gate import duplicates, facts, refusal
from knowledge.labels import Label, name_of
from knowledge.openfda import label
from tests.knowledge.label_samples import SET_ID, record

_OTC = {"product_type": ["HUMAN OTC DRUG"], "route": ["TOPICAL"], "application_number": ["M003"]}


def _label(stem: str = "", file: str = "a.json", **changes: Any) -> Label:
    return label(record(**changes), file, stem)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"openfda": {"product_type": ["ANIMAL DRUG"]}}, "animal"),
        ({"openfda": {"product_type": ["HUMAN OTC DRUG"], "application_number": None}}, "no application"),
        ({"openfda": {**_OTC, "brand_name": ["Shea Hand Sanitizer"]}}, "hygiene"),
        ({"openfda": {**_OTC, "brand_name": ["Rose Clay Mask"]}}, "cosmetic"),
        ({"openfda": _OTC, "indications_and_usage": ["Uses reduces underarm wetness for a whole day, whatever it brings, and longer than you would think"]}, "hygiene"),
        ({"openfda": {**_OTC, "route": ["ORAL"]}, "active_ingredient": ["Active ingredient Arnica montana 30C HPUS"]}, "homeopathic"),
        ({"openfda": {**_OTC, "route": ["ORAL"]}, "active_ingredient": ["Active ingredient Arnica montana 30C"]}, "30C"),
        ({"openfda": {**_OTC, "route": ["ORAL"]}, "purpose": ["Homeopathic remedy for bruises"]}, "homeopathic"),
        ({"stem": "warfarin"}, "wrong product"),
        ({"indications_and_usage": "", "dosage_and_administration": "", "dosage_and_administration_table": ""}, "no section"),
        ({"indications_and_usage": "Pain", "dosage_and_administration": "", "dosage_and_administration_table": ""}, "empty"),
    ],
)  # fmt: skip
def test_what_is_no_label_of_the_drug_is_refused(changes: dict[str, Any], told: str) -> None:
    assert told in (refusal(_label(**changes)) or "")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"stem": "metformin"},
        {"stem": "Glucophage"},
        {"stem": "download of today"},
        {"openfda": {**_OTC, "brand_name": ["Anti Itch"]}, "indications_and_usage": ["Uses relieves itching due to soaps, cosmetics and insect bites, on the skin of adults"]},
        {"openfda": {**_OTC, "application_number": ["NDA020000"], "brand_name": ["Medicated Cleanser"]}},
        {"warnings": ["Warnings Tell the doctor about homeopathic remedies that you take."]},
        {"openfda": {"brand_name": ["Examplomet XR 500"]}},
        {"openfda": {"application_number": None}},  # prescription medicines older than the approval law
    ],
)  # fmt: skip
def test_a_genuine_label_passes(changes: dict[str, Any]) -> None:
    assert refusal(_label(**changes)) is None


@pytest.mark.parametrize(
    ("substances", "name"),
    [
        (["WARFARIN SODIUM"], "warfarin"),
        (["POTASSIUM CHLORIDE"], "potassium chloride"),
        (["CLAVULANATE POTASSIUM", "AMOXICILLIN"], "amoxicillin-clavulanate"),
        (["HYDROCHLOROTHIAZIDE", "LISINOPRIL"], "hydrochlorothiazide-lisinopril"),
    ],
)
def test_a_drug_is_named_as_in_the_corpus(substances: list[str], name: str) -> None:
    assert name_of(_label(openfda={"substance_name": substances})) == name


@pytest.mark.parametrize(
    ("generic", "name"),
    [
        (
            "LIDOCAINE HYDROCHLORIDE, WARFARIN SODIUM, METFORMIN HYDROCHLORIDE, ASPIRIN, IBUPROFEN",
            "lidocaine-warfarin-metformin-aspirin-ibuprofen",
        ),
        ("AMOXICILLIN AND CLAVULANATE POTASSIUM", "amoxicillin-clavulanate"),
    ],
)
def test_a_kit_is_named_by_what_is_in_it(generic: str, name: str) -> None:
    assert name_of(_label(openfda={"brand_name": ["Exemplary 40 Kit"], "generic_name": [generic], "substance_name": None})) == name


_OTHER = "22222222-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("first", "second", "gone"),
    [
        ({"version": "3"}, {"version": "10"}, 0),
        ({"version": "10"}, {"version": "3"}, 1),
        ({}, {"set_id": _OTHER}, 1),
        ({"openfda": {"is_original_packager": None}}, {"set_id": _OTHER, "warnings": ["Warnings A new caution stands here."]}, 0),
        ({}, {"set_id": _OTHER, "openfda": {"brand_name": ["Another"]}, "indications_and_usage": ["Other words"], "dosage_and_administration": ["2 words"], "dosage_and_administration_table": ""}, None),
        ({}, {"set_id": _OTHER, "openfda": {"substance_name": ["WARFARIN SODIUM"]}}, None),
    ],
)  # fmt: skip
def test_one_of_two_labels_stays(first: dict[str, Any], second: dict[str, Any], gone: int | None) -> None:
    found = duplicates([facts(_label(file="a", **first)), facts(_label(file="b", **second))])
    assert list(found) == ([] if gone is None else [gone])
    assert SET_ID not in str(found) or "set id" in str(found)
