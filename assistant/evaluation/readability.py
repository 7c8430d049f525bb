"""The reading grade of answers, and of the monographs they quote.

    python -m assistant.evaluation.readability [--worst N]

Flesch-Kincaid grade by textstat, over the answers to the dev questions of tests/cases/retrieval.jsonl in both registers, quotes only: an
answer's grade is that of its cited sentences together. `--worst` lists the monograph sentences that are hardest to read.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from textstat import textstat

from assistant import Question, load_assistant
from assistant.settings import OFF, QUOTES_ONLY, ROOT, read
from assistant.types import Audience
from guardrails.quantities import quantities
from knowledge.passages import sentences
from knowledge.reader import read_all
from knowledge.types import Monograph

GOAL = 8.0
CASES = ROOT / "tests" / "cases" / "retrieval.jsonl"


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m assistant.evaluation.readability")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list the N monograph sentences of the highest grade")
    arguments = parser.parse_args()
    monographs = read_all()
    masked = _mask(monographs)
    written = [(m.drug.name, part.heading, part.text[a:b]) for m in monographs for part in m.sections for a, b in sentences(part.text)]
    if arguments.worst:
        for value, *where in sorted(((grade(masked(text)), *where, text) for *where, text in written), reverse=True)[: arguments.worst]:
            print(f"{value:.1f}", *where, sep="\t")
        return
    print("| | n | p10 | p50 | p90 | above grade 8 |\n|---|---|---|---|---|---|")
    print(_row("monograph sentences", [grade(text) for *_, text in written]))
    print(_row("the same, each medicine's name as one short word", [grade(masked(text)) for *_, text in written]))
    assistant = load_assistant(replace(read(), model=QUOTES_ONLY, receipts=OFF))
    rows = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    lengths = ["", "| register | answers | cited sentences p50 | words p50 | first sentence holds a figure |", "|---|---|---|---|---|"]
    for audience in Audience:
        answers = [assistant.ask(Question(row["question"], audience=audience)) for row in rows if row["split"] == "dev"]
        cited = [[s.text for s in answer.sentences if s.markers] for answer in answers if answer.citations]
        print(_row(f"{audience.value} answers", [grade(" ".join(texts)) for texts in cited]))
        print(_row(f"{audience.value} answers, names as one short word", [grade(masked(" ".join(texts))) for texts in cited]))
        words = [sum(len(text.split()) for text in texts) for texts in cited]
        figures = sum(bool(quantities(texts[0])) for texts in cited)
        lengths.append(
            f"| {audience.value} | {len(cited)} | {statistics.median(map(len, cited)):g} | {statistics.median(words):g} | {100 * figures / len(cited):.0f}% |"
        )
    print("\n".join(lengths))


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text."""
    return float(textstat.flesch_kincaid_grade(text))


def _mask(monographs: Iterable[Monograph]) -> Callable[[str], str]:
    """Writes `drug` for the name of every medicine: no wording makes it shorter."""
    names = {m.drug.name for m in monographs} | {row.partner for m in monographs for row in m.interactions}
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})\b", re.IGNORECASE)
    return lambda text: pattern.sub("drug", text)


def _row(name: str, grades: Sequence[float]) -> str:
    cuts = statistics.quantiles(grades, n=10)
    return f"| {name} | {len(grades)} | {cuts[0]:.1f} | {cuts[4]:.1f} | {cuts[8]:.1f} | {100 * sum(g > GOAL for g in grades) / len(grades):.1f}% |"


if __name__ == "__main__":
    main()
