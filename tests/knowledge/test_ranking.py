"""What moves a passage up or down for a question."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge import ranking
from knowledge.types import Passage


def passage(section: str, code: str, text: str) -> Passage:
    return Passage("examplol", section, code, text, 0, len(text), "examplol@0", "2026-01-01", "a source")


MILK = passage("Drug interactions: dairy products (moderate)", "34073-7", "Milk holds examplol back in the gut.")
OPIOIDS = passage("Drug interactions: opioids (major)", "34073-7", "Opioids add to the sleepiness of examplol.")
NURSING = passage("Breastfeeding", "77290-5", "Examplol passes into milk and breastfeeding is not advised.")
HERE = [MILK, OPIOIDS, NURSING]


def rows(question: str, wanted: str, medicines: str = "", before: str = "") -> np.ndarray:
    names, held = (frozenset(filter(None, text.split(","))) for text in (wanted, medicines))
    odds = {"77290-5 Breastfeeding": 0.6, "34073-7 Drug interactions": 0.3}
    return ranking.features(HERE, [0.4, 0.4, 0.4], question, odds, names, held, before)


def test_a_medicine_that_is_named_counts_as_partner_through_its_class() -> None:
    found = rows("is it fine", "examplol,morphine", "examplol,morphine")
    met, other, with_medicine = (ranking.FEATURES.index(name) for name in ("partner", "other partner", "partner medicine"))
    assert found[:, met].tolist() == found[:, with_medicine].tolist() == [0, 1, 0]
    assert found[:, other].tolist() == [1, 0, 0]


def test_a_food_that_is_named_counts_less_than_a_medicine() -> None:
    food, medicine = rows("is it fine", "dairy products"), rows("is it fine", "morphine", "morphine")
    assert np.argmax(ranking.scores(food)) != 1
    assert np.argmax(ranking.scores(medicine)) == 1
    assert ranking.scores(medicine)[1] > ranking.scores(food)[0]


def test_a_question_about_breast_milk_is_not_one_about_dairy() -> None:
    assert np.argmax(ranking.scores(rows("breastfeeding and how much milk i make", "dairy products"))) == 2


@pytest.mark.parametrize(("before", "first"), [("", False), ("does it add to the sleepiness of opioids", True)])
def test_an_earlier_question_lends_its_words(before: str, first: bool) -> None:
    shared = rows("what then", "", before=before)[:, ranking.FEATURES.index("words")]
    assert bool(shared[1] > max(shared[0], shared[2])) is first
