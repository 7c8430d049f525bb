"""`python -m knowledge`: build, search, show, audit, overlap, vocabulary, names, fetch, diff, bench."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge import audit, overlap, reader, store, vocabulary
from knowledge.types import MonographError


def main(argv: list[str] | None = None) -> int:
    """Run one command; errors are a sentence on standard error and exit status 1."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except (MonographError, store.StaleIndexError, OSError, ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _build(arguments: argparse.Namespace) -> None:
    from knowledge.embedding import SentenceEmbedder
    from knowledge.importing import Report
    from knowledge.index import build, is_current
    from knowledge.sources import source

    sources = tuple(map(source, arguments.source)) or (reader.CORPUS,)
    if arguments.if_needed and is_current(arguments.out, sources):
        return
    report = Report()
    try:
        manifest = build(arguments.out, SentenceEmbedder(), sources, report=report)
    finally:
        if arguments.report:
            report.write(arguments.report)
    if report.taken:
        print("\n".join(report.lines()), file=sys.stderr)
    print(f"{arguments.out}: {manifest.passages} passages from {', '.join(manifest.sources)}", file=sys.stderr)


def _search(arguments: argparse.Namespace) -> None:
    if not arguments.batch and not arguments.question:
        raise ValueError("give a question, or --batch FILE.jsonl")
    from knowledge.embedding import SentenceEmbedder
    from knowledge.search import KnowledgeBase

    base = KnowledgeBase(arguments.index, SentenceEmbedder())
    if arguments.batch:
        for row in read_jsonl(arguments.batch, "question"):
            print(
                json.dumps({"id": row.get("id"), "hits": [hit.as_json() for hit in base.search(row["question"], k=arguments.k)]}),
                flush=True,
            )
        return
    hits = base.search(arguments.question, k=arguments.k)
    if arguments.json:
        print(json.dumps([hit.as_json() for hit in hits]))
    elif not hits:
        print("Nothing found.")
    else:
        for number, hit in enumerate(hits, start=1):
            print(f"[{number}] {hit.passage.drug} · {hit.passage.section} · {hit.score:.3f}\n{hit.passage.text}\n")


def _show(arguments: argparse.Namespace) -> None:
    from knowledge.names import NameIndex

    monographs = {monograph.drug.name: monograph for monograph in reader.read_all()}
    found = NameIndex((m.drug for m in monographs.values()), vocabulary.names()).resolve(arguments.drug).drugs
    if not found:
        raise ValueError(f"no monograph for {arguments.drug!r}")
    monograph = monographs[found[0]]
    if arguments.json:
        print(json.dumps(store.monograph_to_json(monograph)))
    else:
        print(monograph.text)


def _audit(arguments: argparse.Namespace) -> int:
    monographs = reader.read_all()
    found = list(audit.findings(monographs, arguments.labels))
    if arguments.figures:
        for line in audit.dose_figures(monographs, arguments.figures):
            print(line)
        return 0
    one_sided = list(audit.asymmetries(monographs))
    for line in [*found, *one_sided]:
        print(line)
    print(f"{len(monographs)} monographs, {len(found)} findings, {len(one_sided)} one-sided pairs")
    return 1 if found else 0


def _overlap(arguments: argparse.Namespace) -> int:
    runs = overlap.shared_runs(((m.drug.name, m.text) for m in reader.read_all()), arguments.folder)
    for name, shared in runs.items():
        for run, file in shared.items():
            print(f"{name}: {run!r} stands in {file}")
    print(f"{sum(map(len, runs.values()))} shared runs of {overlap.WORDS} words in {len(runs)} monographs")
    return 1 if runs else 0


def _vocabulary(arguments: argparse.Namespace) -> None:
    print(f"{vocabulary.write(arguments.folder)} names written to {vocabulary.FILE}", file=sys.stderr)


def _names(arguments: argparse.Namespace) -> int:
    from knowledge.mentions import Labelled, Outcome, measure, table
    from knowledge.names import NameIndex

    index = NameIndex((m.drug for m in reader.read_all()), vocabulary.names())
    rows = read_jsonl(arguments.measure, "text", "expected", "kind", "split")
    measured = measure(index, [case for case in map(Labelled.from_row, rows) if arguments.split in (None, case.split)])
    if arguments.failures:
        for row in measured:
            if row.outcome is not Outcome.FOUND:
                seen = ", ".join(f"{m.text} -> {m.match} {'/'.join(m.names)}" for m in row.resolution.mentions)
                print(f"{row.outcome}\t{row.case.kind}\t{row.case.text}\t{'+'.join(row.case.expected)}\t{seen}")
    print(table(measured))
    return 1 if any(row.outcome is Outcome.WRONG for row in measured) else 0


def _fetch(arguments: argparse.Namespace) -> int:
    from knowledge.fetching import Fetcher, FetchError

    fetcher = Fetcher(arguments.openfda.rstrip("/"), arguments.dailymed.rstrip("/"), arguments.timeout)
    failed = 0
    for drug in arguments.drugs:
        try:
            for path in fetcher.fetch(drug, arguments.out):
                print(path)
        except FetchError as error:
            failed += 1
            print(error, file=sys.stderr)
    return 1 if failed else 0


