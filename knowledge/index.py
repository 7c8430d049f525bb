"""Builds the FAISS index of a corpus, and opens it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge import coverage, store, vectors
from knowledge import router as routing
from knowledge.classes import FILE as CLASSES
from knowledge.embedding import Embedder, Vectors
from knowledge.importing import Report
from knowledge.names import NameIndex
from knowledge.passages import embedded_text, passages
from knowledge.reader import CORPUS
from knowledge.router import Router
from knowledge.rows import JsonRows, as_line
from knowledge.sources import named, read_sources, source_files
from knowledge.store import Manifest, StaleIndexError
from knowledge.types import Drug, Monograph, Passage
from knowledge.vectors import VectorIndex
from knowledge.vocabulary import names as vocabulary

_BATCH = 16_384  # texts embedded at once; a build's memory does not grow with the corpus
_COVERAGE = "coverage.npz"
_DIGEST = 16  # bytes of the hash that stands for an embedded text


@dataclass(frozen=True, slots=True)
class Index:
    """An open index: row r of `vectors` is `passages[r]`, read from the disk when asked for; `runs` are each drug's rows as [start, stop)."""

    manifest: Manifest
    passages: Sequence[Passage]
    monographs: tuple[Monograph, ...]
    router: Router
    coverage: Router
    vectors: VectorIndex
    runs: Mapping[str, Sequence[Sequence[int]]]

    def rows(self, drugs: Iterable[str]) -> NDArray[np.int64]:
        """The rows of the passages of these drugs."""
        runs = [run for drug in dict.fromkeys(drugs) for run in self.runs.get(drug, ())]
        return np.concatenate([np.zeros(0, dtype=np.int64), *(np.arange(start, stop, dtype=np.int64) for start, stop in runs)])

    def search(self, vector: Vectors, rows: NDArray[np.int64] | None, limit: int) -> list[tuple[int, float]]:
        """The nearest passages as (row, cosine), best first; see `VectorIndex.search`."""
        return self.vectors.search(vector, limit, rows)


def build(
    folder: Path, embedder: Embedder, sources: Sequence[Path] = (CORPUS,), progress: bool = True, report: Report | None = None
) -> Manifest:
    """Read every source, embed its passages, and swap the new index in at `folder`.

    Args:
        report: filled with what became of the label files of the sources.

    Raises:
        MonographError: a source is broken; the index in service stays as it was.
    """
    monographs = read_sources(sources, report, progress)
    return write(folder, embedder, monographs, corpus_hash(sources), [named(source) for source in sources], progress)


def write(
    folder: Path, embedder: Embedder, monographs: Iterable[Monograph], corpus: str, sources: Sequence[str], progress: bool = True
) -> Manifest:
    """Write the index of some monographs and swap it in at `folder`; one pass over `monographs`, which are not kept.

    Args:
        corpus: `corpus_hash` of what they were read from.
        sources: what to call it in the manifest.
    """
    with store.writing(folder) as (about, place):
        runs: dict[str, list[list[int]]] = {}
        drugs: list[Drug] = []
        digests: list[bytes] = []
        with (place / "monographs.jsonl").open("wb") as whole, (place / "passages.jsonl").open("wb") as cut:
            for monograph in monographs:
                whole.write(as_line(store.monograph_to_json(monograph)))
                drugs.append(monograph.drug)
                start = len(digests)
                for passage in passages(monograph, embedder.count_tokens):
                    cut.write(as_line(asdict(passage)))
                    digests.append(_digest(embedded_text(passage)))
                runs.setdefault(monograph.drug.name, []).append([start, len(digests)])
        (place / "rows.json").write_text(json.dumps(runs), encoding="utf-8")
        (place / "embedded.bin").write_bytes(b"".join(digests))
        embedded = vectors.create(place, len(digests), embedder.dimension)
        _embed(embedded, digests, JsonRows(place / "passages.jsonl", _passage), embedder, folder, progress)
        vectors.make_lists(place, embedded)
        learned = routing.examples(NameIndex(drugs, vocabulary()))
        routing.train(embedder, learned).save(place / "router.npz")
        coverage.train(embedder, learned).save(place / _COVERAGE)
        about |= {
            "embedding": embedder.name, "embedding_sha256": embedder.fingerprint, "dimension": embedder.dimension,
            "passages": len(digests), "corpus_sha256": corpus, "sources": tuple(sources),
        }  # fmt: skip
    with store.reading(folder) as (manifest, _):
        return manifest


