"""Which questions monographs answer at all: each that they do not stands beside one in like words that they do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.chain import PharmacyAssistant
from assistant.testing import HashEmbedder
from knowledge import ranking, router, store
from knowledge.index import build, load
from knowledge.router import Example
from knowledge.store import StaleIndexError
from tests.conftest import sample


@pytest.mark.parametrize(
    ("not_covered", "covered"),
    [
        ("how much is a month of warfarin", "how much warfarin is too much in a day"),
        ("what does gabapentin syrup taste like", "does gabapentin leave a bad taste in the mouth"),
        ("dosing prednisone in a spaniel", "dosing prednisone in a toddler"),
        ("what colour are the losartan tablets", "does losartan change the colour of urine"),
        ("which firm produces sildenafil", "which people should not have sildenafil"),
        ("cetirizine or fexofenadine, which is superior", "is cetirizine all right together with fexofenadine"),
        ("does omeprazole have wheat starch", "should omeprazole be swallowed with food"),
        ("in which year was metformin licensed", "at what age may metformin be given"),
    ],
)
def test_what_no_section_is_for_is_told_from_what_one_is(assistant: PharmacyAssistant, not_covered: str, covered: str) -> None:
    assert assistant.base.covered(not_covered) < assistant.base.covered(covered)


def test_a_question_that_is_covered_has_more_evidence() -> None:
    rows = np.array([[0.6, -1.0, 0.5, 0, 0, 0, 0], [0.3, -2.0, 0.1, 0, 0, 0, 0]])
    low, high = (ranking.evidence(ranking.signs(rows, ranking.scores(rows), odds)) for odds in (-4.0, 4.0))
    assert 0 < low < high < 1


def test_two_classes_are_told_apart() -> None:
    texts = {"one": ["the price of it", "the price of two"], "other": ["the dose of it", "the dose of two"]}
    head = router.train(HashEmbedder(), [Example(text, frozenset({name})) for name, held in texts.items() for text in held], 3.5)
    odds = head.probabilities("the price", HashEmbedder().encode(["the price"])[0])
    assert sum(odds.values()) == pytest.approx(1)
    assert odds["one"] > odds["other"]


def test_an_index_from_before_is_refused(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "examplol.md").write_text(sample(), encoding="utf-8")
    build(tmp_path / "index", HashEmbedder(), [corpus], progress=False)
    place = store.current(tmp_path / "index")
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"]["coverage.npz"]
    (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(StaleIndexError, match="older than this version"):
        load(tmp_path / "index", HashEmbedder())
