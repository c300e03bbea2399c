"""BibTeX entries for the theorems and papers that verdicts rest on."""

from __future__ import annotations

from collections.abc import Iterable

from theory.sources import SOURCES

__all__ = ["bibtex", "cite_key"]

_SOFTWARE = "geomcheck"
_KEYS = {
    "kvalheim-sontag-1": "kvalheim2024",
    "kvalheim-sontag-2": "kvalheim2024",
    "federer": "federer1959",
    "aamari-2019": "aamari2019",
    "niyogi-smale-weinberger": "niyogi2008",
    "stability": "cohensteiner2007",
    "clopper-pearson": "clopper1934",
    "dvoretzky-kiefer-wolfowitz": "massart1990",
    "bonferroni": "bonferroni1936",
    "weyl": "weyl1939",
    "berenfeld-2022": "berenfeld2022",
    "boissonnat-lieutier-wintraecken": "boissonnat2019",
}
_ENTRIES = {
    "kvalheim2024": """@article{kvalheim2024,
  author  = {Kvalheim, Matthew D. and Sontag, Eduardo D.},
  title   = {Why should autoencoders work?},
  journal = {Transactions on Machine Learning Research},
  year    = {2024},
  note    = {arXiv:2310.02250}
}""",
    "federer1959": """@article{federer1959,
  author  = {Federer, Herbert},
  title   = {Curvature measures},
  journal = {Transactions of the American Mathematical Society},
  volume  = {93},
  pages   = {418--491},
  year    = {1959}
}""",
    "aamari2019": """@article{aamari2019,
  author  = {Aamari, Eddie and Kim, Jisu and Chazal, Fr{\\'e}d{\\'e}ric and Michel, Bertrand
             and Rinaldo, Alessandro and Wasserman, Larry},
  title   = {Estimating the reach of a manifold},
  journal = {Electronic Journal of Statistics},
  volume  = {13},
  pages   = {1359--1399},
  year    = {2019}
}""",
    "boissonnat2019": """@article{boissonnat2019,
  author  = {Boissonnat, Jean-Daniel and Lieutier, Andr{\\'e} and Wintraecken, Mathijs},
  title   = {The reach, metric distortion, geodesic convexity and the variation of tangent
             spaces},
  journal = {Journal of Applied and Computational Topology},
  volume  = {3},
  pages   = {29--58},
  year    = {2019}
}""",
    "niyogi2008": """@article{niyogi2008,
  author  = {Niyogi, Partha and Smale, Stephen and Weinberger, Shmuel},
  title   = {Finding the homology of submanifolds with high confidence from random samples},
  journal = {Discrete \\& Computational Geometry},
  volume  = {39},
  pages   = {419--441},
  year    = {2008}
}""",
    "cohensteiner2007": """@article{cohensteiner2007,
  author  = {Cohen-Steiner, David and Edelsbrunner, Herbert and Harer, John},
  title   = {Stability of persistence diagrams},
  journal = {Discrete \\& Computational Geometry},
  volume  = {37},
  pages   = {103--120},
  year    = {2007}
}""",
    "clopper1934": """@article{clopper1934,
  author  = {Clopper, C. J. and Pearson, E. S.},
  title   = {The use of confidence or fiducial limits illustrated in the case of the binomial},
  journal = {Biometrika},
  volume  = {26},
  pages   = {404--413},
  year    = {1934}
}""",
    "massart1990": """@article{massart1990,
  author  = {Massart, Pascal},
  title   = {The tight constant in the {D}voretzky--{K}iefer--{W}olfowitz inequality},
  journal = {The Annals of Probability},
  volume  = {18},
  pages   = {1269--1283},
  year    = {1990}
}""",
    "bonferroni1936": """@article{bonferroni1936,
  author  = {Bonferroni, Carlo E.},
  title   = {Teoria statistica delle classi e calcolo delle probabilit{\\`a}},
  journal = {Pubblicazioni del R. Istituto Superiore di Scienze Economiche e Commerciali di
             Firenze},
  volume  = {8},
  pages   = {3--62},
  year    = {1936}
}""",
    "berenfeld2022": """@article{berenfeld2022,
  author  = {Berenfeld, Cl{\\'e}ment and Harvey, John and Hoffmann, Marc and Shankar, Krishnan},
  title   = {Estimating the reach of a manifold via its convexity defect function},
  journal = {Discrete \\& Computational Geometry},
  volume  = {67},
  pages   = {403--438},
  year    = {2022}
}""",
    "weyl1939": """@article{weyl1939,
  author  = {Weyl, Hermann},
  title   = {On the volume of tubes},
  journal = {American Journal of Mathematics},
  volume  = {61},
  pages   = {461--472},
  year    = {1939}
}""",
    _SOFTWARE: """@misc{geomcheck,
  author = {{The geomcheck authors}},
  title  = {geomcheck: geometry-focused verification of autoencoders},
  note   = {Software; short proofs stand in its module theory.sources}
}""",
}


def cite_key(source: str) -> str:
    """Return the key of the BibTeX entry for a key of `theory.sources`.

    Arguments that geomcheck proves itself, and keys that are not known, are cited as the
    software.
    """
    if source in _KEYS or not _published(source):
        return _KEYS.get(source, _SOFTWARE)
    return source


def bibtex(sources: Iterable[str]) -> str:
    """Return the entries behind some keys of `theory.sources`, each once, and the software's.

    What is used of a source, in a sentence, stands above its entry as a comment.
    """
    by_entry: dict[str, list[str]] = {"kvalheim2024": [], _SOFTWARE: []}
    for key in dict.fromkeys(sources):
        says = by_entry.setdefault(cite_key(key), [])
        if key in SOURCES:
            says.append(f"% {key}: {' '.join(SOURCES[key].says.split())}")
    return "\n\n".join("\n".join([*says, _entry(key)]) for key, says in by_entry.items()) + "\n"


def _published(source: str) -> bool:
    return source in SOURCES and not SOURCES[source].title.startswith(("geomcheck", "the user"))


def _entry(key: str) -> str:
    """Return the entry of a key; a paper that has none here is cited in one line."""
    if key in _ENTRIES:
        return _ENTRIES[key]
    return f"@misc{{{key},\n  note = {{{SOURCES[key].title}}}\n}}"
