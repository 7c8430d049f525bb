"""How often an answer lacks the warning that a pharmacist would insist on, and how often one is added where none is due.

    python -m assistant.evaluation.warnings [--split dev|test] [--show]

Over tests/cases/warnings.jsonl: the drugs of the two splits differ, and rules are only made on dev. `must` holds groups of words; one
sentence of the answer has to hold a word of each group.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import load_assistant
from assistant.settings import OFF, QUOTES_ONLY, ROOT, read
from assistant.types import Answer, Sentence, Status
from assistant.warnings import RULE

CASES = ROOT / "tests" / "cases" / "warnings.jsonl"


def main() -> None:
    """Ask every question of the split and print the table as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m assistant.evaluation.warnings")
    parser.add_argument("--split", choices=["dev", "test"], default="test")
    parser.add_argument("--show", action="store_true", help="print each miss and each addition that is not due")
    arguments = parser.parse_args()
    assistant = load_assistant(replace(read(), model=QUOTES_ONLY, receipts=OFF))
    counts: Counter[str] = Counter()
    for case in _cases(CASES, arguments.split):
        answer = assistant.ask(case["question"])
        kind = "due" if case["must"] else "none due"
        counts[kind] += 1
        added = _added(answer)
        if answer.status is not Status.ANSWERED or not answer.citations:
            counts[f"{kind}, not answered"] += 1
            if arguments.show:
                print(f"{case['id']} not answered ({answer.status.value} {answer.reason}): {case['question']}")
            continue
        counts[f"{kind}, answered"] += 1
        counts[f"{kind}, sentences"] += len(added)
        before = any(_holds(sentence.text, case["must"]) for sentence in answer.sentences if sentence not in added)
        after = any(_holds(sentence.text, case["must"]) for sentence in answer.sentences)
        counts["missed before"] += bool(case["must"]) and not before
        counts["missed after"] += bool(case["must"]) and not after
        needless = bool(added) and (not case["must"] or (before and not any(_holds(s.text, case["must"]) for s in added)))
        counts[f"{kind}, needless"] += needless
        if arguments.show and (needless or (case["must"] and not after)):
            print(f"{case['id']} {'needless' if needless else 'missed'} [{case['drug']} {case['topic']}]: {case['question']}")
            for sentence in answer.sentences:
                print(f"      {'+' if sentence in added else ' '} {sentence.text}")
    print(_table(counts, arguments.split))


def _cases(path: Path, split: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["split"] == split]


def _added(answer: Answer) -> list[Sentence]:
    """The sentences that stand in an answer only because a warning was due."""
    quotes = {verdict.sentence for verdict in answer.verdicts if verdict.rule == RULE}
    markers = {citation.marker for citation in answer.citations if citation.quote in quotes}
    return [sentence for sentence in answer.sentences if markers & set(sentence.markers)]


def _holds(text: str, must: list[list[str]]) -> bool:
    return all(any(re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE) for word in group) for group in must)


def _table(counts: Counter[str], split: str) -> str:
    def share(part: str, whole: str) -> str:
        return f"{counts[part]} of {counts[whole]} ({100 * counts[part] / max(1, counts[whole]):.1f}%)"

    rows = [
        ("warning due: not answered", share("due, not answered", "due")),
        ("warning due: missing before", share("missed before", "due, answered")),
        ("warning due: missing after", share("missed after", "due, answered")),
        ("warning due: another one added beside it", share("due, needless", "due, answered")),
        ("none due: one added", share("none due, needless", "none due, answered")),
    ]
    return "\n".join([f"| {split} | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


if __name__ == "__main__":
    main()
