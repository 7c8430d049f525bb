"""Reads labels in SPL XML (DailyMed): HL7 Structured Product Labeling, release 3. Entities, DTDs and external references are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from knowledge.label_sections import BY_CODE, TABLE, population_code
from knowledge.label_tables import table
from knowledge.label_text import lines, raised, tidy
from knowledge.labels import Label, LabelError, Part, claim, merged
from knowledge.types import UNDATED

MAX_BYTES = 40_000_000  # the longest labels on DailyMed are below 5 MB
_V3 = "{urn:hl7-org:v3}"
_UNII, _NDC = "2.16.840.1.113883.4.9", "2.16.840.1.113883.6.69"
_RXNORM = "2.16.840.1.113883.6.88"
_UNCLASSIFIED = "42229-5"
_INDEXING = ("48779-3",)
_SILENT = ("48780-1", "51945-4", "42229-5")  # product data, the package's picture, and headings without text
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2})*)\.?\s+")


def read(path: Path) -> Label:
    """Read one SPL file.

    Raises:
        LabelError: not XML, truncated, in another encoding than it says, too large, with a DTD or an entity, or no SPL.
    """
    from defusedxml.common import DefusedXmlException  # only where XML is read: an index is opened without it
    from defusedxml.ElementTree import parse

    if (size := path.stat().st_size) > MAX_BYTES:
        raise LabelError(f"{size / 1e6:.0f} MB of XML: a label is below {MAX_BYTES / 1e6:.0f} MB")
    try:
        root = parse(path, forbid_dtd=True, forbid_entities=True, forbid_external=True).getroot()
    except DefusedXmlException as error:
        raise LabelError(
            f"XML that declares a document type, an entity or an external reference is refused ({type(error).__name__})"
        ) from None
    except ParseError as error:
        raise LabelError(f"broken or truncated XML: {error}") from None
    except (LookupError, UnicodeError, ValueError) as error:
        raise LabelError(f"XML in an encoding that cannot be read: {error}") from None
    if root is None or root.tag != _V3 + "document":
        raise LabelError(f"XML, but no SPL document (its root is {root.tag if root is not None else 'missing'})")
    return _label(root, path)


def _label(root: Element, path: Path) -> Label:
    code = root.find(_V3 + "code")
    kind = (code.get("displayName") or code.get("code") or "") if code is not None else ""
    products = [found for found in root.iter(_V3 + "manufacturedProduct") if found.find(_V3 + "name") is not None] + list(
        root.iter(_V3 + "manufacturedMedicine")
    )
    active = [item for product in products for item in _active(product)]
    makers = [_text(found) for found in root.findall(f"{_V3}author/{_V3}assignedEntity/{_V3}representedOrganization/{_V3}name")]
    acts = {(found.get("displayName") or "").upper() for found in root.iterfind(f".//{_V3}performance/{_V3}actDefinition/{_V3}code")}
    parts: list[Part] = []
    left: list[str] = []
    for section in root.iterfind(f"{_V3}component/{_V3}structuredBody/{_V3}component/{_V3}section"):
        _section(section, "", "", parts, left)
    coded = {found.get("code") for found in root.iterfind(f".//{_V3}section/{_V3}code")}
    return Label(
        file=path.name, parts=merged(parts), claimed=claim(path.stem) if len(path.stem) > 3 else "",
        set_id=_attribute(root, "setId", "root"), version=_attribute(root, "versionNumber", "value"),
        effective=day(_attribute(root, "effectiveTime", "value")),
        kind="INDEXING" if coded and coded <= {*_INDEXING} else kind.upper(), title=_inline(root.find(_V3 + "title"))[:300],
        generics=_unique(_text(name) for product in products for name in product.iterfind(f".//{_V3}genericMedicine/{_V3}name")),
        brands=_unique(_own(product.find(_V3 + "name")) for product in products),
        substances=_unique(name for name, _ in active), unii=_unique(unii for _, unii in active), makers=_unique(makers),
        routes=_unique(found.get("displayName") or "" for found in root.iter(_V3 + "routeCode")),
        approvals=_unique(_approval(found) for found in root.iterfind(f".//{_V3}approval")),
        rxcui=_unique(found.get("code") or "" for found in root.iter(_V3 + "code") if found.get("codeSystem") == _RXNORM),
        original=not any("REPACK" in act or "RELABEL" in act for act in acts) if acts else None,
        has_meta=bool(products), left_out=_unique(left),
    )  # fmt: skip


def _active(product: Element) -> Iterator[tuple[str, str]]:
    """The active moieties (name, UNII) of a product; their salts stand in `ingredientSubstance`."""
    for item in [*product.iter(_V3 + "ingredient"), *product.iter(_V3 + "activeIngredient")]:
        if item.tag.endswith("}ingredient") and not (item.get("classCode") or "").startswith("ACTI"):
            continue
        substance = next((child for child in item if child.tag.endswith(("ingredientSubstance", "activeIngredientSubstance"))), None)
        if substance is None:
            continue
        moiety = substance.find(f"{_V3}activeMoiety/{_V3}activeMoiety")
        named = moiety if moiety is not None else substance
        code = substance.find(_V3 + "code")
        yield _text(named.find(_V3 + "name")) or _text(substance.find(_V3 + "name")), (code.get("code") or "") if code is not None else ""


def _section(section: Element, code: str, title: str, parts: list[Part], left: list[str]) -> None:
    """Add a section and those inside it. One without a known code belongs to the section around it, under its own heading."""
    own = section.find(_V3 + "code")
    found = (own.get("code") or "") if own is not None else ""
    heading = _inline(section.find(_V3 + "title"))
    number = _NUMBERED.match(heading)
    plain = heading[number.end() :] if number else heading
    if found in BY_CODE:
        inside = bool(code) and code != found and BY_CODE[found].title == BY_CODE[code].title
        code, title = found, plain if inside else ""
    elif code:
        code = population_code(number[1], plain) or code if number and code == "43684-0" else code
        title = plain or title
    elif found == _UNCLASSIFIED or not found:
        code, title = _by_heading(plain), ""
    if not code and (plain or found) and found not in _SILENT:
        left.append(f"section {plain or found!r}".replace("''", "without a title"))
    body = section.find(_V3 + "text")
    if code and body is not None and (text := lines("\n".join(_blocks(body)))):
        parts.append(Part(code, title.strip(" :"), _boxed(heading, text) if code == "34066-1" else text))
    for child in section.iterfind(f"{_V3}component/{_V3}section"):
        _section(child, code, title, parts, left)


def _boxed(heading: str, text: str) -> str:
    return f"{heading}\n{text}" if heading and heading.lower() not in text.lower() and heading.upper() != "BOXED WARNING" else text


def _by_heading(heading: str) -> str:
    return next(
        (row.code for row in TABLE if row.heading and row.clinical and re.fullmatch(row.heading, heading.strip(" :"), re.IGNORECASE)), ""
    )


def _blocks(element: Element) -> Iterator[str]:
    """The text of an SPL text block as lines: a paragraph, an item of a list and a row of a table each."""
    loose: list[str] = [element.text or ""]
    for child in element:
        kind = child.tag.removeprefix(_V3)
        if kind in ("paragraph", "list", "table", "caption"):
            yield raised("".join(loose))
            loose = []
            yield from _block(kind, child)
        else:
            loose.append(_raw(child))
        loose.append(child.tail or "")
    yield raised("".join(loose))


def _block(kind: str, element: Element) -> Iterator[str]:
    if kind == "table":
        rows = [[_inline(cell) for cell in row if cell.tag in (_V3 + "td", _V3 + "th")] for row in element.iter(_V3 + "tr")]
        yield table(rows, _inline(element.find(_V3 + "caption")))
    elif kind == "list":
        for item in element.iterfind(_V3 + "item"):
            first, *more = [line for line in "\n".join(_blocks(item)).split("\n") if line.strip()] or [""]
            yield "• " + first.strip().lstrip("•").strip()
            yield from more
    elif any(child.tag.removeprefix(_V3) in ("list", "table", "paragraph") for child in element):
        yield from _blocks(element)
    else:
        yield from raised(_raw(element)).split("\v")


def _raw(element: Element) -> str:
    """The text of inline markup; line breaks as `\\v`, superscripts marked for `raised`, pictures and footnote marks left out."""
    kind = element.tag.removeprefix(_V3)
    if kind == "br":
        return "\v"
    if kind in ("renderMultiMedia", "footnoteRef"):
        return ""
    inner = re.sub(r"\s+", " ", element.text or "") + "".join(_raw(child) + re.sub(r"[^\S\v]+", " ", child.tail or "") for child in element)
    if kind in ("td", "th", "paragraph", "item", "caption", "list"):
        return f" {'• ' if kind == 'item' else ''}{inner} "
    if kind == "linkHtml" and re.fullmatch(r"\s*\d{1,2}(?:\.\d{1,2})*\s*", inner):
        return f" {inner.strip()} "  # as openFDA writes a section's number, so that `tidy` knows it from a figure
    return f" ({inner.strip()})" if kind == "footnote" and inner.strip() else "\0" + inner if kind == "sup" else inner


def _inline(element: Element | None) -> str:
    """The text of an element on one line."""
    return "" if element is None else tidy(raised(_raw(element)).replace("\v", " "))


def _text(element: Element | None) -> str:
    return "" if element is None else re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def _own(element: Element | None) -> str:
    """A product's name without its suffix ("TRIAMINIC", not "TRIAMINIC Childrens …")."""
    return "" if element is None else (element.text or "").strip()


def _approval(element: Element) -> str:
    number, code = element.find(_V3 + "id"), element.find(_V3 + "code")
    return " ".join(
        part
        for part in (
            (number.get("extension") or "") if number is not None else "",
            (code.get("displayName") or "") if code is not None else "",
        )
        if part
    )


def _attribute(root: Element, tag: str, name: str) -> str:
    found = root.find(_V3 + tag)
    return (found.get(name) or "") if found is not None else ""


def day(text: str) -> date:
    """The date of an SPL or openFDA time stamp (`20240301…`); `UNDATED` if there is none."""
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()
    except ValueError:
        return UNDATED


def _unique(values: Iterator[str] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
