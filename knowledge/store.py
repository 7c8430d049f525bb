"""A built index as files: written beside the one in service, swapped in at once, checked when read. No pickle."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from knowledge.types import Drug, Interaction, Monograph, Section, Severity, Source

FORMAT = 2
DEFAULT = Path(__file__).parent.parent / ".cache" / "index"
_CURRENT = "current"
_MANIFEST = "manifest.json"
_TRIES = 20


class StaleIndexError(RuntimeError):
    """An index that cannot be used; the message names the command that makes a good one."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built from: enough to refuse one that does not fit."""

    format: int
    embedding: str
    embedding_sha256: str
    dimension: int
    passages: int
    corpus_sha256: str
    sources: tuple[str, ...]
    built: str
    files: Mapping[str, str]  # name -> SHA-256


def rebuild_command(folder: Path) -> str:
    """The command that makes a good index at `folder`."""
    return "python -m knowledge build" + ("" if folder.resolve() == DEFAULT else f" --out {folder}")


@contextmanager
def writing(folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """A new build below `folder`: its manifest to fill (all but `format`, `built` and `files`) and the folder to write its files into.

    When the block ends well the build is swapped in by one rename. Until then, and whenever the block fails or the process is killed,
    the one in service stays. Older builds are deleted, but for those that somebody is opening or writing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"build-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
    place = folder / f".{name}"
    place.mkdir()
    manifest: dict[str, Any] = {}
    with _locked(place, fcntl.LOCK_EX):
        try:
            yield manifest, place
            sums = {path.name: _sha256(path) for path in sorted(place.iterdir())}
            complete = Manifest(format=FORMAT, built=datetime.now(UTC).isoformat(timespec="seconds"), files=sums, **manifest)
            (place / _MANIFEST).write_text(json.dumps(asdict(complete), indent=1) + "\n", encoding="utf-8")
            place.rename(folder / name)
            pointer = folder / f".{_CURRENT}-{uuid.uuid4().hex[:6]}"
            pointer.write_text(name, encoding="utf-8")
            os.replace(pointer, folder / _CURRENT)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
    for old in folder.iterdir():
        if old.is_dir() and old.name.lstrip(".").startswith("build-") and old.name != name:
            with suppress(OSError), _locked(old, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(old, ignore_errors=True)


def current(folder: Path) -> Path:
    """The folder of the build in service, which may just be replaced.

    Raises:
        StaleIndexError: there is none.
    """
    try:
        return folder / (folder / _CURRENT).read_text(encoding="utf-8").strip()
    except OSError:
        raise StaleIndexError(f"no index at {folder}: run `{rebuild_command(folder)}`") from None


@contextmanager
def reading(folder: Path) -> Iterator[tuple[Manifest, Path]]:
    """The manifest and the folder of the build in service, each file checked against its SHA-256; no build deletes it meanwhile.

    Files that were opened, memory maps included, stay whole after the block, also when a later build deletes them.

    Raises:
        StaleIndexError: missing, of another format, truncated or changed.
    """
    with ExitStack() as held:
        place = _hold(folder, held)
        try:
            data = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))
            if data.get("format") != FORMAT:
                raise StaleIndexError(
                    f"the index at {folder} has format {data.get('format')}, this version reads {FORMAT}: run `{rebuild_command(folder)}`"
                )
            manifest = Manifest(**{**data, "sources": tuple(data["sources"])})
            sums = {name: _sha256(place / name) for name in manifest.files}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise StaleIndexError(f"the index at {folder} is broken ({error}): run `{rebuild_command(folder)}`") from None
        for name, expected in manifest.files.items():
            if sums[name] != expected:
                raise StaleIndexError(f"{name} of the index at {folder} is truncated or changed: run `{rebuild_command(folder)}`")
        yield manifest, place


def _hold(folder: Path, held: ExitStack) -> Path:
    """The build in service, locked against deletion; one that is replaced and deleted before the lock is taken gives way to the next."""
    for _ in range(_TRIES):
        place = current(folder)
        try:
            held.enter_context(_locked(place, fcntl.LOCK_SH))
        except FileNotFoundError:
            continue
        if place.is_dir():
            return place
    raise StaleIndexError(f"the index at {folder} is incomplete: run `{rebuild_command(folder)}`")


@contextmanager
def _locked(place: Path, kind: int) -> Iterator[None]:
    """Hold a lock on a folder; the system lets go of it when the process dies."""
    handle = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(handle, kind)
        yield
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def monograph_to_json(monograph: Monograph) -> dict[str, Any]:
    """A monograph as plain data; `monograph_from_json` is its inverse."""
    return {**asdict(monograph), "revised": monograph.revised.isoformat()}


def monograph_from_json(data: dict[str, Any]) -> Monograph:
    """The monograph that `monograph_to_json` wrote."""
    drug: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data["drug"].items()}
    return Monograph(
        id=data["id"], drug=Drug(**drug), revised=date.fromisoformat(data["revised"]), text=data["text"],
        sections=tuple(Section(**part) for part in data["sections"]),
        interactions=tuple(Interaction(**{**row, "severity": Severity(row["severity"])}) for row in data["interactions"]),
        sources=tuple(Source(**source) for source in data["sources"]), origin=data["origin"],
    )  # fmt: skip
