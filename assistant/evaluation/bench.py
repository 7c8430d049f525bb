"""How long each stage of an answer takes: p50 and p95 over varied questions, in one run."""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict

from assistant import load_assistant
from assistant.types import Question

_STAGES = ("rails_in", "rails_in without NeMo", "resolve", "retrieve", "generate", "rails_out", "first_sentence", "total")
# Question forms over the corpus's drugs: what people ask most, after the section names of a label.
_FORMS = (
    "What are the side effects of {}?", "can i drink alcohol with {}", "how should I store {}", "I missed a dose of {}, what now?", "what is {} for",
    "max dose of {}", "is {} ok while breastfeeding", "Can I take {} with ibuprofen?", "who should not take {}", "does {} make you sleepy",
)  # fmt: skip


def main(count: int) -> None:
    """Ask `count` questions and print the table as Markdown."""
    assistant = load_assistant()
    drugs = sorted(assistant.base.monographs)
    asked = [_FORMS[i % len(_FORMS)].format(drugs[(i * 7) % len(drugs)]) for i in range(count)]
    others = [_FORMS[i % len(_FORMS)].format(drugs[(i * 7 + 3) % len(drugs)]) for i in range(count)]  # not yet embedded either
    for question in asked[:2]:
        assistant.ask(Question(question))  # the first calls warm the models
    times: dict[str, list[float]] = defaultdict(list)
    began = time.perf_counter()
    for number, (question, other) in enumerate(zip(asked, others, strict=True), start=1):
        answer = assistant.ask(Question(question))
        times["rails_in without NeMo"].append(assistant.rails.check_question_directly(other).ms)
        for stage, ms in answer.timings_ms.items():
            times[stage].append(ms)
        for verdict in answer.verdicts:
            times[f"rail: {verdict.rail} {verdict.rule}"].append(verdict.ms)
        print(f"\r{number}/{count}", end="", file=sys.stderr, flush=True)
    print(f"\n{count} questions in {time.perf_counter() - began:.0f} s, model {assistant.settings.model}", file=sys.stderr)
    print("| stage | n | p50 ms | p95 ms |\n|---|---|---|---|")
    for stage in [*_STAGES, *sorted(name for name in times if name.startswith("rail:"))]:
        if values := times.get(stage):
            print(
                f"| {stage} | {len(values)} | {statistics.median(values):.1f} | {statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]:.1f} |"
            )
