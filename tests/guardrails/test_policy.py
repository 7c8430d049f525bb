"""Policies as their owner writes them: what loads, what is refused with file and field, and what the shipped ones promise."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from guardrails import policy
from guardrails.engine import RULES
from guardrails.policy import Policies, Region
from guardrails.types import Decision, GuardrailError

BOTANY: dict[str, Any] = {
    "policy": "botany",
    "rule": "off_topic",
    "meaning": "Somebody asks about plants that are no medicine.",
    "decision": "refuse",
    "message": "Ask a gardener, or call {poison_line}.",
    "doubt_message": "If it was eaten, call {emergency_number}.",
    "sources": [{"title": "An example", "date": "2026-01"}],
    "examples": ["how do roses grow", "when to plant beans"],
    "near_misses": [{"text": "is foxglove a heart medicine", "policy": "ordinary"}],
}
ORDINARY: dict[str, Any] = {
    "policy": "ordinary",
    "rule": "none",
    "meaning": "An ordinary question about a medicine.",
    "decision": "allow",
    "message": "",
    "sources": [],
    "examples": ["what is aspirin for"],
}


def write(folder: Path, **files: dict[str, Any] | str) -> Path:
    """A folder of policy files, one a keyword."""
    for name, content in files.items():
        text = content if isinstance(content, str) else yaml.safe_dump(content)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in BOTANY.items() if name != field}


def test_a_folder_of_policies_loads(tmp_path: Path) -> None:
    loaded = policy.load(write(tmp_path, botany=BOTANY, ordinary=ORDINARY))
    assert set(loaded.by_name) == {"botany", "ordinary"}
    assert loaded.by_name["botany"].verdict is Decision.REFUSE


def test_near_misses_are_labelled_with_the_policy_they_belong_to(tmp_path: Path) -> None:
    loaded = policy.load(write(tmp_path, botany=BOTANY, ordinary=ORDINARY))
    assert sorted(loaded.labelled()) == [
        ("how do roses grow", "botany"),
        ("is foxglove a heart medicine", "ordinary"),
        ("what is aspirin for", "ordinary"),
        ("when to plant beans", "botany"),
    ]


def test_messages_name_the_numbers_of_the_region(tmp_path: Path) -> None:
    folder = write(tmp_path, botany=BOTANY, ordinary=ORDINARY)
    assert policy.load(folder).message("botany") == "Ask a gardener, or call 1-800-222-1222."
    abroad = policy.load(folder, Region(emergency_number="112", poison_line="01 40 05 48 48", crisis_line="3114"))
    assert abroad.message("botany") == "Ask a gardener, or call 01 40 05 48 48."
    assert abroad.message("botany", in_doubt=True) == "If it was eaten, call 112."


def test_a_verdict_carries_rule_policy_and_message(tmp_path: Path) -> None:
    loaded = policy.load(write(tmp_path, botany=BOTANY, ordinary=ORDINARY))
    sure, unsure = policy.speaks(loaded, "botany"), policy.doubts(loaded, "botany")
    assert (sure.rule, sure.reason, sure.decision) == ("off_topic", "botany", Decision.REFUSE)
    assert (unsure.rule, unsure.reason, unsure.decision) == ("off_topic", "botany", Decision.REFER)
    assert "gardener" in sure.message
    assert "eaten" in unsure.message


@pytest.mark.parametrize(
    "change", [{"meaning": "Somebody asks about plants that are not a medicine."}, {"examples": ["how do roses grow"]}]
)
def test_the_hash_changes_with_the_policies(tmp_path: Path, change: dict[str, Any]) -> None:
    before = policy.load(write(tmp_path, botany=BOTANY, ordinary=ORDINARY)).sha256
    assert policy.load(tmp_path).sha256 == before
    assert policy.load(write(tmp_path, botany=BOTANY | change)).sha256 != before


# (the broken file, what the message names beside the file)
BROKEN: list[tuple[str, dict[str, Any] | str, list[str]]] = [
    ("not YAML", "policy: [botany\nrule: off_topic", ["not YAML"]),
    ("a tab as indentation", "policy: botany\nsources:\n\t- title: x", ["not YAML"]),
    ("an empty file", "", []),
    ("a list", "- botany\n- ordinary\n", []),
    ("no message", without("message"), ["message"]),
    ("no rule", without("rule"), ["rule"]),
    ("no sources", without("sources"), ["sources"]),
    ("no examples", BOTANY | {"examples": []}, ["examples"]),
    ("an example that is no text", BOTANY | {"examples": ["fine", {"text": "not"}]}, ["examples.1"]),
    ("a meaning too short to mean anything", BOTANY | {"meaning": "plants"}, ["meaning"]),
    ("an unknown decision", BOTANY | {"decision": "block"}, ["decision"]),
    ("a decision that only a rule makes", BOTANY | {"decision": "redact"}, ["decision"]),
    ("an unknown field", BOTANY | {"exmples": ["x"]}, ["exmples"]),
    ("a source without a date", BOTANY | {"sources": [{"title": "x"}]}, ["sources.0.date"]),
    ("a near miss without its policy", BOTANY | {"near_misses": [{"text": "x"}]}, ["near_misses.0.policy"]),
    ("a near miss of no policy", BOTANY | {"near_misses": [{"text": "x", "policy": "zoology"}]}, ["near_misses", "zoology"]),
    ("an unknown number in the message", BOTANY | {"message": "Call {police}."}, ["message", "police"]),
    ("a position in the message", BOTANY | {"message": "Call {}."}, ["message"]),
    ("an open brace in the message", BOTANY | {"message": "Call {poison_line."}, ["message"]),
    ("an unknown number in the doubt", BOTANY | {"doubt_message": "Call {police}."}, ["message", "police"]),
    ("another policy's name", BOTANY | {"policy": "zoology"}, ["policy", "zoology"]),
]


@pytest.mark.parametrize(("content", "named"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_policy_is_refused_with_file_and_field(tmp_path: Path, content: dict[str, Any] | str, named: list[str]) -> None:
    write(tmp_path, botany=content, ordinary=ORDINARY)
    with pytest.raises(GuardrailError) as refused:
        policy.load(tmp_path)
    message = str(refused.value)
    assert str(tmp_path / "botany.yaml") in message
    assert [name for name in named if name not in message] == []


def test_a_folder_without_the_ordinary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GuardrailError, match=rf"{re.escape(str(tmp_path))}.*ordinary\.yaml"):
        policy.load(write(tmp_path, botany=without("near_misses")))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GuardrailError, match=re.escape(str(tmp_path / "nowhere"))):
        policy.load(tmp_path / "nowhere")


# The shipped policies.


def test_every_shipped_policy_names_a_rule_that_runs(policies: Policies) -> None:
    assert {shipped.rule for shipped in policies.by_name.values()} - {"none"} <= set(RULES)


def test_every_shipped_policy_that_acts_says_something(policies: Policies) -> None:
    silent = [name for name, shipped in policies.by_name.items() if shipped.decision != "allow" and not policies.message(name)]
    assert silent == []


@pytest.mark.parametrize(
    ("name", "decision", "line"),
    [("emergency", Decision.ESCALATE, "911"), ("emergency", Decision.ESCALATE, "1-800-222-1222"), ("self_harm", Decision.ESCALATE, "988")],
)
def test_escalations_name_who_to_call(policies: Policies, name: str, decision: Decision, line: str) -> None:
    assert policies.by_name[name].verdict is decision
    assert line in policies.message(name)
    assert re.search(r"\d{3}", policies.message(name, in_doubt=True)), "a doubt names a number too"


def test_no_shipped_text_is_labelled_twice(policies: Policies) -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    for text, name in policies.labelled():
        labels[re.sub(r"\W+", " ", text.lower()).strip()].add(name)
    assert {text: found for text, found in labels.items() if len(found) > 1} == {}
