from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.image import imread
from report_documents import hostile, linked_circles, minimal, points_in_the_plane

from geomcheck.report.static import write_figure
from theory.errors import InvalidInput


@pytest.mark.parametrize(("suffix", "magic"), [(".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_a_sheet_is_written_in_the_format_of_its_name(
    tmp_path: Path, suffix: str, magic: bytes
) -> None:
    target = tmp_path / f"sheet{suffix}"
    write_figure(linked_circles(300), target)
    assert target.read_bytes().startswith(magic)
    assert list(tmp_path.iterdir()) == [target]


def test_a_sheet_has_ink_in_every_row(tmp_path: Path) -> None:
    target = tmp_path / "sheet.png"
    write_figure(linked_circles(300), target)
    grey = imread(target)[..., :3].mean(axis=2)
    for row in np.array_split(grey, 3):
        assert (row < 0.5).mean() > 0.005


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    pages = []
    for name in ("a.svg", "b.svg"):
        write_figure(points_in_the_plane(), tmp_path / name)
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_names_are_drawn_as_text_and_not_as_formulas(tmp_path: Path) -> None:
    document = hostile()
    document["figures"]["points"]["component_names"] = ["$x^2$", "<b>"]
    target = tmp_path / "sheet.svg"
    write_figure(document, target)
    page = target.read_text(encoding="utf-8")
    assert "$x^2$" in page
    assert "&lt;b&gt;" in page


def test_the_callers_matplotlib_is_left_alone(tmp_path: Path) -> None:
    before = dict(matplotlib.rcParams)
    write_figure(points_in_the_plane(), tmp_path / "sheet.pdf")
    assert dict(matplotlib.rcParams) == before


def test_a_document_without_figures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no figure to draw"):
        write_figure(minimal(), tmp_path / "sheet.pdf")
    assert not list(tmp_path.iterdir())


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.pdf, \.png, \.svg"):
        write_figure(linked_circles(100), tmp_path / "sheet.docx")
