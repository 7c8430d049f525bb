"""`python -m assistant.finetuning`: gather the passages of questions, check answers against them."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from assistant.chain import PharmacyAssistant
from assistant.finetuning import examples
from assistant.finetuning.examples import Example


def main(argv: list[str] | None = None) -> int:
    """Run one command; errors are a sentence on standard error and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m assistant.finetuning", description="Makes and checks the examples of the model.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    gather = commands.add_parser("gather", help="put the passages beside questions; also FILE.txt, to read")
    gather.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    gather.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl")
    gather.set_defaults(run=_gather)
    check = commands.add_parser("check", help="check answers against their passages and the rules of form")
    check.add_argument("gathered", type=Path, metavar="GATHERED.jsonl")
    check.add_argument("answers", type=Path, nargs="?", metavar="ANSWERS.jsonl", help='{"id","answer"} a line; else those in the file')
    check.add_argument("--out", type=Path, metavar="FILE.jsonl", help="write the examples that keep every rule")
    check.set_defaults(run=_check)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except (OSError, ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1


def _gather(arguments: argparse.Namespace) -> None:
    from assistant.finetuning.gathering import gather

    assistant = _quotes_only()
    rows = _rows(arguments.questions)
    if strange := sorted({row.drug for row in rows} - assistant.base.monographs.keys()):
        raise ValueError(f"{arguments.questions}: no monograph of {', '.join(strange)}")
    drugs = {row.drug for row in rows}
    found = [gather(row, assistant, drugs) for row in tqdm(rows, desc="questions")]
    examples.write(arguments.out, found)
    arguments.out.with_suffix(".txt").write_text("\n\n".join(map(_page, found)) + "\n", encoding="utf-8")


def _page(example: Example) -> str:
    """An example to read."""
    earlier = "".join(f"  before: {text}\n" for text in example.history)
    lines = [f"  [{at}] {shown.drug}, {shown.section}: {shown.text}" for at, shown in enumerate(example.passages, start=1)]
    return f"{example.id} ({example.kind}, {example.audience}, {example.drug})\n{earlier}  Q: {example.question}\n" + "\n".join(lines)


def _check(arguments: argparse.Namespace) -> int:
    from assistant.finetuning.checking import problems

    rails = _quotes_only().rails
    gathered = examples.read(arguments.gathered)
    if arguments.answers:
        rows = [json.loads(line) for line in arguments.answers.read_text(encoding="utf-8").splitlines() if line.strip()]
        answers = {row["id"]: str(row["answer"]).strip() for row in rows}
        gathered = [replace(example, answer=answers.get(example.id, "")) for example in gathered]
    good = []
    for example in gathered:
        found = list(problems(example, rails))
        for problem in found:
            print(f"{example.id}: {problem}")
        if all(problem.startswith("not in the passages") for problem in found):
            good.append(example)
    print(f"{len(good)} of {len(gathered)} keep every rule", file=sys.stderr)
    if arguments.out:
        examples.write(arguments.out, good)
    return int(len(good) < len(gathered))


def _quotes_only() -> PharmacyAssistant:
    """The assistant without a model."""
    from assistant import load_assistant, settings

    return load_assistant(replace(settings.read(), model=settings.QUOTES_ONLY, receipts=settings.OFF))


def _rows(path: Path) -> list[Example]:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                rows.append(examples.parse(json.loads(line)))
            except (TypeError, KeyError, ValueError) as error:
                raise ValueError(f"{path}:{number}: no question: {error}") from None
    return rows


if __name__ == "__main__":
    sys.exit(main())
