"""Runs the rules through NeMo Guardrails. The only module that knows NeMo."""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

os.environ["NEMO_GUARDRAILS_NO_USAGE_STATS"] = "1"  # before the import: it reports usage otherwise
os.environ["DO_NOT_TRACK"] = "1"

from nemoguardrails import LLMRails, RailsConfig
from nemoguardrails.actions.rail_outcome import RailOutcome, TransformTarget
from nemoguardrails.rails.llm.options import RailType

from guardrails import advice, emergency, injection, language, misuse, off_topic, records, self_harm
from guardrails.classifier import Classifier, Encode
from guardrails.grounding import Check, Grounding
from guardrails.policy import Policies
from guardrails.privacy import Placeholders, Redactor
from guardrails.types import Decision, Lexicon, Ruling, Signals, Verdict

CONFIG = Path(__file__).parent / "rails"
RULES: dict[str, Callable[[Signals, Policies], Verdict | None]] = {
    "emergency": emergency.check, "self_harm": self_harm.check, "misuse": misuse.check, "records": records.check,
    "injection": injection.check, "language": language.check, "advice": advice.check, "off_topic": off_topic.check,
}  # fmt: skip
_HARM = ("emergency", "self_harm")
_SURE = 0.5  # from which one sentence's danger outweighs the rest; at any lower likelihood personal questions escalate too often
_LEAST_WORDS = 3  # a shorter sentence says too little by itself
_COULD_NOT_RUN = "could_not_run"
_NOT_YET = "not yet redacted"  # what NeMo holds until the question is
_T = TypeVar("_T")


@dataclass
class _Trail:
    """One call's verdicts, collected while NeMo walks the flow. Lives as long as the call."""

    rails: Guardrails
    placeholders: Placeholders
    written: str = ""  # as the user wrote it; NeMo logs what it is handed, so it gets this redacted only
    verdicts: list[Verdict] = field(default_factory=list)
    text: str = ""
    signals: Signals | None = None
    check: Check | None = None


_trail: ContextVar[_Trail] = ContextVar("trail")


class _Forgetful(dict[str, Any]):
    """Stands in for NeMo's history cache, which would keep what users wrote."""

    def __setitem__(self, key: str, value: Any) -> None:
        return


