"""Text as LaTeX: nothing that comes from outside can start a command."""

from __future__ import annotations

__all__ = ["escaped"]

_MARKS = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_\allowbreak{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "ε": r"$\varepsilon$",
    "δ": r"$\delta$",
    "η": r"$\eta$",
    "μ": r"$\mu$",
    "π": r"$\pi$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "×": r"$\times$",
    "−": "$-$",
    "∞": r"$\infty$",
    "√": r"$\surd$",
    "–": "--",
    "—": "---",
    "…": r"\dots{}",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    # Two hyphens would become one dash, in a command too.
    "-": "-{}",
    "\u00a0": "~",
}
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_LAST_LATIN = 0xFF


def escaped(text: object) -> str:
    """Return any text on one line, safe in LaTeX; letters pdfLaTeX has not become code points."""
    found: list[str] = []
    raised = ""
    for character in " ".join(str(text).split()):
        if character in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹":
            raised += character.translate(_RAISED)
            continue
        if raised:
            found.append(f"$^{{{raised}}}$")
            raised = ""
        found.append(_one(character))
    if raised:
        found.append(f"$^{{{raised}}}$")
    return "".join(found)


def _one(character: str) -> str:
    if character in _MARKS:
        return _MARKS[character]
    if not character.isprintable() or ord(character) > _LAST_LATIN:
        return rf"\texttt{{U+{ord(character):04X}}}"
    return character
