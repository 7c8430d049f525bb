"""What the command line prints for people: an answer, its sources, pairs, a drug's sheet. Plain text, readable at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import fill, indent
from types import MappingProxyType

from assistant.messages import listed
from assistant.types import Answer, Citation, Comparison, Sentence, Status
from knowledge.interactions import Pair
from knowledge.types import Monograph

_WIDTH = 100


def answer_text(answer: Answer, staff: bool = False) -> str:
    """The answer, then its notes."""
    return "\n\n".join(filter(None, ("\n".join(map(sentence_text, answer.sentences)), notes_text(answer, staff))))


def sentence_text(sentence: Sentence) -> str:
    """One sentence with its markers."""
    return "\n".join(fill(line, _WIDTH) for line in sentence.marked.split("\n"))


def notes_text(answer: Answer, staff: bool = False) -> str:
    """What stands below an answer: its numbered sources; for staff the decisions and the receipt as well."""
    parts = []
    if answer.citations:
        parts.append("Sources\n" + "\n".join(map(_source, answer.citations)))
    if staff or answer.status is not Status.ANSWERED:
        note = f"{answer.status.value}{f' ({answer.reason})' if answer.reason else ''}"
        rules = [f"{v.rule}: {v.decision}{f' ({v.reason})' if v.reason else ''}" for v in answer.verdicts if v.decision != "allow"]
        receipt = [f"receipt {answer.receipt[:12]}"] if answer.receipt else []
        parts.append(f"[{'; '.join([note, *dict.fromkeys(rules), *receipt])}]")
    return "\n\n".join(parts)


def comparison_text(comparison: Comparison) -> str:
    """The columns one under the other, each sentence with what the checks say of it; the assistant's message alone where it stopped the question."""
    if not comparison.columns:
        return answer_text(comparison.answer)
    blocks = []
    for column in comparison.columns:
        lines = [f"{column.title.upper()} ({column.model or 'no model'}, {column.seconds:.1f} s): {column.summary}"]
        for sentence in column.sentences:
            lines.append(fill(sentence.text, _WIDTH, initial_indent="  ", subsequent_indent="  "))
            notes = [f"✗ {mark.fault.value}: {mark.what}" for mark in sentence.marks]
            notes += [f"✓ {sentence.source}"] if sentence.source else []
            notes += ["unfinished, so not checked for a source"] if sentence.unfinished else []
            notes += [f"said {sentence.times} times"] if sentence.times > 1 else []
            lines += [fill(note, _WIDTH, initial_indent="      ", subsequent_indent="        ") for note in notes]
        for lacking in column.missing:
            note = f"✗ missing warning ({lacking.topic}): {lacking.text} ({lacking.source})"
            lines.append(fill(note, _WIDTH, initial_indent="  ", subsequent_indent="    "))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def pairs_text(pairs: Iterable[Pair], read_as: Mapping[str, str] = MappingProxyType({})) -> str:
    """Every pair under its severity, the strongest first, with each side's own words; before them, how names were read."""
    blocks = [fill("; ".join(f"{name} is {meant}" for name, meant in read_as.items()) + ".", _WIDTH)] if read_as else []
    for pair in sorted(pairs, key=lambda pair: pair.severity.rank if pair.severity else 9):
        verdict = pair.severity.value if pair.severity else "nothing found" if pair.found is False else "not known"
        lines = [f"{verdict.upper()}: {pair.a} + {pair.b}", fill(pair.text(), _WIDTH)]
        for statement in pair.statements:
            monograph, row = statement.monograph, statement.row
            lines.append(indent(fill(f"{row.effect} {row.action}", _WIDTH - 4), "    "))
            lines.append(
                f"    — {monograph.drug.name}, Drug interactions: {row.partner} ({row.severity.value}), revised {monograph.revised}"
            )
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def drug_text(monograph: Monograph, code_or_title: str = "") -> str:
    """A drug's sheet, boxed warning first, sources and revision last; or only the sections that match a LOINC code or a title.

    Raises:
        ValueError: no section matches; names those there are.
    """
    drug = monograph.drug
    wanted = code_or_title.strip().lower()
    chosen = [s for s in monograph.sections if not wanted or s.code == wanted or wanted in s.heading.lower()]
    if not chosen:
        raise ValueError(
            f"{drug.name} has no section {code_or_title!r}; it has {listed(list(dict.fromkeys(s.title for s in monograph.sections)), 'and')}"
        )
    brands = f" ({', '.join(drug.brands)})" if drug.brands else ""
    head = f"{drug.title}{brands}"
    if not wanted:
        head = "\n".join(fill(line, _WIDTH) for line in (f"{head}: {drug.drug_class}", "; ".join(drug.forms)))
        head += f"\n{drug.status}{'' if drug.schedule == 'none' else f', schedule {drug.schedule}'}"
    blocks = [head]
    for section in chosen:
        lines = "\n".join(fill(line, _WIDTH - 2, initial_indent="  ", subsequent_indent="  ") for line in section.text.split("\n"))
        blocks.append(f"{section.heading.upper() if section.title == 'Boxed warning' else section.heading}\n{lines}")
    sources = "\n".join(f"  {s.title}{f' (set id {s.set_id})' if s.set_id else ''}, {s.date}" for s in monograph.sources)
    return "\n\n".join([*blocks, f"Sources\n{sources}\nRevised {monograph.revised}, text {monograph.id}"])


def _source(citation: Citation) -> str:
    return f"[{citation.marker}] {citation.drug} · {citation.section} · revised {citation.revised} · {citation.monograph}"
