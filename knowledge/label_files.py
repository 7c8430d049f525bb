"""Reads the labels of a file, whichever of the known formats it has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge import openfda, spl
from knowledge.label_sections import BY_FIELD, LabelSection
from knowledge.label_text import lines, without_heading
from knowledge.labels import Label, LabelError, Part, merged
from knowledge.vocabulary import ingredient, names, normal

SUFFIXES = (".xml", ".json", ".jsonl", ".txt")
_MAX_TEXT = 20_000_000  # bytes
_HEADED = re.compile(r"^(?:(\d{1,2})(?:\.(\d{1,2}))?\.?\s+)?(\S.{0,120})$")
_NAMED = re.compile(
    r"\b([A-Z][\w-]{2,30})®? \(([A-Za-z][a-z][A-Za-z ,/-]{2,80}?)(?: (?:injection|tablets?|capsules?|solution|ER))*\)"
)  # TRICOR (fenofibrate)
_SUBJECT = re.compile(r"\b([A-Z][\w-]{2,30})(?: [a-z]+)? (?:is|are) (?:contra)?indicated\b")

# A label before it is parsed: the file, its place in the file, and the record where the file holds several.
Item = tuple[Path, int, Any]


def files(source: Path) -> list[Path]:
    """The label files of a source, sorted: itself, or those in the folder and below; a link to nothing is one, and refused by `items`."""
    if source.is_file() or (source.is_symlink() and not source.exists()):
        return [source] if source.suffix.lower() in SUFFIXES else []
    return sorted(path for path in source.rglob("*") if not path.name.startswith(".") and not path.is_dir() and files(path))


def items(path: Path) -> Iterator[Item]:
    """The labels of a file, unparsed; a bulk file's records one by one.

    Raises:
        LabelError: the file cannot be read, or not to its end; the labels before that have been given.
    """
    if not path.exists():
        raise LabelError("a link to a file that is not there" if path.is_symlink() else "the file is not there any more")
    if path.suffix.lower() == ".json":
        for number, record in enumerate(openfda.records(path), start=1):
            yield path, number, record
    elif path.suffix.lower() == ".jsonl":
        yield from _rows(path)
    else:
        yield path, 0, None


def parse(item: Item) -> Label:
    """The label of an item.

    Raises:
        LabelError: says why it is none.
    """
    path, number, record = item
    name = f"{path.name}#{number}" if number > 1 else path.name
    if isinstance(record, dict):
        return openfda.label(record, name, path.stem if number < 2 else "")
    if isinstance(record, list):
        return _from_rows(record, name)
    return spl.read(path) if path.suffix.lower() == ".xml" else _from_text(path)


def _rows(path: Path) -> Iterator[Item]:
    """JSON lines: records of openFDA's fields, or rows {label, section_name, section_text}, those of one label together."""
    held: list[dict[str, Any]] = []
    number = 0
    with path.open(encoding="utf-8-sig") as file:
        try:
            for at, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as error:
                    raise LabelError(f"line {at}: broken JSON: {error.msg}") from None
                if isinstance(row, dict) and "section_text" in row:
                    if held and _row_label(held[0]) != _row_label(row):
                        yield path, number, held
                        held = []
                    number = number if held else at
                    held.append(row)
                else:
                    yield path, at, row if isinstance(row, dict) else {}
        except UnicodeDecodeError as error:
            raise LabelError(f"not UTF-8 ({error.reason} at byte {error.start})") from None
    if held:
        yield path, number, held


def _row_label(row: dict[str, Any]) -> str:
    return str(row.get("label") or row.get("label_id") or row.get("drug_name") or "")


def _from_rows(rows: list[dict[str, Any]], file: str) -> Label:
    parts: list[Part] = []
    left: list[str] = []
    for row in rows:
        section = _section(str(row.get("section_name") or ""))
        if section is None:
            left.append(f"section {row.get('section_name')!r}")
            continue
        parts += _numbered(section, str(row["section_text"] or ""))
    return Label(file=file, parts=merged(parts), claimed=_row_label(rows[0]), left_out=tuple(left))


