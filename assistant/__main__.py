"""`python -m assistant`: ask, interactions, drug, serve, prepare, bench."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from assistant import desk
from assistant.types import Answer, Audience, Question, Status, Turn
from knowledge.__main__ import read_jsonl


def main(argv: list[str] | None = None) -> int:
    """Run one command; errors are a sentence on standard error and exit status 1."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except (OSError, ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _ask(arguments: argparse.Namespace) -> int:
    if not arguments.batch and arguments.question is None:
        raise ValueError('give a question, as in: python -m assistant ask "Can I take ibuprofen with warfarin?"')
    questions = [_question(row, arguments) for row in read_jsonl(arguments.batch, "question")] if arguments.batch else []
    from assistant import load_assistant

    assistant = load_assistant()
    for question in questions:
        print(json.dumps(assistant.ask(question).as_json()), flush=True)
    if arguments.batch:
        return 0
    return _print(assistant.ask(Question(arguments.question, audience=Audience(arguments.audience))), arguments)


def _print(answer: Answer, arguments: argparse.Namespace) -> int:
    failed = answer.status is Status.FAILED
    if arguments.json:
        print(json.dumps(answer.as_json()))
    elif failed:
        print(answer.text, file=sys.stderr)
    else:
        print(desk.answer_text(answer, staff=arguments.audience == "staff"))
    return 1 if failed else 0


def _question(row: dict[str, Any], arguments: argparse.Namespace) -> Question:
    history = row.get("history") or []
    if not isinstance(row["question"], str) or not all(isinstance(turn, dict) and {"role", "content"} <= turn.keys() for turn in history):
        raise ValueError(f"{arguments.batch}: id {row.get('id')!r}: expected a question in text, and a history of role and content")
    turns = tuple(Turn(str(turn["role"]), str(turn["content"])) for turn in history)
    return Question(row["question"], turns, Audience(row.get("audience", arguments.audience)), str(row.get("id", "")))


def _interactions(arguments: argparse.Namespace) -> None:
    if not arguments.batch and len(arguments.drugs) < 2:
        raise ValueError("give two to ten medicines, as in: python -m assistant interactions warfarin ibuprofen")
    rows = list(read_jsonl(arguments.batch, "drugs")) if arguments.batch else []
    from assistant.lookup import Lookup

    lookup = Lookup.load()
    for row in rows:
        if not isinstance(row["drugs"], list) or not all(isinstance(name, str) for name in row["drugs"]):
            raise ValueError(f"{arguments.batch}: id {row.get('id')!r}: drugs must be a list of names")
        print(json.dumps({"id": row.get("id"), "pairs": [pair.as_json() for pair in lookup.pairs(row["drugs"])]}), flush=True)
    if arguments.batch:
        return
    pairs = lookup.pairs(arguments.drugs)
    print(json.dumps({"pairs": [pair.as_json() for pair in pairs]}) if arguments.json else desk.pairs_text(pairs))


def _drug(arguments: argparse.Namespace) -> None:
    from assistant.lookup import Lookup

    print(desk.drug_text(Lookup.load().monograph(" ".join(arguments.name)), arguments.section))


def _serve(arguments: argparse.Namespace) -> None:
    from assistant.service import serve

    serve(arguments.host, arguments.port)


def _prepare(arguments: argparse.Namespace) -> None:
    """Unpack and check the models, fit the classifier, build the index; quick when there is nothing to do."""
    from assistant import settings
    from assistant.model import prepare
    from guardrails.__main__ import main as guardrails
    from knowledge.__main__ import main as knowledge

    configured = settings.read()
    print("models: checking, unpacking on first use (about 20 s)", file=sys.stderr)
    prepare(configured.models)
    for command, run in (
        ("guardrails", lambda: guardrails(["train", "--if-needed"])),
        ("index", lambda: knowledge(["build", "--if-needed", "--out", str(configured.index)])),
    ):
        print(f"{command}: checking", file=sys.stderr)
        if run():
            raise RuntimeError(f"{command} could not be prepared")


def _bench(arguments: argparse.Namespace) -> None:
    from assistant.evaluation.bench import main as bench

    bench(arguments.questions)


def _evaluate(arguments: argparse.Namespace) -> None:
    from assistant import settings
    from assistant.evaluation import retrieval
    from knowledge.embedding import SentenceEmbedder
    from knowledge.search import KnowledgeBase

    configured = settings.read()
    base = KnowledgeBase(arguments.index or configured.index, SentenceEmbedder(configured.embedding))
    cases = retrieval.read(arguments.cases, arguments.split)
    print(f"{len(cases)} questions of {arguments.cases.name} ({', '.join(arguments.split)}), {len(base.passages):,} passages\n")
    print(retrieval.table(cases, base, arguments.misses))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m assistant", description="Answers questions about medicines, with sources.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    ask = commands.add_parser("ask", help="answer a question")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument("--json", action="store_true", help="print the Answer as JSON")
    ask.add_argument("--audience", choices=[audience.value for audience in Audience], default="patient")
    ask.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='{"id","question"[,"history"]} a line in, an Answer a line out')
    ask.set_defaults(run=_ask)

    pairs = commands.add_parser("interactions", help="what the monographs state about every pair of medicines")
    pairs.add_argument("drugs", nargs="*", metavar="DRUG")
    pairs.add_argument("--json", action="store_true", help="print JSON")
    pairs.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='{"id","drugs"} a line in, {"id","pairs"} a line out')
    pairs.set_defaults(run=_interactions)

    drug = commands.add_parser("drug", help="a medicine's sheet, boxed warning first")
    drug.add_argument("name", nargs="+", metavar="NAME")
    drug.add_argument("--section", default="", help="only sections with this LOINC code or title")
    drug.set_defaults(run=_drug)

    serve = commands.add_parser("serve", help="the HTTP service")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)

    found = commands.add_parser("evaluate-retrieval", help="ways to search side by side over labelled questions, as Markdown")
    found.add_argument("--cases", type=Path, default=Path("tests/cases/retrieval.jsonl"), metavar="FILE.jsonl")
    found.add_argument("--split", nargs="+", default=["test", "blind"], help="which questions (test blind)")
    found.add_argument("--index", type=Path, default=None, metavar="DIR", help="the index to search (the one in service)")
    found.add_argument("--misses", type=int, default=0, metavar="N", help="also print N questions whose first passage is not right")
    found.set_defaults(run=_evaluate)

    commands.add_parser("prepare", help="unpack models, fit the classifier, build the index").set_defaults(run=_prepare)
    bench = commands.add_parser("bench", help="time each stage of an answer")
    bench.add_argument("--questions", type=int, default=50)
    bench.set_defaults(run=_bench)
    return parser


if __name__ == "__main__":
    sys.exit(main())
