"""The sections of a monograph under their LOINC codes (HL7 Structured Product Labeling, FDA's section table)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SectionKind:
    """One section of the authored format, in the order in which a monograph has them."""

    code: str
    title: str
    required: bool = True
    subsections: tuple[str, ...] = ()  # required ones; others may be added
    rendered: bool = False  # written by the reader from the front matter, never by hand


AUTHORED: tuple[SectionKind, ...] = (
    SectionKind("34066-1", "Boxed warning", required=False),
    SectionKind("34067-9", "Uses"),
    SectionKind("34068-7", "How to take"),
    SectionKind("34076-0", "Missed dose"),
    SectionKind("34068-7", "Dosage", subsections=("Adults", "Kidney or liver problems", "Children")),
    SectionKind("34070-3", "Contraindications"),
    SectionKind("43685-7", "Warnings", subsections=("Stopping",)),
    SectionKind("34073-7", "Drug interactions", rendered=True),
    SectionKind("34084-4", "Side effects", subsections=("Common", "Serious")),
    SectionKind("42228-7", "Pregnancy"),
    SectionKind("77290-5", "Breastfeeding"),
    SectionKind("34088-5", "Overdose"),
    SectionKind("44425-7", "Storage"),
)

INTERACTIONS = "34073-7"
BOXED_WARNING = "34066-1"
