from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.testing import HashEmbedder
from knowledge import store, vectors
from knowledge.embedding import Vectors
from knowledge.index import build, load
from knowledge.passages import embedded_text
from knowledge.search import KnowledgeBase
from knowledge.store import StaleIndexError
from knowledge.types import MonographError
from tests.conftest import sample


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "examplol.md").write_text(sample(), encoding="utf-8")
    return folder


def test_a_broken_source_leaves_the_index_in_service(corpus: Path, tmp_path: Path) -> None:
    build(tmp_path / "index", HashEmbedder(), [corpus], progress=False)
    before = store.current(tmp_path / "index")
    (corpus / "broken.md").write_text("nothing", encoding="utf-8")
    with pytest.raises(MonographError):
        build(tmp_path / "index", HashEmbedder(), [corpus], progress=False)
    assert store.current(tmp_path / "index") == before
    load(tmp_path / "index", HashEmbedder())


def test_a_build_that_dies_leaves_the_index_in_service(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path / "index", HashEmbedder(), [corpus], progress=False)
    before = store.current(tmp_path / "index")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store.os, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "index", HashEmbedder(), [corpus], progress=False)
    assert store.current(tmp_path / "index") == before


@pytest.mark.parametrize("exact_rows", [50_000, 5], ids=["every row", "lists"])
def test_unchanged_passages_are_not_embedded_again(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact_rows: int) -> None:
    monkeypatch.setattr(vectors, "EXACT_ROWS", exact_rows)

    class Counting(HashEmbedder):
        seen = 0

        def encode(self, texts, progress=False):  # type: ignore[no-untyped-def]
            self.seen += sum("examplol" in text for text in texts)
            return super().encode(texts, progress)

    first, second = Counting(), Counting()
    build(tmp_path / "index", first, [corpus], progress=False)
    (corpus / "examplol.md").write_text(sample().replace("deep sleep", "light sleep"), encoding="utf-8")
    build(tmp_path / "index", second, [corpus], progress=False)
    assert second.seen == 1 < first.seen
    index = load(tmp_path / "index", HashEmbedder())
    assert (index.vectors.lists is not None) == (exact_rows == 5)
    assert index.vectors.rows == pytest.approx(HashEmbedder().encode([embedded_text(passage) for passage in index.passages]))


# What a killed build had done: it embeds, or has written everything but the pointer to the build in service.
_HANGING = """
import sys, time
from pathlib import Path
from assistant.testing import HashEmbedder
from knowledge import index, store

def hang(*_, **__):
    print("now", flush=True)
    time.sleep(600)

corpus, folder, owner, name = sys.argv[1:]
setattr({"embedder": HashEmbedder, "os": store.os}[owner], name, hang)
index.build(Path(folder), HashEmbedder(), [Path(corpus)], progress=False)
"""


@pytest.mark.parametrize(("owner", "name"), [("embedder", "encode"), ("os", "replace")])
def test_a_build_that_is_killed_leaves_the_index_in_service(corpus: Path, tmp_path: Path, owner: str, name: str) -> None:
    folder = tmp_path / "index"
    build(folder, HashEmbedder(), [corpus], progress=False)
    before = store.current(folder)
    (corpus / "examplol.md").write_text(sample().replace("deep sleep", "light sleep"), encoding="utf-8")
    arguments = [sys.executable, "-c", _HANGING, str(corpus), str(folder), owner, name]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "now\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert store.current(folder) == before
    assert "deep sleep" in KnowledgeBase(folder, HashEmbedder()).search("examplol overdose", k=1)[0].passage.text
    build(folder, HashEmbedder(), [corpus], progress=False)
    assert "light sleep" in KnowledgeBase(folder, HashEmbedder()).search("examplol overdose", k=1)[0].passage.text
    assert [path for path in folder.iterdir() if path.is_dir()] == [store.current(folder)]


def test_a_build_that_is_being_opened_or_written_is_not_deleted(corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build(folder, HashEmbedder(), [corpus], progress=False)
    first = store.current(folder)
    during: list[tuple[bool, bool]] = []

    class Slow(HashEmbedder):
        """Another build begins and ends while this one embeds."""

        def encode(self, texts: Sequence[str], progress: bool = False) -> Vectors:
            if not during:
                build(folder, HashEmbedder(), [corpus], progress=False)
                during.append((first.is_dir(), len(list(folder.glob(".build-*"))) == 1))
            return super().encode(texts, progress)

    (corpus / "examplol.md").write_text(sample().replace("deep sleep", "light sleep"), encoding="utf-8")
    with store.reading(folder):
        build(folder, Slow(), [corpus], progress=False)
    assert during == [(True, True)]
    build(folder, HashEmbedder(), [corpus], progress=False)
    assert [path for path in folder.iterdir() if path.is_dir()] == [store.current(folder)]


@pytest.mark.parametrize("file", ["passages.jsonl", "vectors.npy", "monographs.jsonl", "manifest.json"])
def test_a_truncated_index_is_refused_with_the_command(corpus: Path, tmp_path: Path, file: str) -> None:
    build(tmp_path / "index", HashEmbedder(), [corpus], progress=False)
    path = store.current(tmp_path / "index") / file
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StaleIndexError, match="python -m knowledge build"):
        load(tmp_path / "index", HashEmbedder())


def test_a_foreign_index_is_refused_with_both_names(corpus: Path, tmp_path: Path) -> None:
    build(tmp_path / "index", HashEmbedder(), [corpus], progress=False)

    class Other(HashEmbedder):
        name, fingerprint = "another model", "another"

    with pytest.raises(StaleIndexError, match=r"hashed words.*another model.*python -m knowledge build"):
        load(tmp_path / "index", Other())


def test_no_index_is_said_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(StaleIndexError, match=r"no index.*python -m knowledge build"):
        load(tmp_path / "none", HashEmbedder())


def test_an_index_can_be_moved(corpus: Path, tmp_path: Path) -> None:
    build(tmp_path / "index", HashEmbedder(), [corpus], progress=False)
    shutil.copytree(tmp_path / "index", tmp_path / "elsewhere")
    assert KnowledgeBase(tmp_path / "elsewhere", HashEmbedder()).search("examplol storage")


def test_a_search_stays_inside_the_named_drug(small_base: KnowledgeBase) -> None:
    hits = small_base.search("what are the side effects of examplol", k=50)
    assert hits
    assert {hit.passage.drug for hit in hits} == {"examplol"}


def test_a_brand_finds_its_drug_and_an_unknown_one_nothing(small_base: KnowledgeBase) -> None:
    assert {hit.passage.drug for hit in small_base.search("Samplix storage")} == {"samplazine"}
    assert small_base.search("how do I store zorblaxin") == []


def test_a_hit_has_the_contract_fields(small_base: KnowledgeBase) -> None:
    hit = small_base.search("store examplol")[0].as_json()
    assert {"drug", "section", "section_code", "text", "score", "monograph", "revised"} <= hit.keys()