def _section(name: str) -> LabelSection | None:
    """The section that a heading names: `adverse reactions`, `BOXED WARNINGS`, `DRUG INTERACTIONS`."""
    plain = re.sub(r" section$", "", re.sub(r"\s+", " ", name.strip(" :.").lower())).replace(" - ", " and ")
    field = BY_FIELD.get(plain.replace(" ", "_").removesuffix("s")) or BY_FIELD.get(plain.replace(" ", "_"))
    return field or next((row for row in BY_FIELD.values() if row.heading and re.fullmatch(row.heading, plain)), None)


def _numbered(section: LabelSection, text: str) -> list[Part]:
    """A section whose headings stand on lines of their own, as its parts."""
    _, body = without_heading(text.strip(), section)
    parts, title, held = [], "", list[str]()
    for line in [*body.split("\n"), "0.0 end"]:
        found = re.match(r"^\s*(?:\d{1,2}\.\d{1,2})\.?\s+([A-Z].{0,110}|end)$", line)
        if found and not found[1].endswith("."):
            parts.append(Part(section.code, title, lines(_joined(held))))
            title, held = re.sub(r"\s+", " ", found[1]).strip(), []
        else:
            held.append(line)
    return parts


def _joined(held: list[str]) -> str:
    """Lines of plain text as paragraphs: a blank line or a bullet begins a new one."""
    text = "\n".join(line.strip() for line in held)
    return re.sub(r"(?<!\n)\n(?!\n|[*•-] )", " ", text)


def _product(text: str) -> str:
    """The product that a text without a line for it is about; empty if it names none that is known."""
    for found in _NAMED.finditer(text[:5000]):
        if all(normal(part) in names() or ingredient(part) in names() for part in re.split(r"[,/]| and ", found[2])):
            return f"{found[1]} ({found[2]})"
    return next((found[1] for found in _SUBJECT.finditer(text) if normal(found[1]) in names()), "")


def _from_text(path: Path) -> Label:
    """Plain text: a first line that names the product, then sections under their headings, each on a line of its own.

    Where the text opens with a heading, the product is the first known one in the form "TRICOR (fenofibrate)" or "Tricor is indicated".
    """
    if path.stat().st_size > _MAX_TEXT:
        raise LabelError(f"{path.stat().st_size / 1e6:.0f} MB of text: no label is that long")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelError(f"not UTF-8 ({error.reason} at byte {error.start})") from None
    text = re.sub(r"<item>", "\n• ", re.sub(r"</?(?!item>)[a-z]+>|</item>", "\n", text))
    first, _, rest = text.strip().partition("\n")
    if _section(first):
        first, rest = _product(text), text
    if told := re.search(r"\bbrand (.+?), containing (.+?)\.?$", first):
        first = f"{told[1]} ({told[2]})"
    parts: list[Part] = []
    section: LabelSection | None = None
    held: list[str] = []
    for line in [*rest.split("\n"), ""]:
        found = _HEADED.match(line.strip())
        heading = _section(found[3]) if found and not found[2] and len(line) < 80 and found[3][:1].isupper() else None
        if heading is None:
            held.append(line)
            continue
        parts += _numbered(section, "\n".join(held)) if section else []
        section, held = heading, []
    parts += _numbered(section, "\n".join(held)) if section else []
    brand, _, generic = first.partition("(")
    generic = generic.partition(")")[0]
    uuid = path.stem if re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", path.stem) else ""
    return Label(
        file=path.name, parts=merged(parts), set_id=uuid, title=first[:300], brands=(brand.strip(),) if brand.strip() and generic else (),
        generics=(generic.strip(),) if generic else (), claimed="" if generic else re.split(r"[,(]| tablet| capsule", first)[0].strip()[:80],
    )  # fmt: skip
