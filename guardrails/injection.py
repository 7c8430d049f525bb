"""Attempts to change, unmask or get round the assistant."""

from __future__ import annotations

import re

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

THRESHOLD = 0.50  # chosen by the cross-validation of `python -m guardrails train`
# The forms of OWASP Top 10 for LLM Applications 2025, LLM01 and LLM07: instruction override, role play, fake roles, extraction, encodings.
_ATTACK = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip|drop)\b.{0,30}\b(?:previous|prior|above|earlier|all|any|your|the|system|safety)\b.{0,25}\b(?:instructions?|prompts?|rules?|guidelines?|polic(?:y|ies)|guardrails?|restrictions?|filters?|training)\b"
    r"|\b(?:reveal|show|print|repeat|output|display|dump|leak|give me|what (?:is|are)|recite|translate|summari[sz]e|copy)\b.{0,25}\b(?:your |the )?(?:system prompt|system message|hidden (?:prompt|instructions?|rules)|initial (?:prompt|instructions?)|developer message|instructions? (?:above|you were given)|(?:text|words|everything) above)\b"
    r"|\b(?:you are now|from now on,? you|act as|pretend (?:to be|you(?:'re| are))|role-?play as|simulate|behave like|enter|enable|switch to|activate)\b.{0,30}\b(?:dan|jailbr\w+|unrestricted|unfiltered|uncensored|developer mode|god mode|dev mode|no (?:rules|restrictions|limits|filters?|guidelines)|without (?:any )?(?:rules|restrictions|limits|filters?)|evil|root|admin mode|sudo)\b"
    r"|<\|?(?:im_start|im_end|system|endoftext|assistant|inst)\|?>|\[/?(?:INST|SYSTEM)\]|^\s*#{2,}\s*(?:system|instruction|new instructions?)\b|^\s*(?:system|assistant|developer)\s*(?:message|prompt|override|note)?\s*:\s"
    r"|\b(?:decode|rot-?13|base-?64|hex|caesar|morse|backwards|reversed?)\b.{0,40}\b(?:and (?:follow|do|obey|answer|execute|run)|this|then|instructions?)\b"
    r"|[A-Za-z0-9+/]{40,}={0,2}"
    r"|\b(?:answer|respond|reply) (?:only )?(?:with(?:out)? (?:any )?(?:sources?|citations?|safety|filters?|disclaimers?|warnings?))\b.{0,60}\b(?:ignore|instead|no matter|always|every)\b",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)  # fmt: skip


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refuses on the known forms of an attack, or when the classifier is sure."""
    if signals.probabilities.get("injection", 0.0) >= THRESHOLD or _ATTACK.search(signals.text):
        return speaks(policies, "injection")
    return None
