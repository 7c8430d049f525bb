"""`python -m guardrails`: check, train, tune, scorecard, privacy. Puts itself together with the assistant's wiring."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from guardrails import policy
from guardrails.types import Decision, GuardrailError, Ruling

if TYPE_CHECKING:
    from guardrails.engine import Guardrails

CASES = Path(__file__).parent.parent / "tests" / "cases" / "guardrails.jsonl"


def main(argv: list[str] | None = None) -> int:
    """Run one command; errors are a sentence on standard error and exit status 1."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except (GuardrailError, OSError, ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1


def _rails() -> Guardrails:
    from assistant import build, settings
    from knowledge.embedding import SentenceEmbedder
    from knowledge.search import KnowledgeBase

    configured = settings.read()
    embedder = SentenceEmbedder(configured.embedding)
    return build.load_guardrails(configured, embedder, KnowledgeBase(configured.index, embedder))


def _check(arguments: argparse.Namespace) -> None:
    from knowledge.__main__ import read_jsonl

    rails = _rails()
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
    encode = build.policy_encoder(embedder)
    if arguments.if_needed:
        try:
            classifier.load(configured.classifier, policies, encode.fingerprint)
            return
        except GuardrailError:
            pass
    classifier.fit(policies, encode, encode.fingerprint, encode.split).save(configured.classifier)
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


def _tune(arguments: argparse.Namespace) -> None:
    from assistant import build, settings
    from guardrails import tuning
    from knowledge.embedding import MINILM_SHA256, SentenceEmbedder, packaged_minilm

    configured = settings.read()
    policies = build.load_policies(configured)
    encode = SentenceEmbedder(configured.embedding).encode
    if arguments.measure:
        _print_table(policies, tuning.measure(policies, encode, packaged_minilm(), build.single_names()))
        return
    texts, labels = tuning.learnt(policies, encode)
    tuning.save(tuning.tune(texts, labels, packaged_minilm(), build.single_names()), policies, MINILM_SHA256)
    print("tuned; now run `python -m guardrails train` and `python -m guardrails scorecard`", file=sys.stderr)


def _scorecard(arguments: argparse.Namespace) -> int:
    from guardrails import scorecard

    cases = [case for case in scorecard.read(arguments.cases) if arguments.split in ("all", case.split)]
    if not cases:
        raise ValueError(f"{arguments.cases} holds no case of the split {arguments.split!r}")
    if arguments.answered:
        cases += scorecard.read_answered(arguments.answered, ("test", "blind"))
    rails = _rails()
    card = scorecard.score(scorecard.decide(rails, cases), rails.policies)
    print(scorecard.as_json(card) if arguments.json else scorecard.as_markdown(card))
    return 0 if card.passes else 1


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
    tune = commands.add_parser("tune", help="tune the encoder on the policy files again (about 10 minutes on 2 cores)")
    tune.add_argument(
        "--measure", action="store_true", help="change nothing: tune on four fifths of the texts and print the table of the last"
    )
    tune.set_defaults(run=_tune)
    card = commands.add_parser("scorecard", help="measure the input rails on held-out questions; exit status 1 below a threshold")
    card.add_argument("--json", action="store_true", help="print JSON")
    card.add_argument("--cases", type=Path, default=CASES, metavar="FILE", help='{"id","text","policy"[,"split"][,"scary"]} a line')
    card.add_argument("--split", choices=["all", "dev", "blind", "fresh"], default="fresh")
    card.add_argument("--answered", type=Path, default=None, metavar="FILE", help="also questions that monographs answer, such as tests/cases/retrieval.jsonl")
    card.set_defaults(run=_scorecard)
    return parser


if __name__ == "__main__":
    sys.exit(main())
