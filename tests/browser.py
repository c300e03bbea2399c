"""A real Chromium without a window, driven over a pipe by its DevTools protocol."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["Browser", "Page", "find_chromium"]

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--remote-debugging-pipe",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)
_LIMIT_S = 120.0
_OWN_FD = 10


def find_chromium() -> str | None:
    """Return the path of Chromium, or None where it is not installed."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None


class Browser:
    """One Chromium process with a profile of its own, to be used in a with statement.

    Parameters
    ----------
    executable : str
    profile : Path
        An empty folder.
    """

    def __init__(self, executable: str, profile: Path) -> None:
        # Chromium reads commands from descriptor 3 and answers on 4.
        commands, self._write = os.pipe()
        self._read, answers = os.pipe()
        theirs = [_moved(commands), _moved(answers)]
        log = os.open(profile / "chromium.log", os.O_WRONLY | os.O_CREAT, 0o600)
        arguments = [executable, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, _moved(log), 1),
            (os.POSIX_SPAWN_DUP2, 1, 2),
            (os.POSIX_SPAWN_DUP2, theirs[0], 3),
            (os.POSIX_SPAWN_DUP2, theirs[1], 4),
        ]
        self._process = os.posix_spawn(
            executable, arguments, dict(os.environ), file_actions=actions, setpgroup=0
        )
        for descriptor in theirs:
            os.close(descriptor)
        os.close(actions[1][1])
        self._buffer = b""
        self._next = 0
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._write)
        os.close(self._read)

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Send one command and return its result; events met on the way are kept."""
        self._next += 1
        message: dict[str, Any] = {"id": self._next, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]
        for answer in self._messages():
            if answer.get("id") == self._next:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return dict(answer["result"])
            if "method" in answer:
                self.events.append(answer)
        raise RuntimeError("Chromium ended")

    def _messages(self) -> Iterator[dict[str, Any]]:
        end = time.monotonic() + _LIMIT_S
        while True:
            while b"\0" in self._buffer:
                line, self._buffer = self._buffer.split(b"\0", 1)
                yield json.loads(line)
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise TimeoutError(f"Chromium said nothing for {_LIMIT_S:.0f} s")
            block = os.read(self._read, 1 << 20)
            if not block:
                return
            self._buffer += block

    def open(self, url: str, *, width: int = 1280, height: int = 800, dark: bool = False) -> Page:
        """Open a page in a new tab and wait until its figures are drawn.

        Parameters
        ----------
        url : str
        width, height : int
            Of the view, in pixels.
        dark : bool
            Whether the reader prefers a dark scheme.
        """
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session, target)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.call("Emulation.setEmulatedMedia", features=[scheme])
        page.call("Page.navigate", url=url)
        page.evaluate(_WHEN_DRAWN)
        return page


_WHEN_DRAWN = """new Promise((done) => {
  const look = () => {
    const root = document.documentElement;
    if (location.href !== "about:blank" && root && root.dataset.figures) done(true);
    else setTimeout(look, 20);
  };
  look();
})"""


class Page:
    """One tab."""

    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self._browser, self._session, self._target = browser, session, target

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command to this tab."""
        return self._browser.call(method, self._session, **parameters)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, awaited if it is a promise."""
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"]))
        return result["result"].get("value")

    def key(self, name: str) -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name)

    def screenshot(self, *, selector: str | None = None, full: bool = False) -> bytes:
        """Return a PNG of the view, of the whole page, or of one element."""
        more: dict[str, Any] = {}
        if selector is not None or full:
            box = self.evaluate(
                f"(() => {{ const e = document.querySelector({json.dumps(selector or 'html')});"
                "const r = e.getBoundingClientRect();"
                "return {x: r.x + scrollX, y: r.y + scrollY, width: r.width, height: r.height};"
                "})()"
            )
            more = {"clip": {**box, "scale": 1}, "captureBeyondViewport": True}
        shot = self.call("Page.captureScreenshot", format="png", **more)
        return base64.b64decode(shot["data"])

    def pdf(self) -> bytes:
        """Return the page as it prints."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def events(self, method: str) -> list[dict[str, Any]]:
        """Return what this tab has reported so far."""
        return [
            event["params"]
            for event in self._browser.events
            if event["method"] == method and event.get("sessionId") == self._session
        ]

    def complaints(self) -> list[str]:
        """Return every error on the console, every exception and every breach of the policy."""
        self.evaluate("1")  # a round trip: what was reported before it has arrived
        found = [
            event["entry"]["text"]
            for event in self.events("Log.entryAdded")
            if event["entry"]["level"] == "error"
        ]
        found += [
            str(event["exceptionDetails"]) for event in self.events("Runtime.exceptionThrown")
        ]
        found += [
            str(event["args"])
            for event in self.events("Runtime.consoleAPICalled")
            if event["type"] in ("error", "assert")
        ]
        return found

    def requests(self) -> list[str]:
        """Return the address of everything this tab asked for, data in the page left out."""
        self.evaluate("1")
        urls = [event["request"]["url"] for event in self.events("Network.requestWillBeSent")]
        return [url for url in urls if not url.startswith(("data:", "blob:"))]

    def close(self) -> None:
        """Close the tab."""
        self._browser.call("Target.closeTarget", targetId=self._target)


def _moved(descriptor: int) -> int:
    """Move a descriptor out of the way of 0 to 4."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _OWN_FD)
    os.close(descriptor)
    return moved
