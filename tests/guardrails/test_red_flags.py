"""The red flags: each rule of medicine on what it must find and on what only sounds like it."""

from __future__ import annotations

import pytest

from guardrails import emergency, red_flags
from guardrails.policy import Policies
from guardrails.types import Decision, Signals

# flag -> what raises it
AT_HAND = {
    "breathing": ["I can't breathe after the shot", "she can’t catch her breath", "his lips are going purple", "she is blue around the mouth", "dad's breathing is very slow on his patch"],
    "airway swelling": ["my tongue keeps swelling", "his throat feels like it is closing", "swollen lips since the penicillin", "swelling of my face"],
    "cannot be woken": ["my wife won't wake up", "we couldn't wake her this morning", "he is unresponsive", "I'm trying to wake my roommate"],
    "seizure": ["she is having a seizure", "he keeps jerking and biting", "the baby just had a seizure"],
    "chest pain": ["my chest is tight since the tablet", "chest pain in my left arm now"],
    "stroke": ["mum's face is drooping", "my uncle has a droopy face", "her smile looks lopsided since lunch", "his speech has gone funny", "one side of her mouth won't move", "my arm won't lift", "his speech is slurred all at once", "she cannot lift her right arm", "he started slurring an hour ago"],
    "bleeding": ["my nose won't stop bleeding", "I am vomiting blood", "hit my head and I'm on Eliquis", "on warfarin, black tarry poo"],
    "skin reaction": ["my skin is peeling off in sheets", "rash with blisters in my mouth and a fever"],
    "a child's ingestion": ["my toddler ate two of my pills", "the baby licked grandma's patch", "my son is 3 and tablets are missing", "2 yo, 3 tablets of Norvasc, ten minutes ago"],
    "poison swallowed": ["he drank antifreeze", "I got drain cleaner in my mouth"],
    "chemical in the eye": ["I got oven cleaner in my eye", "splashed bleach into both eyes"],
    "thunderclap headache": ["this is the worst headache of my life", "a headache that came out of nowhere on Eliquis"],
    "fever with stiffness": ["he has a fever and his muscles are stiff on Haldol", "burning up with a stiff neck"],
    "erection for hours": ["I've had an erection for 5 hours since the Viagra", "a six-hour erection", "my erection won't go down"],
    "an opioid by mistake": ["took my husband's methadone by mistake", "she swallowed an oxycodone thinking it was her vitamin"],
    "liver failure": ["his eyes went yellow and he is confused", "jaundiced on his TB pills and so sleepy"],
    "carbon monoxide": ["the carbon monoxide alarm went off and we feel sick"],
    "acetaminophen amount": ["I took 20 Tylenol", "had 16 extra strength acetaminophen today", "he took 8 g of paracetamol", "she took 30 of those 325 mg Percocet"],
    "methotrexate every day": ["I've been taking methotrexate every day instead of once a week"],
    "insulin mistake": ["I injected 40 units instead of 4", "she took her insulin twice", "he was given the wrong insulin"],
    "low glucose": ["my sugar is 41", "her glucose is 2.4", "his meter reads LO"],
    "very high blood pressure": ["it reads 212/124 and my head is pounding", "190 over 130 since I ran out, vision all blurry"],
    "dangerous pulse": ["pulse is 34 and she is grey", "heart rate of 178 on the new tablets, about to faint", "his heart has been going at 190, he's sweating"],
    "fever without white cells": ["second round of chemo, temperature is 38.6", "on Clozaril with a fever and a sore throat", "methimazole, thermometer says 101.8"],
    "serotonin toxicity": ["on Zoloft and tramadol, sweating and my legs are jerking"],
    "withdrawal": ["stopped my Xanax on Monday and I'm seeing things", "ran out of baclofen, shaking", "hasn't slept, we haven't had any booze since Friday, hears voices"],
    "naloxone given": ["I gave him Narcan and he is awake"],
    "overdose said outright": ["my friend overdosed", "I think he od'd"],
}  # fmt: skip

