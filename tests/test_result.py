"""How a report shows itself, and where it lets itself be written."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import theory
from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.result import ClaimResult, Report, Verdict
from theory.errors import InvalidInput

REPORT = Report(
    subject={"name": "<b>torus</b>"},
    autoencoder={"latent_dim": 2},
    settings={},
    environment={},
    claims=(
        ClaimResult("lower-bound", "", Verdict.HOLDS, "errs by 1 & more", "s"),
        ClaimResult("small-error", "", Verdict.FAILS, "on <i>9 %</i>", "s", advice="more layers"),
        ClaimResult("generalisation", "", Verdict.HOLDS, "alike", "s"),
    ),
    timings={},
    figures={"points": list(range(10_000))},
)


class Cells(HTMLParser):
    """The tags of a page, and the text of its cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_a_report_prints_its_verdicts_and_nothing_else() -> None:
    assert str(REPORT).splitlines() == [
        "<b>torus</b>, latent dimension 2",
        "lower-bound    | holds | errs by 1 & more",
        "small-error    | fails | on <i>9 %</i>",
        "generalisation | holds | alike",
    ]


def test_a_report_is_one_line_at_the_prompt() -> None:
    assert repr(REPORT) == "<Report on <b>torus</b>, latent dimension 2: holds 2, fails 1>"


def test_a_notebook_gets_an_escaped_table() -> None:
    cells = Cells(REPORT._repr_html_())
    assert cells.tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert "<b>torus</b>, latent dimension 2" in cells.said
    assert cells.said[-6:-3] == ["small-error", "fails", "on <i>9 %</i>"]


def test_a_report_without_claims_can_be_shown() -> None:
    bare = Report({"name": "x"}, {"latent_dim": 1}, {}, {}, (), {})
    assert str(bare) == "x, latent dimension 1"


def test_a_missing_folder_is_refused_and_not_made(tmp_path: Path) -> None:
    for name in ("report.html", "report.json"):
        with pytest.raises(InvalidInput, match=r"nope that exists"):
            REPORT.save(tmp_path / "nope" / name)
    with pytest.raises(InvalidInput, match=r"ends in \.html or \.json"):
        REPORT.save(tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []
    REPORT.save(tmp_path / "report.json")
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_an_autoencoder_and_a_manifold_say_what_they_are() -> None:
    def layer(here: int, there: int) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros((there, here)), np.zeros(there)

    model = MLPAutoencoder.from_weights(
        [layer(3, 8), layer(8, 5), layer(5, 1)], [layer(1, 3)], activation="silu"
    )
    assert repr(model) == "MLPAutoencoder(3 -> 8 -> 5 -> 1, silu)"
    assert repr(theory.from_spec("sphere:dim=2")) == (
        "Manifold('sphere:dim=2,R=1', dim=2, ambient_dim=3)"
    )
