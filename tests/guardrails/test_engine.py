"""The rails through real NeMo: which verdict stands, what happens when a part breaks, and what is left behind."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from guardrails import engine
from guardrails.classifier import Vectors
from guardrails.engine import Guardrails
from guardrails.policy import Policies
from guardrails.privacy import Placeholders
from guardrails.types import Decision, Ruling, Signals, Verdict
from tests.guardrails.scripted import ScriptedClassifier, SmallLexicon, encode, scripted_rails

DEFECT = pytest.mark.xfail(strict=True, reason="known defect of guardrails.engine: take the mark off when it is mended")
PHONE = "415-555-0137"
SCRIPT = {
    "emergencyword": {"emergency": 0.9},
    "despairword": {"self_harm": 0.9},
    "misuseword": {"misuse": 0.9},
    "recordword": {"own_records": 0.9},
    "attackword": {"injection": 0.9},
    "doseword": {"personal_dosing": 0.9},
    "chatterword": {"off_topic": 0.9},
    "helloword": {"small_talk": 0.9},
}


@pytest.fixture(scope="module")
def rails(policies: Policies) -> Guardrails:
    """Rails whose classifier follows `SCRIPT`."""
    return scripted_rails(policies, SCRIPT)


def by_rule(ruling: Ruling) -> dict[str, Verdict]:
    return {verdict.rule: verdict for verdict in ruling.verdicts}


# Which decision stands.


def test_every_rule_runs_once_in_the_order_of_the_flow(rails: Guardrails) -> None:
    ruling = rails.check_question("may I have a tablet")
    assert [verdict.rule for verdict in ruling.verdicts] == ["privacy", *engine.RULES]
    assert {verdict.rail for verdict in ruling.verdicts} == {"input"}
    assert ruling.decision is Decision.ALLOW


@pytest.mark.parametrize(
    ("text", "decision", "rule", "reason"),
    [
        ("may I have a tablet", Decision.ALLOW, "privacy", ""),
        (f"call {PHONE} about a tablet", Decision.REDACT, "privacy", "phone"),
        ("emergencyword", Decision.ESCALATE, "emergency", "emergency"),
        ("despairword", Decision.ESCALATE, "self_harm", "self_harm"),
        ("misuseword", Decision.REFUSE, "misuse", "misuse"),
        ("recordword", Decision.REFUSE, "records", "own_records"),
        ("attackword", Decision.REFUSE, "injection", "injection"),
        ("doseword", Decision.REFER, "advice", "personal_dosing"),
        ("chatterword", Decision.REFUSE, "off_topic", "off_topic"),
        # two at once: the stronger stands
        ("chatterword emergencyword", Decision.ESCALATE, "emergency", "emergency"),
        ("misuseword despairword", Decision.ESCALATE, "self_harm", "self_harm"),
        ("attackword emergencyword", Decision.ESCALATE, "emergency", "emergency"),
        ("doseword misuseword", Decision.REFUSE, "misuse", "misuse"),
        ("doseword chatterword", Decision.REFUSE, "off_topic", "off_topic"),
        (f"doseword, call {PHONE}", Decision.REFER, "advice", "personal_dosing"),
        (f"emergencyword, call {PHONE}", Decision.ESCALATE, "emergency", "emergency"),
        ("emergencyword despairword misuseword recordword attackword doseword chatterword", Decision.ESCALATE, "emergency", "emergency"),
    ],
)
def test_the_strongest_decision_wins(rails: Guardrails, text: str, decision: Decision, rule: str, reason: str) -> None:
    ruling = rails.check_question(text)
    assert ruling.decision is decision
    assert (ruling.strongest.rule, ruling.strongest.reason) == (rule, reason)


def test_a_verdict_carries_the_policys_message(rails: Guardrails, policies: Policies) -> None:
    assert rails.check_question("misuseword").strongest.message == policies.message("misuse")


def test_small_talk_is_allowed_with_its_own_message(rails: Guardrails, policies: Policies) -> None:
    verdict = by_rule(rails.check_question("helloword"))["off_topic"]
    assert (verdict.decision, verdict.reason, verdict.message) == (Decision.ALLOW, "small_talk", policies.message("small_talk"))


def test_all_rules_speak_even_where_one_has_stopped_the_question(rails: Guardrails) -> None:
    verdicts = by_rule(rails.check_question("emergencyword misuseword chatterword"))
    assert [verdicts[rule].decision for rule in ("emergency", "misuse", "off_topic")] == [
        Decision.ESCALATE,
        Decision.REFUSE,
        Decision.REFUSE,
    ]


@pytest.mark.parametrize("harm", ["emergencyword", "despairword"])
def test_danger_in_one_sentence_of_a_long_story_is_found(policies: Policies, harm: str) -> None:
    class Diluted(ScriptedClassifier):
        """Sees a tenth of the harm in a longer text, as an average over it does."""

        def probabilities(self, text: str, vector: Vectors) -> dict[str, float]:
            share = 1.0 if len(text.split()) < 10 else 0.1
            return {name: share * odd for name, odd in super().probabilities(text, vector).items()}

    story = f"We had dinner with my sister. It was lovely and late. Now there is {harm} here. Does the cake matter?"
    assert scripted_rails(policies, classifier=Diluted(policies, SCRIPT)).check_question(story).decision is Decision.ESCALATE
    calm = scripted_rails(policies, classifier=Diluted(policies, SCRIPT)).check_question(story.replace(harm, "cake"))
    assert calm.decision is Decision.ALLOW


# Redaction comes first.


def test_the_rules_and_the_classifier_see_redacted_text_only(policies: Policies, monkeypatch: pytest.MonkeyPatch) -> None:
    classifier, seen = ScriptedClassifier(policies, {}), []
    encoded: list[str] = []

    def watch(signals: Signals, policies: Policies) -> None:
        seen.append(signals.text)

    def watched(texts: Sequence[str]) -> Vectors:
        encoded.extend(texts)
        return encode(texts)

    for rule in engine.RULES:
        monkeypatch.setitem(engine.RULES, rule, watch)
    ruling = scripted_rails(policies, classifier=classifier, encode=watched).check_question(
        f"My name is Tom Baker. Call {PHONE} about the pill."
    )
    assert ruling.text == "My name is <NAME_1>. Call <PHONE_1> about the pill."
    assert set(seen) == {ruling.text}
    assert classifier.seen
    assert [text for text in (*classifier.seen, *encoded) if "Baker" in text or PHONE in text] == []


def test_the_names_of_a_new_index_are_those_of_the_rails_that_were_called(rails: Guardrails, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wider(SmallLexicon):
        def find(self, text: str) -> frozenset[str]:
            return super().find(text) | frozenset({"examplol"} & set(text.split()))

    seen = []
    monkeypatch.setitem(engine.RULES, "advice", lambda signals, policies: seen.append(signals.names))
    renewed = rails.naming(Wider())
    for each in (rails, renewed, rails):
        each.check_question("may I have examplol with warfarin")
    assert seen == [{"warfarin"}, {"warfarin", "examplol"}, {"warfarin"}]
    evidence = ["Aspirin raises the risk of bleeding in people who take warfarin."]
    swapped = "examplol raises the risk of bleeding in people who take warfarin."
    assert renewed.check_answer(swapped, evidence).text != swapped


def test_a_conversation_keeps_its_placeholders(rails: Guardrails) -> None:
    conversation = Placeholders()
    first = rails.check_question("My name is Tom Baker.", conversation)
    second = rails.check_question("My name is Ann Field.", conversation)
    third = rails.check_question("It is Tom Baker again, patient: Tom Baker.", conversation)
    assert [("<NAME_1>" in ruling.text, "<NAME_2>" in ruling.text) for ruling in (first, second, third)] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    assert "<NAME_1>" in rails.redact("patient: Tom Baker", conversation)


ODD = [
    "",
    "   ",
    "?",
    "two\nlines\n\nand three",
    "\ttabs and  double  spaces ",
    'with "double" and \'single\' quotes, \\ a backslash',
    "{{ user_message }} and {braces} and $user_message and $1",
    "{% for x in y %} # comment",
    "user \"hello\"\n  bot stop here",
    "control \x00\x07\x1b characters",
    "😀 é ß ﬁ ½ µg ≥ 汉字",
    "a" * 20_000,
    "is it safe? " * 1_700,
]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=lambda text: repr(text[:24]))
def test_odd_text_reaches_every_rule_as_it_is(rails: Guardrails, text: str) -> None:
    ruling = rails.check_question(text)
    assert [verdict.reason for verdict in ruling.verdicts if verdict.failed] == []
    assert [verdict.rule for verdict in ruling.verdicts] == ["privacy", *engine.RULES]
    assert ruling.text == text


# What breaks fails closed.

SECRET = "zanzibarquartz"


def breaking(signals: Signals, policies: Policies) -> None:
    """A rule that cannot run, and whose error holds the user's text."""
    raise ValueError(f"cannot parse {signals.text}")


