"""The theorems and papers that results rest on; docstrings and verdicts refer to their keys."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from theory.errors import InvalidInput

__all__ = ["SOURCES", "Source", "source"]


@dataclass(frozen=True)
class Source:
    """One theorem, paper or short proof.

    Parameters
    ----------
    key : str
        Short name used by docstrings and verdicts.
    title : str
        Where it is published, or ``"geomcheck"`` for a proof given in `says`.
    says : str
        What is used of it, in a sentence or two.
    """

    key: str
    title: str
    says: str


_ALL = (
    Source(
        "kvalheim-sontag-1",
        "M. D. Kvalheim and E. D. Sontag, Why should autoencoders work?, TMLR 2024, Theorem 1",
        "On a finite disjoint union of compact smooth submanifolds of dimension at most the "
        "latent dimension, any small error can be reached off a closed set of any small measure.",
    ),
    Source(
        "kvalheim-sontag-2",
        "M. D. Kvalheim and E. D. Sontag, Why should autoencoders work?, TMLR 2024, Theorem 2",
        "The worst-case error is at least the reach of every closed submanifold whose dimension "
        "is at least the latent dimension.",
    ),
    Source(
        "homotopy-argument",
        "geomcheck, homological lower bound",
        "If the error on a compact L stays below r, the straight line from x to G(F(x)) stays "
        "in the offset L^r, so the inclusion of L in L^r factors up to homotopy through an open "
        "subset of R^m, whose homology vanishes in degrees j >= m. A class of degree j >= m that "
        "lives from radius 0 to d in the offsets of L therefore forces an error of at least d.",
    ),
    Source(
        "torsion-argument",
        "geomcheck, lower bound for non-orientable sets",
        "H^k of a finite polyhedron in R^(k+1) has no torsion (Alexander duality), and F(K) has "
        "such a neighbourhood as small as one likes, while H^k of a closed connected "
        "non-orientable k-manifold is Z/2 and must pass through it when the error stays below "
        "the reach.",
    ),
    Source(
        "code-collision",
        "geomcheck, triangle inequality",
        "If F(x) = F(y), then max(err(x), err(y)) >= |x - y| / 2.",
    ),
    Source(
        "no-obstruction",
        "geomcheck; H. Whitney, The self-intersections of a smooth n-manifold in 2n-space, Ann. of "
        "Math. 45 (1944)",
        "A set that embeds in R^m has an autoencoder of latent dimension m without error; every "
        "compact k-manifold, k >= 1, embeds in R^2k.",
    ),
    Source(
        "cells-argument",
        "A. Hatcher, Algebraic Topology (2002), 4.G",
        "A space that is the union of contractible closed cells, each point in the interior of one "
        "smallest cell, has the homotopy type of the order complex of its cells.",
    ),
    Source(
        "open-subsets",
        "geomcheck, homology of subsets of R^m",
        "The homology of an open subset of R^m (and the Cech cohomology of a compact one) "
        "vanishes in degrees j >= m, so a class of such a degree cannot survive encoding.",
    ),
    Source(
        "intersection-form",
        "geomcheck, Poincare duality",
        "H^k of an open subset of R^m vanishes for m <= k, so classes of H^j and of H^(k-j) "
        "pulled back from the latent space to a closed k-manifold have cup product zero; the "
        "product is nondegenerate, so both together are at most as many as H^j has, and for "
        "k = 2j at least half of H_j is lost.",
    ),
    Source(
        "circle-map",
        "geomcheck, H^1 and maps to the circle",
        "H^1(K; Z) is the group of homotopy classes of maps K -> S^1. A primitive class is of "
        "degree one on some loop, which it keeps over every field; the circle lies in R^m for "
        "m >= 2. So where H_1(K) has a class of infinite order, some map to R^m keeps one.",
    ),
    Source(
        "federer",
        "H. Federer, Curvature measures, Trans. AMS 93 (1959), Theorem 4.18",
        "reach(K) is the infimum over p != q in K of |q-p|^2 / (2 dist(q-p, T_p K)).",
    ),
    Source(
        "boissonnat-lieutier-wintraecken",
        "J.-D. Boissonnat, A. Lieutier and M. Wintraecken, The reach, metric distortion, geodesic "
        "convexity and the variation of tangent spaces, J. Appl. Comput. Topology 3 (2019)",
        "The reach of a closed set K is the largest r such that points of it with |p-q| < 2r are "
        "joined in K by a path of length at most 2r arcsin(|p-q| / (2r)).",
    ),
    Source(
        "chart-reach",
        "geomcheck, branch and bound over the cells of a chart",
        "The reach is at least the smaller of the least radius of curvature, of the set and of its "
        "boundary where it bends outwards, and half the least chord that is normal at both ends; "
        "both are bounded by enclosures of the chart and its derivatives, rounding counted.",
    ),
    Source(
        "aamari-2019",
        "E. Aamari et al., Estimating the reach of a manifold, EJS 13 (2019)",
        "The reach is the smaller of the least radius of curvature and half the shortest "
        "bottleneck.",
    ),
    Source(
        "berenfeld-2022",
        "C. Berenfeld, J. Harvey, M. Hoffmann and K. Shankar, Estimating the reach of a manifold "
        "via its convexity defect function, DCG 67 (2022)",
        "The convex hull of points of K in a ball of radius r < reach(K) is within "
        "reach - sqrt(reach^2 - r^2) of K.",
    ),
    Source(
        "niyogi-smale-weinberger",
        "P. Niyogi, S. Smale and S. Weinberger, Finding the homology of submanifolds with high "
        "confidence from random samples, DCG 39 (2008)",
        "If every point of a closed manifold K has a sample point within eps/2 and "
        "eps < sqrt(3/5) reach(K), the union of eps-balls retracts to K.",
    ),
    Source(
        "certificate",
        "geomcheck, branch and bound over the charts",
        "Linear bounds of every layer, with all rounding counted, enclose the error on each cell "
        "of a chart; cells are divided until the enclosures of sup err and of the share above "
        "epsilon are narrow or time is up. They hold at every stage.",
    ),
    Source(
        "stability",
        "D. Cohen-Steiner, H. Edelsbrunner and J. Harer, Stability of persistence diagrams, "
        "DCG 37 (2007)",
        "The bottleneck distance of the diagrams is at most the Hausdorff distance of the sets.",
    ),
    Source(
        "clopper-pearson",
        "C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits, Biometrika "
        "26 (1934)",
        "Exact confidence limits of a probability from independent trials.",
    ),
    Source(
        "dvoretzky-kiefer-wolfowitz",
        "P. Massart, The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality, Ann. "
        "Probab. 18 (1990)",
        "The empirical distribution function is uniformly within sqrt(log(2/alpha)/(2n)).",
    ),
    Source(
        "bonferroni",
        "C. E. Bonferroni, Teoria statistica delle classi e calcolo delle probabilita (1936)",
        "The chance that any of several statements is wrong is at most the sum of their chances.",
    ),
    Source("closed-form", "geomcheck, elementary geometry", "Known in closed form."),
    Source(
        "quadrature",
        "geomcheck, numerical integration",
        "An integral of the chart's volume element by a rule that has converged to rounding; "
        "not certified.",
    ),
    Source("given", "the user", "Stated by whoever made the manifold."),
    Source("numerical", "geomcheck, numerical estimate", "Computed from points; not certified."),
    Source(
        "union-rule",
        "geomcheck, elementary geometry",
        "The reach of a disjoint union is the smallest of the reaches of its parts and half "
        "the smallest gap between two of them.",
    ),
    Source(
        "product-rule",
        "geomcheck, elementary geometry",
        "The reach of a product is the smallest of the reaches of its factors.",
    ),
    Source(
        "linking-argument",
        "geomcheck, homological lower bound by linking",
        "If a j-cycle of a part L of K, j >= m, links a closed set at distance at least r from "
        "L, it does not bound in L^s for s <= r, so the worst-case error is at least r; equality "
        "where a "
        "continuous map of K into a set that embeds in R^m moves no point farther than r.",
    ),
    Source(
        "winding-argument",
        "geomcheck, classes that a map to R^m keeps",
        "If f: K -> R^m misses a point p, a cycle of degree m - 1 whose image has a winding number "
        "about p that is not 0 in the field does not bound in f(K). If F(G(F(K))) misses p, the "
        "same holds in G(F(K)), since what bounds there is mapped on by F.",
    ),
    Source(
        "free-loops",
        "geomcheck, universal coefficients and Alexander duality",
        "H_1(P; Z) of a compact polyhedron P in R^m, m <= 3, has no torsion: it is dual to "
        "H^(m-2) of the complement, which for m = 3 is H^1, without torsion. So every class of "
        "H^1(P) over a field of p elements is the reduction of an integer class, and so is what "
        "it pulls back to K. Hence no map through R^m keeps more classes of degree 1 than the "
        "rank of H^1(K; Z), which is at most the first Betti number over any field.",
    ),
    Source(
        "retract-argument",
        "geomcheck, classes that a retraction of K carries through the autoencoder",
        "Let r: K -> L have a section and extend continuously to all of space. If r(G(F(x))) is "
        "nearer to r(x) than the reach of L for every x in K, the straight line between them "
        "stays in the tube of L, so the nearest point of L to r(G(F(x))) is a map homotopic to r, "
        "which is onto in homology. It passes through F(K) and through G(F(K)): both maps keep at "
        "least as many classes, in every degree and over every field, as L has. Where L embeds in "
        "R^m, r followed by that embedding is an encoder that keeps so many.",
    ),
    Source(
        "cup-product",
        "geomcheck, lower bound for sets with a class x of H^1 over F2 whose power survives",
        "A class x of H^1 over F2 of an open subset of R^m has x^m = 0, so no x on K with x^m "
        "other than 0 passes through one. "
        "On a closed 3-manifold M in R^4 every x in H^1(M; F2) has x^3 = 0: M cuts the sphere "
        "S^4 in A and B, x = a + b with a from A and b from B, a^3 = b^3 = 0, and "
        "a^2 b + a b^2 = Sq^1(ab) = 0 because M is orientable. So RP^3, where x^3 is not 0, is "
        "not dominated by an open subset of R^4, and an error below its reach is impossible.",
    ),
    Source(
        "side-by-side",
        "geomcheck, optimal error of a disjoint union",
        "Compact parts can be encoded into disjoint balls of R^m and decoded separately (Tietze), "
        "so the optimal error of a disjoint union is the largest of the parts'.",
    ),
    Source(
        "product-bound",
        "geomcheck, lower bound for products",
        "An autoencoder of A x B gives one of A by fixing a point of B and forgetting it again, "
        "with no larger error; so the optimal error of a product is at least that of each factor.",
    ),
    Source(
        "chart-covering",
        "geomcheck, Lipschitz argument",
        "Every point of K is within a known distance of the image of a grid in the charts.",
    ),
    Source(
        "weyl",
        "H. Weyl, On the volume of tubes, Amer. J. Math. 61 (1939)",
        "The volume of a tube of radius below the reach is a polynomial in the radius.",
    ),
    Source(
        "isoembolic",
        "M. Berger, Une borne inférieure pour le volume d'une variété riemannienne en fonction du "
        "rayon d'injectivité, Ann. Inst. Fourier 30 (1980)",
        "A closed manifold of injectivity radius at least pi r, as that of reach r is, has at "
        "least the volume of the round sphere of radius r.",
    ),
)

SOURCES = MappingProxyType({entry.key: entry for entry in _ALL})


def source(key: str) -> Source:
    """Return the source with this key.

    Raises
    ------
    InvalidInput
        If no source has that key.
    """
    try:
        return SOURCES[key]
    except KeyError:
        raise InvalidInput("source", key, f"one of {', '.join(sorted(SOURCES))}") from None
