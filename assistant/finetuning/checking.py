"""What an example must keep: the form of its answer, and that each of its sentences says what its passage says."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.evaluation.keyfacts import states
from assistant.finetuning.examples import KINDS, Example, marked
from assistant.prompt import ABSTAINS, REFERS, SILENT
from guardrails.engine import Guardrails
from guardrails.types import Decision

_WORDS = (4, 95)


def problems(example: Example, rails: Guardrails) -> Iterator[str]:
    """What is wrong with an example's answer; nothing when it may be learned from."""
    if example.kind not in KINDS:
        yield f"kind {example.kind!r} is none of {', '.join(KINDS)}"
    if not example.answer:
        yield "no answer"
        return
    if example.answer == ABSTAINS:
        return
    if not _WORDS[0] <= len(example.answer.split()) <= _WORDS[1]:
        yield f"{len(example.answer.split())} words; between {_WORDS[0]} and {_WORDS[1]}"
    said = list(marked(example.answer))
    for at, (sentence, markers) in enumerate(said):
        last = at == len(said) - 1
        if not markers:
            if not last or not (sentence == REFERS or sentence.startswith(SILENT)) or len(said) == 1:
                yield f"no marker after: {sentence}"
            continue
        if wrong := [marker for marker in markers if not 1 <= marker <= len(example.passages)]:
            yield f"there is no passage {wrong[0]}: {sentence}"
            continue
        ruling = rails.check_answer(sentence, [example.passages[marker - 1].text for marker in markers])
        if ruling.decision is not Decision.ALLOW or ruling.text != sentence:
            failed = "; ".join(part for verdict in ruling.verdicts for part in verdict.failed) or ruling.strongest.reason
            yield f"passage {', '.join(map(str, markers))} does not carry it ({failed}): {sentence}"
    stated = " ".join(passage.text for passage in example.passages)
    for fact in (*example.facts, *example.boxed):
        if not states(example.answer, fact):
            yield f"{'not in the passages' if not states(stated, fact) else 'not in the answer'}: the fact {fact['fact']!r}"
