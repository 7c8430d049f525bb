"""What of a sentence its source says: tables of (sentence, source, the check that must fail, or "" where it may be shown)."""

from __future__ import annotations

import re

import pytest

from guardrails.grounding import Grounding
from guardrails.wording import content_words, stem

DRUGS = "warfarin ibuprofen aspirin acetaminophen metformin methotrexate digoxin amiodarone hydroxyzine hydralazine lisinopril".split()
Row = tuple[str, str, str]

MAXIMUM = "Do not take more than 4,000 mg of acetaminophen in 24 hours."
TOGETHER = "Warfarin and ibuprofen should not be taken together."
MISSED = "Take a missed dose as soon as you remember unless it is almost time for the next dose."


def find_drugs(text: str) -> frozenset[str]:
    """A lexicon of a few drugs, by their generic names alone."""
    return frozenset(drug for drug in DRUGS if re.search(rf"\b{drug}\b", text, re.IGNORECASE))


@pytest.fixture(scope="module")
def grounding() -> Grounding:
    return Grounding(find_drugs)


FAITHFUL: list[Row] = [
    # copies
    (MAXIMUM, MAXIMUM, ""),
    ("Do not take more than 4,000 mg of acetaminophen in 24 hours [1].", MAXIMUM, ""),
    ("  do not take more than 4,000 mg of ACETAMINOPHEN in 24 hours", MAXIMUM, ""),
    # shortenings
    ("Warfarin can cause serious bleeding.", "Warfarin can cause serious bleeding and bruising of the skin.", ""),
    ("Avoid alcohol with metformin.", "Avoid drinking a lot of alcohol while taking metformin.", ""),
    ("Swallow the capsules whole.", "Swallow the capsules whole with a glass of water, at the same time each day.", ""),
    ("Skip the missed dose if it is almost time for the next.", "If it is almost time for the next dose, skip the missed dose.", ""),
    ("It can cause drowsiness.", "Hydroxyzine can cause drowsiness.", ""),
    ("Look for aspirin on the label before taking warfarin.", "Look for ibuprofen or aspirin on the label before taking warfarin.", ""),
    ("Swallow the tablets whole.", "Swallow the tablets whole. Do not chew or crush them.", ""),
    ("Call the doctor if you have chest pain.", "If you have chest pain, call the doctor. Do not drive yourself.", ""),
    # other words or units for the same
    ("Do not take more than 4 g of acetaminophen in 24 hours.", MAXIMUM, ""),
    ("Never take two doses of warfarin together.", "Do not take two doses of warfarin together.", ""),
    ("A usual starting dose of digoxin is 0.125 mg once a day.", "A usual starting dose of digoxin is 125 mcg once a day.", ""),
    ("Wait 120 minutes after the dose of digoxin.", "Wait 2 hours after the dose of digoxin.", ""),
    ("Keep the bottle in the refrigerator for up to 2 weeks.", "Keep the bottle in the refrigerator for up to 14 days.", ""),
    ("Amiodarone raises the level of digoxin.", "Amiodarone increases the level of digoxin.", ""),
    ("Renal problems raise the risk of lactic acidosis.", "Kidney problems raise the risk of lactic acidosis.", ""),
]
TWO_DOSES = "For shingles, the dose is 1 g every 12 hours at 30 to 49 mL/min and 1 g every 24 hours at 10 to 29 mL/min of creatinine clearance."
TWO_AGES = "Acetaminophen drops are for babies from 2 months of age, and the tablets from 12 years of age."
TWO_WAITS = "Metformin tablets are stopped about 3 days and the shot about 4 weeks before surgery."
PARTS: list[Row] = [
    # one part of a sentence that holds two
    ("For shingles, the dose is 1 g every 24 hours at a CrCl of 10 to 29 mL/min.", TWO_DOSES, ""),
    ("For shingles, the dose is 1 g every 24 hours at 30 to 49 mL/min.", TWO_DOSES, "number"),
    ("Tablets are for people from 12 years of age.", TWO_AGES, ""),
    ("Drops are for babies from 12 years of age.", TWO_AGES, "number"),
    ("The shot is stopped about 4 weeks before surgery.", TWO_WAITS, ""),
    ("Metformin tablets are stopped about 4 weeks before surgery.", TWO_WAITS, "number"),
    ("The liquid is frozen.", "The liquid is not frozen and is thrown away after 30 days.", "negation"),
    ("Warfarin patches raise the risk of bleeding.", "Warfarin by mouth raises the risk of bleeding; patches do so much less.", "meaning"),
    # what narrows a statement stays with it
    ("Nursing can go on during digoxin.", "Nursing can go on during digoxin if the doctor agrees.", "exception"),
    ("Digoxin is taken even if the pulse is slow.", "Digoxin is taken unless the pulse is slow.", "exception"),
    ("Digoxin passes into breast milk.", "Nobody knows whether digoxin passes into breast milk.", "negation"),
    ("Liver injury appears after 14 days.", "Liver injury appears within 14 days.", "comparator"),
    ("Stop metformin and call.", "People on metformin stop warfarin and call.", "meaning"),
]
NUMBERS: list[Row] = [
    ("Do not take more than 400 mg of acetaminophen in 24 hours.", MAXIMUM, "number"),
    ("Do not take more than 40,000 mg of acetaminophen in 24 hours.", MAXIMUM, "number"),
    ("Do not take more than 4,000 mg of acetaminophen in 12 hours.", MAXIMUM, "number"),
    ("The usual dose of digoxin is 0.25 mg.", "The usual dose of digoxin is 125 mcg.", "number"),
    ("Bleeding happened in 50% of people on warfarin.", "Bleeding happened in 15% of people on warfarin.", "number"),
    ("Take the tablets once daily.", "Take the tablets twice daily.", "number"),
    ("Take the tablets every 6 hours.", "Take the tablets every 4 to 6 hours.", "number"),
    ("Take methotrexate tablets once a day for arthritis.", "Take methotrexate tablets once a week for arthritis.", "number"),
    ("The dose of warfarin is 5 to 10 mg.", "The dose of warfarin is 2 to 10 mg.", "number"),
    ("Warfarin comes in 7 mg tablets.", "Warfarin comes in tablets of many strengths.", "number"),
    # the unit
    ("Do not take more than 4,000 mcg of acetaminophen in 24 hours.", MAXIMUM, "number"),
    ("The liquid dose is 5 mg of digoxin.", "The liquid dose is 5 mL of digoxin.", "number"),
    ("Keep digoxin out of the heat for 3 weeks.", "Keep digoxin out of the heat for 3 days.", "number"),
    ("The dose of digoxin is 5 mg per day.", "The dose of digoxin is 5 mg per kg.", "number"),
    # the bound
    ("Take more than 4,000 mg of acetaminophen in 24 hours.", MAXIMUM, "comparator"),
    ("Take at least 4,000 mg of acetaminophen in 24 hours.", MAXIMUM, "comparator"),
    ("The dose of acetaminophen is 4,000 mg.", "The dose of acetaminophen is up to 4,000 mg.", "comparator"),
    ("Metformin may be used above 30 mL/min.", "Metformin may be used below 30 mL/min.", "comparator"),
    ("Lisinopril is for those over 65 years.", "Lisinopril is for those under 65 years.", "comparator"),
    ("Take digoxin at least 2 hours before antacids.", "Take digoxin 2 hours before antacids.", "comparator"),
    ("Children of 6 years and older can chew it.", "Children older than 6 years can chew it.", "comparator"),
]
NEGATIONS: list[Row] = [
    ("Warfarin and ibuprofen may be taken together.", TOGETHER, "negation"),
    ("You can take them together.", TOGETHER, "negation"),
    (TOGETHER, "Warfarin and ibuprofen may be taken together.", "negation"),
    ("Drink alcohol while taking metformin.", "Do not drink alcohol while taking metformin.", "negation"),
    ("Warfarin does not cause serious bleeding.", "Warfarin can cause serious bleeding.", "negation"),
    ("Warfarin has no interaction with ibuprofen.", "Warfarin interacts with ibuprofen.", "negation"),
    ("Ibuprofen is safe in pregnancy.", "Ibuprofen is not safe in pregnancy.", "negation"),
    ("Ibuprofen is safe in pregnancy.", "Ibuprofen is contraindicated in pregnancy.", "negation"),
    ("Ibuprofen should be used in pregnancy.", "Ibuprofen should be avoided in pregnancy.", "negation"),
    ("Take metformin with food.", "Take metformin without food.", "negation"),
    ("Take metformin without food.", "Take metformin with food.", "negation"),
    ("Skip the missed dose.", "Do not skip the missed dose.", "negation"),
    ("Crush or chew the tablets.", "The tablets must never be crushed or chewed.", "negation"),
    # exceptions and conditions
    ("Take a missed dose as soon as you remember.", MISSED, "exception"),
    ("Do not stop this medicine.", "Do not stop this medicine unless your doctor tells you to.", "exception"),
    ("Do not crush the tablets.", "Do not crush the tablets, except the 25 mg tablets.", "exception"),
    ("Take the tablets with food.", "Take the tablets only with food.", "exception"),
    ("Take the tablets only with food.", "Take the tablets with food.", "exception"),
    ("Take the tablets with food unless you feel sick.", "Take the tablets with food when you feel sick.", "exception"),
]
SWAPS: list[Row] = [
    # drug
    ("Do not take more than 4,000 mg of ibuprofen in 24 hours.", MAXIMUM, "drug"),
    ("Hydralazine can cause drowsiness and a dry mouth.", "Hydroxyzine can cause drowsiness and a dry mouth.", "drug"),
    ("Warfarin and aspirin should not be taken together.", TOGETHER, "drug"),
    ("Look for warfarin on the label before taking warfarin.", "Look for ibuprofen or aspirin on the label before taking warfarin.", "drug"),
    # population
    ("The usual dose for children is 10 mg.", "The usual dose for adults is 10 mg.", "population"),
    ("The usual dose for older adults is 10 mg.", "The usual dose for adults is 10 mg.", "population"),
    ("Do not use lisinopril while breastfeeding.", "Do not use lisinopril while pregnant.", "population"),
    ("Lower the dose in liver disease.", "Lower the dose in kidney disease.", "population"),
    ("Women may feel dizzy at first with lisinopril.", "Men may feel dizzy at first with lisinopril.", "population"),
    # route
    ("Inhale 10 mg once a day.", "Inject 10 mg once a day.", "route"),
    ("Methotrexate is given as an injection once a week.", "Methotrexate is given as tablets once a week.", "route"),
    ("Put the ibuprofen gel on the sore joint.", "Put the ibuprofen tablet near the sore joint.", "route"),
    ("Use the extended-release tablets of metformin.", "Use the plain tablets of metformin.", "route"),
    # direction
    ("Ibuprofen raises the level of digoxin.", "Ibuprofen lowers the level of digoxin.", "meaning"),
    ("Amiodarone lowers the level of digoxin.", "Amiodarone increases the level of digoxin.", "meaning"),
    ("Take metformin before meals.", "Take metformin after meals.", "meaning"),
    ("Take lisinopril tablets in the evening.", "Take lisinopril tablets in the morning.", "meaning"),
    ("A cough with lisinopril is common.", "A cough with lisinopril is rare.", "meaning"),
    ("Weight loss can happen with metformin.", "Weight gain can happen with metformin.", "meaning"),
    ("Store digoxin in the freezer.", "Store digoxin in the refrigerator.", "meaning"),
    ("Call for help with mild stomach pain.", "Call for help with severe stomach pain.", "meaning"),
    ("Take digoxin on a full stomach.", "Take digoxin on an empty stomach.", "meaning"),
    ("Start lisinopril before the operation.", "Stop lisinopril before the operation.", "meaning"),
]
UNSUPPORTED: list[Row] = [
    ("Purple elephants dance on Mars.", "Warfarin can cause serious bleeding.", "support"),
    ("Warfarin can cause hair loss, green urine and moon flights.", "Warfarin can cause hair loss.", "support"),
    ("Yes.", "Warfarin can cause serious bleeding.", "support"),
    # telling one person what to do
    ("You should stop taking warfarin.", "Patients who bleed may need to stop warfarin.", "advice"),
    ("You must double the dose.", "The dose must be doubled by the doctor.", "advice"),
    ("It is safe to combine warfarin and aspirin.", "Warfarin and aspirin are safe to combine in some people.", "advice"),
    ("I recommend that you see a doctor.", "See a doctor if bleeding occurs.", "advice"),
    ("That is fine to skip with digoxin.", "The dose is fine to skip with digoxin.", "advice"),
]
SUBTLE: list[Row] = [
    # faithful, and rejected
    ("Take no more than 4,000 mg of acetaminophen in 24 hours.", MAXIMUM, ""),
    ("Take up to 4,000 mg of acetaminophen in 24 hours.", MAXIMUM, ""),
    ("Do not take more than 4 g of acetaminophen in 1 day.", MAXIMUM, ""),
    # made only of common words, and so never checked
    ("You can take both.", TOGETHER, "support"),
    ("No.", "Warfarin interacts with ibuprofen.", "support"),
    ("Use in people over 65.", "Use in people under 65.", "comparator"),
    # quantities that are misread
    ("Take a single 5 mg dose of digoxin.", "Take a single 5 mcg dose of digoxin.", "number"),
    ("Swallow one 10 g tablet of digoxin.", "Swallow one 10 mg tablet of digoxin.", "number"),
    ("Start with 5 mg of warfarin.", "Start with .5 mg of warfarin.", "number"),
    ("Aim for a blood pressure of 150/100 mmHg.", "Aim for a blood pressure of 120/80 mmHg.", "number"),
    ("The liquid holds 240 mg/15 mL.", "The liquid holds 240 mg/5 mL.", "number"),
    ("The dose of digoxin is 5 mg.", "The dose of digoxin is 5 mg per kg.", "number"),
    ("Take the tablets three times a day.", "Take the tablets one to three times a day.", "number"),
    ("Take the tablets daily.", "Take the tablets twice daily.", "number"),
    ("Take half the usual starting dose of digoxin tablets.", "Take the usual starting dose of digoxin tablets.", "number"),
    ("Swallow methotrexate tablets every day with water.", "Swallow methotrexate tablets every week with water.", "number"),
    ("Warfarin is for those aged ≥ 18 years.", "Warfarin is for those aged ≤ 18 years.", "comparator"),
    ("Call Poison Help at 1-800-333-4444.", "Call Poison Help at 1-800-222-1222.", "number"),
    # meaning that is turned
    ("Lisinopril is not contraindicated in pregnancy.", "Lisinopril is contraindicated in pregnancy.", "negation"),
    ("Do not crush the tablets, and chew the capsules.", "Do not crush the tablets, and do not chew the capsules.", "negation"),
    ("Albuterol can lower potassium, which lowers the risk.", "Albuterol can lower potassium, which raises the risk.", "meaning"),
    ("Take alendronate 70 mg once a day or 10 mg once a day.", "Take alendronate 70 mg once a week or 10 mg once a day.", "number"),
    ("Stop taking warfarin before surgery.", "Keep taking warfarin before surgery.", "meaning"),
    ("Digoxin raises the level of amiodarone.", "Amiodarone raises the level of digoxin.", "meaning"),
    ("Stop taking lisinopril.", "Stop taking lisinopril if your face swells.", "exception"),
    ("The usual dose is 10 mg.", "The usual dose for older adults is 10 mg.", "population"),
]


