"""Numbers as a reader wants them: four significant digits and never a false one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["DASH", "INFINITE", "number", "phrase", "phrases", "words"]

DASH = "–"
INFINITE = "infinite"
_DIGITS = 4
_LONGEST = 12
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: object, *, group: bool = True) -> str:
    """Return a number in four significant digits, an integer in full.

    Parameters
    ----------
    value : int, float or None
        None is shown as an en dash.
    group : bool
        Set the thousands of integers apart; not wanted in seeds.
    """
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        text = f"{value:,}" if group and abs(value) >= 10_000 else str(value)
        return text.replace("-", "−")
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return DASH
    if math.isinf(value):
        return INFINITE if value > 0 else f"−{INFINITE}"
    return _real(value)


def _real(value: float) -> str:
    size = abs(value)
    sign = "−" if value < 0 else ""
    if size == 0:
        return "0"
    if 1e-4 <= size < 1e6:
        text = f"{size:.{_DIGITS}g}"
        if size < 1 and float(text) == 1:
            # A confidence of 0.99999 is not certainty.
            places = min(15, math.ceil(-math.log10(1 - size) - 1e-6))
            return f"{sign}{size:.{places}f}"
        return sign + (f"{float(text):,.0f}" if "e" in text else text)
    mantissa, exponent = f"{size:.{_DIGITS - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    return sign + (power if mantissa == "1" else f"{mantissa}×{power}")


def phrase(value: object, *, group: bool = True) -> str:
    """Return any JSON value in one line.

    Parameters
    ----------
    value : JSON value
    group : bool
        As in `number`.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "; ".join(f"{words(k)} {v}" for k, v in phrases(value, group=group).items())
    if isinstance(value, Sequence):
        if not value:
            return "none"
        shown = [phrase(item, group=group) for item in value[:_LONGEST]]
        if len(value) > _LONGEST:
            shown.append(f"… ({len(value):,} in all)")
        text = ", ".join(shown)
        return f"({text})" if len(value) > 1 and not any(_is_text(v) for v in value) else text
    return number(value, group=group)


def phrases(record: Mapping[str, Any], *, group: bool = True) -> dict[str, str]:
    """Return the values of a record, each in one line.

    A persistence bar that has a birth but no death lives for ever.
    """
    lasting = record.get("birth") is not None and record.get("death", 0) is None
    return {
        key: INFINITE if lasting and key == "death" else phrase(value, group=group)
        for key, value in record.items()
    }


def words(name: Any) -> str:
    """Return the name of a value as words."""
    return str(name).replace("_", " ").replace("betti", "Betti")


def _is_text(value: object) -> bool:
    return isinstance(value, str | Mapping)
