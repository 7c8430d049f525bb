"""An FDA label as read from a file, whatever its format, and the monograph that is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from knowledge.label_sections import BY_CODE, ORDER
from knowledge.reader import CORPUS, fingerprint
from knowledge.types import UNDATED, Drug, Monograph, Section, Source
from knowledge.vocabulary import ingredient, names, normal

_MORE = 8  # ingredients up to which a combination or a kit is named by all of them; a multivitamin keeps the product's name
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE)
_TOGETHER = re.compile(r"\s*(?:\band\b|,|/|;|&|\+)\s*")


class LabelError(ValueError):
    """A file that cannot be read as a label: the message says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section or subsection of a label under its LOINC code; `title` is the label's own heading of a subsection."""

    code: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """What a label file says, before the gate: names as the label writes them, parts in its order.

    `file` names where it was read; `claimed` the drug that the file's name or its `drug_name` gives; `has_meta` whether the product's data
    (approval, route, maker) came with it, since their absence means something only then.
    """

    file: str
    parts: tuple[Part, ...]
    claimed: str = ""
    set_id: str = ""
    version: str = ""
    effective: date = UNDATED
    kind: str = ""  # "HUMAN OTC DRUG"
    title: str = ""
    generics: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    drug_class: str = ""
    rxcui: tuple[str, ...] = ()
    unii: tuple[str, ...] = ()
    original: bool | None = None  # False for a repackager's
    has_meta: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Characters of the text that answers questions."""
        return sum(len(part.text) for part in self.parts if BY_CODE[part.code].clinical)

    def text(self, *codes: str) -> str:
        """The text of these sections."""
        return "\n".join(part.text for part in self.parts if part.code in codes)


def claim(stem: str) -> str:
    """The drug that a file's name gives, or nothing for a set id or a name with digits."""
    plain = stem.replace("_", " ").strip()
    return "" if _UUID.search(stem) or sum(map(str.isdigit, plain)) > 2 else plain


def name_of(label: Label) -> str:
    """The generic name as the corpus writes it: lower case, without its salt, a combination joined by `-`; empty if the label has none."""
    known = _vocabulary()
    parts = [_known(part) for part in label.substances]
    if not parts and label.generics:
        parts = [_known(part) for part in _TOGETHER.split(label.generics[0].lower()) if part.strip()]
    if not parts and label.claimed:
        found = known.get(normal(label.claimed)) or _known(label.claimed)
        parts = _with_partner([part.strip() for part in found.split(";")], label)
    parts = list(dict.fromkeys(part for part in parts if part))
    if len(parts) > _MORE:
        return normal((label.brands or label.generics or (parts[0],))[0])
    held = _authored().get(frozenset(parts))
    return held or "-".join(parts)


def _known(name: str) -> str:
    """A substance as it is called: without its salt, but with it where that is the name ("potassium chloride")."""
    plain = normal(re.sub(r"\(.*?\)", " ", name))
    held = _authored()
    for form in (plain, ingredient(name)):
        if frozenset([form]) in held:
            return held[frozenset([form])]
    return ingredient(name)


def _with_partner(parts: list[str], label: Label) -> list[str]:
    """The parts of a drug known by its claim alone; one more when its label opens with a combination ("X and Y tablets are …")."""
    if len(parts) != 1:
        return parts
    opening = label.text("34067-9")[:250].lower()
    found = re.search(
        rf"\b{re.escape(parts[0])}(?: \w+)?(?: and |/| with )([a-z]+)(?: [a-z]+)? (?:tablets?|capsules?|is|are|oral|injection)\b", opening
    )
    known = _vocabulary()
    return [*parts, known[found[1]]] if found and found[1] in known and known[found[1]] != parts[0] else parts


@cache
def _vocabulary() -> dict[str, str]:
    return names()


@cache
def _authored() -> dict[frozenset[str], str]:
    """Ingredients -> the name of the authored monograph, for its spelling and order of a combination."""
    held = {}
    for path in CORPUS.glob("*.md"):
        if found := re.search(r"^name: (.+)$", path.read_text(encoding="utf-8")[:200], re.MULTILINE):
            held[frozenset(re.split(r"-(?=[a-z])", found[1].strip()))] = found[1].strip()
    return held


def to_monograph(label: Label) -> Monograph:
    """The monograph of a label that passed the gate; sections in the order of FDA's table, interactions none (a label has no such rows)."""
    name = name_of(label)
    text = f"# {name}\n"
    sections: list[Section] = []
    last = ""
    for part in sorted(label.parts, key=lambda part: ORDER[part.code]):
        title = BY_CODE[part.code].title
        if part.code != last:
            text += f"\n## {title}\n"
        last = part.code
        if part.title:
            text += f"### {part.title}\n"
        start = len(text)
        sections.append(Section(part.code, title, part.title, part.text, start, start + len(part.text)))
        text += part.text + "\n"
    brands = tuple(
        brand for brand in dict.fromkeys(map(_cased, label.brands)) if normal(brand) != name and ingredient(brand) != ingredient(name)
    )
    whole = {normal(form) for form in (*label.generics, *label.substances)} - {name}
    return Monograph(
        id=f"{name.replace(' ', '-')}@{fingerprint(text + label.set_id)}",
        drug=Drug(
            name, brands, tuple(sorted(whole)) if len(label.substances) < 2 else (), label.drug_class, "what its label states", status=_status(label),
            forms=tuple(route.lower() for route in label.routes), rxcui=label.rxcui, unii=label.unii,
        ),
        revised=label.effective, text=text, sections=tuple(sections), interactions=(),
        sources=(Source(_titled(label, name), "" if label.effective == UNDATED else label.effective.isoformat(), label.set_id or None, label.version or None),),
        origin="label",
    )  # fmt: skip


def _titled(label: Label, name: str) -> str:
    """What a citation calls a label: "FDA label of Jantoven, Upsher-Smith (set id …, version 3)"."""
    brand = _cased(label.brands[0]) if label.brands else name
    about = [f"set id {label.set_id}"] if label.set_id else []
    about += [f"version {label.version}"] if label.version else []
    return f"FDA label of {brand}" + (f", {label.makers[0]}" if label.makers else "") + (f" ({', '.join(about)})" if about else "")


def _cased(name: str) -> str:
    return name.title() if name.isupper() and len(name) > 4 else name.strip()


def _status(label: Label) -> str:
    return "otc" if "OTC" in label.kind.upper() else "prescription"


def merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Parts whose text is not empty, none twice: one that stands whole in another is left out."""
    kept = [replace(part, text=part.text.strip()) for part in parts if re.search(r"[^\W\d_]{2}", part.text) and part.code in BY_CODE]
    plain = [normal(part.text) for part in kept]
    return tuple(
        part
        for at, part in enumerate(kept)
        if not any(
            (plain[at] == plain[other] and other < at) or (len(plain[at]) > 60 and plain[at] != plain[other] and plain[at] in plain[other])
            for other in range(len(kept))
            if other != at
        )
    )
