"""`python -m guardrails`: train, check, privacy. Puts itself together with the assistant's wiring."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from guardrails import policy
from guardrails.types import Decision, GuardrailError, Ruling


def main(argv: list[str] | None = None) -> int:
    """Run one command; errors are a sentence on standard error and exit status 1."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except (GuardrailError, OSError, ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _check(arguments: argparse.Namespace) -> None:
    from assistant import build, settings
    from knowledge.__main__ import read_jsonl
    from knowledge.embedding import SentenceEmbedder
    from knowledge.search import KnowledgeBase

    configured = settings.read()
    embedder = SentenceEmbedder(configured.embedding)
    rails = build.load_guardrails(configured, embedder, KnowledgeBase(configured.index, embedder))
    for row in read_jsonl(arguments.batch, "text"):
        side = row.get("side", "input")
        if side not in ("input", "output"):
            raise ValueError(f"{arguments.batch}: id {row.get('id')!r}: side is {side!r}, expected 'input' or 'output'")
        ruling = rails.check_question(row["text"]) if side == "input" else rails.check_text(row["text"], row.get("evidence", []))
        print(json.dumps({"id": row.get("id"), **_as_json(ruling)}), flush=True)


def _as_json(ruling: Ruling) -> dict[str, object]:
    verdict = ruling.strongest
    rule = verdict.rule if verdict.decision is not Decision.ALLOW or verdict.reason else ""
    failed = [failure for each in ruling.verdicts for failure in each.failed]
    return {
        "decision": ruling.decision.value,
        "rule": rule,
        "reason": verdict.reason,
        "text": ruling.text,
        "failed": failed,
        "message": verdict.message,
    }


def _train(arguments: argparse.Namespace) -> None:
    from assistant import build, settings
    from guardrails import classifier
    from knowledge.embedding import SentenceEmbedder

    configured = settings.read()
    policies = build.load_policies(configured)
    embedder = SentenceEmbedder(configured.embedding)
    if arguments.if_needed:
        try:
            classifier.load(configured.classifier, policies, embedder.fingerprint)
            return
        except GuardrailError:
            pass
    classifier.fit(policies, embedder.encode, embedder.fingerprint).save(configured.classifier)
    print(f"{configured.classifier}: fitted on {len(policies.labelled())} examples", file=sys.stderr)
    if not arguments.if_needed:
        _print_table(policies, classifier.cross_validated(policies, embedder.encode))


def _privacy(arguments: argparse.Namespace) -> None:
    from guardrails import redactions
    from guardrails.privacy import Redactor
    from knowledge.names import NameIndex
    from knowledge.reader import read_all
    from knowledge.vocabulary import names

    lexicon = NameIndex((monograph.drug for monograph in read_all()), names())
    measured = redactions.measure(Redactor(lexicon).find, redactions.read(arguments.cases, arguments.split))
    print(json.dumps(measured.as_json()) if arguments.json else measured.table())
    for line in measured.failures if arguments.failures else ():
        print(line, file=sys.stderr)


def _print_table(policies: policy.Policies, scored: list[tuple[str, str, dict[str, float]]]) -> None:
    """Per policy: how often the likeliest policy is the right one, on examples that the head did not see."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for _, label, odds in scored:
        seen[label][max(odds, key=odds.__getitem__)] += 1
    print("| policy | examples | recall | mistaken for |\n|---|---|---|---|")
    for name in policies.by_name:
        total, right = seen[name].total(), seen[name][name]
        others = ", ".join(f"{other} {count}" for other, count in seen[name].most_common(4) if other != name)
        print(f"| {name} | {total} | {right / total:.2f} | {others} |")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m guardrails", description="What may be asked and what may be said.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="run the rails over a file")
    check.add_argument(
        "--batch", type=Path, required=True, metavar="FILE.jsonl", help='{"id","text"[,"side"][,"evidence"]} a line in, a ruling a line out'
    )
    check.set_defaults(run=_check)
    train = commands.add_parser("train", help="refit the classifier on the policy files and print its cross-validation")
    train.add_argument("--if-needed", action="store_true", help="do nothing when it is up to date")
    train.set_defaults(run=_train)
    privacy = commands.add_parser("privacy", help="recall, precision and F2 of redaction by kind, on labelled texts")
    privacy.add_argument("--cases", type=Path, required=True, metavar="FILE", help="lines of {id, text, spans}, or a list as presidio-research has it")
    privacy.add_argument("--split", choices=("dev", "blind"), help="only this split")
    privacy.add_argument("--failures", action="store_true", help="list on standard error what is missed and overdone")
    privacy.add_argument("--json", action="store_true", help="print JSON")
    privacy.set_defaults(run=_privacy)
    return parser


if __name__ == "__main__":
    sys.exit(main())