def _diff(arguments: argparse.Namespace) -> None:
    from knowledge.changes import changes, read
    from knowledge.sources import source

    found = list(changes(read(source(arguments.old)), read(source(arguments.new))))
    if arguments.json:
        print(json.dumps([change.as_json() for change in found], ensure_ascii=False))
        return
    for change in found:
        print("\n".join(change.lines()))
    print(f"{len(found)} sections changed in {len({change.drug for change in found})} drugs", file=sys.stderr)


def _bench(arguments: argparse.Namespace) -> None:
    from knowledge.bench import main as bench

    bench(arguments.sizes, arguments.sample, arguments.index)


def read_jsonl(path: Path, *fields: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file, each checked to have `fields`.

    Raises:
        ValueError: the file and line of what is not a JSON object with those fields.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{path}:{number}: not JSON: {error.msg}") from None
            missing = [field for field in fields if not isinstance(row, dict) or field not in row]
            if missing:
                raise ValueError(f"{path}:{number}: lacks {', '.join(map(repr, missing))}")
            yield row


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m knowledge", description="Drug monographs as searchable, citable passages.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = commands.add_parser("build", help="make the index from the authored corpus, or from --source")
    build.add_argument(
        "--source", nargs="+", default=[], metavar="PATH",
        help="`authored`, folders of monographs (*.md), files or folders of FDA labels (*.xml, *.json, *.jsonl, *.txt)",
    )  # fmt: skip
    build.add_argument("--report", type=Path, metavar="FILE", help="write what became of each label file, as JSON lines")
    build.add_argument("--out", type=Path, default=store.DEFAULT, metavar="DIR", help="where the index goes")
    build.add_argument("--if-needed", action="store_true", help="do nothing when the index is up to date")
    build.set_defaults(run=_build)

    search = commands.add_parser("search", help="the passages for a question")
    search.add_argument("question", nargs="?", metavar="QUESTION")
    search.add_argument("-k", type=int, default=5, help="how many hits (5)")
    search.add_argument("--json", action="store_true", help="print JSON")
    search.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='{"id","question"} a line in, {"id","hits"} a line out')
    search.add_argument("--index", type=Path, default=store.DEFAULT, metavar="DIR")
    search.set_defaults(run=_search)

    show = commands.add_parser("show", help="the text of a monograph, which citations point into")
    show.add_argument("drug", metavar="DRUG")
    show.add_argument("--json", action="store_true", help="print JSON")
    show.set_defaults(run=_show)

    check = commands.add_parser("audit", help="what is missing or unclear in the authored corpus")
    check.add_argument("--labels", type=Path, metavar="DIR", help="openFDA label files to compare boxed warnings with")
    check.add_argument("--figures", type=Path, metavar="DIR", help="list instead the dose figures that a drug's label in DIR does not have")
    check.set_defaults(run=_audit)

    shared = commands.add_parser("overlap", help="8-word runs that the corpus shares with label text")
    shared.add_argument("folder", type=Path, metavar="DIR")
    shared.set_defaults(run=_overlap)

    words = commands.add_parser("vocabulary", help="compile the table of known medicine names")
    words.add_argument("folder", type=Path, metavar="DIR")
    words.set_defaults(run=_vocabulary)

    known = commands.add_parser("names", help="how well labelled mentions are resolved; exit status 1 for any wrong medicine")
    known.add_argument("--measure", type=Path, required=True, metavar="FILE.jsonl", help='{"text","expected","kind","split"} a line')
    known.add_argument("--split", choices=("dev", "test"), help="only this split")
    known.add_argument("--failures", action="store_true", help="print each mention that is not found")
    known.set_defaults(run=_names)

    fetch = commands.add_parser("fetch", help="download labels from openFDA and DailyMed, for `build --source`")
    fetch.add_argument("drugs", nargs="+", metavar="DRUG")
    fetch.add_argument("--out", type=Path, default=Path("labels"), metavar="DIR", help="where the label files go (labels)")
    fetch.add_argument("--openfda", default="https://api.fda.gov", metavar="URL")
    fetch.add_argument("--dailymed", default="https://dailymed.nlm.nih.gov", metavar="URL")
    fetch.add_argument("--timeout", type=float, default=20.0, metavar="SECONDS", help="of each request (20)")
    fetch.set_defaults(run=_fetch)

    diff = commands.add_parser("diff", help="which sections and figures changed between two indexes, sources or label files")
    diff.add_argument("old", metavar="OLD")
    diff.add_argument("new", metavar="NEW")
    diff.add_argument("--json", action="store_true", help="print JSON, with the monographs' ids and spans")
    diff.set_defaults(run=_diff)

    bench = commands.add_parser("bench", help="embedding speed, and how the index grows: recall, milliseconds, memory, as Markdown")
    bench.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], metavar="PASSAGES")
    bench.add_argument("--sample", type=int, default=512, metavar="PASSAGES", help="how many to embed for the speed (512)")
    bench.add_argument("--index", type=Path, default=store.DEFAULT, metavar="DIR", help="whose passages are copied")
    bench.set_defaults(run=_bench)
    return parser


if __name__ == "__main__":
    sys.exit(main())