class Guardrails:
    """The rails in service. Safe to use from several threads and tasks at once.

    Args:
        policies: meanings, decisions and messages.
        classifier: fitted on those policies.
        encode: the embedding model that the classifier was fitted with.
        lexicon: names of medicines, and words.
    """

    def __init__(self, policies: Policies, classifier: Classifier, encode: Encode, lexicon: Lexicon):
        self.policies = policies
        self._classifier, self._encode = classifier, encode
        self._use(lexicon)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="guardrails", daemon=True).start()
        self._rails = LLMRails(RailsConfig.from_path(str(CONFIG)))
        self._rails.events_history_cache = _Forgetful()
        for action in (self.redact_identifiers, self.apply_rule, self.decide, self.check_sentence):
            self._rails.register_action(action, action.__name__)

    def naming(self, lexicon: Lexicon) -> Guardrails:
        """These rails with other names, as a new index holds them; classifier, policies and flows are shared."""
        rails = copy(self)
        rails._use(lexicon)
        return rails

    def _use(self, lexicon: Lexicon) -> None:
        self._lexicon, self._redactor, self._grounding = lexicon, Redactor(lexicon), Grounding(lexicon.find)

    def check_question(self, text: str, placeholders: Placeholders | None = None) -> Ruling:
        """Redact a question and run every input rule on it.

        Args:
            text: as the user wrote it.
            placeholders: those of the conversation, so that one person keeps one placeholder.
        """
        return self._wait(self._question(text, placeholders))

    async def check_question_async(self, text: str, placeholders: Placeholders | None = None) -> Ruling:
        """`check_question` for callers in an event loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._question(text, placeholders), self._loop))

    def check_answer(self, sentence: str, evidence: Sequence[str]) -> Ruling:
        """Check one sentence of an answer against its evidence; the ruling's text is what may be shown: it, its source, or nothing."""
        return self._wait(self._sentence(sentence, evidence))

    async def check_answer_async(self, sentence: str, evidence: Sequence[str]) -> Ruling:
        """`check_answer` for callers in an event loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._sentence(sentence, evidence), self._loop))

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _question(self, text: str, placeholders: Placeholders | None) -> Ruling:
        began = time.perf_counter()
        trail = _Trail(self, placeholders if placeholders is not None else Placeholders(), text)
        await self._run(trail, [{"role": "user", "content": _NOT_YET}], RailType.INPUT)
        ran = {verdict.rule for verdict in trail.verdicts}
        trail.verdicts += [_failure("input", rule) for rule in ("privacy", *RULES) if rule not in ran]
        return Ruling(trail.text, tuple(trail.verdicts), ms=_since(began))

    async def _sentence(self, sentence: str, evidence: Sequence[str]) -> Ruling:
        began = time.perf_counter()
        trail = _Trail(self, Placeholders())
        messages: list[dict[str, Any]] = [
            {"role": "context", "content": {"evidence": list(evidence)}},
            {"role": "user", "content": ""},
            {"role": "assistant", "content": sentence},
        ]
        await self._run(trail, messages, RailType.OUTPUT)
        if not trail.verdicts:
            trail.verdicts.append(_failure("output", "grounding"))
        source, coverage = (trail.check.source, trail.check.coverage) if trail.check else (-1, 0.0)
        return Ruling(trail.text, tuple(trail.verdicts), _since(began), source, coverage)

    def check_text(self, text: str, evidence: Sequence[str]) -> Ruling:
        """Check a text of several sentences against evidence texts, sentence by sentence; the ruling's text joins what may be shown."""
        quotes = [part for source in evidence for part in _sentences(source)]
        rulings = [self.check_answer(sentence, quotes) for sentence in _sentences(text)]
        if not rulings:
            return Ruling("", (Verdict("output", "grounding", Decision.ALLOW),))
        shown = dict.fromkeys(ruling.text for ruling in rulings if ruling.text)
        return Ruling(" ".join(shown), tuple(v for ruling in rulings for v in ruling.verdicts), sum(ruling.ms for ruling in rulings))

    def redact(self, text: str, placeholders: Placeholders) -> str:
        """The text with placeholders; for earlier turns, which were ruled on when they were asked."""
        return self._redactor.redact(text, placeholders)[0]

    async def _run(self, trail: _Trail, messages: list[dict[str, Any]], rail: RailType) -> None:
        token = _trail.set(trail)
        try:
            await self._rails.check_async(messages, rail_types=[rail])
        except Exception:  # noqa: BLE001 - whatever broke, the missing verdicts refuse; the text must not reach a log
            return
        finally:
            _trail.reset(token)

    # The actions that the flows execute, registered once: the rails that were called, and so the names, are the trail's. NeMo logs the
    # whole context of an action that raises, so none may.

    async def redact_identifiers(self, text: str) -> RailOutcome:
        trail, began = _trail.get(), time.perf_counter()
        try:
            redacted, kinds = trail.rails._redactor.redact(trail.written, trail.placeholders)
            took = _since(began)
            odds = self._probabilities(_in_words(redacted))
            names = trail.rails._lexicon
            trail.signals = Signals(redacted, odds, names.find(redacted), *names.english(redacted))
        except Exception:  # noqa: BLE001 - fails closed
            trail.verdicts.append(_failure("input", "privacy"))
            return RailOutcome.block()
        trail.text = redacted
        decision = Decision.REDACT if kinds else Decision.ALLOW
        trail.verdicts.append(Verdict("input", "privacy", decision, ", ".join(kinds).lower(), took))
        return RailOutcome.transform([(TransformTarget.USER_MESSAGE, redacted)])

    def _probabilities(self, text: str) -> dict[str, float]:
        """Policy -> probability; danger in one sentence of a long message counts as danger in the whole."""
        odds = self._classifier.probabilities(text, self._encode([text])[0])
        parts = [part for part in re.split(r"(?<=[.!?;])\s+|\n+", text) if len(part.split()) >= _LEAST_WORDS]
        if len(parts) > 1:
            for part, vector in zip(parts, self._encode(parts), strict=True):
                for harm, odd in self._classifier.probabilities(part, vector).items():
                    if harm in _HARM and odd >= _SURE:
                        odds[harm] = max(odds[harm], odd)
        return odds

    async def apply_rule(self, rule: str, text: str) -> RailOutcome:
        trail, began = _trail.get(), time.perf_counter()
        try:
            if trail.signals is None or trail.signals.text != text:
                raise RuntimeError("the rule was handed another text than was redacted")
            verdict = RULES[rule](trail.signals, self.policies)
        except Exception:  # noqa: BLE001 - fails closed
            trail.verdicts.append(_failure("input", rule))
            return RailOutcome.block()
        found = verdict or Verdict("input", rule, Decision.ALLOW)
        trail.verdicts.append(Verdict("input", rule, found.decision, found.reason, _since(began), found.message))
        return RailOutcome.allow()

    async def decide(self) -> RailOutcome:
        trail = _trail.get()
        return RailOutcome.block() if Ruling("", tuple(trail.verdicts)).stops else RailOutcome.allow()

    async def check_sentence(self, text: str, evidence: Sequence[str]) -> RailOutcome:
        trail, began = _trail.get(), time.perf_counter()
        try:
            check = trail.rails._grounding.check(text, evidence)
            shown = text if check.grounded else evidence[check.source] if check.source >= 0 and check.support > 0 else ""
            identifying = [found for found in trail.rails._redactor.find(shown) if found.kind not in _SOURCE_MAY_NAME] if shown != "" else []
        except Exception:  # noqa: BLE001 - fails closed
            trail.verdicts.append(_failure("output", "grounding"))
            return RailOutcome.block()
        decision = Decision.ALLOW if check.grounded else Decision.REPLACE
        reason = "" if check.grounded else check.failed[0].split(":")[0]
        trail.verdicts.append(Verdict("output", "grounding", decision, reason, _since(began), failed=check.failed))
        if identifying:
            shown, kinds = trail.rails._redactor.redact(shown)
            trail.verdicts.append(Verdict("output", "privacy", Decision.REDACT, ", ".join(kinds).lower()))
        trail.text, trail.check = shown, check
        if not shown:
            return RailOutcome.block()
        return RailOutcome.transform([(TransformTarget.BOT_MESSAGE, shown)]) if shown != text else RailOutcome.allow()


# A monograph's own sentence may hold the poison line's number, a web address, or words that look like a name or place.
_SOURCE_MAY_NAME = frozenset({"PHONE", "URL", "NAME", "PLACE", "FACILITY"})


def _failure(rail: str, rule: str) -> Verdict:
    """A rule that could not run refuses."""
    return Verdict(rail, rule, Decision.REFUSE, _COULD_NOT_RUN, message=_FAILURE_MESSAGE, failed=(f"{rule}: {_COULD_NOT_RUN}",))


_FAILURE_MESSAGE = "A safety check could not run, so this question was not answered. Please ask a pharmacist, and call your emergency number if it is urgent."


def _in_words(text: str) -> str:
    """The text with its placeholders in words, so that the classifier reads a sentence."""
    return re.sub(r"<[A-Z_]+_\d+>", "", re.sub(r"<NAME_\d+>", "someone", text)).strip() or text


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9\[])|\n+", text) if part.strip()]


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)
