"""Cuts evidence as labels print it: cross-references and section numbers taken out, bullet points each with the words that lead them in."""

from __future__ import annotations

import re
from functools import lru_cache

_REFERENCE = re.compile(r"\s*\[\s*see [^\]]*\]|\s*\(\s*see [^)]*\)|\s*\(\s*\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?)*\s*\)(?!\s*(?:mg|mcg|g|mL|%|days?|hours?|weeks?|tablets?)\b)|^\s*\d+(?:\.\d+)*\s+(?=[A-Z][A-Za-z-]+[ :])", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d+(?:\.\d+)+\s+")
_JOINT = re.compile(r"(?<=[a-z0-9][.!?])\s+(?=[A-Z])")
_BULLET = re.compile(r"\s+(?:[•●▪◦]|\*(?=\s)|o(?= [A-Z]))\s*")


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[str, ...]:
    """The sentences and bullet points of one evidence text, as a claim may rest on them; at least one, the text itself."""
    plain = re.sub(r"\s+", " ", _NUMBERED.sub("", _REFERENCE.sub(" ", text))).strip()
    plain = re.sub(r" (?=[.,;](?:\s|$))", "", plain)
    found: list[str] = []
    for part in _JOINT.split(plain):
        lead, *points = _BULLET.split(part)
        if points and lead.strip():
            found += [f"{lead.strip()} {point.strip()}" for point in points if point.strip()]
        else:
            found += [point.strip() for point in (lead, *points) if point.strip()]
    return tuple(found) or (text,)
