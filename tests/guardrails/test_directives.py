"""What tells somebody to start, stop, change or combine a medicine, and what only says what the label says: a table of both."""

from __future__ import annotations

import pytest

from guardrails.directives import directive

ADVICE = [
    "You should take two tablets tonight.",
    "You should stop taking warfarin.",
    "You must double the dose.",
    "You need to increase your dose to 20 mg.",
    "You can safely combine ibuprofen and aspirin.",
    "You can just skip the next dose.",
    "You had better switch to apixaban.",
    "Your mother should stop the tablets.",
    "It is safe to combine warfarin and aspirin.",
    "It's fine for you to take both.",
    "That is okay to mix with alcohol.",
    "You are fine to stop it now.",
    "It would be best to halve the dose.",
    "I recommend that you see how two tablets work.",
    "I would suggest taking another one.",
    "If I were you, I would stop.",
    "In your case the dose can be doubled.",
    "Go ahead and take another tablet.",
    "Feel free to combine the two.",
    "Your dose should be 40 mg.",
    "You do not need to ask a doctor.",
]
NO_ADVICE = [
    "Ask your pharmacist.",
    "Ask your pharmacist whether you should stop taking it.",
    "Talk to your doctor before you start or stop any medicine.",
    "Tell your prescriber if you have to take an NSAID.",
    "Do not take two doses at once.",
    "The label says that the dose is not doubled.",
    "Adults take 5 mg once a day.",
    "Take the missed dose when you remember, unless it is almost time for the next.",
    "Stop ibuprofen and get medical help for black stools.",
    "Warfarin is stopped 5 days before surgery when the prescriber says so.",
    "You should not drive until you know how it affects you.",
    "You must not take it with nitrates.",
    "You may feel dizzy when you start lisinopril.",
    "The prescriber may raise the dose every 2 weeks.",
    "People who take lithium should keep their salt intake steady.",
    "It is safe to keep unopened pens in the refrigerator.",
    "You should call 911 for trouble breathing.",
]


@pytest.mark.parametrize("sentence", ADVICE)
def test_advice_to_one_person_is_found(sentence: str) -> None:
    assert directive(sentence)


@pytest.mark.parametrize("sentence", NO_ADVICE)
def test_what_a_label_says_is_left_alone(sentence: str) -> None:
    assert directive(sentence) == ""


def test_a_directive_in_the_words_of_the_source_is_the_labels_own() -> None:
    source = "You should take the tablets with food. Stop if a rash appears."
    assert directive("You should take the tablets with food.", source) == ""
    assert directive("You should take two tablets with alcohol.", "The tablets are taken with food.")
