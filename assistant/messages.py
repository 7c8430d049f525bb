"""The assistant's own fixed sentences, from `prompts/messages.yaml`."""

from __future__ import annotations

from functools import cache
from string import Template

import yaml

from assistant.prompt import FOLDER


def message(name: str, /, **values: object) -> str:
    """The message called `name`, its variables filled in; a missing one raises `KeyError`."""
    return Template(_messages()[name]).substitute({key: str(value) for key, value in values.items()})


def listed(names: list[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


@cache
def _messages() -> dict[str, str]:
    return dict(yaml.safe_load((FOLDER / "messages.yaml").read_text(encoding="utf-8")))
