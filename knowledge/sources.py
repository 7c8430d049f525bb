"""What an index is built from: the authored corpus, folders of monographs, and files or folders of labels, in any mix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.importing import Report, read_labels
from knowledge.label_files import files
from knowledge.reader import CORPUS, read_all
from knowledge.types import Monograph, MonographError

AUTHORED = "authored"  # the word that names the corpus on the command line and in a manifest


def source(text: str) -> Path:
    """The source that a word of the command line means.

    Raises:
        FileNotFoundError: there is no such file or folder.
    """
    path = CORPUS if text == AUTHORED else Path(text)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    return path


def named(path: Path) -> str:
    """How a manifest calls a source."""
    return AUTHORED if path.resolve() == CORPUS.resolve() else str(path)


def read_sources(paths: Sequence[Path], report: Report | None = None, progress: bool = True) -> Iterator[Monograph]:
    """The monographs of all sources: those in Markdown, checked before any is given, then the labels; one text is given once.

    Raises:
        MonographError: a Markdown source is broken, no label of the label sources was taken in, or a source holds neither.
    """
    corpora, labels = [], []
    for path in paths:
        written, found = _is_corpus(path), _labels(path)
        if not written and not found:
            raise MonographError([f"{path}: holds no monograph (*.md) and no label (*.xml, *.json, *.jsonl, *.txt)"])
        if written:
            corpora.append(path)
        labels += found
    authored = [monograph for path in corpora for monograph in read_all(path)]
    given = set[str]()
    for monograph in [*authored]:
        given.add(monograph.id)
        yield monograph
    if labels:
        yield from (monograph for monograph in read_labels(labels, report, progress) if monograph.id not in given)


def source_files(path: Path) -> list[Path]:
    """Every file that a source is read from, sorted."""
    return [*(sorted(path.glob("*.md")) if _is_corpus(path) else ()), *(file for file in _labels(path) if file.exists())]


def _labels(path: Path) -> list[Path]:
    """The label files of a source: all below a folder, but of a folder of monographs those that lie beside them."""
    return [file for file in files(path) if file.parent == path] if _is_corpus(path) else list(files(path))


def _is_corpus(folder: Path) -> bool:
    """Whether a folder holds monographs; a README beside labels is none."""
    return folder.is_dir() and any(file.read_text(encoding="utf-8", errors="replace").startswith("---\n") for file in folder.glob("*.md"))
