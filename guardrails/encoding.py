"""Takes the disguises off a text: look-alike letters, hidden characters, spaced and turned words, number letters, ciphers and encodings."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

_INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_TAGS = re.compile(r"[\U000e0020-\U000e007e]")  # letters that show nothing, and that models read
_MARKS = re.compile(r"[\u0300-\u036f\u0489\u20d0-\u20ff]")
# Letters of other alphabets that look like ours (Unicode confusables.txt, the Cyrillic and Greek ones that are drawn alike).
_ALIKE = str.maketrans(
    "аеорсухіјѕԁԛԝһӏкмтвнгпАВЕКМНОРСТХУІЈЅαορυνικτεηΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdqwhlkmtbhrnABEKMHOPCTXYIJSaopuviktenABEZHIKMNOPTYX",
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{16,}={0,2}(?![\w+/=])")
_BASE32 = re.compile(r"(?<![\w=])[A-Z2-7]{16,}={0,6}(?![\w=])")
_HEX = re.compile(r"(?i)(?<!\w)(?:0x)?(?:[0-9a-f]{2}[\s:,\\x]{0,2}){8,}(?!\w)")
_BINARY = re.compile(r"(?<!\d)(?:[01]{8}\s?){3,}(?!\d)")
_DECIMAL = re.compile(r"(?<!\d)(?:\d{2,3}[ ,]+){7,}\d{2,3}(?!\d)")
_MORSE = re.compile(r"(?:[.\-·–]{1,6}(?:\s+/?\s*|/)){8,}[.\-·–]{0,6}")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][\s.\-_*·]{1,3}){6,}[^\W\d_](?!\w)")
_LETTERS = dict(
    zip(
        ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..".split(),
        "abcdefghijklmnopqrstuvwxyz",
        strict=True,
    )
)


def readings(text: str, strange: bool = True) -> Iterator[str]:
    """The text as it reads without hidden characters, then with each further disguise off that it may wear; ciphers only of a `strange` one."""
    hidden = "".join(chr(ord(ch) - 0xE0000) for ch in _TAGS.findall(text))
    shown = _TAGS.sub("", _INVISIBLE.sub("", text))
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", shown)))
    yield plain
    latin = plain.translate(_ALIKE)
    if latin != plain and re.search(r"[A-Za-z]", plain):
        yield latin
    if hidden:
        yield hidden
    if re.search(r"[a-zA-Z][013457@$!|]+[a-zA-Z]|\b[013457@$!|]+[a-zA-Z]{2,}", latin):
        yield re.sub(r"(?<=\w)['’](?=\w)", "", latin.translate(_LEET))
    if _SPACED.search(latin):
        yield _SPACED.sub(lambda run: _joined(run[0]), latin)
    if "+" in latin or "'" in latin:
        yield re.sub(r"['\"`\s]*\+['\"`\s]*|['\"]\s+['\"]", "", latin)
    if strange:
        yield latin[::-1]
        yield " ".join(word[::-1] for word in latin.split())
        yield codecs.decode(latin, "rot13")
    if "%" in latin:
        yield unquote(latin)
    yield from decoded(text)


def decoded(text: str) -> Iterator[str]:
    """What the encoded runs of a text say, where they say anything readable."""
    for found in _BASE64.findall(text):
        for letters in (found, found[::-1]):
            try:
                yield from _readable(base64.b64decode(letters.replace("-", "+").replace("_", "/").rstrip("=") + "=" * (-len(letters.rstrip("=")) % 4)))
            except (binascii.Error, ValueError):
                continue
    for found in _BASE32.findall(text):
        try:
            yield from _readable(base64.b32decode(found.rstrip("=") + "=" * (-len(found.rstrip("=")) % 8)))
        except (binascii.Error, ValueError):
            continue
    for found in _HEX.findall(text):
        digits = re.sub(r"[^0-9a-fA-F]", "", found.replace("0x", "").replace("\\x", ""))
        if len(digits) % 2 == 0:
            yield from _readable(bytes.fromhex(digits))
    for found in _BINARY.findall(text):
        digits = re.sub(r"\D", "", found)
        yield from _readable(bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits) - 7, 8)))
    for found in _DECIMAL.findall(text):
        codes = [int(code) for code in re.findall(r"\d+", found)]
        if all(32 <= code < 127 for code in codes):
            yield from _readable(bytes(codes))
    for found in _MORSE.findall(text):
        words = re.split(r"\s*/\s*|\s{2,}", re.sub(r"[–]", "-", found.replace("·", ".")).strip())
        said = " ".join("".join(_LETTERS.get(code, "") for code in word.split()) for word in words)
        if sum(ch.isalpha() for ch in said) >= 6:
            yield said


def _readable(data: bytes) -> Iterator[str]:
    """The bytes as text, where that is text: printable, and mostly letters and spaces."""
    try:
        said = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    if len(said) >= 6 and said.isprintable() and sum(ch.isalpha() or ch == " " for ch in said) >= 0.8 * len(said):
        yield said


def _joined(run: str) -> str:
    """`i g n o r e   t h e` -> `ignore the`: single gaps go, wider ones part words."""
    wide = re.split(r"\s{2,}|(?<=\w)\s+(?=\w[.\-_*·]\w)", run)
    return " ".join(re.sub(r"[\s.\-_*·]+", "", word) for word in wide)
