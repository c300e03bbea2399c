"""The pytest option --geomcheck-report: the verdicts of a test run in one report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from geomcheck.recording import recording

__all__ = ["pytest_addoption", "pytest_configure"]

_FILES = ("verdicts.json", "report.html")
_ATTRIBUTE = "geomcheck_asked"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("geomcheck").addoption(
        "--geomcheck-report",
        metavar="DIR",
        default=None,
        help="folder for a report on every verdict that tests ask for with geomcheck.testing",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the tests where a report is wanted."""
    folder = config.getoption("--geomcheck-report")
    # Where no test runs, an earlier report stays.
    if folder is None or config.getoption("collectonly"):
        return
    from geomcheck.output import check_folder
    from theory.errors import InvalidInput

    try:
        check_folder(Path(folder), _FILES)
    except InvalidInput as error:
        raise pytest.UsageError(f"--geomcheck-report: {error}") from None
    config.pluginmanager.register(_Collector(Path(folder)), "geomcheck-collector")


class _Collector:
    """Collects in whichever process runs the tests; writes in the one that reports."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: dict[str, dict[str, Any]] = {}
        self._tests: list[dict[str, Any]] = []
        self._heard: dict[str, list[dict[str, Any]]] = {}

    # Fixtures may ask as well, before the test and after it.
    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        yield from self._listening(item)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        yield from self._listening(item)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, None, None]:
        yield from self._listening(item)

    def _listening(self, item: pytest.Item) -> Generator[None, None, None]:
        with recording() as heard:
            yield
        self._heard[item.nodeid] = [asdict(asked) for asked in heard]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, None]:
        outcome = yield
        # Attributes of a report travel from the workers of pytest-xdist as JSON values.
        heard = json.dumps(self._heard.pop(item.nodeid, []))
        setattr(outcome.get_result(), _ATTRIBUTE, heard)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for asked in json.loads(getattr(report, _ATTRIBUTE, "[]")):
            document = asked.pop("document")
            key = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
            self._documents.setdefault(key, document)
            index = list(self._documents).index(key)
            outcome = _outcome(report)
            self._tests.append(
                {"test": report.nodeid, "outcome": outcome, "result": index, **asked}
            )

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workerinput"):
            return
        from geomcheck.output import to_json, write_folder
        from geomcheck.report.comparison import SCHEMA_VERSION, write_comparison

        document = {
            "schema_version": SCHEMA_VERSION,
            "results": list(self._documents.values()),
            "tests": self._tests,
        }
        write_folder(
            self._folder,
            {
                "verdicts.json": lambda path: _write(path, to_json(document)),
                "report.html": lambda path: write_comparison(document, path),
            },
        )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        count = len(self._tests)
        noun = "verdict" if count == 1 else "verdicts"
        terminalreporter.write_line(f"geomcheck: {count} {noun}, {self._folder / 'report.html'}")


def _outcome(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return "failed as expected" if report.skipped else "passed unexpectedly"
    return str(report.outcome)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
