from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings import SettingsError, read


def test_settings_come_from_the_environment_with_their_types() -> None:
    settings = read({"PHARMACY_CACHE": "/tmp/x", "PHARMACY_MAX_NEW_TOKENS": "32", "PHARMACY_TIMEOUT_S": "2.5", "HOME": "/"})
    assert (settings.cache, settings.max_new_tokens, settings.timeout_s) == (Path("/tmp/x"), 32, 2.5)
    assert settings.index == Path("/tmp/x/index")


@pytest.mark.parametrize(
    ("environment", "said"), [({"PHARMACY_MAX_NEW_TOKENS": "many"}, "expected int"), ({"PHARMACY_MODLE": "x"}, "PHARMACY_MODLE")]
)
def test_a_wrong_setting_is_named(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read(environment)
