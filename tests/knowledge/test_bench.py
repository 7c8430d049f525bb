from __future__ import annotations

from pathlib import Path

import faiss
import pytest

from assistant.testing import HashEmbedder
from knowledge import bench, index, vectors
from knowledge.bench import Perturbed
from knowledge.passages import embedded_text
from tests.conftest import sample


@pytest.mark.parametrize(("exact_rows", "search"), [(1000, "every row"), (100, "IVF")])
def test_copies_of_an_index_are_served_and_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact_rows: int, search: str) -> None:
    monkeypatch.setattr(vectors, "EXACT_ROWS", exact_rows)
    for name in ("examplol", "samplazine"):
        (tmp_path / f"{name}.md").write_text(sample(name, f"{name}brand"), encoding="utf-8")
    index.build(tmp_path / "one", HashEmbedder(), [tmp_path], progress=False)
    held = index.load(tmp_path / "one", HashEmbedder())
    copied = Perturbed(HashEmbedder(), [embedded_text(passage) for passage in held.passages], held.vectors.rows)
    index.write(tmp_path / "many", copied, bench._copies(300, held), "", ["bench"], progress=False)
    many = index.load(tmp_path / "many", HashEmbedder())
    assert 300 <= len(many.passages) < 300 + len(held.passages)
    assert {passage.drug for passage in many.passages[: len(held.passages)]} == {"examplol #0", "samplazine #0"}
    questions = HashEmbedder().encode(["store examplol away from moisture", "missed dose of samplazine", "overdose"] * 10)
    nearest = faiss.knn(questions, many.vectors.rows, 10, metric=faiss.METRIC_INNER_PRODUCT)[1]
    served = bench._serve(tmp_path / "many", bench._Like("hashed words", "hashed-words-1", 256), questions, nearest)
    assert served.search.startswith(search)
    assert served.passages == len(many.passages)
    assert served.all_recall_at_10 >= 0.98
    assert served.drug_recall_at_10 == 1.0
