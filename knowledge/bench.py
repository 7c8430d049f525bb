"""How the index grows from ten thousand to a million passages, and how fast passages are embedded; tables in Markdown."""

from __future__ import annotations

import multiprocessing
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import TypeVar

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge import index, router, store
from knowledge.embedding import MINILM, Embedder, SentenceEmbedder, Vectors, packaged_minilm
from knowledge.index import Index
from knowledge.names import NameIndex
from knowledge.passages import embedded_text
from knowledge.types import Monograph
from knowledge.vectors import VectorIndex
from knowledge.vocabulary import names as vocabulary

Q = TypeVar("Q")
R = TypeVar("R")

_QUESTIONS = 300
_HITS, _POOL = 10, 40  # compared with the exact ones; asked for, as the knowledge base does
_COPY = re.compile(r" #\d+")


@dataclass(frozen=True, slots=True)
class Served:
    """One size's measurements; times in milliseconds for one question, memory and disk in megabytes."""

    passages: int
    search: str
    build_s: float  # without embedding
    disk_mb: float
    open_s: float
    memory_mb: float  # of its own: what is mapped from the files is not in it
    mapped_mb: float
    all_recall_at_10: float
    all_p50_ms: float
    all_p95_ms: float
    drug_recall_at_10: float
    drug_p50_ms: float
    drug_p95_ms: float


@dataclass(frozen=True, slots=True)
class _Like:
    """What `index.load` needs of an embedder, without its weights."""

    name: str
    fingerprint: str
    dimension: int


