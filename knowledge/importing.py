"""Imports many label files: parsed on all cores, gated, reported on; what passes is a stream of monographs in bounded memory."""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

from tqdm import tqdm

from knowledge import gate, store
from knowledge.gate import Facts
from knowledge.label_files import Item, files, items, parse
from knowledge.labels import Label, LabelError, to_monograph
from knowledge.planted import planted
from knowledge.rows import as_line
from knowledge.types import Monograph, MonographError

_BATCH = 8  # labels a task
_ALONE = 24  # up to so many, starting processes costs more than they save
_TOO_DEEP = "nested too deeply to be a label"


@dataclass(slots=True)
class Report:
    """What became of the files: refused ones with the reason, taken ones with what was left out of them."""

    taken: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)  # (file, reason)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    stands_for: list[tuple[str, str]] = field(default_factory=list)  # (file taken, files of the same label)

    def lines(self) -> Iterator[str]:
        """As text: each refused file, then the counts by kind of reason."""
        for file, reason in self.refused:
            yield f"{file}: refused: {reason}"
        yield f"{self.taken} labels taken in, {len(self.refused)} refused"
        for reason, count in Counter(reason.split(":")[0].split(" (")[0] for _, reason in self.refused).most_common():
            yield f"  {count} × {reason}"
        for file, reason in self.left_out:
            if "planted instruction" in reason:
                yield f"{file}: {reason}"
        for file, others in self.stands_for:
            yield f"{file}: the same label stands under {others} too: this one is taken for all of them"
        if self.left_out:
            yield f"  {len(self.left_out)} labels without some of their sections (--report FILE lists them)"

    def write(self, path: Path) -> None:
        """As JSON lines {file, outcome, reason}."""
        with path.open("w", encoding="utf-8") as out:
            for outcome, rows in (("refused", self.refused), ("left out", self.left_out), ("stands for", self.stands_for)):
                for file, reason in rows:
                    out.write(json.dumps({"file": file, "outcome": outcome, "reason": reason}, ensure_ascii=False) + "\n")
            out.write(json.dumps({"outcome": "taken", "count": self.taken}) + "\n")


@dataclass(frozen=True, slots=True)
class _Read:
    """One label as a worker hands it back: refused with a reason, or its monograph as a line of JSON and what the gate compares."""

    file: str
    reason: str = ""
    line: bytes = b""
    facts: Facts | None = None
    left_out: tuple[str, ...] = ()


def read_labels(
    sources: Iterable[Path], report: Report | None = None, progress: bool = True, processes: int | None = None
) -> Iterator[Monograph]:
    """The monographs of the labels in files and folders, those that pass the gate; a bad file is reported and stops nothing.

    Args:
        report: filled while this runs, complete when it ends.

    Raises:
        MonographError: no label was taken in.
    """
    report = report if report is not None else Report()
    paths = list(dict.fromkeys(path for source in sources for path in files(source)))
    with tempfile.TemporaryFile() as spool:  # parsed once, compared as a whole, then given: memory holds no texts
        held, places = _gather(paths, spool, report, progress, processes)
        gone = gate.duplicates(held)
        report.stands_for += gate.stand_ins(held, gone)
        for at, place in enumerate(places):
            if at in gone:
                report.refused.append((held[at].file, gone[at]))
                continue
            report.taken += 1
            spool.seek(place)
            yield store.monograph_from_json(json.loads(spool.readline()))
    if not report.taken:
        named = ", ".join(str(source) for source in sources)
        raise MonographError(
            [*list(report.lines())[:20], f"{named}: no label to import" + ("" if paths else " (*.xml, *.json, *.jsonl, *.txt)")]
        )


def _gather(
    paths: Sequence[Path], spool: IO[bytes], report: Report, progress: bool, processes: int | None
) -> tuple[list[Facts], list[int]]:
    held: list[Facts] = []
    places: list[int] = []
    with tqdm(total=len(paths), unit="file", desc="labels", disable=None if progress else True) as bar:
        for read in _parsed(_items(paths, report, bar), processes or (os.cpu_count() or 1), len(paths)):
            if read.facts is None:
                report.refused.append((read.file, read.reason))
                continue
            held.append(read.facts)
            places.append(spool.tell())
            spool.write(read.line)
            if read.left_out:
                report.left_out.append((read.file, ", ".join(read.left_out)))
    return held, places


def _items(paths: Sequence[Path], report: Report, bar: tqdm) -> Iterator[Item]:
    for path in paths:
        count = 0
        try:
            for item in items(path):
                count += 1
                yield item
        except (LabelError, OSError, RecursionError) as error:
            reason = _TOO_DEEP if isinstance(error, RecursionError) else str(error)
            report.refused.append((path.name, reason + (f" ({count} labels before it were read)" if count else "")))
        else:
            if not count:
                report.refused.append((path.name, "holds no label"))
        bar.update()


def _parsed(source: Iterator[Item], processes: int, files_in_all: int) -> Iterator[_Read]:
    """The items parsed, in their order where one process does it; never more than a few batches are in flight."""
    first = list(islice(source, _ALONE + 1))
    if processes < 2 or len(first) <= _ALONE:
        yield from map(_read, first)
        yield from map(_read, source)
        return
    batches = iter([first[at : at + _BATCH] for at in range(0, len(first), _BATCH)])
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: set[Future[list[_Read]]] = set()
        while True:
            while len(waiting) < 3 * processes and (batch := next(batches, None) or list(islice(source, _BATCH))):
                waiting.add(pool.submit(_read_all, batch))
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()


def _read_all(batch: list[Item]) -> list[_Read]:
    return [_read(item) for item in batch]


def _read(item: Item) -> _Read:
    """One label, or why not: whatever goes wrong in one file stays with it."""
    path, number, _ = item
    file = f"{path.name}#{number}" if number > 1 else path.name
    try:
        label = parse(item)
        if reason := gate.refusal(label):
            return _Read(file, reason)
        flagged = (*label.left_out, *_planted_in(label))
        return _Read(file, "", as_line(store.monograph_to_json(to_monograph(label))), gate.facts(label), flagged)
    except (LabelError, OSError) as error:
        return _Read(file, str(error))
    except RecursionError:
        return _Read(file, _TOO_DEEP)
    except Exception as error:  # noqa: BLE001 -- an import of thousands goes on, and says which file it was
        return _Read(file, f"cannot be read ({type(error).__name__}: {error})")


def _planted_in(label: Label) -> Iterator[str]:
    """A line a part with a planted instruction; its sentence stays in the text, so that spans hold, and is shown in no answer."""
    for part in label.parts:
        if reason := planted(f"{part.title}\n{part.text}"):
            yield f"{part.title}: not shown: planted instruction, {reason}"
