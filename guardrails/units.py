"""Units of amount and time as (dimension, factor to the dimension's base unit)."""

from __future__ import annotations

import re

UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("mcg", "µg", "μg", "ug", "microgram", "micrograms"), ("mass", 0.001)),
    **dict.fromkeys(("ng", "nanogram", "nanograms"), ("mass", 0.000001)),
    **dict.fromkeys(("mg", "milligram", "milligrams"), ("mass", 1.0)),
    **dict.fromkeys(("g", "gm", "gram", "grams"), ("mass", 1000.0)),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), ("body_mass", 1.0)),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), ("body_mass", 0.4536)),
    **dict.fromkeys(("ml", "milliliter", "milliliters", "millilitre", "millilitres", "cc"), ("volume", 1.0)),
    **dict.fromkeys(("dl", "deciliter", "deciliters"), ("volume", 100.0)),
    **dict.fromkeys(("l", "liter", "liters", "litre", "litres"), ("volume", 1000.0)),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), ("time", 1 / 60)),
    **dict.fromkeys(("second", "seconds"), ("time", 1 / 3600)),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), ("time", 1.0)),
    **dict.fromkeys(("day", "days"), ("time", 24.0)),
    **dict.fromkeys(("week", "weeks"), ("time", 168.0)),
    **dict.fromkeys(("month", "months"), ("months", 1.0)),
    **dict.fromkeys(("year", "years"), ("months", 12.0)),
    **dict.fromkeys(("%", "percent"), ("percent", 1.0)),
    "meq": ("meq", 1.0), **dict.fromkeys(("mmol", "mmols"), ("mmol", 1.0)), "mol": ("mmol", 1000.0),
    **dict.fromkeys(("unit", "units", "iu"), ("units", 1.0)),
    **dict.fromkeys(("°f", "f", "degrees f", "degrees fahrenheit"), ("fahrenheit", 1.0)),
    **dict.fromkeys(("°c", "c", "degrees c", "degrees celsius"), ("celsius", 1.0)),
    **dict.fromkeys(("mmhg", "mm hg"), ("mmhg", 1.0)),
    **dict.fromkeys(("inch", "inches"), ("length", 2.54)), **dict.fromkeys(("cm", "centimeters"), ("length", 1.0)),
}  # fmt: skip
_COUNTED = (
    "tablet|capsule|caplet|pill|puff|spray|drop|dose|drink|glass|cup|teaspoon|tablespoon|ounce|patch|injection|pen|time|inhalation|suppository|packet|people|"
    "person|serving|cigarette|vial|syringe|click|application|lozenge|film|pouch"
)
_SINGULAR = {"glasse": "glass", "people": "person", "patche": "patch", "suppositorie": "suppository", "pouche": "pouch"}
UNIT = "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True)) + rf"|(?:{_COUNTED})(?:e?s)?"


def unit(text: str | None) -> tuple[str, float] | None:
    """Dimension and factor of a text that `UNIT` matched."""
    if not text:
        return None
    plain = re.sub(r"\s+", " ", text.lower())
    if plain in UNITS:
        return UNITS[plain]
    plain = plain.removesuffix("s")
    return _SINGULAR.get(plain, plain), 1.0