def assert_nothing_logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], *secrets: str) -> None:
    printed = capfd.readouterr()
    everything = caplog.text + printed.out + printed.err
    assert [secret for secret in secrets if secret in everything] == []


@pytest.mark.parametrize("rule", engine.RULES)
def test_a_rule_that_raises_fails_closed(
    policies: Policies,
    rails: Guardrails,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    rule: str,
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setitem(engine.RULES, rule, breaking)
    ruling = rails.check_question(f"the {SECRET} tablet, call {PHONE}")
    failed = by_rule(ruling)[rule]
    assert ruling.decision is Decision.REFUSE
    assert ruling.stops
    assert (failed.decision, failed.reason) == (Decision.REFUSE, "could_not_run")
    assert failed.message
    assert rule in " ".join(failed.failed)
    assert_nothing_logged(caplog, capfd, PHONE, SECRET)


def test_what_is_no_decision_fails_closed(rails: Guardrails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.RULES, "misuse", lambda signals, policies: "refuse")
    ruling = rails.check_question("a tablet")
    assert (ruling.decision, ruling.strongest.rule) == (Decision.REFUSE, "misuse")


def test_an_escalation_stands_over_a_rule_that_broke(rails: Guardrails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.RULES, "misuse", breaking)
    ruling = rails.check_question("emergencyword")
    assert (ruling.decision, ruling.strongest.rule) == (Decision.ESCALATE, "emergency")


class BrokenClassifier:
    """A classifier that names the text it cannot score."""

    def probabilities(self, text: str, vector: Vectors) -> dict[str, float]:
        raise ValueError(f"no weights for {text}")


class BrokenLexicon(SmallLexicon):
    """A lexicon that cannot count words."""

    def english(self, text: str) -> tuple[float, int]:
        raise ValueError(f"no words in {text}")


class UnprotectiveLexicon(SmallLexicon):
    """A lexicon that breaks in the middle of redaction."""

    def medicines(self, text: str) -> list[tuple[int, int]]:
        raise ValueError(f"cannot look up {text}")


def broken_encode(texts: Sequence[str]) -> Vectors:
    raise RuntimeError(f"out of memory at {texts[0]}")


@pytest.mark.parametrize(
    "part",
    [{"classifier": BrokenClassifier()}, {"lexicon": BrokenLexicon()}, {"lexicon": UnprotectiveLexicon()}, {"encode": broken_encode}],
    ids=["classifier", "words", "redaction", "embedding"],
)
def test_without_redaction_or_signals_nothing_is_let_through(
    policies: Policies, part: dict[str, Any], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.WARNING)
    ruling = scripted_rails(policies, **part).check_question(f"my son Ethan lost the {SECRET} tablet, call {PHONE}")
    assert ruling.decision is Decision.REFUSE
    assert ruling.strongest.rule == "privacy"
    assert ruling.text == "", "what could not be checked is not handed on"
    assert {verdict.decision for verdict in ruling.verdicts} == {Decision.REFUSE}
    assert_nothing_logged(caplog, capfd, PHONE, SECRET, "Ethan")


def test_nemo_itself_breaking_fails_closed(policies: Policies, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = scripted_rails(policies)

    async def fails(*args: object, **named: object) -> None:
        raise RuntimeError("no such flow")

    monkeypatch.setattr(broken._rails, "check_async", fails)
    ruling = broken.check_question(f"call {PHONE}")
    assert (ruling.decision, ruling.text) == (Decision.REFUSE, "")
    shown = broken.check_answer("Warfarin can cause bleeding.", ["Warfarin can cause bleeding."])
    assert (shown.decision, shown.text) == (Decision.REFUSE, "")


def test_a_rule_that_the_flow_leaves_out_fails_closed(rails: Guardrails, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that is registered but not named in flows.co has not run."""
    monkeypatch.setitem(engine.RULES, "new_rule", lambda signals, policies: None)
    ruling = rails.check_question("a tablet")
    assert (ruling.decision, ruling.strongest.rule, ruling.strongest.reason) == (Decision.REFUSE, "new_rule", "could_not_run")


def test_the_rails_work_again_after_a_failure(rails: Guardrails, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(engine.RULES, "misuse", breaking)
        assert rails.check_question("a tablet").stops
    assert not rails.check_question("a tablet").stops


# Nothing is kept.


def strings_within(root: object) -> list[str]:
    """Every string that an object holds, however deep; not through modules, classes or code."""
    walls = (types.ModuleType, type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.CodeType, types.FrameType)
    found: list[str] = []
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, walls):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            found.append(one)
        else:
            waiting.extend(gc.get_referents(one))
    return found


def test_the_search_for_kept_text_finds_what_is_kept() -> None:
    assert any(SECRET in text for text in strings_within({"a": [types.SimpleNamespace(b=(f"the {SECRET}",))]}))


def kept(rails: Guardrails, *secrets: str) -> list[str]:
    """What NeMo's own object still holds of the secrets."""
    return [text for text in strings_within(rails._rails) if any(secret in text for secret in secrets)]


@pytest.mark.parametrize("word", ["tablet", "emergencyword", "misuseword", "doseword"])
def test_nemo_keeps_nothing_raw_of_a_question(policies: Policies, word: str) -> None:
    used = scripted_rails(policies, SCRIPT)
    used.check_question(f"my son Ethan has the {word}, call {PHONE}")
    assert len(used._rails.events_history_cache) == 0
    assert kept(used, PHONE, "Ethan") == []


def test_nemo_keeps_nothing_raw_of_a_question_that_could_not_be_redacted(policies: Policies) -> None:
    used = scripted_rails(policies, lexicon=UnprotectiveLexicon())
    used.check_question(f"my son Ethan has the {SECRET} tablet, call {PHONE}")
    assert kept(used, PHONE, SECRET, "Ethan") == []


@DEFECT
def test_nemo_keeps_nothing_at_all_of_a_question(policies: Policies) -> None:
    """LLMRails holds the last conversation, redacted, in its explanation."""
    used = scripted_rails(policies, SCRIPT)
    used.check_question(f"the {SECRET} tablet")
    assert kept(used, SECRET) == []


@pytest.mark.parametrize("level", [logging.WARNING, pytest.param(logging.INFO, marks=DEFECT), pytest.param(logging.DEBUG, marks=DEFECT)])
@pytest.mark.parametrize("word", ["tablet", "misuseword"])
def test_nothing_raw_is_logged_when_all_is_well(
    rails: Guardrails, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], word: str, level: int
) -> None:
    """Not even where whoever embeds the rails turns the logs up: NeMo logs each event with its text."""
    caplog.set_level(level)
    rails.check_question(f"the {SECRET} {word}, call {PHONE}")
    assert_nothing_logged(caplog, capfd, PHONE, SECRET)


@pytest.mark.parametrize("text", ["may I have a tablet", f"emergencyword, call {PHONE}", "misuseword despairword"])
def test_the_rules_say_the_same_without_nemo(rails: Guardrails, text: str) -> None:
    through, direct = rails.check_question(text), rails.check_question_directly(text)
    assert direct.text == through.text
    assert [(v.rule, v.decision, v.reason) for v in direct.verdicts] == [(v.rule, v.decision, v.reason) for v in through.verdicts]


# Many at once.


def marked(number: int) -> str:
    """A question that only this number asks: its own words, telephone number and decision."""
    word = [*SCRIPT, "tablet"][number % (len(SCRIPT) + 1)]
    return f"question{number}x {word}, call 415-555-{1000 + number}"


def assert_unmixed(number: int, ruling: Ruling, alone: Ruling) -> None:
    assert f"question{number}x " in ruling.text
    assert f"{1000 + number}" not in ruling.text
    assert "<PHONE_1>" in ruling.text
    assert "<PHONE_2>" not in ruling.text
    assert [(v.rule, v.decision, v.reason) for v in ruling.verdicts] == [(v.rule, v.decision, v.reason) for v in alone.verdicts]


@pytest.fixture(scope="module")
def interleaved(policies: Policies) -> Guardrails:
    """Rails that hand over to the other questions before every action, as they would if an action waited for something."""
    made = scripted_rails(policies, SCRIPT)

    def yielding(action: Callable[..., Any]) -> Callable[..., Any]:
        async def waits(**arguments: Any) -> Any:
            await asyncio.sleep(0.001)
            return await action(**arguments)

        return waits

    for action in (made.redact_identifiers, made.apply_rules, made.check_sentence):
        made._rails.register_action(yielding(action), action.__name__)
    return made


def test_sixty_four_threads_do_not_mix(interleaved: Guardrails) -> None:
    rails = interleaved
    alone = [rails.check_question(marked(number)) for number in range(64)]
    start = threading.Barrier(64)

    def ask(number: int) -> Ruling:
        start.wait(timeout=30)
        return rails.check_question(marked(number))

    with ThreadPoolExecutor(64) as pool:
        for number, ruling in enumerate(pool.map(ask, range(64))):
            assert_unmixed(number, ruling, alone[number])


async def test_sixty_four_tasks_of_a_loop_do_not_mix(interleaved: Guardrails) -> None:
    rails = interleaved

    async def sentence(number: int) -> Ruling:
        return await rails.check_answer_async(f"Fact number{number}x holds.", [f"Fact number{number}x holds."])

    alone = [await rails.check_question_async(marked(number)) for number in range(64)]
    rulings, sentences = await asyncio.gather(
        asyncio.gather(*(rails.check_question_async(marked(number)) for number in range(64))), asyncio.gather(*map(sentence, range(64)))
    )
    for number, ruling in enumerate(rulings):
        assert_unmixed(number, ruling, alone[number])
    assert [ruling.text for ruling in sentences] == [f"Fact number{number}x holds." for number in range(64)]


# The library and its surroundings.

_WATCH = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "nemoguardrails":
            print(os.environ.get("NEMO_GUARDRAILS_NO_USAGE_STATS"), os.environ.get("DO_NOT_TRACK"))
            raise SystemExit
sys.meta_path.insert(0, Watch())
import guardrails.engine
"""


def test_telemetry_is_off_before_nemo_is_imported() -> None:
    clean = {name: value for name, value in os.environ.items() if name not in ("NEMO_GUARDRAILS_NO_USAGE_STATS", "DO_NOT_TRACK")}
    folder = str(engine.CONFIG.parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", _WATCH], env=clean | {"PYTHONPATH": folder}, cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["1", "1"], done.stderr


def test_telemetry_is_off_in_this_process() -> None:
    assert [os.environ.get(name) for name in ("NEMO_GUARDRAILS_NO_USAGE_STATS", "DO_NOT_TRACK")] == ["1", "1"]


def test_the_rails_use_no_model(rails: Guardrails) -> None:
    assert rails._rails.config.models == []


def test_each_verdict_says_how_long_it_took(rails: Guardrails) -> None:
    ruling = rails.check_question("doseword")
    assert all(verdict.ms >= 0 for verdict in ruling.verdicts)
    assert ruling.ms >= sum(verdict.ms for verdict in ruling.verdicts)
    assert ruling.ms > 0
