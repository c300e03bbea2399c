import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomcheck.report.numbers import number, phrase, phrases, words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (-3, "−3"),
        (9999, "9999"),
        (66564, "66,564"),
        (0.0, "0"),
        (0.1, "0.1"),
        (1.0, "1"),
        (-0.123456, "−0.1235"),
        (0.00012345678, "0.0001235"),
        (1.5e-9, "1.5×10⁻⁹"),
        (1e-5, "10⁻⁵"),
        (12345.6, "12,350"),
        (123456789.0, "1.235×10⁸"),
        (0.99999, "0.99999"),
        (math.inf, "infinite"),
        (-math.inf, "−infinite"),
        (math.nan, "–"),
    ],
)
def test_a_number_has_four_significant_digits(value: object, shown: str) -> None:
    assert number(value) == shown


def test_the_digits_of_a_seed_stay_together() -> None:
    assert number(20240101, group=False) == "20240101"


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_a_number_reads_back_to_four_digits(value: float) -> None:
    plain = number(value).translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789", ","))
    if "×10" in plain:
        read = float(plain.replace("×10", "e"))
    elif set(number(value)) & set("⁻⁰¹²³⁴⁵⁶⁷⁸⁹"):  # a power of ten without a factor
        read = float(plain.replace("10", "1e", 1))
    else:
        read = float(plain)
    assert read == pytest.approx(value, rel=5.1e-4, abs=0)


@given(st.floats(min_value=0, max_value=1, exclude_max=True))
def test_no_probability_is_rounded_to_certainty(value: float) -> None:
    assert number(value) != "1" or value > 1 - 1e-14


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("text", "text"),
        ([], "none"),
        ([2, 2], "(2, 2)"),
        ([7], "7"),
        (["circle 1", "circle 2"], "circle 1, circle 2"),
        ({"a_b": 0.5, "c": None}, "a b 0.5; c –"),
        (list(range(20)), "(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … (20 in all))"),
    ],
)
def test_any_value_fits_one_line(value: object, shown: str) -> None:
    assert phrase(value) == shown


def test_a_bar_without_a_death_lives_for_ever() -> None:
    assert phrases({"birth": 0.0, "death": None}) == {"birth": "0", "death": "infinite"}
    assert phrases({"birth": None, "death": None}) == {"birth": "–", "death": "–"}


def test_names_become_words() -> None:
    assert words("betti_image") == "Betti image"
