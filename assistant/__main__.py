"""`python -m assistant`: ask, compare, interactions, drug, serve, verify, replay, forget, prepare, bench, evaluate-retrieval,
evaluate-evidence, evaluate-grounding."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import desk
from assistant.adapter import SHIPPED
from assistant.types import Answer, Audience, Question, Sentence, Status, Turn
from knowledge.__main__ import read_jsonl

if TYPE_CHECKING:
    from assistant.chain import PharmacyAssistant
    from assistant.evidence import Evidence
    from assistant.finetuning.examples import Example
    from assistant.records import Records

_AT_ONCE = 8  # questions of a batch; the model writes their answers together


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
    if arguments.batch:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for answer in pool.map(assistant.ask, questions):
                print(json.dumps(answer.as_json()), flush=True)
        return 0
    question = Question(arguments.question, audience=Audience(arguments.audience))
    if not arguments.json:
        return _print(assistant.stream(question), staff=arguments.audience == "staff")
    answer = assistant.ask(question)
    print(json.dumps(answer.as_json()))
    return int(answer.status is Status.FAILED)


def _compare(arguments: argparse.Namespace) -> int:
    from assistant import load_assistant
    from assistant.comparison import compare, load_vanilla

    assistant = load_assistant()
    comparison = compare(arguments.question, assistant, load_vanilla(assistant))
    print(json.dumps(comparison.as_json()) if arguments.json else desk.comparison_text(comparison))
    return int(comparison.answer.status is Status.FAILED)


def _print(pieces: Iterable[Sentence | Answer], staff: bool) -> int:
    """Print cited sentences as they come, and what the assistant says by itself once it is known whether it is an answer or a failure."""
    own: list[Sentence] = []
    for piece in pieces:
        if isinstance(piece, Answer):
            failed = piece.status is Status.FAILED
            for said in own:
                print(desk.sentence_text(said), file=sys.stderr if failed else sys.stdout)
            if not failed and (notes := desk.notes_text(piece, staff)):
                print(f"\n{notes}")
            return int(failed)
        own.append(piece)
        if piece.markers:
            for said in own:
                print(desk.sentence_text(said), flush=True)
            own.clear()
    return 1


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
    print(
        json.dumps({"pairs": [pair.as_json() for pair in pairs]})
        if arguments.json
        else desk.pairs_text(pairs, lookup.resolved(arguments.drugs))
    )


def _drug(arguments: argparse.Namespace) -> None:
    if not arguments.name:
        raise ValueError("give a medicine, as in: python -m assistant drug Coumadin --section storage")
    from assistant.lookup import Lookup

    print(desk.drug_text(Lookup.load().monograph(" ".join(arguments.name)), arguments.section))


def _serve(arguments: argparse.Namespace) -> None:
    from assistant.service import serve

    serve(arguments.host, arguments.port)


def _records() -> Records:
    from assistant import settings
    from assistant.records import open_records

    if records := open_records(settings.read()):
        return records
    raise ValueError("PHARMACY_RECEIPTS is off: there are no records")


def _verify(arguments: argparse.Namespace) -> int:
    from assistant.verification import verify

    found = verify(_records(), arguments.head)
    print(found.text())
    return int(bool(found.problem))


def _replay(arguments: argparse.Namespace) -> int:
    record = _records().find(arguments.id)
    from assistant import load_assistant
    from assistant.receipts import replay

    again = replay(record, load_assistant())
    print(again.text())
    return int(bool(again.differences))


def _forget(arguments: argparse.Namespace) -> None:
    records = _records()
    if bool(arguments.id) == bool(arguments.before):
        raise ValueError("give the receipts to forget, or --before YYYY-MM-DD")
    numbers = records.before(arguments.before.isoformat()) if arguments.before else [records.find(name).number for name in arguments.id]
    done = records.forget(numbers, f"before {arguments.before}" if arguments.before else "named")
    print(f"{len(done.data['forgets'])} forgotten; record {done.number} says so" if done else "nothing to forget")


def _prepare(arguments: argparse.Namespace) -> None:
    """Unpack and check the models, fit the classifier, build the index; quick when there is nothing to do."""
    from assistant import settings
    from assistant.adapter import MANIFEST
    from assistant.model import prepare, prepare_tuned
    from guardrails.__main__ import main as guardrails
    from knowledge.__main__ import main as knowledge

    configured = settings.read()
    print("models: checking, unpacking on first use (about 20 s)", file=sys.stderr)
    prepare(configured.models)
    if (SHIPPED / MANIFEST).is_file():
        prepare_tuned(configured.models)
    for command, run in (
        ("guardrails", lambda: guardrails(["train", "--if-needed"])),
        ("index", lambda: knowledge(["build", "--if-needed", "--out", str(configured.index)])),
    ):
        print(f"{command}: checking", file=sys.stderr)
        if run():
            raise RuntimeError(f"{command} could not be prepared")


def _finetune(arguments: argparse.Namespace) -> None:
    from assistant import settings
    from assistant.finetuning import DATA
    from assistant.finetuning.examples import read
    from assistant.finetuning.training import finetune, read_recipe
    from assistant.model import prepare

    recipe, configured = read_recipe(arguments.recipe), settings.read()
    base = prepare(configured.models) if recipe.base == settings.VANILLA_MODEL else recipe.base
    out = arguments.out or configured.cache / "tuning" / arguments.recipe.stem
    place = finetune(recipe, base, read(DATA / "train.jsonl"), read(DATA / "validation.jsonl"), out, arguments.resume)
    print(f"{place}: look at loss.png, then `python -m assistant promote {place}`")


def _ways(arguments: argparse.Namespace) -> tuple[PharmacyAssistant, list[Example], list[list[Evidence]]]:
    """The assistant, the test questions and the sentences that retrieval finds for each."""
    from dataclasses import replace

    from assistant import load_assistant, settings
    from assistant.evaluation import answers

    assistant = load_assistant(replace(settings.read(), model=settings.QUOTES_ONLY, receipts=settings.OFF))
    rows = answers.read(arguments.cases, arguments.sample)
    return assistant, rows, [assistant.passages(answers.question(row)) for row in rows]


def _evaluate(arguments: argparse.Namespace) -> None:
    from assistant import settings
    from assistant.evaluation import answers
    from assistant.model import LocalChatModel, prepare, prepare_tuned

    assistant, rows, passages = _ways(arguments)
    models = settings.read().models
    vanilla = LocalChatModel(folder=str(prepare(models)), name_shown="vanilla")
    tuned = LocalChatModel(folder=str(prepare_tuned(models, arguments.adapter)), name_shown="tuned")
    ways = {
        "vanilla alone": answers.alone(vanilla),
        "vanilla with retrieval": answers.with_passages(vanilla, assistant.base, passages),
        "tuned alone": answers.alone(tuned),
        "tuned with retrieval": answers.with_passages(tuned, assistant.base, passages),
        "tuned with retrieval and rails": answers.asked(assistant.with_model(tuned)),
        "quotes only": answers.asked(assistant),
    }
    scores = answers.run({name: way for name, way in ways.items() if not arguments.way or name in arguments.way}, rows, passages, assistant)
    if arguments.json:
        return print(answers.as_json(scores))
    print(f"{len(rows)} questions about medicines that the model never saw; 95% intervals\n\n{answers.table(scores)}")
    for name, found in scores.items() if arguments.worst else ():
        for row in answers.worst(found, arguments.worst):
            print(f"\n{name}, {row.id}: {row.stated} of {row.facts} facts; unsupported: {' | '.join(row.faults)}")


def _promote(arguments: argparse.Namespace) -> int:
    from assistant import settings
    from assistant.adapter import MANIFEST, SHIPPED
    from assistant.adapter.merging import merged
    from assistant.evaluation import answers, promotion
    from assistant.model import LocalChatModel, prepare, prepare_tuned

    assistant, rows, passages = _ways(arguments)
    models = settings.read().models
    new = LocalChatModel(folder=str(merged(arguments.adapter, prepare(models), models / "candidate")), name_shown="candidate")
    ways = {"candidate": answers.with_passages(new, assistant.base, passages), "candidate with rails": answers.asked(assistant.with_model(new))}
    if (SHIPPED / MANIFEST).is_file():
        old = LocalChatModel(folder=str(prepare_tuned(models)), name_shown="in service")
        ways |= {"in service": answers.with_passages(old, assistant.base, passages), "in service with rails": answers.asked(assistant.with_model(old))}
    scores = answers.run(ways, rows, passages, assistant)
    print(answers.table(scores))
    worse = [f"{kind}{line}" for kind in ("", " with rails") if f"in service{kind}" in scores for line in promotion.worse(scores[f"in service{kind}"], scores[f"candidate{kind}"])]
    if worse:
        raise ValueError(f"{arguments.adapter} stays out of service, it is worse on safety: " + "; ".join(worse))
    promotion.promote(arguments.adapter)
    print(f"{arguments.adapter} is in service", file=sys.stderr)
    return 0


def _bench(arguments: argparse.Namespace) -> None:
    if arguments.model:
        from assistant.evaluation.throughput import main as throughput

        return throughput(arguments.questions)
    from assistant.evaluation.bench import main as bench

    bench(arguments.questions)


def _evaluate_retrieval(arguments: argparse.Namespace) -> None:
    from assistant import settings
    from assistant.evaluation import retrieval
    from knowledge.embedding import SentenceEmbedder
    from knowledge.search import KnowledgeBase

    configured = settings.read()
    base = KnowledgeBase(arguments.index or configured.index, SentenceEmbedder(configured.embedding))
    cases = retrieval.read(arguments.cases, arguments.split)
    print(f"{len(cases)} questions of {arguments.cases.name} ({', '.join(arguments.split)}), {len(base.passages):,} passages\n")
    print(retrieval.table(cases, base, arguments.misses))


def _evaluate_evidence(arguments: argparse.Namespace) -> None:
    from assistant import settings
    from assistant.evaluation import evidence
    from knowledge.embedding import SentenceEmbedder
    from knowledge.search import KnowledgeBase

    configured = settings.read()
    base = KnowledgeBase(configured.index, SentenceEmbedder(configured.embedding))
    if arguments.fit:
        print(evidence.fit(evidence.judge(base, arguments.answerable, arguments.unanswerable, ["dev"], evidence.EXAMPLES)))
    else:
        print(evidence.table(evidence.judge(base, arguments.answerable, arguments.unanswerable, arguments.split)))


def _evaluate_grounding(arguments: argparse.Namespace) -> None:
    from assistant.evaluation.grounding import main as evaluate

    evaluate(arguments.cases, arguments.split, arguments.json, arguments.model, arguments.sample)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m assistant", description="Answers questions about medicines, with sources.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    ask = commands.add_parser("ask", help="answer a question")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument("--json", action="store_true", help="print the Answer as JSON")
    ask.add_argument("--audience", choices=[audience.value for audience in Audience], default="patient")
    ask.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='{"id","question"[,"history"]} a line in, an Answer a line out')
    ask.set_defaults(run=_ask)

    compared = commands.add_parser("compare", help="the vanilla model, with and without passages, beside the assistant: what is wrong in each is marked")
    compared.add_argument("question", metavar="QUESTION")
    compared.add_argument("--json", action="store_true", help="print JSON")
    compared.set_defaults(run=_compare)

    pairs = commands.add_parser("interactions", help="what the monographs state about every pair of medicines")
    pairs.add_argument("drugs", nargs="*", metavar="DRUG")
    pairs.add_argument("--json", action="store_true", help="print JSON")
    pairs.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='{"id","drugs"} a line in, {"id","pairs"} a line out')
    pairs.set_defaults(run=_interactions)

    drug = commands.add_parser("drug", help="a medicine's sheet, boxed warning first")
    drug.add_argument("name", nargs="*", metavar="NAME")
    drug.add_argument("--section", default="", help="only sections with this LOINC code or title")
    drug.set_defaults(run=_drug)

    serve = commands.add_parser("serve", help="the HTTP service")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)

    verify = commands.add_parser("verify", help="check that no receipt was changed, added or taken away")
    verify.add_argument("--head", default="", metavar="NUMBER:HASH", help="the head that an earlier check printed")
    verify.set_defaults(run=_verify)
    replay = commands.add_parser("replay", help="answer a recorded question again and say what differs")
    replay.add_argument("id", metavar="ID", help="a receipt, the beginning of one, or a record's number")
    replay.set_defaults(run=_replay)
    forget = commands.add_parser("forget", help="delete what receipts hold; their hashes stay")
    forget.add_argument("id", nargs="*", metavar="ID")
    forget.add_argument("--before", type=date.fromisoformat, metavar="YYYY-MM-DD", help="all from before this day (UTC)")
    forget.set_defaults(run=_forget)

    found = commands.add_parser("evaluate-retrieval", help="ways to search side by side over labelled questions, as Markdown")
    found.add_argument("--cases", type=Path, default=Path("tests/cases/retrieval.jsonl"), metavar="FILE.jsonl")
    found.add_argument("--split", nargs="+", default=["test", "blind"], help="which questions (test blind)")
    found.add_argument("--index", type=Path, default=None, metavar="DIR", help="the index to search (the one in service)")
    found.add_argument("--misses", type=int, default=0, metavar="N", help="also print N questions whose first passage is not right")
    found.set_defaults(run=_evaluate_retrieval)

    gate = commands.add_parser("evaluate-evidence", help="what a limit on the evidence costs and saves, as Markdown")
    gate.add_argument("--answerable", type=Path, default=Path("tests/cases/retrieval.jsonl"), metavar="FILE.jsonl")
    gate.add_argument("--unanswerable", type=Path, default=Path("tests/cases/unanswerable.jsonl"), metavar="FILE.jsonl")
    gate.add_argument("--split", nargs="+", default=["test", "blind"], help="which questions (test blind)")
    gate.add_argument("--fit", action="store_true", help="print weights fitted to the dev questions and the validation examples, and their curve")
    gate.set_defaults(run=_evaluate_evidence)

    commands.add_parser("prepare", help="unpack models, fit the classifier, build the index").set_defaults(run=_prepare)
    tune = commands.add_parser("finetune", help="tune a model on the examples; about an hour on two cores")
    tune.add_argument("--recipe", type=Path, required=True, metavar="FILE.yaml", help="such as assistant/finetuning/recipes/lora.yaml")
    tune.add_argument("--out", type=Path, default=None, metavar="DIR", help="where checkpoints and the adapter go (the cache)")
    tune.add_argument("--resume", action="store_true", help="go on from the last checkpoint in DIR")
    tune.set_defaults(run=_finetune)
    for name, run, words in (("evaluate", _evaluate, "answers with and without tuning, retrieval and rails, as Markdown"), ("promote", _promote, "put an adapter in service unless it is worse on safety")):
        judged = commands.add_parser(name, help=words)
        judged.add_argument("adapter", nargs="?" if name == "evaluate" else None, type=Path, default=SHIPPED, metavar="ADAPTER", help="its folder (the shipped one)")
        judged.add_argument("--cases", type=Path, default=Path("assistant/finetuning/data/test.jsonl"), metavar="FILE.jsonl")
        judged.add_argument("--sample", type=int, default=0, metavar="N", help="only so many questions, spread over the file")
        if name == "evaluate":
            judged.add_argument("--way", action="append", metavar="NAME", help="only this way; may be given again")
            judged.add_argument("--worst", type=int, default=0, metavar="N", help="also print the N worst answers of each way")
            judged.add_argument("--json", action="store_true", help="print JSON")
        judged.set_defaults(run=run)
    bench = commands.add_parser("bench", help="time each stage of an answer")
    bench.add_argument(
        "--model", action="store_true", help="time the model alone, beside other ways to run it, and with several answers in flight"
    )
    bench.add_argument("--questions", type=int, default=50)
    bench.set_defaults(run=_bench)
    grounding = commands.add_parser("evaluate-grounding", help="precision and recall of the grounding checks, beside simpler methods")
    grounding.add_argument("--cases", type=Path, default=Path("tests/cases/grounding.jsonl"), metavar="FILE.jsonl")
    grounding.add_argument("--split", choices=["dev", "dev2", "test"], default="test")
    grounding.add_argument("--model", action="store_true", help="ask the chat model too, seconds a row")
    grounding.add_argument("--sample", type=int, default=0, metavar="N", help="only so many rows, spread over the split")
    grounding.add_argument("--json", action="store_true", help="print JSON")
    grounding.set_defaults(run=_evaluate_grounding)
    return parser


if __name__ == "__main__":
    sys.exit(main())
