"""Made-up labels for the tests, in the shapes of SPL XML and openFDA JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SET_ID = "11111111-2222-3333-4444-555555555555"
USES = "Metformin tablets lower the blood sugar of adults with type 2 diabetes, together with diet and movement, when those alone do not suffice."


def record(**changes: Any) -> dict[str, Any]:
    """An openFDA record of a made-up metformin label; `openfda` changes go into its product data."""
    meta = {
        "product_type": ["HUMAN PRESCRIPTION DRUG"], "generic_name": ["METFORMIN HYDROCHLORIDE"], "brand_name": ["Examplomet"],
        "substance_name": ["METFORMIN HYDROCHLORIDE"], "manufacturer_name": ["Sample Labs"], "route": ["ORAL"],
        "application_number": ["ANDA000001"], "rxcui": ["861007"], "unii": ["786Z46389E"], "is_original_packager": [True],
    }  # fmt: skip
    meta |= changes.pop("openfda", {})
    return {
        "set_id": SET_ID, "version": "4", "effective_time": "20250301", "openfda": {k: v for k, v in meta.items() if v is not None},
        "indications_and_usage": [f"1 INDICATIONS AND USAGE {USES} ( 1 )"],
        "dosage_and_administration": [
            "2 DOSAGE AND ADMINISTRATION Give with meals. ( 2.1 ) 2.1 Adult Dosage Start with 500 mg twice a day [see Warnings (5.1)]. "
            "Stay at or below 2.5 g. 2.2 Missed Dose Skip the dose when the next is due."
        ],
        "dosage_and_administration_table": ["<table><tr><td>Week</td><td>Dose</td></tr><tr><td>1</td><td>500 mg</td></tr></table>"],
    } | changes  # fmt: skip


def save(folder: Path, name: str, data: Any) -> Path:
    """Write a JSON file below `folder`."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def spl(code: str = "34391-3", kind: str = "HUMAN PRESCRIPTION DRUG LABEL", head: str = "") -> str:
    """An SPL document of a made-up metformin label."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>{head}
<document xmlns="urn:hl7-org:v3"><code code="{code}" displayName="{kind}"/><title>Examplomet</title><effectiveTime value="20250301"/>
<setId root="{SET_ID}"/><versionNumber value="4"/>
<author><assignedEntity><representedOrganization><name>Sample Labs</name></representedOrganization></assignedEntity></author>
<component><structuredBody>
<component><section><code code="48780-1"/><subject><manufacturedProduct><manufacturedProduct><name>Examplomet</name>
<asEntityWithGeneric><genericMedicine><name>metformin hydrochloride</name></genericMedicine></asEntityWithGeneric>
<ingredient classCode="ACTIB"><ingredientSubstance><code code="786Z46389E" codeSystem="2.16.840.1.113883.4.9"/>
<name>METFORMIN HYDROCHLORIDE</name><activeMoiety><activeMoiety><name>METFORMIN</name></activeMoiety></activeMoiety></ingredientSubstance></ingredient>
</manufacturedProduct></manufacturedProduct></subject></section></component>
<component><section><code code="34067-9"/><title>1 INDICATIONS AND USAGE</title><text><paragraph>{USES}</paragraph></text></section></component>
<component><section><code code="43685-7"/><title>5 WARNINGS AND PRECAUTIONS</title>
<component><section><title>5.1 Lactic Acidosis</title><text><paragraph>Stop at once<content>, and call</content> for help
 [see <linkHtml href="#s">Overdosage (10)</linkHtml>].</paragraph>
<list><item>Above 10<sup>9</sup>/L</item><item>Cold hands</item></list>
<table><caption>Levels</caption><tbody><tr><td>Low</td><td>below 2 mmol/L</td></tr><tr><td>High</td><td>5 mmol/L</td></tr></tbody></table>
</text></section></component></section></component>
</structuredBody></component></document>"""
