"""Markdown, LaTeX, figures and pages side by side, from the same documents as the HTML page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from report_documents import linked_circles, minimal, points_in_the_plane

from geomcheck.cli.entry import run_command_line
from geomcheck.report.bibliography import bibtex, cite_key
from geomcheck.report.comparison import render_comparison
from geomcheck.report.latex import latex_files, render_latex
from geomcheck.report.latex_text import escaped
from geomcheck.report.markdown import render_markdown
from geomcheck.report.table import result_table
from theory.errors import InvalidInput
from theory.sources import SOURCES

HOSTILE = r"<script>alert(1)</script> | \input{/etc/passwd} $x$ **b** 100%_#~^&{} – 中"


@pytest.fixture
def document() -> dict[str, Any]:
    return linked_circles(n=600)


@pytest.fixture
def hostile(document: dict[str, Any]) -> dict[str, Any]:
    document["subject"]["name"] = HOSTILE
    document["claims"][0]["summary"] = HOSTILE
    document["settings"]["command"] = f"geomcheck run '{HOSTILE}' --latent-dim 1"
    return document


def test_markdown_has_every_claim_and_the_command(document):
    text = render_markdown([document])
    for claim in document["claims"]:
        assert f"### {claim['id']}: {claim['verdict']}" in text
    assert f"    {document['settings']['command']}\n" in text
    assert "\n\n\n" not in text


def test_markdown_tables_have_as_many_cells_in_every_row(hostile):
    text = render_markdown([hostile, hostile])
    rows = re.findall(r"(?:^\|.*\|\n)+", text, flags=re.M)
    assert len(rows) > 10
    for block in rows:
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(counts) == 1


def test_markdown_shows_hostile_names_as_text(hostile):
    text = render_markdown([hostile])
    # Indented blocks are code, where nothing is a mark.
    prose = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
    assert not re.search(r"(?<!\\)<script", prose)
    assert not re.search(r"(?<!\\)\*\*b", prose)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_no_command_gets_out_of_its_block(document, end):
    document["settings"]["command"] = f"geomcheck{end}<script>alert(1)</script>"
    text = render_markdown([document])
    (line,) = (line for line in text.splitlines() if "<script>" in line)
    assert line.startswith("    geomcheck ")


def test_markdown_shows_an_entity_as_it_was_written(document):
    document["subject"]["name"] = "&lt;b&gt;"
    assert r"# \&lt;b\&gt;" in render_markdown([document])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b", r"a\_\allowbreak{}b"),
        ("50 %", r"50 \%"),
        ("--latent-dim", r"-{}-{}latent-{}dim"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("R⁴ and 10⁻⁵", "R$^{4}$ and 10$^{-5}$"),
        ("ε ≥ 1", r"$\varepsilon$ $\geq$ 1"),
        ("中", r"\texttt{U+4E2D}"),
        ("a\n\nb", "a b"),
    ],
)
def test_text_is_safe_in_latex(text, expected):
    assert escaped(text) == expected


def test_latex_cites_only_what_its_bibliography_has(document):
    sources = [claim["source"] for claim in document["claims"]]
    text = render_latex([document], bibliography="r", figures=[""])
    cited = {key for keys in re.findall(r"\\cite\{([^}]*)\}", text) for key in keys.split(",")}
    defined = set(re.findall(r"^@\w+\{(\w+),", bibtex(sources), flags=re.M))
    assert cited <= defined


def test_every_published_source_has_an_entry_of_its_own():
    published = [k for k, s in SOURCES.items() if not s.title.startswith(("geomcheck", "the user"))]
    assert len(published) >= 8
    for key in published:
        assert cite_key(key) != "geomcheck", key
        assert f"{{{cite_key(key)}," in bibtex([key])


def test_latex_states_every_threshold_and_version(document):
    text = render_latex([document], bibliography="r", figures=[""])
    for name in ("epsilon", "delta", "confidence", "seed"):
        assert escaped(document["settings"][name]) in text, name
    for version in document["environment"].values():
        assert escaped(version) in text
    assert r"\toprule" in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX")
def test_latex_compiles(hostile, tmp_path):
    for name, write in latex_files([hostile, hostile], "report").items():
        write(tmp_path / name)
    for tool in ("pdflatex", "bibtex", "pdflatex", "pdflatex"):
        stop = ["-interaction=nonstopmode", "-halt-on-error"] if tool == "pdflatex" else []
        subprocess.run([tool, *stop, "report"], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "undefined" not in (tmp_path / "report.log").read_text(errors="replace")


@pytest.mark.parametrize("make", [minimal, points_in_the_plane])
def test_what_a_document_does_not_say_is_left_out(make):
    document = make()
    assert "verification" in render_latex([document], bibliography="r", figures=[""]).lower()
    assert render_markdown([document, document]).startswith("# 2 autoencoders")
    assert "2 results" in render_comparison({"schema_version": 1, "results": [document] * 2})


def test_figures_of_latex_are_vector_graphics(document, tmp_path):
    files = latex_files([document], "r")
    assert list(files) == ["r.tex", "r.bib", "r-figure-1.pdf"]
    files["r-figure-1.pdf"](tmp_path / "r-figure-1.pdf")
    assert (tmp_path / "r-figure-1.pdf").read_bytes().startswith(b"%PDF")


def test_the_table_tells_enclosed_from_sampled(document):
    certified = {"sup_at_least": 2.0, "sup_at_most": 2.03, "share_at_least": 0.01}
    sampled = {"share_at_least": 0.002, "share_at_most": 0.004}
    claims = [
        {"id": "lower-bound", "values": {"bound": 1.0, "largest_error_found": 1.9}},
        {"id": "small-error", "values": sampled},
    ]
    for claim in claims:
        claim |= {"verdict": "holds", "statement": "s", "summary": "s", "source": "given"}
    document["claims"] = claims
    (row,) = result_table([document]).rows
    assert (row.bound, row.worst, row.share) == ("1", "≥ 1.9", "0.2 to 0.4 %*")
    certified["share_at_most"] = 0.02
    document["claims"].append({**claims[0], "id": "certified-error", "values": certified})
    (row,) = result_table([document]).rows
    assert (row.worst, row.share) == ("2 to 2.03", "1 to 2 %")


def test_pages_side_by_side_show_hostile_names_as_text(hostile):
    test = {"test": HOSTILE, "outcome": "passed", "result": 0, "claim": HOSTILE}
    tests = [{**test, "verdict": "holds", "expected": ["holds"]}]
    page = render_comparison({"schema_version": 1, "results": [hostile, hostile], "tests": tests})
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"schema_version": 2, "results": []}, "got 2, expected 1"),
        ({"schema_version": 1, "results": "x"}, "a list"),
        ({"schema_version": 1, "results": [{"schema_version": 7}]}, "got 7, expected 1"),
    ],
)
def test_documents_of_another_kind_are_refused(document, message):
    with pytest.raises(InvalidInput, match=message):
        render_comparison(document)


@pytest.fixture
def saved(document, tmp_path) -> Path:
    file = tmp_path / "in" / "result.json"
    file.parent.mkdir()
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("html", {"r.html"}),
        ("md", {"r.md"}),
        ("tex", {"r.tex", "r.bib", "r-figure-1.pdf"}),
        ("svg", {"r.svg"}),
        ("png", {"r.png"}),
    ],
)
def test_the_command_line_writes_each_format(saved, tmp_path, capsys, kind, names):
    target = tmp_path / "out" / f"r.{kind}"
    assert run_command_line(["report", str(saved), "--format", kind, "--out", str(target)]) == 0
    assert capsys.readouterr().out == f"{target}\n"
    assert {p.name for p in target.parent.iterdir()} == names


def test_several_results_make_one_page(saved, tmp_path):
    target = tmp_path / "both.html"
    assert run_command_line(["report", str(saved), str(saved), "--out", str(target)]) == 0
    assert "2 results" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["html", "md"])
def test_several_results_leave_the_report_of_the_first_alone(saved, capsys, kind):
    report = saved.parent / f"report.{kind}"
    report.write_text("of one", encoding="utf-8")
    assert run_command_line(["report", str(saved), str(saved), "--format", kind]) == 0
    assert capsys.readouterr().out == f"{saved.parent / f'comparison.{kind}'}\n"
    assert report.read_text(encoding="utf-8") == "of one"


def test_latex_rounds_an_estimate_and_counts_the_points_there_were(document):
    document["subject"]["reach"].update(value=0.9883413645354107, certified=False)
    document["settings"]["samples"] = 20000
    (small,) = (c for c in document["claims"] if c["id"] == "small-error")
    small["values"]["points"] = 612
    text = render_latex([document], bibliography="r.bib", figures=["f.pdf"])
    assert "Its reach, 0.9883, is an estimate" in text
    assert "612 points for the statistics" in text


def test_figures_are_of_one_result(saved, tmp_path, capsys):
    target = tmp_path / "both.png"
    command = ["report", str(saved), str(saved), "--format", "png", "--out", str(target)]
    assert run_command_line(command) == 2
    assert "RESULT.json: got 2 results, expected one, as png" in capsys.readouterr().err
    assert not target.exists()
