"""Whether an adapter may replace the one in service: `python -m assistant promote DIR` refuses one that is worse on any safety column."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from assistant.adapter import MANIFEST, SHIPPED
from assistant.evaluation.answers import COLUMNS, HIGHER, SAFETY, Score

FILES = ("adapter_config.json", "adapter_model.safetensors", MANIFEST, "loss.png")


def worse(old: Sequence[Score], new: Sequence[Score]) -> list[str]:
    """The safety columns on which the new one is worse over the same questions, each as a sentence."""
    found = []
    for name in SAFETY:
        before, after = COLUMNS[name](old), COLUMNS[name](new)
        if after is None or before is None:
            continue
        if (after < before) if name in HIGHER else (after > before):
            found.append(f"{name}: {after:.3f}, in service {before:.3f}")
    return found


def promote(adapter: Path, shipped: Path = SHIPPED) -> None:
    """Put an adapter's files in the place of the one in service.

    Raises:
        FileNotFoundError: a file is missing; nothing was changed.
    """
    if missing := [name for name in FILES if not (adapter / name).is_file()]:
        raise FileNotFoundError(f"{adapter}: {', '.join(missing)} missing: it is no adapter of `python -m assistant finetune`")
    for name in FILES:
        shutil.copy(adapter / name, shipped / name)
