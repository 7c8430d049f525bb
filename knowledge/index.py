"""Builds the FAISS index of a corpus, and opens it again."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from knowledge import router as routing
from knowledge import store
from knowledge.classes import FILE as CLASSES
from knowledge.embedding import Embedder, Vectors
from knowledge.passages import embedded_text, passages
from knowledge.reader import CORPUS, read_all
from knowledge.router import Router
from knowledge.store import Manifest, StaleIndexError
from knowledge.types import Monograph, Passage


@dataclass(frozen=True, slots=True)
class Index:
    """An open index: `faiss_index` holds one row a passage, in the order of `passages`."""

    manifest: Manifest
    passages: tuple[Passage, ...]
    monographs: tuple[Monograph, ...]
    router: Router
    faiss_index: faiss.Index

    def search(self, vector: Vectors, rows: Sequence[int] | None, limit: int) -> list[tuple[int, float]]:
        """The nearest passages as (row, cosine), best first.

        Args:
            vector: (d,) float32, unit norm.
            rows: search only these rows (an ID selector, so a scoped search is never starved); None for all.
            limit: at most this many.
        """
        parameters: Any = None
        if rows is not None:
            parameters = faiss.SearchParameters(**{"sel": faiss.IDSelectorBatch(np.asarray(rows, dtype=np.int64))})
        scores, found = self.faiss_index.search(vector[None, :], limit, params=parameters)
        return [(int(row), float(score)) for row, score in zip(found[0], scores[0], strict=True) if row >= 0]


def build(folder: Path, embedder: Embedder, sources: Sequence[Path] = (CORPUS,), progress: bool = True) -> Manifest:
    """Read every source, embed its passages, and swap the new index in at `folder`.

    Raises:
        MonographError: a source is broken; the index in service stays as it was.
    """
    monographs = [monograph for source in sources for monograph in read_all(source)]
    cut = [passage for monograph in monographs for passage in passages(monograph, embedder.count_tokens)]
    vectors = _embedded([embedded_text(passage) for passage in cut], embedder, folder, progress)
    flat = faiss.IndexFlatIP(embedder.dimension)
    flat.add(vectors)
    head = routing.train(embedder)
    packed = io.BytesIO()
    np.savez(packed, weights=head.weights, bias=head.bias)
    store.write(
        folder,
        {
            "passages.jsonl": _lines([asdict(passage) for passage in cut]),
            "monographs.jsonl": _lines([store.monograph_to_json(monograph) for monograph in monographs]),
            "vectors.faiss": faiss.serialize_index(flat).tobytes(),
            "router.npz": packed.getvalue(),
            "router.json": json.dumps(list(head.sections)).encode(),
        },
        {
            "embedding": embedder.name, "embedding_sha256": embedder.fingerprint, "dimension": embedder.dimension,
            "passages": len(cut), "corpus_sha256": corpus_hash(sources), "sources": tuple(_named(s) for s in sources),
        },
    )  # fmt: skip
    return store.read(folder)[0]


def load(folder: Path, embedder: Embedder) -> Index:
    """Open the index at `folder` for this embedding model.

    Raises:
        StaleIndexError: missing, broken, made with another model, or older than the authored corpus.
    """
    manifest, files = store.read(folder)
    command = store.rebuild_command(folder)
    if (manifest.embedding_sha256, manifest.dimension) != (embedder.fingerprint, embedder.dimension):
        raise StaleIndexError(
            f"the index at {folder} was built with {manifest.embedding} (dimension {manifest.dimension}), "
            f"settings ask for {embedder.name} (dimension {embedder.dimension}): run `{command}`"
        )
    if manifest.sources == ("authored",) and manifest.corpus_sha256 != corpus_hash((CORPUS,)):
        raise StaleIndexError(f"the index at {folder} is older than the monographs: run `{command}`")
    packed = np.load(io.BytesIO(files["router.npz"]), allow_pickle=False)
    return Index(
        manifest=manifest,
        passages=tuple(Passage(**{**row, "brands": tuple(row["brands"])}) for row in _rows(files["passages.jsonl"])),
        monographs=tuple(store.monograph_from_json(row) for row in _rows(files["monographs.jsonl"])),
        router=Router(tuple(json.loads(files["router.json"])), packed["weights"], packed["bias"]),
        faiss_index=faiss.deserialize_index(np.frombuffer(files["vectors.faiss"], dtype=np.uint8)),
    )


def _embedded(texts: Sequence[str], embedder: Embedder, folder: Path, progress: bool) -> Vectors:
    """(n, d) float32: a text that the index at `folder` holds already is not embedded again."""
    known: dict[str, Vectors] = {}
    try:
        manifest, files = store.read(folder)
        if manifest.embedding_sha256 == embedder.fingerprint:
            old = faiss.deserialize_index(np.frombuffer(files["vectors.faiss"], dtype=np.uint8))
            rows = [Passage(**{**row, "brands": tuple(row["brands"])}) for row in _rows(files["passages.jsonl"])]
            known = dict(zip(map(embedded_text, rows), old.reconstruct_n(0, old.ntotal), strict=True))
    except StaleIndexError:
        pass
    new = list(dict.fromkeys(text for text in texts if text not in known))
    known |= dict(zip(new, embedder.encode(new, progress=progress), strict=True))
    return np.stack([known[text] for text in texts])


def is_current(folder: Path, sources: Sequence[Path] = (CORPUS,)) -> bool:
    """Whether the index at `folder` is whole and made from these sources as they are now."""
    try:
        return store.read(folder)[0].corpus_sha256 == corpus_hash(sources)
    except StaleIndexError:
        return False


def corpus_hash(sources: Sequence[Path]) -> str:
    """SHA-256 over everything that an index is made from, file names included."""
    total = hashlib.sha256()
    for path in [*(p for source in sources for p in sorted(source.glob("*.md"))), CLASSES, routing.QUESTIONS]:
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _named(source: Path) -> str:
    return "authored" if source.resolve() == CORPUS.resolve() else str(source)


def _lines(rows: Sequence[dict[str, object]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _rows(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().split("\n") if line]