@pytest.mark.parametrize(
    ("sentence", "source", "check"), [*FAITHFUL, *PARTS, *NUMBERS, *NEGATIONS, *SWAPS, *UNSUPPORTED, *SUBTLE]
)
def test_a_sentence_against_its_source(grounding: Grounding, sentence: str, source: str, check: str) -> None:
    failed = {failure.split(":")[0] for failure in grounding.check(sentence, [source]).failed}
    assert (check in failed) if check else not failed


def test_without_evidence_nothing_is_grounded(grounding: Grounding) -> None:
    found = grounding.check("Warfarin can cause serious bleeding.", [])
    assert not found.grounded
    assert found.source == -1


def test_the_source_is_the_sentence_that_carries_it_best(grounding: Grounding) -> None:
    evidence = ["Store warfarin at room temperature.", "Warfarin can cause serious bleeding.", "Digoxin can cause nausea."]
    found = grounding.check("Serious bleeding can happen with warfarin.", evidence)
    assert (found.source, evidence[found.source]) == (1, "Warfarin can cause serious bleeding.")


def test_two_sentences_may_be_joined(grounding: Grounding) -> None:
    evidence = ["Antacids lower the absorption of digoxin.", "Take digoxin 2 hours before antacids."]
    assert grounding.check("Antacids lower the absorption of digoxin, so take it 2 hours before.", evidence).grounded


