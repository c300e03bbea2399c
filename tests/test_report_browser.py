"""The page as a reader meets it: in a real browser, opened from disk."""

import io
import json
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Browser, Page, find_chromium
from matplotlib.image import imread
from report_documents import HOSTILE, HOSTILE_BOLD, hostile, linked_circles, minimal
from report_documents import points_in_the_plane as plane

from geomcheck.report import write_html

_PLOTS = ("space", "latent", "diagrams-input", "diagrams-latent", "diagrams-reconstruction",
          "exceedance", "training")  # fmt: skip


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        if "CI" in os.environ:
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed")
    with Browser(executable, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    documents = {
        "circles": linked_circles(1500),
        "hostile": hostile(),
        "plane": plane(),
        "minimal": minimal(),
    }
    for name, document in documents.items():
        write_html(document, folder / f"{name}.html")
    return {name: Path(folder / f"{name}.html").as_uri() for name in documents}


@pytest.fixture(scope="module")
def circles(browser: Browser, files: dict[str, str]) -> Page:
    return browser.open(files["circles"])


def _pixels(png: bytes) -> Any:
    return imread(io.BytesIO(png))[..., :3]


@pytest.mark.parametrize(
    ("name", "width"),
    [("circles", 1280), ("circles", 390), ("hostile", 390), ("plane", 1280), ("minimal", 390)],
)
def test_a_page_opens_without_complaint_and_without_network(
    browser: Browser, files: dict[str, str], name: str, width: int
) -> None:
    page = browser.open(files[name], width=width)
    assert page.complaints() == []
    assert page.requests() == [files[name]]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_every_figure_is_drawn(circles: Page) -> None:
    drawn = circles.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.plot')].map(p => [p.dataset.panel,"
        "[p.dataset.drawn, p.querySelectorAll('.scatterlayer .trace').length]]))"
    )
    assert tuple(drawn) == _PLOTS
    assert all(state == "yes" for state, _ in drawn.values())
    traces = {name: count for name, (_, count) in drawn.items()}
    assert traces["latent"] == 4
    assert traces["training"] == 8
    assert traces["exceedance"] == 3


def test_the_scene_shows_the_set_and_turns_by_keyboard(circles: Page) -> None:
    before = _pixels(circles.screenshot(selector="#plot-space"))
    colored = np.ptp(before, axis=2) > 0.2
    assert colored.mean() > 0.01  # viridis is colourful; axes and paper are not
    circles.evaluate("document.getElementById('plot-space').focus()")
    circles.key("ArrowRight")
    circles.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
    after = _pixels(circles.screenshot(selector="#plot-space"))
    assert (np.abs(after - before).max(axis=2) > 0.1).mean() > 0.005


def test_buttons_colour_and_hide(circles: Page) -> None:
    colour = "document.getElementById('plot-space').data[0].marker.color"
    assert circles.evaluate(f"Array.isArray({colour})") is True
    circles.evaluate("document.querySelector('[data-view=\"1\"]').click()")
    assert circles.evaluate(f"typeof {colour}") == "string"
    pressed = "[...document.querySelectorAll('[data-view]')].map(b => b.ariaPressed)"
    assert circles.evaluate(pressed) == ["false", "true"]
    circles.evaluate("document.querySelector('[data-view=\"0\"]').click()")
    hide = "document.querySelector('#figure-training .legend button')"
    shown = "document.querySelectorAll('#plot-training .scatterlayer .trace').length"
    circles.evaluate(f"{hide}.click()")
    assert circles.evaluate(shown) == 6
    circles.evaluate(f"{hide}.click()")
    assert circles.evaluate(shown) == 8


def test_no_button_sends_the_data_away(circles: Page) -> None:
    titles = circles.evaluate(
        "[...document.querySelectorAll('.modebar-btn')].map(b => b.dataset.title)"
    )
    assert titles
    assert not [title for title in titles if "hare" in title or "loud" in title]


