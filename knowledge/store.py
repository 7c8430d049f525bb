"""A built index as files: written beside the one in service, swapped in at once, checked when read. No pickle."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from knowledge.types import Drug, Interaction, Monograph, Section, Severity, Source

FORMAT = 1
DEFAULT = Path(__file__).parent.parent / ".cache" / "index"
_CURRENT = "current"
_MANIFEST = "manifest.json"


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


def write(folder: Path, files: Mapping[str, bytes], manifest: dict[str, Any]) -> None:
    """Write an index below `folder` and swap it in by one rename; the one in service stays until then."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"build-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
    place = folder / f".{name}"
    try:
        place.mkdir()
        for file, data in files.items():
            (place / file).write_bytes(data)
        sums = {file: hashlib.sha256(data).hexdigest() for file, data in files.items()}
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
            shutil.rmtree(old, ignore_errors=True)


def current(folder: Path) -> Path:
    """The folder of the build in service.

    Raises:
        StaleIndexError: there is none.
    """
    try:
        place = folder / (folder / _CURRENT).read_text(encoding="utf-8").strip()
    except OSError:
        raise StaleIndexError(f"no index at {folder}: run `{rebuild_command(folder)}`") from None
    if not place.is_dir():
        raise StaleIndexError(f"the index at {folder} is incomplete: run `{rebuild_command(folder)}`")
    return place


def read(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the files of the index at `folder`, each file checked against its SHA-256.

    Raises:
        StaleIndexError: missing, of another format, truncated or changed.
    """
    place = current(folder)
    try:
        data = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))
        if data.get("format") != FORMAT:
            raise StaleIndexError(
                f"the index at {folder} has format {data.get('format')}, this version reads {FORMAT}: run `{rebuild_command(folder)}`"
            )
        manifest = Manifest(**{**data, "sources": tuple(data["sources"])})
        files = {name: (place / name).read_bytes() for name in manifest.files}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StaleIndexError(f"the index at {folder} is broken ({error}): run `{rebuild_command(folder)}`") from None
    for name, expected in manifest.files.items():
        if hashlib.sha256(files[name]).hexdigest() != expected:
            raise StaleIndexError(f"{name} of the index at {folder} is truncated or changed: run `{rebuild_command(folder)}`")
    return manifest, files


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
