"""Receipts: what is kept of an answer, and whether the same question is answered the same today."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.evidence import Evidence
from assistant.records import Kind, Record, Records
from assistant.types import Answer, Audience, Question, RailVerdict, Turn

if TYPE_CHECKING:
    from assistant.chain import PharmacyAssistant

log = logging.getLogger(__name__)
_SETTINGS = ("sentences", "min_cosine", "max_new_tokens", "emergency_number", "poison_line", "crisis_line")
_COMPARED = ("status", "reason", "text", "citations", "drugs")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was answered: redacted, like the user's turns before it."""

    question: str
    earlier: Sequence[str]
    audience: Audience


class Receipts:
    """Writes the receipt of every answer."""

    def __init__(self, records: Records):
        self._records = records

    def keep(self, answer: Answer, asked: Asked, evidence: Sequence[Evidence], assistant: PharmacyAssistant) -> Answer:
        """The answer of an assistant with its receipt, once that is on the disk.

        An answer that could not be recorded is given all the same, without a receipt and with a verdict that says so: its sentences were
        shown before, and an emergency number does not wait for a disk.
        """
        began = time.perf_counter()
        try:
            receipt = self._records.append(Kind.ANSWER, content(answer, asked, evidence, made_with(assistant))).hash
        except Exception as error:  # noqa: BLE001 - whatever broke, the answer says that it has no receipt
            log.error("an answer could not be recorded: %s", type(error).__name__)
            verdict = RailVerdict("receipt", "allow", "receipts", "not_recorded", 0.0, ("receipt: could not be written",))
            return replace(answer, verdicts=(*answer.verdicts, verdict))
        timings = {**answer.timings_ms, "record": round((time.perf_counter() - began) * 1000, 2)}
        return replace(answer, receipt=receipt, timings_ms=timings)


def content(answer: Answer, asked: Asked, evidence: Sequence[Evidence], made_with: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an answer. Its caller's id is not: it may name a person."""
    said = asdict(answer)
    return {
        **{key: said[key] for key in ("status", "reason", "text", "sentences", "citations", "drugs", "verdicts", "timings_ms")},
        "question": asked.question,
        "earlier": list(asked.earlier),
        "audience": asked.audience.value,
        "evidence": [{"monograph": piece.hit.passage.monograph, "start": piece.start, "end": piece.end} for piece in evidence],
        "made_with": dict(made_with),
    }


def made_with(assistant: PharmacyAssistant) -> dict[str, Any]:
    """Versions and hashes of all that an answer depends on: policies, index, embedding, model (its adapter included), settings."""
    manifest = asdict(assistant.base.manifest)
    return {
        "policies": assistant.rails.policies.sha256,
        "index": hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest(),
        "embedding": manifest["embedding_sha256"],
        "model": assistant.settings.model,
        **{f"model {file}": digest for file, digest in getattr(assistant.model, "hashes", {}).items()},
        **{name: getattr(assistant.settings, name) for name in _SETTINGS},
    }


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer given again: the new one, and what differs as (what, then, now)."""

    answer: Answer
    differences: tuple[tuple[str, Any, Any], ...]

    def text(self) -> str:
        """The differences as the command line prints them."""
        if not self.differences:
            return "The same answer, made with the same index, policies and model."
        return "\n".join(f"{what}\n  then  {_shown(then)}\n  now   {_shown(now)}" for what, then, now in self.differences)


def replay(record: Record, assistant: PharmacyAssistant) -> Replay:
    """Ask a recorded question again, as it was redacted; nothing is recorded.

    Raises:
        RecordError: the record's content was forgotten.
        ValueError: it is no answer.
    """
    if record.kind != Kind.ANSWER:
        raise ValueError(f"record {record.number} is no answer but says what was forgotten")
    then = record.data
    question = Question(then["question"], tuple(Turn("user", text) for text in then["earlier"]), Audience(then["audience"]))
    answer = assistant.unrecorded().ask(question)
    now = json.loads(json.dumps(content(answer, Asked(answer.question, (), question.audience), (), made_with(assistant))))
    made = {key: None for key in (*then["made_with"], *now["made_with"])}
    differences = [(key, then["made_with"].get(key), now["made_with"].get(key)) for key in made]
    differences += [(key, then[key], now[key]) for key in _COMPARED]
    differences.append(("verdicts", _rulings(then), _rulings(now)))
    return Replay(answer, tuple(difference for difference in differences if difference[1] != difference[2]))


def _rulings(data: Mapping[str, Any]) -> list[str]:
    """The rules that spoke. Identifiers were taken out before the record was written, so privacy has nothing left to do."""
    spoke = [verdict for verdict in data["verdicts"] if verdict["decision"] != "allow" and verdict["rule"] != "privacy"]
    return [f"{verdict['rail']} {verdict['rule']}: {verdict['decision']} ({verdict['reason']})" for verdict in spoke]


def _shown(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict) and "quote" in value[0]:
        return "; ".join(f"{cited['monograph']} [{cited['start']}, {cited['end']})" for cited in value)
    return value.replace("\n", "\n        ") if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
