"""The vectors of an index: exact rows on disk, and above a size an approximate FAISS index whose finds are scored again exactly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vectors

ROWS_FILE = "vectors.npy"
LISTS_FILE = "lists.faiss"
# Up to here every row is compared: 3.0 ms of one core for a question (p95 of 100); at 100,000 rows 6.6 ms, and by lists 1.4 ms.
EXACT_ROWS = 50_000
_LISTS_PER_ROOT = 2  # inverted lists = 2 * sqrt(rows)
_TRAINING_ROWS_PER_LIST = 40
_PROBED = 64  # lists that a search reads: recall@10 .992 at 60,000 rows, .995 at 100,000 and at 1,000,000 (knowledge bench)
_FINDS_PER_HIT = 4  # rows found by their 8-bit copies and scored again exactly, for each row asked for


class VectorIndex:
    """(n, d) float32 rows of unit norm, memory-mapped. Safe to use from several threads.

    Args:
        rows: the exact vectors.
        lists: an IVF index with 8-bit copies of the same rows; None where every row is compared.
    """

    def __init__(self, rows: Vectors, lists: Any = None):
        self.rows, self.lists = rows, lists

    @classmethod
    def open(cls, place: Path) -> VectorIndex:
        """The vectors of a build; they are read from the disk as searches need them."""
        rows = np.load(place / ROWS_FILE, mmap_mode="r", allow_pickle=False)
        return cls(rows.view(np.ndarray), faiss.read_index(str(place / LISTS_FILE)) if (place / LISTS_FILE).exists() else None)

    def search(self, vector: Vectors, limit: int, rows: Sequence[int] | NDArray[np.int64] | None = None) -> list[tuple[int, float]]:
        """The nearest rows as (row, cosine), best first.

        Args:
            vector: (d,) float32, unit norm.
            limit: at most this many.
            rows: compare exactly these rows, whatever the size of the index, so that a scoped search misses nothing; None for all.
        """
        if rows is None and self.lists is None:
            scores, found = faiss.knn(vector[None, :], self.rows, min(limit, len(self.rows)), metric=faiss.METRIC_INNER_PRODUCT)
            return list(zip(found[0].tolist(), scores[0].tolist(), strict=True))
        chosen = self._likely(vector, limit) if rows is None else np.asarray(rows, dtype=np.int64)
        cosines = self.rows[chosen] @ vector
        best = np.argsort(-cosines, kind="stable")[:limit]
        return list(zip(chosen[best].tolist(), cosines[best].tolist(), strict=True))

    def _likely(self, vector: Vectors, limit: int) -> NDArray[np.int64]:
        """Rows among which the nearest are, by their 8-bit copies."""
        probed: Any = faiss.SearchParametersIVF(**{"nprobe": _PROBED})
        found = self.lists.search(vector[None, :], _FINDS_PER_HIT * limit, params=probed)[1][0]
        return found[found >= 0]


def create(place: Path, count: int, dimension: int) -> Vectors:
    """A writable (count, dimension) float32 array that is the vectors' file of a build."""
    if not count:
        raise ValueError("there is no passage to index")
    return np.lib.format.open_memmap(place / ROWS_FILE, mode="w+", dtype=np.float32, shape=(count, dimension))


def make_lists(place: Path, rows: Vectors) -> None:
    """Write the approximate index of the rows where they are too many to compare each time; deterministic."""
    if len(rows) <= EXACT_ROWS:
        return
    count = round(_LISTS_PER_ROOT * len(rows) ** 0.5)
    lists = faiss.index_factory(rows.shape[1], f"IVF{count},SQ8", faiss.METRIC_INNER_PRODUCT)
    sample = np.random.default_rng(0).choice(len(rows), min(len(rows), count * _TRAINING_ROWS_PER_LIST), replace=False)
    lists.train(rows[np.sort(sample)])
    for start in range(0, len(rows), 65_536):
        lists.add(np.ascontiguousarray(rows[start : start + 65_536]))
    faiss.write_index(lists, str(place / LISTS_FILE))
