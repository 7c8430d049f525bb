"""How an answer was made: what each rule decided, the medicines recognised, and where the time went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant import Answer, Status
from assistant.findings import in_words
from assistant.types import RailVerdict
from ui.answer import seconds

_STAGES = {
    "rails_in": "Check the question",
    "resolve": "Recognise the medicines",
    "retrieve": "Find the passages",
    "write": "Write and check the answer",
    "generate": "of which the model",
    "rails_out": "of which the checks",
    "first_sentence": "First sentence after",
    "record": "Write the receipt",
    "total": "In all",
}
_WITHIN = frozenset({"generate", "rails_out"})
_GISTS = {
    "redact": "personal details removed", "refer": "with a referral", "refuse": "not answered ({rules})", "escalate": "sent to help at once ({rules})",
}  # fmt: skip
_ENDS = {Status.CLARIFY: "asked back", Status.NO_SOURCE: "no source found", Status.FAILED: "not answered"}


def trail_html(answer: Answer) -> str:
    """The decision trail of an answer, closed until asked for."""
    parts = [_rules_html(answer.verdicts), _drugs_html(answer), _times_html(answer)]
    ruled = [verdict for verdict in answer.verdicts if verdict.rail == "input" and verdict.decision != "allow"]
    by_decision: dict[str, list[str]] = {}
    for verdict in ruled:
        by_decision.setdefault(verdict.decision, []).append(_words(verdict.rule))
    told = [_GISTS.get(decision, f"{decision} ({{rules}})").format(rules=", ".join(dict.fromkeys(rules))) for decision, rules in by_decision.items()]
    gist = ", ".join(told) or _ENDS.get(answer.status, "answered from the monographs" if answer.citations else _words(answer.status.value))
    receipt = f" · receipt <code>{escape(answer.receipt[:12])}</code>" if answer.receipt else ""
    return (
        f'<details class="rx-panel"><summary>How this answer was made <span>{escape(gist)}</span></summary>'
        f'{"".join(parts)}<p class="rx-quiet">Model <code>{escape(answer.model or "none")}</code> · answer <code>{escape(answer.id)}</code>{receipt}</p>'
        "</details>"
    )


def _rules_html(verdicts: Sequence[RailVerdict]) -> str:
    if not verdicts:
        return '<p class="rx-quiet">No rule was asked.</p>'
    rows = [_row(v.rail, _words(v.rule), v.decision, _words(v.reason), v.ms) for v in verdicts if v.rail == "input"]
    said = [verdict for verdict in verdicts if verdict.rail != "input"]
    for rule in dict.fromkeys(verdict.rule for verdict in said):
        of_rule = [verdict for verdict in said if verdict.rule == rule]
        changed = [verdict for verdict in of_rule if verdict.decision != "allow"]
        decision = changed[0].decision if changed else "allow"
        count = f"{len(of_rule)} sentence{'s' * (len(of_rule) != 1)} checked, {len(changed)} replaced"
        rows.append(_row(said[0].rail, _words(rule), decision, count, sum(v.ms for v in of_rule)))
    return _table("What each rule decided", ("Rail", "Rule", "Decision", "Reason", "Time"), rows) + _replaced_html(said)


def _replaced_html(said: Iterable[RailVerdict]) -> str:
    """The sentences that failed a check: what failed in each, after which the monograph's own sentence was shown, or nothing."""
    failed = [verdict for verdict in said if verdict.decision != "allow"]
    if not failed:
        return ""
    lines = "".join(f"<li>{escape(in_words(verdict.failed) or _words(verdict.reason))}</li>" for verdict in failed)
    return f'<p class="rx-quiet">The model’s sentences that gave way to the source, and what was wrong in them</p><ul class="rx-failed">{lines}</ul>'


def _drugs_html(answer: Answer) -> str:
    rows = [f"<tr><td>{escape(d.mention)}</td><td>{escape(d.name)}</td><td>{escape(d.match)}</td></tr>" for d in answer.drugs]
    if not rows:
        return '<p class="rx-quiet">No medicine was looked up.</p>'
    return _table("Medicines recognised", ("Written", "Taken as", "By"), rows)


def _times_html(answer: Answer) -> str:
    total = max(answer.timings_ms.get("total", 0.0), 0.001)
    known = [stage for stage in _STAGES if stage in answer.timings_ms]
    rows = []
    for stage in [*known, *(stage for stage in answer.timings_ms if stage not in _STAGES)]:
        ms = answer.timings_ms[stage]
        share = min(100.0, 100 * ms / total)
        within = ' class="rx-within"' if stage in _WITHIN else ""
        bar = f'<td class="rx-bar"><i style="width:{share:.1f}%"></i></td><td class="rx-ms">{seconds(ms)}</td>'
        rows.append(f"<tr><td{within}>{escape(_STAGES.get(stage) or _words(stage))}</td>{bar}</tr>")
    return _table("Where the time went", ("Stage", "Share", "Time"), rows)


def _row(rail: str, rule: str, decision: str, reason: str, ms: float) -> str:
    return (
        f'<tr><td>{escape(rail)}</td><td>{escape(rule)}</td><td><span class="rx-decision rx-{escape(decision)}">{escape(decision)}</span></td>'
        f'<td>{escape(reason)}</td><td class="rx-ms">{seconds(ms)}</td></tr>'
    )


def _table(caption: str, heads: Iterable[str], rows: Iterable[str]) -> str:
    cells = "".join('<th scope="col" class="rx-ms">Time</th>' if head == "Time" else f'<th scope="col">{head}</th>' for head in heads)
    return f'<table class="rx-table"><caption>{caption}</caption><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _words(code: str) -> str:
    return code.replace("_", " ")
