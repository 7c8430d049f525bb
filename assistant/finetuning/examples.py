"""The examples that the model learns from: a question, the passages that retrieval found for it, and an expert's answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.messages import BaseMessage

from assistant.prompt import render
from assistant.types import Audience
from knowledge.passages import sentences
from knowledge.types import Hit, Passage

KINDS = ("fact", "facts", "interaction", "missed_dose", "boxed", "personal", "follow_up", "absent", "partial", "planted")


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as the model was shown it, and where it stood."""

    drug: str
    section: str
    section_code: str
    text: str
    monograph: str
    start: int
    end: int

    @property
    def hit(self) -> Hit:
        return Hit(Passage(self.drug, self.section, self.section_code, self.text, self.start, self.end, self.monograph, "", ""), 1.0)


@dataclass(frozen=True, slots=True)
class Example:
    """One example.

    Attributes:
        kind: one of `KINDS`.
        source: "written" by hand, or the id of the example that it is a variation of.
        review: "checked" when the rules and the grounding check passed, "read" when a second reader agreed too.
        section_codes: LOINC codes of the sections that answer; none when the monograph does not.
        facts, wrong, boxed: key facts of a test question, see `assistant/evaluation/keyfacts.py`.
    """

    id: str
    kind: str
    audience: str
    drug: str
    question: str
    passages: tuple[Shown, ...]
    answer: str = ""
    history: tuple[str, ...] = ()
    section_codes: tuple[str, ...] = ()
    source: str = "written"
    review: str = "checked"
    facts: tuple[dict[str, Any], ...] = ()
    wrong: tuple[list[str], ...] = ()
    boxed: tuple[dict[str, Any], ...] = ()
    noted: str = field(default="", compare=False)  # what the writer noted; not kept

    @property
    def prompt(self) -> list[BaseMessage]:
        return render(self.question, [passage.hit for passage in self.passages], Audience(self.audience), self.history)

    @property
    def hash(self) -> str:
        """SHA-256 of what the model sees and learns: changes whenever either does."""
        seen = json.dumps([self.question, self.history, self.audience, [asdict(passage) for passage in self.passages], self.answer])
        return hashlib.sha256(seen.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The example as a line of its file; empty test fields are left out."""
        row = asdict(self) | {"hash": self.hash}
        return {key: value for key, value in row.items() if key != "noted" and (value or key not in ("history", "facts", "wrong", "boxed"))}


def read(path: Path) -> list[Example]:
    """The examples of a JSONL file.

    Raises:
        ValueError: a line that is no example, or whose hash is another's; names file and line.
    """
    examples = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        row = json.loads(line)
        said = row.pop("hash", None)
        try:
            example = parse(row)
        except (TypeError, KeyError) as error:
            raise ValueError(f"{path}:{number}: no example: {error}") from None
        if said is not None and said != example.hash:
            raise ValueError(f"{path}:{number}: {example.id} was changed after it was checked: run `python -m assistant.finetuning check`")
        examples.append(example)
    return examples


def parse(row: dict[str, Any]) -> Example:
    """An example from a row of JSON."""
    names = Example.__dataclass_fields__
    row = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key in names}
    row["passages"] = tuple(Shown(**passage) for passage in row.get("passages", ()))
    return Example(**row)


def write(path: Path, examples: Iterable[Example]) -> None:
    """Write a JSONL file."""
    path.write_text("".join(json.dumps(example.as_json(), ensure_ascii=False) + "\n" for example in examples), encoding="utf-8")


def dataset_sha256(examples: Iterable[Example]) -> str:
    """SHA-256 of the hashes of examples, in the order of their ids."""
    return hashlib.sha256(json.dumps(sorted((example.id, example.hash) for example in examples)).encode()).hexdigest()


def marked(answer: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The sentences of an answer, each with the numbers of the markers after it."""
    parts = re.split(r"((?:\s*\[\d+\])+)", answer)
    for text, markers in zip(parts[::2], [*parts[1::2], ""], strict=True):
        spans = [text[start:end].strip() for start, end in sentences(text)]
        spans = [span for span in spans if re.search(r"\w", span)]
        yield from ((span, ()) for span in spans[:-1])
        if spans:
            yield spans[-1], tuple(int(number) for number in re.findall(r"\d+", markers))
