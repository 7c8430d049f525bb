"""Whether the words around a number make it a maximum, a minimum, or a value to stay above or below."""

from __future__ import annotations

import re

# fmt: off
_TAKE = r"(?:take|takes|use|uses|drink|give|have|be|pass|go|inject|need|needs|last|lasts|kept|stored|taken|used|given|raised|increased)"
_BOUND_BEFORE = (
    ("le", rf"(?:no|not) (?:more|greater|higher|longer|older|later) than|(?:not|never|without) (?:to )?(?:go(?:ing)? (?:over|above|past|beyond)|pass(?:es|ing)?|exceed(?:s|ing)?)"
           rf"|(?:not|never|n't|cannot|no \w+)(?: (?:safely|ever|be))?(?: {_TAKE})?(?: [\w-]+){{0,5}} (?:more|longer|higher|later) than|(?<!go )(?<!goes )(?<!going )up to|at (?:the )?most|a maximum of"
           r"|(?:maximum|most|highest|largest)(?:(?! least| frequent| common)(?! \d) [\w'-]+){0,9}? (?:is|of|takes?|at)|max(?:imum)?\.?|(?:limit(?:ed)?|capped)(?: [\w-]+){0,3}? (?:of|to|is|at)|upper limit(?: \w+){0,3} is"
           r"|within(?: the (?:first|last|past))?|as much as|as many as|(?:at|stays?|stay) or (?:below|under|less than)|≤|<=|even|no later than|until(?: the)?(?: age)?(?: of)?|(?:not|never) (?:above|over|beyond|past)|never (?:above|over|more than|beyond)|never exceeds"),
    ("ge", r"no (?:less|fewer|sooner|earlier) than|at (?:the )?(?:very )?least|a minimum of|minimum(?: \w+){0,3}(?: is| of)?|not less than|from age|from the age of|(?:at|on) or (?:above|over)|≥|>=|as (?:little|few|early) as|(?:lowest|least)(?: [\w-]+){0,4} is"),
    ("gt", r"more than|greater than|over|above|exceed(?:s|ing)?|higher than|longer than|older than|beyond|past|>|after (?:the )?age(?: of)?|after more than|upwards of|in excess of"),
    ("lt", r"less than|up to,? but not including,?|fewer than|under|below|lower than|younger than|shorter than|<|before (?:the )?age(?: of)?|short of"),
)  # fmt: skip
_BEFORE = [(bound, re.compile(rf"(?:(?<![\w-])|(?<=[≤≥<>]))(?:{pattern})\s*(?:about|around|roughly|age|ages|the age of|a total of|only|just|each day|a day|daily|every)?\s*(?:about |one |a |an )?$", re.IGNORECASE)) for bound, pattern in _BOUND_BEFORE]
_AFTER = [
    ("ge", re.compile(r"^[\s-]*(?:of age )?(?:old )?(?:points? |[a-z]+s )?(?:(?:or|and) (?:more|older|above|over|higher|longer|greater|up|heavier|upward|later)\b|\+|at (?:the )?least\b)", re.IGNORECASE)),
    ("le", re.compile(r"^[\s-]*(?:of age )?(?:old )?(?:points? |[a-z]+s )?(?:(?:(?:or|and) (?:less|fewer|younger|under|below|lower|shorter)\b|at (?:the )?most\b|maximum\b)|(?:[\w/]+,? ){0,7}?(?:is|as) (?:also )?the (?:maximum|limit|most|highest)\b)", re.IGNORECASE)),
]
# fmt: on


def bound(text: str, start: int, end: int) -> tuple[str, str]:
    """"le", "ge", "lt", "gt" or "" for the number at [start, end), and the words that say so."""
    before = text[max(0, start - 90) : start]
    before = re.split(r"(?<!max)[;.](?=\s)", before)[-1]
    if re.search(r"\b(?:from|starting at|starting from|beginning at|as of) (?:the age of |age )?$", before, re.IGNORECASE) and (re.search(r"(?:months?|years?)\b(?! (?:to|through)\b)", text[start : end + 8]) or "age" in before[-12:]) and not re.search(r"\bto\b|[-–]", text[start:end]):
        return "ge", "from"
    if re.search(r"\bafter (?:about )?$", before, re.IGNORECASE) and re.match(r"\s*of age\b", text[end:], re.IGNORECASE):
        return "gt", "after"
    for kind, pattern in _BEFORE:
        if match := pattern.search(before):
            return kind, match[0].strip().lower()
    for kind, pattern in _AFTER:
        if match := pattern.search(text[end:]):
            return kind, match[0].strip().lower()
    return "", ""


# The words of a bound are compared with its number.
_BOUND = re.compile(
    r"\b(?:(?:no |not )?(?:more|less|fewer|greater|higher|lower|longer|shorter|older|younger) than(?= (?:about |a |an )?[\d½¼¾]| (?:one|two|three|four|five|half)\b)"
    r"|or (?:more|less|fewer|higher|lower)\b|(?:and|or) (?:older|younger|over|under|above|below|up)\b|(?:over|under|above|below|up to|at most|at least|after age|before age)(?= \d))",
    re.IGNORECASE,
)


def without_bounds(text: str) -> str:
    """The text with the words that bound its numbers blanked out."""
    return _BOUND.sub(lambda match: " " * len(match[0]), text)
