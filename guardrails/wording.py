"""The words of a sentence in comparable form: stems, and one key for every wording of the same thing (`wording.yaml`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("wording.yaml")
_WORD = re.compile(r"[a-z][a-z'-]*[a-z]|[a-z]", re.IGNORECASE)
_LONGEST = 4  # words of the longest wording
# fmt: off
STOP = frozenset(
    "a an the of to in on at by for from with without and or but nor as is are was were be been being it its this that these those which who whom whose "
    "do does did done has have had having can could may might will would shall should must not no never also than then there here such so if "
    "when while where how what why you your yours they them their he she his her we us our i me my any some each every all either "
    "about into over under out off between during through very too only just own one am s t don doesn isn aren won shouldn mustn cannot "
    "ones because since though although yet even still already unless except until like including within per via upon against once whether nor "
    # denials are compared by clause
    "avoid avoids avoided avoiding avoidance contraindicated contraindication forbidden prohibited away "
    # numbers and times are compared as quantities
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty "
    "seventy eighty ninety hundred thousand million half third quarter fourth fifth tenth twice thrice daily weekly monthly nightly day days week weeks month months year "
    "years hour hours minute minutes second seconds mg mcg g kg ml l dl gram grams milligram milligrams microgram micrograms milliliter milliliters mmol meq unit units percent f c degrees mmhg hg times old age aged ages".split()
)
# Words that carry little by themselves: a claim may add them.
LIGHT = frozenset(
    "make made let go come get got gets getting put say said see look find found keep thing way part time case well good sure kind sort able possible possibly likely "
    "main mainly especially particularly particular certain specific important soon now today again ever much many most several few number "
    "yourself themselves itself himself herself own whatever whenever whichever label labels monograph according information source includes include "
    "included please note reason case cases instance example examples set seem seems become becomes becoming turn turns want wants try tries stay stays "
    "leave leaves long around roughly approximately nearly quite rather instead really actually simply real thing things point meant mean means "
    "lot far place spot side person people kept put puts back else otherwise however therefore thus hence meanwhile apart also regarding concerning learn learns learned realize realizes mostly top near almost nearly took like understand away again everyday ".split()
)
EVERYWHERE = frozenset({"=people", "=take", "=medicine", "=need", "=happen", "=known", "=dose", "=cause", "=effect"})  # keys that tell little of what is meant
# fmt: on


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or several that mean one thing: `key` is equal for every wording of it; `kind` is "clinical", "plain", "light" or "" for the rest."""

    key: str
    text: str
    start: int
    end: int
    kind: str = ""


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text that carry meaning, in order."""
    plain = text.replace("’", "'")
    table, stems = _table()
    found: list[tuple[str, int, int]] = []
    for match in _WORD.finditer(plain):
        said, start = match[0].lower().removesuffix("'s"), match.start()
        parts = said.split("-")
        if len(parts) > 1 and said not in table and any(part in table or stem(part) in stems for part in parts):
            for part in parts:  # "placebo-controlled"; a name such as amoxicillin-clavulanate stays whole
                if part:
                    found.append((part, start, start + len(part)))
                start += len(part) + 1
        else:
            found.append((said, start, match.end()))
    out: list[Word] = []
    row = 0
    while row < len(found):
        for size in range(min(_LONGEST, len(found) - row), 0, -1):
            said = " ".join(word for word, _, _ in found[row : row + size])
            known = table.get(said) or (table.get(said.removesuffix("s")) if size > 1 else None) or (stems.get(stem(said)) if size == 1 and said not in STOP else None)
            if known and (size == 1 or not re.search(r"[;:.!?,]", plain[found[row][1] : found[row + size - 1][2]].replace("c. d", "c d"))):
                kind = "light" if known[0] in ("=up", "=down") or said in LIGHT else known[1]
                out.append(Word(known[0], said, found[row][1], found[row + size - 1][2], kind))
                break
        else:
            size = 1
            word, start, end = found[row]
            if word not in STOP:
                out.append(Word(stem(word), word, start, end, "light" if word in LIGHT else ""))
        row += size
    return tuple(out)


def content_words(text: str) -> frozenset[str]:
    """The keys of a text's words, without those that carry little."""
    return frozenset(word.key for word in words(text) if word.kind != "light")


@cache
def related(how: str) -> dict[str, frozenset[str]]:
    """Key -> the keys that turn its meaning round ("opposite"), that may stand for it ("near"), or that name another group or organ ("other")."""
    found: dict[str, set[str]] = {}
    for one, other in _read()[how]:
        found.setdefault(f"={one}", set()).add(f"={other}")
        found.setdefault(f"={other}", set()).add(f"={one}")
    return {key: frozenset(others) for key, others in found.items()}


@cache
def _read() -> dict[str, list[list[str]]]:
    table: dict[str, list[list[str]]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {section: [[str(word) for word in group] for group in groups] for section, groups in table.items()}


@cache
def _table() -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """Wording -> (key, kind), for wordings as they stand and for the stems of single words."""
    exact: dict[str, tuple[str, str]] = {}
    stems: dict[str, tuple[str, str]] = {}
    for kind in ("clinical", "plain"):
        for group in _read()[kind]:
            for wording in group:
                said = " ".join(match[0].lower() for match in _WORD.finditer(wording)) or wording
                exact.setdefault(said, (f"={group[0]}", kind))
                if " " not in said:
                    stems.setdefault(stem(said), (f"={group[0]}", kind))
    return exact, stems


def stem(word: str) -> str:
    """A crude stem: enough that `bleeding` meets `bleed` and `doses` meets `dose`."""
    word = word.lower().removesuffix("'s").replace("-", "")
    for suffix in ("iness", "ness", "ings", "ing", "edly", "ed", "ies", "ily", "es", "ly", "y", "s", "e"):
        least = 4 if suffix in ("y", "ness", "iness") else 3
        if word.endswith(suffix) and len(word) - len(suffix) >= least and not (suffix in ("ed", "es") and word[-3] in "e") and not word.endswith("ss"):
            word = word[: -len(suffix)] + ("y" if suffix == "ies" and len(word) < 6 else "")
            break
    return re.sub(r"(?<=[^aeiou])i$", "", re.sub(r"(.)\1$", r"\1", word))
