"""Reads labels in openFDA's JSON: records of the API and its bulk files, one by one, and flat forms of the same fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from knowledge.label_sections import BY_FIELD, DRUG_FACTS, LabelSection, drug_facts_code, population_code
from knowledge.label_tables import filled, placed
from knowledge.label_text import lines, subsections, without_heading
from knowledge.labels import Label, LabelError, Part, claim, merged
from knowledge.spl import day

_CHUNK = 1 << 20
_MAX_RECORD = 30_000_000  # characters; the longest label records are below 3 million
_RESULTS = re.compile(r'"results"\s*:\s*\[')
_DROPPED = ("package_label_principal_display_panel", "spl_product_data_elements", "spl_unclassified_section")


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a JSON file: one record, a list of them, or an API envelope; a bulk file is never held as a whole.

    Raises:
        LabelError: not UTF-8, not JSON, truncated, or a record too large to be a label; those before it have been given.
    """
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8-sig") as file:
        try:
            buffer = file.read(_CHUNK)
            start = _RESULTS.search(buffer)
            if start is None and not buffer.lstrip().startswith("["):
                yield _single(buffer + file.read(_MAX_RECORD))
                return
            buffer = buffer[start.end() if start else buffer.index("[") + 1 :]
            while True:
                buffer = buffer.lstrip(" \r\n\t,")
                if buffer.startswith("]"):
                    return
                try:
                    record, end = decoder.raw_decode(buffer)
                except json.JSONDecodeError as error:
                    more = file.read(max(_CHUNK, len(buffer)))  # doubled, so that a long record is not tried once a chunk
                    if not more or len(buffer) > _MAX_RECORD:
                        raise LabelError(f"truncated or broken JSON: {error.msg} near character {error.pos} of a record") from None
                    buffer += more
                    continue
                yield record if isinstance(record, dict) else {}
                buffer = buffer[end:]
        except UnicodeDecodeError as error:
            raise LabelError(f"not UTF-8 ({error.reason} at byte {error.start})") from None


def _single(text: str) -> dict[str, Any]:
    if len(text) >= _MAX_RECORD:
        raise LabelError(f"more than {_MAX_RECORD / 1e6:.0f} MB in one JSON record: no label is that long")
    if not text.strip():
        raise LabelError("an empty file")
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise LabelError(f"truncated or broken JSON: {error.msg} at line {error.lineno}") from None
    if not isinstance(record, dict):
        raise LabelError("JSON, but no label record")
    return record


def label(record: dict[str, Any], file: str, stem: str = "") -> Label:
    """The label of one record.

    Raises:
        LabelError: it has no field of a label, or is an error reply of the API.
    """
    if "error" in record and "results" not in record:
        raise LabelError(_told(record["error"]))
    fields: dict[str, Any] = record["sections"] if isinstance(record.get("sections"), dict) else record
    meta = record.get("openfda") or record.get("openfda_meta") or {}
    meta = meta if isinstance(meta, dict) else {}
    if not meta and not any(field.removesuffix("_table") in BY_FIELD or field in _DROPPED for field in fields):
        raise LabelError(f"JSON, but no label record (its fields: {', '.join(map(str, list(record)[:5])) or 'none'})")

    def values(field: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_strings(meta.get(field))))

    names = (*values("generic_name"), *values("brand_name"), *values("substance_name"))
    parts: list[Part] = []
    for field, section in BY_FIELD.items():
        text = "\n".join(_strings(fields.get(field)))
        text, tables, loose = placed(text, "\n".join(_strings(fields.get(f"{field}_table"))))
        if text.strip():
            parts += (replace(part, text=filled(part.text, tables)) for part in _parts(section, text, names))
        if loose:
            parts.append(Part(section.code, "Tables", loose))
    packager = meta.get("is_original_packager")
    original = packager[0] if isinstance(packager, list) and packager else None
    return Label(
        file=file, parts=merged(parts), claimed=str(record.get("drug_name") or claim(stem)),
        set_id=str(record.get("set_id") or next(iter(values("spl_set_id")), "")), version=str(record.get("version") or ""),
        effective=day(str(record.get("effective_time") or "")), kind=" ".join(values("product_type")).upper(),
        title=" ".join(_strings(fields.get("package_label_principal_display_panel")))[:300],
        generics=values("generic_name"), brands=values("brand_name"), substances=values("substance_name"),
        makers=values("manufacturer_name"), routes=values("route"), approvals=values("application_number"),
        drug_class=", ".join(name.removesuffix(" [EPC]").lower() for name in values("pharm_class_epc")), rxcui=values("rxcui"), unii=values("unii"),
        original=bool(original) if original is not None else (False if meta.get("brand_name") else None), has_meta=bool(meta),
        left_out=tuple(sorted({f"field {name!r}" for name in fields if name.removesuffix("_table") not in BY_FIELD and _long(fields[name])} - {f"field {name!r}" for name in _DROPPED})),
    )  # fmt: skip


def _told(error: Any) -> str:
    """An error reply as a sentence: openFDA's is {code, message}."""
    held = error if isinstance(error, dict) else {"message": error}
    said = [str(held[key]).strip(" .!") for key in ("message", "code") if isinstance(held.get(key), str)]
    return "no label but an error reply of openFDA" + (f": {said[0]}" if said else "") + (f" ({said[1]})" if said[1:] else "")


def _parts(section: LabelSection, text: str, names: tuple[str, ...]) -> Iterator[Part]:
    """A flat section as its parts: at numbered headings, or at the fixed headings of Drug Facts in the warnings of an OTC label."""
    number, body = without_heading(text, section)
    if section.code == "34071-1" and len(list(DRUG_FACTS.finditer(body))) > 1:
        marks = list(DRUG_FACTS.finditer(body))
        yield Part(section.code, "", lines(body[: marks[0].start()]))
        for at, mark in enumerate(marks):
            stop = marks[at + 1].start() if at + 1 < len(marks) else len(body)
            yield Part(drug_facts_code(mark), "", lines(body[mark.start() : stop]))
        return
    for label_number, title, rest in subsections(body, number, names):
        code = population_code(label_number, title) if section.code == "43684-0" else None
        yield Part(code or section.code, title, lines(rest))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    return [str(item) for item in value if item is not None] if isinstance(value, list) else []


def _long(value: Any) -> bool:
    return sum(map(len, _strings(value))) > 200
