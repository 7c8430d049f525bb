"""The sections of FDA labels: openFDA field, LOINC code, and our title. Codes: FDA's SPL section table (openFDA `sections.csv`, 2026)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelSection:
    """A section of FDA's table; `heading` matches how labels head it; `clinical` ones make a label worth importing."""

    field: str
    code: str
    title: str
    heading: str = ""
    clinical: bool = True


# Titles are those of the authored sections where one means the same, so that the router's `CODE TITLE` applies. In the order of a label.
TABLE: tuple[LabelSection, ...] = (
    LabelSection("boxed_warning", "34066-1", "Boxed warning", r"boxed warning"),
    LabelSection("indications_and_usage", "34067-9", "Uses", r"indications?(?: (?:and|&) usage)?|uses?"),
    LabelSection("dosage_and_administration", "34068-7", "Dosage", r"dos(?:age|ing)(?: (?:and|&) administration)?|directions"),
    LabelSection("dosage_forms_and_strengths", "43678-2", "Dosage forms", r"dosage forms? (?:and|&) strengths?"),
    LabelSection("contraindications", "34070-3", "Contraindications", r"contraindications?"),
    LabelSection("warnings_and_cautions", "43685-7", "Warnings", r"warnings (?:and|&) precautions"),
    LabelSection("warnings", "34071-1", "Warnings", r"warnings?"),
    LabelSection("precautions", "42232-9", "Precautions", r"precautions?"),
    LabelSection("general_precautions", "34072-9", "Precautions", r"general(?: precautions)?"),
    LabelSection("do_not_use", "50570-1", "Do not use", r"do not use"),
    LabelSection("ask_doctor", "50569-3", "Ask a doctor", r"ask a doctor before use(?: if)?"),
    LabelSection("ask_doctor_or_pharmacist", "50568-5", "Ask a doctor or pharmacist", r"ask a doctor or pharmacist before use(?: if)?"),
    LabelSection("when_using", "50567-7", "When using", r"when using this product"),
    LabelSection("stop_use", "50566-9", "Stop use", r"stop use and ask a doctor(?: if)?"),
    LabelSection("pregnancy_or_breast_feeding", "53414-9", "Pregnancy", r"if pregnant or breast[- ]?feeding"),
    LabelSection("keep_out_of_reach_of_children", "50565-1", "Keep out of reach of children", r"keep out of (?:the )?reach of children"),
    LabelSection("drug_interactions", "34073-7", "Drug interactions", r"drug(?:[-–]drug)? interactions?"),
    LabelSection("drug_and_or_laboratory_test_interactions", "34074-5", "Laboratory test interactions", r"drug(?: & or |/)laboratory test interactions?"),
    LabelSection("adverse_reactions", "34084-4", "Side effects", r"adverse reactions?"),
    LabelSection("use_in_specific_populations", "43684-0", "Specific populations", r"use in specific populations"),
    LabelSection("pregnancy", "42228-7", "Pregnancy", r"pregnancy"),
    LabelSection("teratogenic_effects", "34077-8", "Pregnancy", r"teratogenic effects"),
    LabelSection("nonteratogenic_effects", "34078-6", "Pregnancy", r"non-?teratogenic effects"),
    LabelSection("labor_and_delivery", "34079-4", "Labor and delivery", r"labor (?:and|&) delivery"),
    LabelSection("lactation", "77290-5", "Breastfeeding", r"lactation"),
    LabelSection("nursing_mothers", "34080-2", "Breastfeeding", r"nursing mothers"),
    LabelSection("pediatric_use", "34081-0", "Children", r"pediatric use"),
    LabelSection("geriatric_use", "34082-8", "Older adults", r"geriatric use"),
    LabelSection("drug_abuse_and_dependence", "42227-9", "Abuse and dependence", r"drug abuse (?:and|&) dependence"),
    LabelSection("abuse", "34086-9", "Abuse and dependence", r"abuse"),
    LabelSection("dependence", "34087-7", "Abuse and dependence", r"dependence"),
    LabelSection("overdosage", "34088-5", "Overdose", r"overdos(?:age|e)"),
    LabelSection("information_for_patients", "34076-0", "Patient information", r"(?:information for patients|patient counseling information)"),
    LabelSection("laboratory_tests", "34075-2", "Laboratory tests", r"laboratory tests"),
    LabelSection("mechanism_of_action", "43679-0", "Mechanism", r"mechanism of action"),
    LabelSection("clinical_pharmacology", "34090-1", "Pharmacology", r"clinical pharmacology"),
    LabelSection("pharmacokinetics", "43682-4", "Pharmacokinetics", r"pharmacokinetics"),
    LabelSection("storage_and_handling", "44425-7", "Storage", r"storage (?:and|&) handling|other information"),
    LabelSection("how_supplied", "34069-5", "How supplied", r"how supplied(?:/storage and handling)?"),
    LabelSection("instructions_for_use", "59845-8", "Instructions for use", r"instructions for use"),
    LabelSection("spl_medguide", "42231-1", "Medication guide", r"medication guide"),
    LabelSection("spl_patient_package_insert", "42230-3", "Patient information", r"patient (?:package insert|information)"),
    LabelSection("active_ingredient", "55106-9", "Active ingredient", r"active ingredients?(?: \([^)]*\))?", clinical=False),
    LabelSection("purpose", "55105-1", "Purpose", r"purposes?", clinical=False),
    LabelSection("description", "34089-3", "Description", r"description", clinical=False),
    LabelSection("inactive_ingredient", "51727-6", "Inactive ingredients", r"inactive ingredients?", clinical=False),
)  # fmt: skip

