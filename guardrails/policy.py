"""The policies as their owner writes them: one YAML file each in `policies/`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from guardrails.types import Decision, GuardrailError, Verdict

FOLDER = Path(__file__).parent / "policies"
ORDINARY = "ordinary"
ANSWERED = (ORDINARY, "personal_dosing", "diagnosis", "special_population")  # policies whose questions are answered, with referral or without


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    date: str | int


class _NearMiss(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str
    policy: str


class Policy(BaseModel):
    """One policy: what it covers, what follows, what the user reads, what it rests on, and examples of both sides."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
    policy: str
    rule: str
    meaning: str = Field(min_length=20)
    decision: Literal["escalate", "refuse", "refer", "allow"]
    message: str
    doubt_message: str = ""  # said after the answer where the policy may apply, but probably does not
    sources: list[_Source]
    examples: list[str] = Field(min_length=1)
    near_misses: list[_NearMiss] = []

    @property
    def verdict(self) -> Decision:
        return Decision(self.decision)


@dataclass(frozen=True, slots=True)
class Region:
    """The telephone numbers that messages name; the defaults are those of the United States."""

    emergency_number: str = "911"
    poison_line: str = "1-800-222-1222"
    crisis_line: str = "988"


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies by name, with the region's numbers filled into their messages."""

    by_name: Mapping[str, Policy]
    region: Region
    sha256: str
    ordinary: tuple[str, ...] = ()  # further questions that are simply answered
    answered: tuple[str, ...] = ()  # further questions that are answered, under which of `ANSWERED` is not known

    def message(self, name: str, in_doubt: bool = False) -> str:
        """What the user reads when this policy speaks, or when it is in doubt whether it does."""
        policy = self.by_name[name]
        return (policy.doubt_message if in_doubt else policy.message).format_map(asdict(self.region))

    def labelled(self) -> list[tuple[str, str]]:
        """(text, policy) pairs: every example, and every near miss under the policy that it belongs to."""
        pairs = [(text, name) for name, policy in self.by_name.items() for text in policy.examples]
        pairs += [(miss.text, miss.policy) for policy in self.by_name.values() for miss in policy.near_misses]
        pairs += [(text, ORDINARY) for text in self.ordinary]
        return list(dict.fromkeys(pairs))


def load(folder: Path = FOLDER, region: Region | None = None, ordinary: Sequence[str] = (), answered: Sequence[str] = ()) -> Policies:
    """Read every policy file of a folder.

    Args:
        folder: one YAML file a policy.
        region: whose telephone numbers the messages name.
        ordinary: further examples of what is simply answered.
        answered: further questions that are answered, with referral or without.

    Raises:
        GuardrailError: a file is broken, or a message asks for something unknown; names file and field.
    """
    policies: dict[str, Policy] = {}
    total = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        total.update(path.name.encode() + b"\0" + text.encode() + b"\0")
        try:
            policy = Policy.model_validate(yaml.safe_load(text))
        except yaml.YAMLError as error:
            raise GuardrailError(f"{path}: not YAML: {error}") from None
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
            raise GuardrailError(f"{path}: {problems}") from None
        if policy.policy != path.stem:
            raise GuardrailError(f"{path}: policy: is {policy.policy!r}, the file's name says {path.stem!r}")
        policies[policy.policy] = policy
    if ORDINARY not in policies:
        raise GuardrailError(f"{folder}: holds no {ORDINARY}.yaml, the policy of what is simply answered")
    for name, policy in policies.items():
        for miss in policy.near_misses:
            if miss.policy not in policies:
                raise GuardrailError(f"{folder / name}.yaml: near_misses: {miss.policy!r} is no policy")
    total.update("\n".join((*ordinary, *answered)).encode())
    loaded = Policies(policies, region or Region(), total.hexdigest(), tuple(ordinary), tuple(answered))
    for name in policies:
        try:
            loaded.message(name)
            loaded.message(name, in_doubt=True)
        except (KeyError, IndexError, ValueError) as error:
            raise GuardrailError(f"{folder / name}.yaml: message: {error} is not one of the region's numbers") from None
    return loaded


def speaks(policies: Policies, name: str) -> Verdict:
    """The verdict of a policy that applies."""
    policy = policies.by_name[name]
    return Verdict("input", policy.rule, policy.verdict, name, message=policies.message(name))


def doubts(policies: Policies, name: str) -> Verdict:
    """The verdict of a policy of harm that may apply: the question is answered, and its help is named."""
    return Verdict("input", policies.by_name[name].rule, Decision.REFER, name, message=policies.message(name, in_doubt=True))
