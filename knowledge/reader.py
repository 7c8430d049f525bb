"""Reads authored monographs: Markdown with YAML front matter in, validated `Monograph` out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.classes import partners
from knowledge.sections import AUTHORED, BOXED_WARNING, SectionKind
from knowledge.types import Drug, Interaction, Monograph, MonographError, Section, Severity, Source

CORPUS = Path(__file__).parent / "monographs"
_HEADING = re.compile(r"^(#{2,3}) (?:(\d{5}-\d) )?(.+)$")
_TITLES = {(kind.code, kind.title): kind for kind in AUTHORED}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _Form(_Strict):
    form: str
    route: str
    strengths: list[str] = Field(min_length=1)


class _Row(_Strict):
    with_: str = Field(alias="with", min_length=2)
    severity: Severity
    effect: str = Field(min_length=15)
    action: str = Field(min_length=10)


class _Source(_Strict):
    title: str = Field(min_length=8)
    date: date
    set_id: str | None = Field(default=None, pattern=r"^[0-9a-f]{8}-[0-9a-f-]{27}$")


class _FrontMatter(_Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9 ,/'-]+$")
    brands: list[str] = []
    synonyms: list[str] = []
    drug_class: str = Field(alias="class", min_length=3)
    purpose: str = Field(min_length=5)
    forms: list[_Form] = Field(min_length=1)
    status: Literal["prescription", "otc", "prescription and otc"]
    schedule: Literal["none", "II", "III", "IV", "V"]
    revised: date
    interactions: list[_Row] = Field(min_length=1)
    sources: list[_Source] = Field(min_length=1)


def read(path: Path) -> Monograph:
    """Read one monograph file.

    Raises:
        MonographError: every problem found, each as `file:line: field: what is wrong`.
    """
    try:
        raw = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise MonographError([f"{path}:1: text: not UTF-8 ({error.reason} at byte {error.start})"]) from None
    if not raw.startswith("---\n") or "\n---\n" not in raw:
        raise MonographError([f"{path}:1: front matter: the file must open with a YAML block between two lines '---'"])
    header, body = raw[4:].split("\n---\n", 1)
    front = _front_matter(path, header)
    body_line = header.count("\n") + 4
    chapters, problems = _chapters(path, body, body_line)
    problems += _missing(path, front, chapters, body_line)
    if problems:
        raise MonographError(problems)
    return _assemble(front, chapters)


def read_all(folder: Path = CORPUS) -> tuple[Monograph, ...]:
    """Read every `*.md` of a folder, sorted by file name.

    Raises:
        MonographError: the problems of all files together; also two files for one drug, a brand of two drugs, and an interaction row that
            names no drug of the folder, class or food.
    """
    monographs: list[Monograph] = []
    problems: list[str] = []
    seen: dict[str, Path] = {}
    unread: set[str] = set()  # names that a file stands for, though it could not be read
    for path in sorted(folder.glob("*.md")):
        try:
            monograph = read(path)
        except MonographError as error:
            problems.extend(error.problems)
            unread |= {path.stem, path.stem.replace("-", " ")}
            continue
        if first := seen.get(monograph.drug.name):
            problems.append(f"{path}:2: name: {monograph.drug.name!r} has a monograph already in {first.name}")
        seen[monograph.drug.name] = path
        monographs.append(monograph)
    problems += _across(monographs, seen, unread)
    if not monographs and not problems:
        problems.append(f"{folder}:0: folder: holds no monograph (*.md)")
    if problems:
        raise MonographError(problems)
    return tuple(monographs)


def _across(monographs: Sequence[Monograph], files: Mapping[str, Path], unread: Set[str]) -> list[str]:
    """What is wrong between files: a brand that maps to two drugs, an interaction row that names nothing known."""
    problems: list[str] = []
    brands: dict[str, str] = {}
    known = {monograph.drug.name for monograph in monographs} | unread | partners().keys()
    for monograph in monographs:
        path = files[monograph.drug.name]
        for brand in monograph.drug.brands:
            other = brands.setdefault(brand.lower(), monograph.drug.name)
            if other != monograph.drug.name:
                problems.append(f"{path}:{_line_of(path, 'brands:')}: brands: {brand!r} is a brand of {other} in {files[other].name} too")
        for row in monograph.interactions:
            if row.partner.lower() not in known:
                line = _line_of(path, f"with: {row.partner}")
                problems.append(f"{path}:{line}: interactions: {row.partner!r} is no drug of the corpus, class or food (classes.yaml)")
    return problems


def _line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").split("\n")
    return next((number for number, line in enumerate(lines, start=1) if text in line), 1)


def fingerprint(text: str) -> str:
    """The first 8 hex digits of the text's SHA-256: the revision part of a monograph's id."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _front_matter(path: Path, header: str) -> _FrontMatter:
    try:
        node = yaml.compose(header, Loader=yaml.SafeLoader)
        data = yaml.safe_load(header)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise MonographError([f"{path}:{line}: front matter: {getattr(error, 'problem', error)}"]) from None
    try:
        return _FrontMatter.model_validate(data)
    except ValidationError as error:
        raise MonographError(
            [
                f"{path}:{_line(node, item['loc'])}: {'.'.join(map(str, item['loc'])) or 'front matter'}: {item['msg']}"
                for item in error.errors()
            ]
        ) from None


