from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge import vectors
from knowledge.vectors import VectorIndex

DIMENSION = 16


def unit(count: int, seed: int = 0) -> vectors.Vectors:
    made = np.random.default_rng(seed).standard_normal((count, DIMENSION), dtype=np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(params=[2000, 100], ids=["every row", "lists"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VectorIndex:
    """1,000 vectors, below and above the size from which they are searched by lists."""
    monkeypatch.setattr(vectors, "EXACT_ROWS", request.param)
    rows = vectors.create(tmp_path, 1000, DIMENSION)
    rows[:] = unit(1000)
    vectors.make_lists(tmp_path, rows)
    index = VectorIndex.open(tmp_path)
    assert (index.lists is None) == (request.param > 1000)
    return index


def test_the_nearest_rows_come_first_with_their_exact_cosines(opened: VectorIndex) -> None:
    right = 0
    for question in unit(20, seed=1):
        cosines = unit(1000) @ question
        found = opened.search(question, 10)
        assert len(found) == 10
        assert [cosine for _, cosine in found] == sorted((cosine for _, cosine in found), reverse=True)
        assert all(cosine == pytest.approx(cosines[row], abs=1e-5) for row, cosine in found)
        right += len({row for row, _ in found} & set(np.argsort(-cosines)[:10].tolist()))
    assert right >= 0.98 * 200


def test_a_scoped_search_is_exact_and_misses_nothing(opened: VectorIndex) -> None:
    question = unit(1, seed=2)[0]
    rows = np.argsort(unit(1000) @ question)[:50]  # the rows least like the question: no search of all would find them
    found = opened.search(question, 50, rows)
    assert [row for row, _ in found] == rows[::-1].tolist()
    assert opened.search(question, 3, [7]) == [(7, pytest.approx(float(unit(1000)[7] @ question), abs=1e-5))]


def test_fewer_rows_than_asked_for(opened: VectorIndex) -> None:
    assert len(opened.search(unit(1)[0], 5000)) <= 1000
    assert opened.search(unit(1)[0], 5, []) == []


def test_no_passages_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no passage"):
        vectors.create(tmp_path, 0, DIMENSION)