# What must raise none, and why it might.
HARMLESS = [
    "headaches are the worst part of nitroglycerin",
    "a stiff neck and no fever after sleeping badly",
    "fever and a stiff arm after the flu shot",
    "Viagra for an erection, does it last 4 or 5 hours in the body",
    "I took my oxycodone at noon, when is the next one",
    "no trouble breathing, only a runny nose",
    "I have no chest pain or swelling, can I take Zyrtec",
    "breathe in and hold it while using the inhaler",
    "my ankles swell on amlodipine",
    "I can't wake up early on trazodone",
    "how do I wake up without being groggy",
    "he takes Keppra for his seizures",
    "she had a seizure disorder and takes pills",
    "the chest of drawers where I keep pills",
    "does ibuprofen stop period bleeding",
    "my skin peels a little with tretinoin",
    "my daughter ate breakfast before her antibiotic",
    "my son swallowed his tablet with juice",
    "the kids eat gummy bears",
    "I cleaned the cabinet with bleach",
    "I take 2 Tylenol at night",
    "took 4 acetaminophen today in two doses",
    "Can I take 1000 mg of Tylenol?",
    "I take methotrexate once a week and folic acid daily",
    "I take my Lantus twice a day",
    "I use 50 units of Lantus",
    "my sugar is 110",
    "my A1c is 6.4",
    "sugar was 5.5 this morning",
    "my pressure was 142/91 with a headache",
    "185/95 at the clinic, I feel perfectly well",
    "190 mg over 120 minutes, is my chest X-ray needed first",
    "pulse of 52 on metoprolol, a bit tired",
    "I took 180 mg for my heart and feel dizzy",
    "heart medicine, 150 mg, makes me dizzy",
    "pulse 36 asleep on my watch, I feel fine",
    "chemo next week, can I take 38 mg",
    "on clozapine for 40 days, no fever",
    "fever of 38.5 after the flu shot",
    "the lid of my eye drops won't move",
    "my arm won't stop itching",
    "2 yo takes 3 ml twice a day",
    "are yellow tablets stronger, I'm confused by the colours",
    "my nails went yellow on tetracycline",
    "which cleaner is safe around eye drops",
    "a bit sweaty on Zoloft",
    "I stopped Xanax in March and feel well",
    "haven't drunk alcohol in years, is Listerine fine",
    "I was given Narcan with my pain pills",
    "hit my head on the shelf reaching for the vitamins",
]


@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in AT_HAND.items() for text in texts])
def test_a_danger_at_hand_raises_its_flag(flag: str, text: str) -> None:
    assert red_flags.find(text) == flag


@pytest.mark.parametrize("text", [text for texts in AT_HAND.values() for text in texts])
def test_a_flag_escalates_where_the_classifier_hardly_sees_it(policies: Policies, text: str) -> None:
    verdict = emergency.check(Signals(text, {"emergency": 0.03}), policies)
    assert verdict is not None
    assert verdict.decision is Decision.ESCALATE


@pytest.mark.parametrize("text", HARMLESS)
def test_words_that_only_sound_like_it_raise_none(text: str) -> None:
    assert red_flags.find(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "What does it mean if somebody can't breathe after penicillin?",
        "Is a swollen tongue a side effect of lisinopril?",
        "How is a seizure from tramadol treated?",
        "My throat swelled on lisinopril last year, is losartan related?",
        "I overdosed in 2015 and am well, how does naltrexone work?",
    ],
)
def test_a_flag_in_a_general_question_or_a_story_that_is_over_does_not_escalate(policies: Policies, text: str) -> None:
    assert emergency.check(Signals(text, {"emergency": 0.2}), policies) is None


def test_every_flag_is_tested_and_has_its_source() -> None:
    assert [flag.name for flag in red_flags.FLAGS] == list(AT_HAND)
    assert all(len(flag.source) > 15 for flag in red_flags.FLAGS)