BY_CODE = {section.code: section for section in TABLE}
BY_FIELD = {section.field: section for section in TABLE}
ORDER = {section.code: place for place, section in enumerate(TABLE)}

# What the router calls a section that authored monographs hold under another code or title; ranking looks a passage's section up here.
ROUTED: dict[str, str] = {
    "34071-1": "43685-7 Warnings",
    "42232-9": "43685-7 Warnings",
    "34072-9": "43685-7 Warnings",
    "50570-1": "34070-3 Contraindications",
    "50569-3": "43685-7 Warnings",
    "50568-5": "34073-7 Drug interactions",  # 21 CFR 201.66(c)(5)(v): the heading for drug-drug interactions of OTC labels
    "50567-7": "43685-7 Warnings",
    "50566-9": "34084-4 Side effects",  # 21 CFR 201.66(c)(5)(vii): signs at which the product is stopped
    "53414-9": "42228-7 Pregnancy",
    "34077-8": "42228-7 Pregnancy",
    "34078-6": "42228-7 Pregnancy",
    "34080-2": "77290-5 Breastfeeding",
    "34069-5": "44425-7 Storage",
}

# Subsections of section 8 have a code of their own (21 CFR 201.57(c)(9)), though openFDA gives them inside the parent's text.
_POPULATIONS = {"8.1": "42228-7", "8.2": "77290-5", "8.3": "42228-7", "8.4": "34081-0", "8.5": "34082-8"}
# Fixed headings of an OTC Drug Facts panel (21 CFR 201.66), at which its warnings are cut.
DRUG_FACTS = re.compile(
    r"\b(?:(?P<c50570>Do not use)(?= (?!more|this|in (?:the )?eyes|after|near|with other|longer))|(?P<c50569>Ask a doctor before use if)"
    r"|(?P<c50568>Ask a doctor or pharmacist before use if)|(?P<c50567>When using this product)|(?P<c50566>Stop use and ask a doctor if)"
    r"|(?P<c53414>If pregnant or breast[- ]?feeding)|(?P<c50565>Keep out of (?:the )?reach of children))\b"
)


def drug_facts_code(match: re.Match[str]) -> str:
    """The LOINC code of the Drug Facts heading that `DRUG_FACTS` matched."""
    prefix = (match.lastgroup or "c")[1:]
    return next(code for code in BY_CODE if code.startswith(prefix))


def population_code(number: str, title: str) -> str | None:
    """The code of a subsection of section 8: `8.1` is pregnancy, `8.2` lactation, and 8.3 nursing mothers in labels before 2015."""
    if number == "8.3" and "nursing" in title.lower():
        return "34080-2"
    return "34079-4" if number == "8.2" and "labor" in title.lower() else _POPULATIONS.get(number)
