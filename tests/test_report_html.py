import copy
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from report_documents import HOSTILE, hostile, linked_circles, minimal, points_in_the_plane

from geomcheck.report import render_html, write_html
from geomcheck.report.answer import answers, tally
from geomcheck.report.figures import all_drawings
from geomcheck.report.html import _inline_json
from theory.errors import InvalidInput
from theory.sources import source


class _Reader(HTMLParser):
    """Collects the text outside scripts, the tags, and what the scripts hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.scripts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text += data


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return linked_circles()


@pytest.fixture(scope="module")
def page(document: dict[str, Any]) -> str:
    return render_html(document)


def test_importing_the_report_imports_nothing_heavy() -> None:
    heavy = ("plotly", "jinja2", "matplotlib", "torch", "gudhi")
    code = f"import sys, geomcheck.report; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_page_says_every_claim_in_full(document: dict[str, Any], page: str) -> None:
    text = _Reader(page).text
    for claim in document["claims"]:
        assert claim["statement"] in text
        assert claim["summary"][1:] in text
        assert claim["advice"] in text
        assert source(claim["source"]).title in text
        assert source(claim["source"]).says in text
        for hypothesis in claim["hypotheses"]:
            assert hypothesis["says"] in text
        if claim["witness"]:
            data = claim["witness"]["data"]
            assert all(f'"{key}": {json.dumps(value)}' in text for key, value in data.items())
    assert document["settings"]["command"] in text
    assert "67,332" in text  # parameters
    assert "20240101" in text  # the seed, not grouped
    assert "2.13.0" in text


def test_the_page_needs_nothing_but_itself(page: str) -> None:
    reader = _Reader(page)
    for tag, attributes in reader.tags:
        address = attributes.get("src") or attributes.get("href") or ""
        assert address == "" or address.startswith(("#", "data:")), (tag, address)
    policy = next(a["content"] for t, a in reader.tags if a.get("http-equiv"))
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert len(page) < 7_000_000


def test_the_first_screen_answers_from_the_claims(document: dict[str, Any]) -> None:
    impossible, achieved, where, avoidable = answers(document["claims"])
    assert impossible.text.startswith("No network gets below 1")
    assert (achieved.claim, where.claim) == ("small-error", "exceptional-set")
    # A loss that was avoidable outweighs one that was forced.
    assert (avoidable.claim, avoidable.verdict) == ("reconstruction-topology", "fails")


def test_the_tally_counts_every_verdict(document: dict[str, Any]) -> None:
    said = "Of 8 claims, 1 fails, 1 is inconclusive, 5 hold and 1 does not apply."
    assert tally(document["claims"]) == said
    assert tally(document["claims"][:1]) == "Of 1 claim, 1 holds."
    assert tally([document["claims"][0]] * 3) == "All 3 claims hold."
    assert tally([]) == "This report holds no claims."


def test_what_is_absent_is_said(page: str) -> None:
    text = _Reader(render_html(minimal())).text
    assert text.count("Not examined in this report.") == 4
    for what in ("points to draw", "codes to draw", "persistence diagrams", "exceedance curve"):
        assert f"This report holds no {what}" in text
    assert "no record of a training came with the model" in text
    assert "This report holds no command." in text
    partly = _Reader(render_html(points_in_the_plane())).text
    assert "This report holds no diagram of F(K) and G(F(K))." in partly


def test_a_page_without_figures_carries_no_plotting_library() -> None:
    assert len(render_html(minimal())) < 100_000


def test_nothing_from_outside_becomes_markup() -> None:
    document = hostile()
    reader = _Reader(render_html(document))
    plain = _Reader(render_html(linked_circles(600)))
    assert [tag for tag, _ in reader.tags if tag == "script"] == ["script"] * 3
    assert {tag for tag, _ in reader.tags} <= {tag for tag, _ in plain.tags}
    assert reader.text.count(HOSTILE) > 50
    assert HOSTILE not in "".join(reader.scripts)
    specs = json.loads(reader.scripts[0])
    names = [trace["name"] for trace in specs["latent"]["data"]]
    assert names[0] == "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert not any("<" in name or "%{" in name for name in names)


def test_numbers_that_are_not_finite_are_left_out_of_the_figures() -> None:
    document = linked_circles(300)
    document["figures"]["points"]["error"][:5] = [None] * 5
    document["figures"]["exceedance"]["low"][0] = float("nan")
    document["figures"]["witness"]["error"] = float("inf")
    specs = json.loads(_Reader(render_html(document)).scripts[0])  # strict JSON, no NaN
    assert specs["space"]["data"]


def test_points_without_errors_take_the_colour_of_their_component() -> None:
    document = linked_circles(200)
    document["figures"]["points"]["error"] = None
    views = dict(all_drawings(document)[0].panels[0].views)
    assert list(views) == ["component"]
    assert [over["marker"]["color"] for over in views["component"]["data"]] == ["@c0", "@c1"]


def test_points_are_thinned_and_the_worst_are_kept(document: dict[str, Any]) -> None:
    space = all_drawings(document)[0]
    errors = [e for trace in space.panels[0].data[:2] for e in trace["customdata"]]
    assert len(errors) == 6000
    worst = sorted(document["figures"]["points"]["error"])[-500:]
    assert sorted(errors)[-500:] == pytest.approx(worst, rel=6e-3)
    assert "6000 of 8000 points are drawn" in space.caption


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("codes", [1, 2, 3])
def test_sets_and_codes_of_any_width_are_drawn(width: int, codes: int) -> None:
    document = linked_circles(200)
    figures = document["figures"]
    for key in ("coordinates", "reconstruction"):
        figures["points"][key] = [row[:width] for row in figures["points"][key]]
    figures["points"]["axes"] = ["x", "y", "z"][:width]
    figures["latent"]["codes"] = [row * codes for row in figures["latent"]["codes"]]
    figures["latent"]["axes"] = [f"code {i + 1}" for i in range(codes)]
    space, latent = all_drawings(document)[:2]
    assert space.panels[0].solid is (width == 3)
    assert latent.panels[0].solid is (codes == 3)
    assert HOSTILE not in render_html(document)


def test_a_death_at_infinity_stands_on_the_line_above_all_others(
    document: dict[str, Any],
) -> None:
    panels = all_drawings(document)[2].panels
    ranges = {tuple(panel.layout["yaxis"]["range"]) for panel in panels}
    assert len(ranges) == 1  # one scale for all three
    for panel in panels:
        heights = panel.data[0]["y"]
        assert heights.count(max(heights)) == 1
        at = panel.layout["yaxis"]["tickvals"][panel.layout["yaxis"]["ticktext"].index("∞")]
        assert max(heights) == pytest.approx(at, rel=1e-4)
        assert at > 1.0  # the longest finite death


def test_the_chosen_seed_is_drawn_last_and_named_first(document: dict[str, Any]) -> None:
    training = all_drawings(document)[4]
    assert training.keys[0].name == "seed 0, chosen"
    assert training.panels[0].data[-1]["name"].startswith("seed 0")
    assert "Seed 2 was stopped: stayed on the saddle." in training.caption


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(schema_version=2), r"document\['schema_version'\]: got 2, expected 1"),
        (lambda d: d.update(claims=None), r"document\['claims'\]"),
        (lambda d: d["claims"].append(3), r"document\['claims'\]\[8\]: got 3"),
        (lambda d: d["claims"][0].pop("source"), r"document\['claims'\]\[0\]\['source'\]"),
        (lambda d: d["claims"][0].update(verdict="maybe"), "maybe, expected holds or fails"),
        (lambda d: d["figures"]["points"]["error"].pop(), r"\['points'\]\['error'\]"),
        (lambda d: d["figures"]["latent"]["codes"][0].append(0.0), "a ragged table"),
    ],
)
def test_a_broken_document_is_refused_with_its_fault(change: Any, says: str) -> None:
    document = linked_circles(100)
    change(document)
    with pytest.raises(InvalidInput, match=says):
        render_html(document)


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(InvalidInput, match="a JSON object"):
        render_html([])  # type: ignore[arg-type]


def test_rendering_leaves_the_document_alone() -> None:
    document = linked_circles(100)
    before = copy.deepcopy(document)
    render_html(document)
    assert document == before


def test_writing_replaces_the_file_and_leaves_no_other(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    write_html(minimal(), target)
    assert target.read_text(encoding="utf-8") == render_html(minimal())
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(InvalidInput):
        write_html({"schema_version": 0, "claims": []}, target)
    with pytest.raises(FileNotFoundError):
        write_html(minimal(), tmp_path / "nowhere" / "report.html")
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_inlined_json_holds_no_character_of_markup() -> None:
    value = {HOSTILE: ["<!--", "</script>", "&amp;", "\u2028", 1.5, float("inf")]}
    text = _inline_json(value)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {HOSTILE: ["<!--", "</script>", "&amp;", "\u2028", 1.5, None]}