def load(folder: Path, embedder: Embedder) -> Index:
    """Open the index at `folder` for this embedding model.

    Raises:
        StaleIndexError: missing, broken, made with another model, or older than the authored corpus.
    """
    with store.reading(folder) as (manifest, place):
        command = store.rebuild_command(folder)
        if (manifest.embedding_sha256, manifest.dimension) != (embedder.fingerprint, embedder.dimension):
            raise StaleIndexError(
                f"the index at {folder} was built with {manifest.embedding} (dimension {manifest.dimension}), "
                f"settings ask for {embedder.name} (dimension {embedder.dimension}): run `{command}`"
            )
        if manifest.sources == ("authored",) and manifest.corpus_sha256 != corpus_hash((CORPUS,)):
            raise StaleIndexError(f"the index at {folder} is older than the monographs: run `{command}`")
        if _COVERAGE not in manifest.files:
            raise StaleIndexError(f"the index at {folder} is older than this version: run `{command}`, which embeds nothing again")
        return Index(
            manifest=manifest,
            passages=JsonRows(place / "passages.jsonl", _passage),
            monographs=tuple(JsonRows(place / "monographs.jsonl", store.monograph_from_json)),
            router=Router.open(place / "router.npz"),
            coverage=Router.open(place / _COVERAGE),
            vectors=VectorIndex.open(place),
            runs=json.loads((place / "rows.json").read_text(encoding="utf-8")),
        )


def _embed(out: Vectors, digests: Sequence[bytes], cut: Sequence[Passage], embedder: Embedder, folder: Path, progress: bool) -> None:
    """Fill `out`: a text that the index at `folder` holds already is not embedded again, nor is one that comes twice."""
    known, old = _known(folder, embedder)
    new = {digest: row for row, digest in enumerate(digests) if digest not in known}
    fresh = list(new.values())
    for batch in (fresh[at : at + _BATCH] for at in range(0, len(fresh), _BATCH)):
        out[batch] = embedder.encode([embedded_text(cut[row]) for row in batch], progress=progress)
    for row, digest in enumerate(digests):
        if (source := new.get(digest)) is None:
            out[row] = old[known[digest]]
        elif source != row:
            out[row] = out[source]


def _known(folder: Path, embedder: Embedder) -> tuple[dict[bytes, int], Vectors]:
    """The digests of the texts that the index at `folder` holds, with their rows, and its vectors; nothing if it does not fit."""
    try:
        with store.reading(folder) as (manifest, place):
            if (manifest.embedding_sha256, manifest.dimension) == (embedder.fingerprint, embedder.dimension):
                held = (place / "embedded.bin").read_bytes()
                return {held[at : at + _DIGEST]: at // _DIGEST for at in range(0, len(held), _DIGEST)}, VectorIndex.open(place).rows
    except StaleIndexError:
        pass
    return {}, np.zeros((0, embedder.dimension), dtype=np.float32)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST).digest()


def _passage(row: dict[str, Any]) -> Passage:
    return Passage(**{**row, "brands": tuple(row["brands"])})


def is_current(folder: Path, sources: Sequence[Path] = (CORPUS,)) -> bool:
    """Whether the index at `folder` is whole and made from these sources as they are now."""
    try:
        with store.reading(folder) as (manifest, _):
            return manifest.corpus_sha256 == corpus_hash(sources)
    except StaleIndexError:
        return False


def corpus_hash(sources: Sequence[Path]) -> str:
    """SHA-256 over everything that an index is made from, file names included."""
    total = hashlib.sha256()
    questions = (routing.QUESTIONS, routing.ASKED, routing.TERMS, coverage.SILENT)
    for path in [*(p for source in sources for p in source_files(source)), CLASSES, *questions]:
        total.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
