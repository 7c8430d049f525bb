"""Downloads labels from the openFDA and DailyMed APIs, one request at a time, for users who have a network."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPENFDA = "https://api.fda.gov"  # open.fda.gov/apis/drug/label: /drug/label.json?search=…&limit=…
DAILYMED = "https://dailymed.nlm.nih.gov"  # dailymed.nlm.nih.gov/dailymed/webservices-help: /dailymed/services/v2/spls…
_TRIES = 3
_LONGEST = 60_000_000  # bytes of a reply


class FetchError(RuntimeError):
    """A label that could not be downloaded; the message says what was asked of whom."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Where labels come from; `pause_s` between requests keeps below openFDA's 240 a minute without a key."""

    openfda: str = OPENFDA
    dailymed: str = DAILYMED
    timeout_s: float = 20.0
    pause_s: float = 0.5

    def fetch(self, drug: str, out: Path) -> list[Path]:
        """Save the labels of a drug below `out`: openFDA's JSON, and the SPL XML of DailyMed for its set id.

        Raises:
            FetchError: neither has one, or they could not be reached.
        """
        if not re.search(r"[A-Za-z]{2}", drug):
            raise FetchError(f"{drug!r} is no name of a drug")
        out.mkdir(parents=True, exist_ok=True)
        stem = re.sub(r"[^a-z0-9]+", "-", drug.lower()).strip("-")
        saved: list[Path] = []
        record, set_id, trouble = self._record(drug), "", ""
        if record:
            saved.append(_save(out / f"{stem}.json", json.dumps(record, ensure_ascii=False).encode()))
            set_id = str(record.get("set_id") or "")
        try:
            if xml := self._spl(drug, set_id):
                saved.append(_save(out / f"{stem}.xml", xml))
        except FetchError as error:
            trouble = f": {error}"
        if not saved:
            raise FetchError(f"no label of {drug!r} at {self.openfda} or {self.dailymed}{trouble}")
        return saved

    def _record(self, drug: str) -> dict[str, Any] | None:
        """openFDA's record of a drug: a single-ingredient original where there is one, the newest of those."""
        name = drug.replace('"', "")
        for search in (
            f'openfda.generic_name:"{name}" AND openfda.is_original_packager:true',
            f'openfda.generic_name:"{name}"',
            f'openfda.brand_name:"{name}"',
        ):
            query = urllib.parse.urlencode({"search": search, "limit": 10})
            reply = self._get(f"{self.openfda}/drug/label.json?{query}")
            if not reply:
                continue
            results = _parsed(reply, self.openfda).get("results") or []
            if records := [row for row in results if isinstance(row, dict)]:
                return min(
                    records,
                    key=lambda row: (len((row.get("openfda") or {}).get("substance_name") or [1]), -int(row.get("effective_time") or 0)),
                )
        return None

    def _spl(self, drug: str, set_id: str) -> bytes | None:
        if not set_id:
            query = urllib.parse.urlencode({"drug_name": drug, "pagesize": 1})
            reply = self._get(f"{self.dailymed}/dailymed/services/v2/spls.json?{query}")
            rows = _parsed(reply, self.dailymed).get("data") or [] if reply else []
            set_id = str(rows[0].get("setid") or "") if rows else ""
        return self._get(f"{self.dailymed}/dailymed/services/v2/spls/{urllib.parse.quote(set_id, safe='')}.xml") if set_id else None

    def _get(self, url: str) -> bytes | None:
        """The body of a reply, None for 404; a busy or failing server is asked again a little later, `_TRIES` times in all."""
        request = urllib.request.Request(url, headers={"User-Agent": "pharmacy-assistant (label import)"})
        told = ""
        for attempt in range(_TRIES):
            time.sleep(self.pause_s * 2**attempt if self.pause_s else 0)
            try:
                with urllib.request.urlopen(request, timeout=self.timeout_s) as reply:
                    body = bytes(reply.read(_LONGEST + 1))
            except urllib.error.HTTPError as error:
                if error.code == 404:
                    return None
                told = f"answered {error.code}"
                if error.code != 429 and error.code < 500:
                    break
            except (OSError, ValueError) as error:
                told = f"could not be reached ({getattr(error, 'reason', error)})"
            else:
                if len(body) > _LONGEST:
                    raise FetchError(f"{url}: more than {_LONGEST // 1_000_000} MB")
                return body
        raise FetchError(f"{url} {told}")


def _parsed(body: bytes, host: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError:
        raise FetchError(f"{host} answered with something that is not JSON") from None
    return data if isinstance(data, dict) else {}


def _save(path: Path, body: bytes) -> Path:
    whole = path.with_suffix(path.suffix + ".part")
    whole.write_bytes(body)
    return whole.replace(path)
