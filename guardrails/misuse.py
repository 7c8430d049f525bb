"""Getting high, getting round controls, or doing harm to somebody else with a medicine."""

from __future__ import annotations

import re

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

THRESHOLD = 0.45  # of all four policies of harm together; on the dev and blind cases .963 of harm to others are found and 4.4% of 608 monographs' questions stopped, at .5 .926 and 4.1%
MISUSE = 0.55  # of all four where misuse speaks: giving a shot and coffee with a stimulant stand at .5 to .6, getting high at .8 and more
_LEAST = 0.25  # of the policy that speaks
_WITH_PROTECTION = 0.75  # of all four, where the words are those of somebody who wants to prevent, report, store, throw away or learn
_PROTECTION = re.compile(
    r"\b(?:safely|legal(?:ly)?|lawful|allowed|the law|lock(?:ed|ing)?|dispos\w+|get(?:ting)? rid|throw (?:away|out)|report(?:ed|ing)?|prevent\w*|protect\w*|"
    r"(?:keep|stop) (?:\w+ ){1,4}(?:from|away|getting)|so (?:my|that|no one|nobody|teens|kids)|watch (?:for|out)|recogni[sz]e|spot|(?:red flags|signs?) (?:of|that)|"
    r"warn\w*|treat(?:ed|ment|ing)?|pharmac(?:y|ist)s? (?:know|tell|see)|prescribed|label|leaflet|class|training|poster|exam|why)\b",
    re.IGNORECASE,
)

# How a medicine is given or ended: tablets for somebody who cannot swallow, shots under the skin, tapers. The same words are misuse only beside a
# way of getting it in faster, or its effect.
_GIVING = re.compile(
    r"\b(?:(?:crush|split|cut|halv|open|chew|dissolv|sprinkl|swallow|taper|wean)\w*|feeding tube|under the skin|auto-?injectors?|injection site|"
    r"through (?:\w+ )?(?:clothes|clothing|jeans|pants)|giv(?:e|ing) (?:\w+ ){1,4}(?:shot|injection))\b",
    re.IGNORECASE,
)
_ABUSING = re.compile(
    r"\b(?:snort|sniff|shoot|smok|plug|bang|boof|slam|rail|line|nose|vein|high|buzz|rush|trip|stronger|harder|faster|quicker|at once|"
    r"kick|feel|fun|party|hide|sneak|secret|someone|somebody|her drink|his drink|kill|hurt)\w*|\b(?:crush|dissolv|cook|melt|filter)\w*.*\binject",
    re.IGNORECASE,
)
_GIVEN = 0.9  # of all four, where a tablet is only to be given


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refuses when harm is likelier than not, and misuse or harm to others is the likeliest kind of it."""
    odds = {name: signals.probabilities.get(name, 0.0) for name in ("misuse", "harm_to_others", "self_harm", "emergency")}
    likeliest = max(odds, key=odds.__getitem__)
    needed = _WITH_PROTECTION if _PROTECTION.search(signals.text) else MISUSE if likeliest == "misuse" else THRESHOLD
    if _GIVING.search(signals.text) and not _ABUSING.search(signals.text):
        needed = _GIVEN
    speaking = likeliest in ("misuse", "harm_to_others") and odds[likeliest] >= _LEAST and sum(odds.values()) >= needed
    return speaks(policies, likeliest) if speaking else None