def _line(node: Any, location: Iterable[str | int]) -> int:
    """The file line (1-based, front matter marker counted) of a front-matter field, or of its nearest parent."""
    for key in location:
        if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
        elif isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == key), None)
            if found is None:
                break
            node = found[1]
        else:
            break
    return int(node.start_mark.line) + 2 if node is not None else 2


# A chapter is (kind, subtitle, lines, file line of its heading).
_Chapter = tuple[SectionKind, str, list[str], int]


def _chapters(path: Path, body: str, first_line: int) -> tuple[list[_Chapter], list[str]]:
    chapters: list[_Chapter] = []
    problems: list[str] = []
    for number, line in enumerate(body.split("\n"), start=first_line):
        line = line.rstrip()
        heading = _HEADING.match(line)
        if heading and heading[1] == "##":
            kind = _TITLES.get((heading[2] or "", heading[3]))
            if kind is None:
                problems.append(
                    f"{path}:{number}: section: {line[3:]!r} is not a section of the format "
                    f"(see docs/authoring.md): expected e.g. '## {AUTHORED[1].code} {AUTHORED[1].title}'"
                )
            elif kind.rendered:
                problems.append(f"{path}:{number}: section: {kind.title!r} is written from the front matter's rows")
            elif any(kind is done for done, *_ in chapters):
                problems.append(f"{path}:{number}: section: {kind.title!r} is there twice")
            chapters.append((kind or AUTHORED[1], "", [], number))
        elif heading and chapters:
            chapters.append((chapters[-1][0], heading[3], [], number))
        elif line.startswith("#"):
            problems.append(f"{path}:{number}: section: {line!r} is not a heading of the format")
        elif line and chapters:
            chapters[-1][2].append(line)
        elif line:
            problems.append(f"{path}:{number}: section: text before the first section heading")
    return chapters, problems


def _missing(path: Path, front: _FrontMatter, chapters: list[_Chapter], first_line: int) -> list[str]:
    problems = []
    order = [AUTHORED.index(kind) for kind, *_ in chapters]
    if order != sorted(order):
        problems.append(f"{path}:{first_line}: sections: not in the order of the format")
    for kind in AUTHORED:
        parts = {subtitle: (lines, line) for this, subtitle, lines, line in chapters if this is kind}
        if kind.required and not kind.rendered and not parts:
            problems.append(f"{path}:{first_line}: section: '## {kind.code} {kind.title}' is missing")
        for name in kind.subsections if parts else ():
            if name not in parts:
                problems.append(f"{path}:{parts[''][1]}: section: {kind.title!r} lacks '### {name}'")
        for name, (lines, line) in parts.items():
            if not lines and (name or len(parts) == 1):
                problems.append(f"{path}:{line}: section: {name or kind.title!r} is empty")
    return problems


def _assemble(front: _FrontMatter, chapters: list[_Chapter]) -> Monograph:
    text = f"# {front.name}\n"
    sections: list[Section] = []
    rows: list[Interaction] = []

    def add(kind: SectionKind, subtitle: str, body: str, opens: bool) -> int:
        nonlocal text
        if opens:
            text += f"\n## {kind.title}\n"
        if subtitle:
            text += f"### {subtitle}\n"
        start = len(text)
        if body:
            sections.append(Section(kind.code, kind.title, subtitle, body, start, start + len(body)))
            text += body + "\n"
        return start

    for kind in AUTHORED:
        opened = False
        if kind.rendered:
            for row in sorted(front.interactions, key=lambda row: row.severity.rank):
                body = f"{row.effect}\n{row.action}"
                start = add(kind, f"{row.with_} ({row.severity.value})", body, not opened)
                rows.append(Interaction(row.with_, row.severity, row.effect, row.action, start, start + len(body)))
                opened = True
        for this, subtitle, lines, _ in chapters:
            if this is kind:
                add(kind, subtitle, "\n".join(lines), not opened)
                opened = True
    return Monograph(
        id=f"{front.name.replace(' ', '-')}@{fingerprint(text)}",
        drug=Drug(
            front.name, tuple(front.brands), tuple(front.synonyms), front.drug_class, front.purpose, front.status,
            front.schedule, tuple(f"{f.form} ({f.route}): {', '.join(f.strengths)}" for f in front.forms),
        ),
        revised=front.revised,
        text=text,
        sections=tuple(sections),
        interactions=tuple(rows),
        sources=tuple(Source(source.title, source.date.isoformat(), source.set_id) for source in front.sources),
    )  # fmt: skip


def boxed_warning(monograph: Monograph) -> str:
    """The boxed warning's text, or an empty string."""
    return "\n".join(part.text for part in monograph.section(BOXED_WARNING))