class Perturbed:
    """An `Embedder` that gives the copies of a passage its own vector with noise.

    The noise puts a copy as far from its passage as the authored passages' nearest neighbours are from each other (the median).

    Args:
        embedder: of everything that is no copy.
        texts: what was embedded for the passages; `vectors` (n, d) are theirs.
    """

    def __init__(self, embedder: Embedder, texts: Sequence[str], vectors: Vectors):
        self.name, self.fingerprint, self.dimension = embedder.name, embedder.fingerprint, embedder.dimension
        self.count_tokens = lru_cache(maxsize=None)(embedder.count_tokens)
        self._embedder, self._vectors = embedder, vectors
        self._rows = {text: row for row, text in enumerate(texts)}
        nearest = faiss.knn(vectors, vectors, 2, metric=faiss.METRIC_INNER_PRODUCT)[0][:, 1]
        self.likeness = float(np.median(nearest))
        self._noise = (1 / self.likeness**2 - 1) ** 0.5 / self.dimension**0.5
        self._random = np.random.default_rng(0)
        self._others = lru_cache(maxsize=None)(lambda texts: embedder.encode(texts))

    def encode(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        """(n, d) float32, rows of unit norm; texts that are no copies of passages are truly embedded, and remembered."""
        rows = [self._rows.get(_COPY.sub("", text, count=1), -1) for text in texts]
        if -1 in rows:
            return np.asarray(self._others(tuple(texts)))
        noisy = self._vectors[rows] + self._random.standard_normal((len(rows), self.dimension), dtype=np.float32) * np.float32(self._noise)
        return np.asarray(noisy / np.linalg.norm(noisy, axis=1, keepdims=True), dtype=np.float32)


def main(sizes: Sequence[int], sample: int, folder: Path) -> None:
    """Print both tables; what is going on goes to standard error.

    Args:
        sizes: in passages; none for the first table alone.
        sample: passages to embed for the first table.
        folder: the index whose passages and vectors are copied.
    """
    embedder = SentenceEmbedder()
    held = index.load(folder, embedder)
    texts = [embedded_text(passage) for passage in held.passages]
    random = np.random.default_rng(0)
    print(_speeds(embedder, [texts[row] for row in random.choice(len(texts), min(sample, len(texts)), replace=False)]), flush=True)
    if not sizes:
        return
    asked = router.ordinary_questions()
    questions = embedder.encode([asked[row] for row in random.choice(len(asked), _QUESTIONS, replace=False)])
    perturbed = Perturbed(embedder, texts, np.array(held.vectors.rows))
    router.train(perturbed, router.examples(NameIndex((m.drug for m in held.monographs), vocabulary())))  # its questions are embedded here, so that no size pays for them
    rows = [_scaled(size, held, perturbed, questions) for size in sizes]
    print(
        f"\n{len(questions)} questions of `questions/sections.yaml`; passages are copies of the {len(texts):,} of `{folder.name}`, their "
        f"vectors with noise to a cosine of {perturbed.likeness:.2f} and renormalised; building is without embedding\n"
    )
    names = [field.name for field in fields(Served)]
    print("| " + " | ".join(name.replace("_", " ") for name in names) + " |\n|" + "---|" * len(names))
    for row in rows:
        values = [getattr(row, name) for name in names]
        print("| " + " | ".join(f"{value:,}" if isinstance(value, int) else str(value) for value in values) + " |", flush=True)


def _speeds(embedder: Embedder, texts: list[str]) -> str:
    """Passages a second of ours and of sentence-transformers as it comes (float32, batches of 32), by turns in this run."""
    from sentence_transformers import SentenceTransformer

    default = SentenceTransformer(str(packaged_minilm()) if embedder.name == MINILM else embedder.name, device="cpu")
    ways: dict[str, Callable[[list[str]], Vectors]] = {
        "`SentenceTransformer.encode`, defaults": lambda some: default.encode(some, normalize_embeddings=True, show_progress_bar=False),
        "`SentenceEmbedder.encode`": embedder.encode,
    }
    parts = [texts[at::4] for at in range(4)]
    spent = dict.fromkeys(ways, 0.0)
    vectors: dict[str, list[Vectors]] = {way: [] for way in ways}
    for encode in ways.values():
        encode(texts[:8])
    for number, part in enumerate(parts, start=1):
        for way, encode in ways.items():
            print(f"embedding, part {number} of {len(parts)}: {way}", file=sys.stderr)
            began = time.perf_counter()
            vectors[way].append(encode(part))
            spent[way] += time.perf_counter() - began
    plain, ours = (np.concatenate(found) for found in vectors.values())
    cosines = (plain * ours).sum(axis=1)
    lines = [f"| {way} | {len(texts) / seconds:.1f} | {_query_ms(ways[way]):.1f} |" for way, seconds in spent.items()]
    slow, fast = spent.values()
    lines.append(f"\n{len(texts)} passages; {slow / fast:.1f} times as fast; cosine between the two at least {cosines.min():.5f}")
    return "\n".join(["| embedding | passages a second | ms for one question, p50 |", "|---|---|---|", *lines])


def _query_ms(encode: Callable[[list[str]], Vectors]) -> float:
    return _p50(_timed(lambda text: encode([text]), [f"what are the side effects of drug number {number}" for number in range(50)])[0])


def _scaled(size: int, held: Index, embedder: Perturbed, questions: Vectors) -> Served:
    """Build and serve an index of at least `size` passages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{size:,} passages: building", file=sys.stderr)
        began = time.perf_counter()
        index.write(folder, embedder, _copies(size, held), "", ["bench"], progress=False)
        build_s = time.perf_counter() - began
        print(f"{size:,} passages: comparing every one with each question", file=sys.stderr)
        place = store.current(folder)
        exact = VectorIndex.open(place).rows
        nearest = faiss.knn(questions, exact, _HITS, metric=faiss.METRIC_INNER_PRODUCT)[1]
        print(f"{size:,} passages: searching", file=sys.stderr)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:  # its memory is that of serving alone
            served = fresh.submit(
                _serve, folder, _Like(embedder.name, embedder.fingerprint, embedder.dimension), questions, nearest
            ).result()
        disk = sum(path.stat().st_size for path in place.iterdir())
        return replace(served, build_s=round(build_s, 1), disk_mb=round(disk / 1e6))


def _copies(size: int, held: Index) -> Iterator[Monograph]:
    done = 0
    for copy in count():
        for monograph in held.monographs:
            if done >= size:
                return
            done += len(held.rows([monograph.drug.name]))
            yield replace(monograph, id=f"{monograph.id}-{copy}", drug=replace(monograph.drug, name=f"{monograph.drug.name} #{copy}"))


def _serve(folder: Path, like: _Like, questions: Vectors, nearest: NDArray[np.int64]) -> Served:
    """Open an index and ask; runs in a process of its own."""
    before, began = _memory_mb(), time.perf_counter()
    opened = index.load(folder, like)  # type: ignore[arg-type]
    open_s = time.perf_counter() - began
    drugs = np.random.default_rng(1).choice(sorted(opened.runs), len(questions))

    def ask(asked: tuple[Vectors, str | None]) -> list[int]:
        found = opened.search(asked[0], None if asked[1] is None else opened.rows([asked[1]]), _POOL)
        return [row for row, _ in found if opened.passages[row]][:_HITS]

    everywhere, inside = [(vector, None) for vector in questions], list(zip(questions, drugs, strict=True))
    for question in everywhere[:20]:
        ask(question)
    all_ms, all_found = _timed(ask, everywhere)
    drug_ms, drug_found = _timed(ask, inside)
    memory, mapped = (now - then for now, then in zip(_memory_mb(), before, strict=True))
    of_drug = [rows[np.argsort(-(opened.vectors.rows[rows] @ vector))][:_HITS] for vector, drug in inside for rows in [opened.rows([drug])]]
    lists = opened.vectors.lists
    return Served(
        passages=len(opened.passages), search="every row" if lists is None else f"IVF{lists.nlist}, SQ8, scored again",
        build_s=0.0, disk_mb=0, open_s=round(open_s, 1), memory_mb=round(memory), mapped_mb=round(mapped),
        all_recall_at_10=_recall(all_found, nearest), all_p50_ms=_p50(all_ms), all_p95_ms=_p95(all_ms),
        drug_recall_at_10=_recall(drug_found, of_drug), drug_p50_ms=_p50(drug_ms), drug_p95_ms=_p95(drug_ms),
    )  # fmt: skip


def _timed(ask: Callable[[Q], R], questions: Sequence[Q]) -> tuple[list[float], list[R]]:
    """The milliseconds of each call, one after the other, and what it returned."""
    times, found = [], []
    for question in questions:
        began = time.perf_counter()
        found.append(ask(question))
        times.append((time.perf_counter() - began) * 1000)
    return times, found


def _recall(found: Sequence[Sequence[int]], right: Iterable[Iterable[int]]) -> float:
    shares = [len(set(rows) & expected) / len(expected) for rows, expected in zip(found, map(set, right), strict=True)]
    return round(statistics.mean(shares), 4)


def _p50(times: Sequence[float]) -> float:
    return round(statistics.median(times), 2)


def _p95(times: Sequence[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 2)


def _memory_mb() -> tuple[float, float]:
    """This process's own memory and what it has mapped from files, in megabytes; zeros where the system does not say."""
    status = Path("/proc/self/status")
    text = status.read_text(encoding="utf-8") if status.exists() else ""
    own, mapped = (re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE) for name in ("RssAnon", "RssFile"))
    return (int(own[1]) / 1024, int(mapped[1]) / 1024) if own and mapped else (0.0, 0.0)
