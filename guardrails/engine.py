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
from typing import TYPE_CHECKING, Any, TypeVar

os.environ["NEMO_GUARDRAILS_NO_USAGE_STATS"] = "1"  # before the import: it reports usage otherwise
os.environ["DO_NOT_TRACK"] = "1"

from nemoguardrails import LLMRails, RailsConfig
from nemoguardrails.actions.rail_outcome import RailOutcome, TransformTarget
from nemoguardrails.integrations.langchain.llm_adapter import LangChainLLMAdapter
from nemoguardrails.library.self_check.facts.actions import self_check_facts
from nemoguardrails.library.self_check.input_check.actions import self_check_input
from nemoguardrails.library.self_check.output_check.actions import self_check_output
from nemoguardrails.rails.llm.options import RailType

from guardrails import advice, emergency, injection, language, misuse, off_topic, records, self_harm
from guardrails.classifier import Classifier, Encode, sentences
from guardrails.grounding import Check, Grounding
from guardrails.policy import Policies
from guardrails.privacy import Placeholders, Redactor
from guardrails.types import Decision, Lexicon, Ruling, Signals, Verdict

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

CONFIG = Path(__file__).parent / "rails"
JUDGED = Path(__file__).parent / "rails_llm"  # the same and a model that judges besides
RULES: dict[str, Callable[[Signals, Policies], Verdict | None]] = {
    "emergency": emergency.check, "self_harm": self_harm.check, "misuse": misuse.check, "records": records.check,
    "injection": injection.check, "language": language.check, "advice": advice.check, "off_topic": off_topic.check,
}  # fmt: skip
_HARM = ("emergency", "self_harm")
_SURE = 0.7  # from which one sentence's danger outweighs the rest; at any lower likelihood personal questions escalate too often
_HINTED = 0.02  # of the whole, without which a sentence taken by itself ("I run marathons.") is misread; at 0.15 one in a hundred buried emergencies is lost
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
        judge: a LangChain chat model that checks questions, facts and answers besides; None for the rules alone.
    """

    def __init__(self, policies: Policies, classifier: Classifier, encode: Encode, lexicon: Lexicon, judge: BaseChatModel | None = None):
        self.policies = policies
        self._judge = judge
        self._classifier, self._encode = classifier, encode
        self._use(lexicon)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="guardrails", daemon=True).start()
        config = RailsConfig.from_path(str(JUDGED if judge else CONFIG))
        self._rails = LLMRails(config, llm=LangChainLLMAdapter(judge) if judge else None)
        self._rails.events_history_cache = _Forgetful()
        for action in (self.redact_identifiers, self.apply_rules, self.check_sentence, self.judge_question, self.judge_sentence):
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

    def check_question_directly(self, text: str) -> Ruling:
        """`check_question` without NeMo: the same actions in the same order, to measure what NeMo costs."""
        return self._wait(self._directly(text))

    async def _directly(self, text: str) -> Ruling:
        began, trail = time.perf_counter(), _Trail(self, Placeholders(), text)
        token = _trail.set(trail)
        if not (await self.redact_identifiers(text)).is_blocked:
            await self.apply_rules(",".join(RULES), trail.text)
        _trail.reset(token)
        return Ruling(trail.text, tuple(trail.verdicts), ms=_since(began))

    def check_answer(self, sentence: str, evidence: Sequence[str]) -> Ruling:
        """Check one sentence of an answer against its evidence; the ruling's text is what may be shown: it, its source, or nothing."""
        return self._wait(self._sentence(sentence, evidence))

    def grounded(self, sentence: str, evidence: Sequence[str]) -> bool:
        """Whether the evidence carries a sentence, by the grounding rule alone: to measure with, not to show by."""
        return self._grounding.check(sentence, evidence).grounded

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
        if self._judge and "self_check_input" not in ran and not Ruling("", tuple(trail.verdicts)).stops:
            trail.verdicts.append(_failure("input", "self_check_input", _NO_JUDGE_MESSAGE))
        odds = trail.signals.probabilities if trail.signals else {}
        return Ruling(trail.text, tuple(trail.verdicts), ms=_since(began), probabilities=odds)

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
        elif self._judge and trail.text and "self_check_output" not in {verdict.rule for verdict in trail.verdicts}:
            trail.text = ""
            trail.verdicts.append(_failure("output", "self_check_output", _NO_JUDGE_MESSAGE))
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
        parts = sentences(text)
        whole = dict(odds)
        if len(parts) > 1:
            for part, vector in zip(parts, self._encode(parts), strict=True):
                for harm, odd in self._classifier.probabilities(part, vector).items():
                    if harm in _HARM and odd >= _SURE and whole[harm] >= _HINTED:
                        odds[harm] = max(odds[harm], odd)
        return odds

    async def apply_rules(self, rules: str, text: str) -> RailOutcome:
        """Run the rules named in `rules`, in that order; one action, because NeMo takes about 5 ms for each."""
        trail = _trail.get()
        trail.verdicts += [self._apply(rule.strip(), text, trail.signals) for rule in rules.split(",")]
        return RailOutcome.block() if Ruling("", tuple(trail.verdicts)).stops else RailOutcome.allow()

    def _apply(self, rule: str, text: str, signals: Signals | None) -> Verdict:
        began = time.perf_counter()
        try:
            if signals is None or signals.text != text:
                raise RuntimeError("the rule was handed another text than was redacted")
            found = RULES[rule](signals, self.policies) or Verdict("input", rule, Decision.ALLOW)
            return Verdict("input", rule, found.decision, found.reason, _since(began), found.message)
        except Exception:  # noqa: BLE001 - fails closed
            return _failure("input", rule)

    async def judge_question(self, text: str) -> RailOutcome:
        if (signals := _trail.get().signals) is None or signals.text != text:
            return RailOutcome.block()  # not what was redacted; without a verdict of the judge the question is refused
        return await self._judged("self_check_input", RailType.INPUT, self_check_input, user_message=text)

    async def judge_sentence(self, text: str, evidence: Sequence[str]) -> RailOutcome:
        trail = _trail.get()
        for rule, check in (("self_check_facts", self_check_facts), ("self_check_output", self_check_output)):
            outcome = await self._judged(rule, RailType.OUTPUT, check, bot_message=text, relevant_chunks=list(evidence))
            if outcome.is_blocked:
                trail.text = ""
                return outcome
        return RailOutcome.allow()

    async def _judged(self, rule: str, rail: RailType, check: Callable[..., Coroutine[Any, Any, RailOutcome]], **texts: Any) -> RailOutcome:
        """One of NeMo's self-checks; what its model blocks is refused or dropped, and so is everything when the model is not there."""
        trail, began = _trail.get(), time.perf_counter()
        try:
            manager = self._rails.runtime.llm_task_manager
            outcome = await check(llms={}, llm=self._rails.llm, llm_task_manager=manager, config=self._rails.config, **texts)
        except Exception:  # noqa: BLE001 - fails closed
            trail.verdicts.append(_failure(rail.value, rule, _NO_JUDGE_MESSAGE))
            return RailOutcome.block()
        stopped = Decision.REFUSE if rail is RailType.INPUT else Decision.REPLACE
        said = (stopped, rule, _JUDGED_MESSAGE) if outcome.is_blocked else (Decision.ALLOW, "", "")
        trail.verdicts.append(Verdict(rail.value, rule, said[0], said[1], _since(began), said[2]))
        return outcome

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


def _failure(rail: str, rule: str, message: str = "") -> Verdict:
    """A rule that could not run refuses."""
    said = message or _FAILURE_MESSAGE
    return Verdict(rail, rule, Decision.REFUSE, _COULD_NOT_RUN, message=said, failed=(f"{rule}: {_COULD_NOT_RUN}",))


_FAILURE_MESSAGE = "A safety check could not run, so this question was not answered. Please ask a pharmacist, and call your emergency number if it is urgent."
_NO_JUDGE_MESSAGE = "The model that checks questions and answers could not be reached, so nothing is shown. Please try again later or ask a pharmacist, and call your emergency number if it is urgent."
_JUDGED_MESSAGE = "I can't help with that request. I can tell you about a medicine's side effects, interactions, storage, or how it is taken."


def _in_words(text: str) -> str:
    """The text with its placeholders in words, so that the classifier reads a sentence."""
    return re.sub(r"<[A-Z_]+_\d+>", "", re.sub(r"<AGE_\d+>", "95", re.sub(r"<NAME_\d+>", "someone", text))).strip() or text


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9\[])|\n+", text) if part.strip()]


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)
