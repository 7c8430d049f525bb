"""Reads written numbers: digits, words, fractions and mixed numbers."""

from __future__ import annotations

import re

# fmt: off
_ONES = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())}
_TENS = {w: 10 * (i + 2) for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "half": 0.5, "third": 1 / 3, "thirds": 1 / 3, "quarter": 0.25, "quarters": 0.25, "fourth": 0.25,
             "fourths": 0.25, "fifth": 0.2, "tenth": 0.1}
# fmt: on
_WORD = "|".join([*_TENS, *sorted(_ONES, key=len, reverse=True)])
_SCALE = "|".join(_SCALES)
_DIGITS = r"(?:\d[\d,]*(?:\.\d+)?|\.\d+)"
_SPELLED = rf"\b(?:{_WORD})\b(?:[- ](?:{'|'.join(_ONES)})\b)?(?: (?:{_SCALE})\b)*"
NUMBER = (
    rf"(?:{_DIGITS}\s(?:1/2|1/4|3/4|1/3|2/3)(?!\d)|{_DIGITS}[½¼¾⅓⅔]|(?:{_DIGITS}|\b(?:{_WORD})\b) and (?:a half|a quarter|one half|one quarter)\b"
    rf"|\b1/2(?!\d)|\b1/4(?!\d)|\b3/4(?!\d)|[½¼¾⅓⅔]|{_DIGITS}(?: (?:{_SCALE})\b)?|{_SPELLED})"
)
FRACTION = r"\b(?:(?:a|an|one|two|three)[- ])?(?:half|thirds?|quarters?|fourths?|fifth|tenth)\b"


def value(text: str) -> float:
    """The value of a text that `NUMBER` or `FRACTION` matched."""
    plain = text.lower().strip()
    if " and " in plain:
        whole, part = plain.split(" and ")
        return value(whole) + FRACTIONS[part.split()[-1]]
    if plain[-1] in FRACTIONS:
        return FRACTIONS[plain[-1]] + (value(plain[:-1]) if plain[:-1].strip() else 0.0)
    words = re.split(r"[- ]", plain)
    if words[-1] in FRACTIONS:
        return FRACTIONS[words[-1]] * (1 if words[0] in FRACTIONS or words[0] in ("a", "an") else value(words[0]))
    if "/" in words[-1]:
        over, under = words[-1].split("/")
        return (value(words[0]) if len(words) > 1 else 0.0) + float(over) / float(under)
    total, scale = 0.0, 1
    for word in words:
        if word in _SCALES:
            scale *= _SCALES[word]
        elif word[0].isdigit() or word[0] == ".":
            total += float(word.replace(",", "").rstrip("."))
        else:
            total += _TENS.get(word, _ONES.get(word, 0))
    return total * scale