def test_three_sentences_may_not_be_joined(grounding: Grounding) -> None:
    evidence = ["Warfarin can cause bleeding.", "Amiodarone can cause coughing.", "Digoxin can cause nausea and vomiting."]
    assert not grounding.check("Bleeding from warfarin, coughing from amiodarone, nausea and vomiting from digoxin.", evidence).grounded


def test_a_number_of_another_sentence_does_not_count(grounding: Grounding) -> None:
    evidence = ["The starting dose of lisinopril for high blood pressure is 10 mg.", "Digoxin tablets hold 250 mcg."]
    found = grounding.check("The starting dose of lisinopril for high blood pressure is 250 mcg.", evidence)
    assert {failure.split(":")[0] for failure in found.failed} == {"number"}


def test_what_failed_names_what_it_failed_on(grounding: Grounding) -> None:
    assert "drug: ibuprofen" in grounding.check("Do not take more than 4,000 mg of ibuprofen in 24 hours.", [MAXIMUM]).failed


def test_support_and_coverage_are_shares(grounding: Grounding) -> None:
    copy = grounding.check(MAXIMUM, [MAXIMUM])
    part = grounding.check("Warfarin can cause bleeding.", ["Warfarin can cause serious bleeding and bruising."])
    assert (copy.support, copy.coverage) == (1.0, 1.0)
    assert part.support == 1.0
    assert 0 < part.coverage < 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("doses", "dose"),
        ("tablets", "tablet"),
        ("stopped", "stop"),
        ("allergies", "allergy"),
        ("Warfarin", "warfarin"),
        ("bleeding", "bleed"),
    ],
)
def test_forms_of_a_word_meet_in_their_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("tablet", "table"), ("dose", "dizzy"), ("hydroxyzine", "hydralazine"), ("raise", "reduce")])
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_content_words_leave_out_the_common_ones() -> None:
    assert content_words("You should not do it with the crystals") == {stem("crystals")}
