"""Checks the chain of records against itself and its anchor."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, islice

from assistant.anchor import AnchorError, Mark
from assistant.records import START, Kind, Record, Records, sha256


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the records found.

    Attributes:
        records: how many there are.
        head: `NUMBER:HASH` of the last one. Kept elsewhere and given to `verify` later, it proves that nothing up to it was taken away.
        problem: the first bad record and what is wrong with it; empty when all is well.
        unacknowledged: records at whose writing the writer was stopped before it could say so; whole, but nobody was given their receipt.
        keyed: whether the anchor's signatures were checked.
    """

    records: int
    head: str
    problem: str
    unacknowledged: int
    keyed: bool

    def text(self) -> str:
        """The finding as the command line prints it."""
        if self.problem:
            return f"NOT WHOLE. {self.problem}"
        lines = [f"{self.records} records, chain whole. Head {self.head}"]
        if self.unacknowledged:
            lines.append(f"{self.unacknowledged} written by a process that was stopped before it acknowledged them.")
        if self.keyed:
            lines.append("Every line of the anchor is signed with the key. Without the key no record can be changed or added unseen.")
        else:
            lines.append("No key: whoever can write both the database and the anchor could have made both anew. Set PHARMACY_RECEIPTS_KEY.")
        lines.append("Both put back to an earlier state still fit each other: keep the head elsewhere, and give it with --head.")
        return "\n".join(lines)


def verify(records: Records, head: str = "") -> Verification:
    """Check every record, the anchor, and that what is missing was forgotten in the open.

    Args:
        head: `NUMBER:HASH` as an earlier check printed it; the chain must still hold that record.
    """
    keyed = records.anchor.is_keyed
    try:
        # Others may be writing: what was acknowledged before the records are read is there, and what is there was announced after it.
        before = _anchored(records)[1]
        rows = records.read()
        first = list(islice(rows, 1))
        intended, acknowledged = _anchored(records)
    except AnchorError as error:
        return Verification(0, "", str(error), 0, keyed)
    problems: list[tuple[int, str]] = []
    kept, empty, forgotten = 0, set[int](), dict[int, int]()
    last = None
    known = dict([(int(head.partition(":")[0]), head.partition(":")[2])]) if head else {}
    for record in chain(first, rows):
        if wrong := _wrong(record, last, intended, acknowledged, known):
            problems.append(wrong)
            break
        last = record
        kept += 1
        if record.content is None:
            empty.add(record.number)
        elif record.kind == Kind.FORGET:
            forgotten |= dict.fromkeys(record.data["forgets"], record.number)
    count = last.number if last else 0
    if not problems:
        missing = sorted(number for number in {*before, *known} if number > count)
        if missing:
            span = f"record {missing[0]} is" if len(missing) == 1 else f"records {missing[0]} to {missing[-1]} are"
            problems.append((count + 1, f"{span} missing at the end"))
        problems += [(n, f"record {n}: its content is gone, and no record says that it was forgotten") for n in empty - forgotten.keys()]
        problems += [(n, f"record {n}: forgotten by record {by}, and its content is back") for n, by in forgotten.items() if n not in empty]
    unacknowledged = kept - len(acknowledged.keys() & range(1, count + 1))
    return Verification(kept, f"{count}:{last.hash}" if last else "", min(problems)[1] if problems else "", unacknowledged, keyed)


def _anchored(records: Records) -> tuple[dict[int, set[str]], dict[int, str]]:
    """What the anchor holds: number -> hashes that were to be written (more than one where a writer was stopped before it wrote),
    and number -> the hash that was acknowledged."""
    intended: dict[int, set[str]] = defaultdict(set)
    acknowledged: dict[int, str] = {}
    for line in records.anchor.lines():
        if records.anchor.is_keyed and not records.anchor.signed(line):
            raise AnchorError(f"record {line.number}: its line in {records.anchor.path} is not signed with the key")
        if line.mark is Mark.INTENDED:
            intended[line.number].add(line.hash)
        elif acknowledged.setdefault(line.number, line.hash) != line.hash:
            raise AnchorError(f"record {line.number}: two records of that number were acknowledged in {records.anchor.path}")
    return intended, acknowledged


def _wrong(
    record: Record, last: Record | None, intended: dict[int, set[str]], acknowledged: dict[int, str], known: dict[int, str]
) -> tuple[int, str] | None:
    """What is wrong with a record that follows `last`."""
    expected = last.number + 1 if last else 1
    number = record.number
    if number != expected:
        span = f"record {expected} is" if number == expected + 1 else f"records {expected} to {number - 1} are"
        return (expected, f"{span} missing") if number > expected else (number, f"record {number}: there is no such number in a chain")
    if record.content is not None and sha256(record.content) != record.content_sha256:
        return number, f"record {number}: its content was changed"
    if record.hash != record.sealed:
        return number, f"record {number}: it was changed, or stands in another's place"
    if record.previous != (last.hash if last else START):
        return number, f"record {number}: it does not follow record {number - 1}"
    if record.hash not in intended[number]:
        return number, f"record {number}: the anchor does not know it; it was put in, or the chain was made anew from here"
    if acknowledged.get(number, record.hash) != record.hash or known.get(number, record.hash) != record.hash:
        return number, f"record {number}: another record was acknowledged in its place"
    return None