def test_hostile_names_are_text(browser: Browser, files: dict[str, str]) -> None:
    page = browser.open(files["hostile"])
    assert page.evaluate("document.querySelector('h1').textContent") == HOSTILE
    legend = "[...document.querySelectorAll('#figure-latent .legend button')]"
    names = page.evaluate(f"{legend}.map(b => b.textContent.slice(1))")
    assert names == [HOSTILE, HOSTILE_BOLD]
    axis = "document.querySelector('#plot-latent .xtitle').textContent"
    assert page.evaluate(axis) == HOSTILE
    for curve, name in enumerate((HOSTILE, HOSTILE_BOLD)):
        point = json.dumps([{"curveNumber": curve, "pointNumber": 0}])
        page.evaluate(
            "new Promise(done => { const plot = document.getElementById('plot-latent');"
            "new MutationObserver(() => done(true)).observe("
            "plot.querySelector('.hoverlayer'), { childList: true, subtree: true });"
            f"Plotly.Fx.hover(plot, {point}); }})"
        )
        label = "document.querySelector('#plot-latent .hoverlayer').textContent"
        assert name in page.evaluate(label)
    assert page.evaluate("document.querySelectorAll('svg script, svg b, svg a').length") == 0
    assert page.events("Page.javascriptDialogOpening") == []
    page.close()


def test_an_injected_script_would_not_run(
    browser: Browser, files: dict[str, str], tmp_path: Path
) -> None:
    page_text = Path(files["minimal"].removeprefix("file://")).read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    injected = "<script>document.title = 'owned'</script></body>"
    broken.write_text(page_text.replace("</body>", injected), encoding="utf-8")
    page = browser.open(broken.as_uri())
    assert page.evaluate("document.title") != "owned"
    assert any("Content Security Policy" in said for said in page.complaints())
    page.close()


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_in_either_scheme(
    browser: Browser, files: dict[str, str], dark: bool
) -> None:
    page = browser.open(files["minimal"], dark=dark)
    verdicts = ("holds", "fails", "doubt", "none")
    names = ["paper", "card", "ink", "soft", "link", "tear", *verdicts]
    names += [f"{verdict}-bg" for verdict in verdicts]
    script = (
        f"(() => {{ const s = getComputedStyle(document.documentElement);"
        f"const c = document.createElement('canvas').getContext('2d');"
        f"return Object.fromEntries({json.dumps(names)}.map(n => {{"
        f"c.fillStyle = s.getPropertyValue('--' + n).trim(); return [n, c.fillStyle]; }})); }})()"
    )
    light = {name: _luminance(value) for name, value in page.evaluate(script).items()}
    assert (light["paper"] < 0.1) is dark
    pairs = [("ink", "paper"), ("soft", "paper"), ("link", "paper"), ("soft", "card"),
             ("ink", "card"), ("link", "card"), ("tear", "paper")]  # fmt: skip
    pairs += [(name, f"{name}-bg") for name in verdicts]
    pairs += [(name, "paper") for name in verdicts]
    for text, ground in pairs:
        ratio = (max(light[text], light[ground]) + 0.05) / (min(light[text], light[ground]) + 0.05)
        assert ratio >= 4.5, (text, ground, ratio)
    page.close()


def _luminance(color: str) -> float:
    levels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_everything_that_can_be_read_has_a_name(circles: Page) -> None:
    unnamed = circles.evaluate(
        "[...document.querySelectorAll('.plot')].filter(p => p.getAttribute('role') !== 'img' ||"
        "!p.getAttribute('aria-label')).length"
    )
    assert unnamed == 0
    levels = circles.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    broken = circles.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')]"
        ".filter(a => !document.getElementById(a.getAttribute('href').slice(1))).length"
    )
    assert broken == 0


def test_paper_is_light_and_shows_the_scene(browser: Browser, files: dict[str, str]) -> None:
    page = browser.open(files["circles"], dark=True)
    size = page.evaluate(
        "(async () => { dispatchEvent(new Event('beforeprint'));"
        "const picture = document.querySelector('.paper-copy'); await picture.decode();"
        "return [picture.naturalWidth, picture.getBoundingClientRect().width]; })()"
    )
    assert min(size) > 300
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(253, 253, 252)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelectorAll('.paper-copy').length") == 0
    assert page.pdf().startswith(b"%PDF")
    assert page.complaints() == []
    page.close()
