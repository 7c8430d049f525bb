from __future__ import annotations

import numpy as np
import pytest

from knowledge.embedding import BATCH_CHARS, SentenceEmbedder, batches


@pytest.mark.parametrize(
    "lengths", [[], [5], [0, 0, 0], [BATCH_CHARS * 3], [1, BATCH_CHARS, 2], [BATCH_CHARS // 2] * 5, list(range(0, 3000, 7))]
)
def test_every_row_is_in_one_batch_that_is_small_enough(lengths: list[int]) -> None:
    made = list(batches(lengths))
    assert sorted(row for batch in made for row in batch) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= BATCH_CHARS


def test_a_vector_is_of_unit_norm_and_does_not_depend_on_its_batch() -> None:
    embedder = SentenceEmbedder()
    texts = ["store it dry", "what are the side effects of warfarin", "a missed dose. " * 40, "overdose"]
    together = embedder.encode(texts)
    assert (together.dtype, together.shape) == (np.float32, (4, embedder.dimension))
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    alone = np.concatenate([embedder.encode([text]) for text in texts])
    assert (together * alone).sum(axis=1) == pytest.approx(1, abs=1e-3)
    assert embedder.encode([]).shape == (0, embedder.dimension)
