"""Somebody is in danger now: overdose, poisoning, a severe reaction. Deterministic red flags above the classifier."""

from __future__ import annotations

import re

from guardrails import red_flags
from guardrails.policy import ANSWERED, Policies, doubts, speaks
from guardrails.types import Signals, Verdict

# Of the classifier alone, where it is likelier than all policies that answer together; from `DOUBT` on the question is answered with the numbers beside it. Of the 84 dev and blind
# emergencies .988 are found with the flags at every threshold from .3 to .7, .976 at .75, .952 at .8; of 608 monographs' questions 4.4% are stopped at .3, 3.6% from .65 on.
THRESHOLD = 0.65
DOUBT = 0.30
_WITH_SIGN = 0.10  # where a danger sign is named too
_WITH_FLAG = 0.02  # where a rule of medicine says that it is an emergency: nearly whatever the classifier thinks
# Signs that call for an ambulance: AHA/ARC First Aid Guidelines (2024-11), stroke and anaphylaxis; America's Poison Centers, "When to call
# 911": collapse, seizure, trouble breathing, cannot be awakened.
_SIGN = re.compile(
    r"\b(?:can(?:'?t|not| not| barely| hardly)|trouble|difficulty|struggling|hard|unable to|stopped?|not|barely|shallow|hardly)\W+(?:to |is |are )?(?:breath\w*|swallow\w*|wak(?:e|ing)(?: \w+)? ?up|wake|respond\w*|moving)"
    r"|\b(?:gasping|wheezing|choking|suffocating|turn(?:ed|ing) blue|blue lips|lips (?:are |look |went )?(?:blue|gr[ae]y)|unconscious|unresponsive|passed out|collapsed|"
    r"seiz(?:ure|ing)\w*|convuls\w+|foaming|od'?e?d|overdosed|anaphyla\w+|blacked out|limp)\b"
    r"|\b(?:throat|tongue|face|lips?|mouth|eyes)\b.{0,20}\b(?:swell\w*|swollen|clos\w+|puff\w+|tight\w*)"
    r"|\b(?:swell\w*|swollen) (?:of (?:the )?|up )?(?:throat|tongue|face|lips?|mouth)"
    r"|\b(?:chest pain|crushing (?:chest|pain)|chest (?:is |feels )?(?:tight|hurts)|face (?:is )?droop\w*|slurr\w+ speech|vomiting blood|throwing up blood|coughing (?:up )?blood|"
    r"(?:won'?t|doesn'?t|isn'?t|not|can'?t) (?:get it to )?stop bleeding|bleeding (?:that )?(?:won'?t|will not|doesn'?t|isn'?t) stop\w*|black(?: tarry)? stools?)\b"
    r"|\bskin (?:is )?(?:peeling|blister\w+|coming off)",
    re.IGNORECASE,
)
# Somebody took or got it: a swallowed amount, a child, a whole package.
_TAKEN = re.compile(
    r"\b(?:i|we|he|she|they|(?:my|our|the|her|his) \w+(?: \w+)?|child|kid|toddler|baby|son|daughter)\b.{0,40}?"
    r"\b(?:swallowed|ate|eaten|drank|took|taken|chewed|got into|injected|downed|ingested|gave (?:him|her|them))\b.{0,40}?"
    r"\b(?:whole|entire|all (?:of )?(?:my|his|her|the)|full|too (?:many|much)|handful|bunch of|bottle|pack(?:et|age)?|(?:[1-9]\d|\d{3,}) (?:of |x )?(?:\w+ ){0,3}?(?:pills?|tablets?|tabs?|capsules?|caps)|overdose|"
    r"(?:about|around|like|over|almost|nearly|more than|at least|maybe) (?:[1-9]\d|\d{3}) (?:of (?:my |his |her |the )?)?(?!(?:mg|mcg|g|grams?|ml|units?|iu|min\w*|h|hrs?|hours?|days?|weeks?|months?|years?|yrs?|percent|times|drops|puffs)\b)[a-z]{3,})\b",
    re.IGNORECASE,
)
_CHILD = re.compile(
    r"\b(?:toddler|baby|infant|newborn|child|kid|son|daughter|grandson|granddaughter|nephew|niece|grandchild|(?:\d+|one|two|three|four|five)[- ](?:year|yr|month|mo)s?[- ]?(?:old)?|\d{1,2} ?(?:yo|y/o)|little (?:one|boy|girl)|dog|cat)\b"
    r".{0,50}\b(?:swallowed|ate|eaten|eating|drank|chewed|chewing|got into|put .{0,15} in (?:his|her) mouth|licked|sucked|ingested|found with)\b",
    re.IGNORECASE,
)
# A question about danger that is only a question.
IMPERSONAL = re.compile(
    r"^\W*(?:what(?:'?s)?|which|who|where|can|could|does|do|is|are|how|why|when|will|would|should|may|might|explain|tell me about|list|define|signs?|symptoms?|risk|treatment|management|antidote)\b"
    r"(?!.*\b(?:i|i'm|im|i've|ive|he|he's|she|she's|we|they)\b.{0,30}\b(?:took|taken|swallowed|ate|drank|have|having|am|is|can'?t|feel|gave|injected|started|keep|just|been|got)\b)"
    r"(?!.*\b(?:right now|just (?:took|now|swallowed)|help)\b)(?!.*\bmy (?:throat|tongue|face|lips?|chest|skin|son|daughter|baby|kid|child|husband|wife|mom|mum|mother|dad|father)\b)",
    re.IGNORECASE | re.DOTALL,
)
_OVER = re.compile(
    r"\b(?:years? (?:ago|back)|last (?:year|month|spring|summer|autumn|fall|winter)|months? ago|in (?:19|20)\d\d|in the past|used to|when i was (?:a kid|young|little)|"
    r"as a (?:kid|child)|history of|recovered|back then|once had|previously)\b",
    re.IGNORECASE,
)


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Escalates when the classifier is sure, or less sure beside a danger sign of a real person; between, the numbers stand beside the answer."""
    sure = signals.probabilities.get("emergency", 0.0)
    text = signals.text.replace("’", "'")
    general = bool(IMPERSONAL.search(text)) or bool(_OVER.search(text))
    signed = bool(_SIGN.search(text) or _TAKEN.search(text) or _CHILD.search(text))
    flagged = not general and sure >= _WITH_FLAG and bool(red_flags.find(text))
    signed = not general and sure >= _WITH_SIGN and signed
    answered = sum(signals.probabilities.get(name, 0.0) for name in ANSWERED)
    if flagged or signed or sure >= max(THRESHOLD, answered):
        return speaks(policies, "emergency")
    return doubts(policies, "emergency") if sure >= DOUBT else None
