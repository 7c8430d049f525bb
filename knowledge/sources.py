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
        written, found = path.is_dir() and any(path.glob("*.md")), files(path)
        if not written and not found:
            raise MonographError([f"{path}: holds no monograph (*.md) and no label (*.xml, *.json, *.jsonl, *.txt)"])
        if written and (not found or path.resolve() == CORPUS.resolve() or _has_front_matter(path)):
            corpora.append(path)
        if found:
            labels.append(path)
    authored = [monograph for path in corpora for monograph in read_all(path)]
    given = set[str]()
    for monograph in [*authored]:
        given.add(monograph.id)
        yield monograph
    if labels:
        yield from (monograph for monograph in read_labels(labels, report, progress) if monograph.id not in given)


def source_files(path: Path) -> list[Path]:
    """Every file that a source is read from, sorted."""
    return [*(sorted(path.glob("*.md")) if path.is_dir() else ()), *files(path)]


def _has_front_matter(folder: Path) -> bool:
    """Whether the Markdown files beside labels are monographs; a README is none."""
    return any(path.open(encoding="utf-8", errors="replace").read(4) == "---\n" for path in folder.glob("*.md"))
