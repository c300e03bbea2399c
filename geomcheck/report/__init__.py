"""Rendering of a verification report from its JSON document alone."""

from __future__ import annotations

from geomcheck.report.html import render_html, write_html

__all__ = ["render_html", "write_html"]
