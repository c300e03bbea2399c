"""Claims as assertions and as tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

import pytest

from geomcheck.claims import CLAIM_IDS
from geomcheck.ground import Subject
from geomcheck.protocol import Autoencoder
from geomcheck.recording import Asked, record
from geomcheck.result import ClaimResult, Report, Verdict
from theory.errors import InvalidInput

__all__ = ["ClaimTest", "assert_claim", "parametrize_with_claims"]

Model = Any
Failures = Mapping[str, str] | Callable[[Subject, Model], Mapping[str, str]]

_LONGEST = 400


def assert_claim(
    report: Report, claim: str, *, verdict: str | Collection[str] = "holds"
) -> ClaimResult:
    """Assert that a claim of a report has the verdict that is expected.

    Parameters
    ----------
    report : Report
        Of `geomcheck.verify` or `geomcheck.run`.
    claim : str
        Id of the claim: ``"small-error"``.
    verdict : str or collection of str
        The verdict, or several of which any will do.

    Returns
    -------
    ClaimResult

    Raises
    ------
    AssertionError
        If the verdict is another one. The message has the statement, the numbers, the
        hypotheses that are not met, the witness and what to try.
    InvalidInput
        If the report has no such claim, or there is no such verdict.
    """
    __tracebackhide__ = True
    expected = tuple(_verdict(v) for v in ((verdict,) if isinstance(verdict, str) else verdict))
    if claim not in (found.id for found in report):
        raise InvalidInput("claim", claim, f"one of {', '.join(c.id for c in report)}")
    found = report[claim]
    document = {k: v for k, v in report.to_document().items() if k != "figures"}
    record(Asked(claim, str(found.verdict), tuple(map(str, expected)), document))
    if found.verdict not in expected:
        raise AssertionError(_explained(report, found, expected))
    return found


class ClaimTest:
    """One claim on one model, as a function without arguments that a test calls.

    Parameters
    ----------
    case : _Case
    claim : str
    strict : bool
        Whether `inconclusive` fails the test; otherwise the test is skipped, with the reason.
    """

    def __init__(self, case: _Case, claim: str, *, strict: bool) -> None:
        self._case, self.claim, self._strict = case, claim, strict

    def __repr__(self) -> str:
        return f"ClaimTest({self._case.name}, {self.claim})"

    @property
    def report(self) -> Report:
        """The whole report, made once for all claims on this model."""
        return self._case.report

    def __call__(self) -> ClaimResult:
        """Pass if the claim holds; skip if it does not apply or cannot be decided."""
        __tracebackhide__ = True
        allowed = {Verdict.HOLDS, Verdict.NOT_APPLICABLE}
        if not self._strict:
            allowed.add(Verdict.INCONCLUSIVE)
        found = assert_claim(self.report, self.claim, verdict=sorted(allowed))
        if found.verdict is not Verdict.HOLDS:
            pytest.skip(f"{found.verdict}: {found.summary}")
        return found


def parametrize_with_claims(
    cases: Iterable[tuple[Subject, Model]],
    *,
    claims: Iterable[str] = CLAIM_IDS,
    expected_failures: Failures | None = None,
    strict: bool = False,
    **settings: Any,
) -> pytest.MarkDecorator:
    """Turn manifolds and models into one named test for each claim.

    The test takes an argument ``check`` and calls it.

    Parameters
    ----------
    cases : iterable of (subject, model)
        Both as in `geomcheck.verify`; or instead of the model a function that makes it,
        which is called when the first of its tests runs.
    claims : iterable of str
        Ids of the claims to test; by default all.
    expected_failures : mapping of str to str, or callable, optional
        For claims known to fail, the reason; or a function of subject and model that returns
        such a mapping. Their tests are marked as expected to fail, strictly: one that holds
        after all fails.
    strict : bool
        Whether an inconclusive verdict fails its test; by default it is skipped.
    **settings
        As in `geomcheck.verify`: epsilon, delta, confidence, samples, rng, training_points.

    Returns
    -------
    pytest mark

    Raises
    ------
    InvalidInput
        If a claim is unknown.

    Examples
    --------
    >>> import theory
    >>> @parametrize_with_claims([(theory.circle(), my_model)], epsilon=0.05)  # doctest: +SKIP
    ... def test_my_model(check):
    ...     check()
    """
    wanted = tuple(claims)
    tests = []
    for subject, model in cases:
        case = _Case(subject, model, settings)
        failures = expected_failures or {}
        if callable(failures):
            failures = failures(subject, model)
        for claim in (*wanted, *failures):
            if claim not in CLAIM_IDS:
                raise InvalidInput("claims", claim, f"one of {', '.join(CLAIM_IDS)}")
        for claim in wanted:
            marks = []
            if claim in failures:
                marks.append(
                    pytest.mark.xfail(reason=failures[claim], strict=True, raises=AssertionError)
                )
            test = ClaimTest(case, claim, strict=strict)
            tests.append(pytest.param(test, id=f"{case.name}-{claim}", marks=marks))
    return pytest.mark.parametrize("check", tests)


class _Case:
    """A model on a set, verified when the first claim on it is asked for."""

    def __init__(self, subject: Subject, model: Model, settings: Mapping[str, Any]) -> None:
        self._subject, self._model, self._settings = subject, model, settings

    @property
    def name(self) -> str:
        subject = getattr(self._subject, "name", "points")
        if isinstance(self._model, Autoencoder):
            return f"{subject}-m{self._model.latent_dim}"
        return f"{subject}-{getattr(self._model, '__name__', 'model')}"

    @cached_property
    def report(self) -> Report:
        try:
            return self._verified()
        except AssertionError as error:
            # A claim that is expected to fail must not pass for having done so.
            says = f"no verdict on {self.name}: an assertion failed on the way to it: {error}"
            raise RuntimeError(says.rstrip(": ")) from error

    def _verified(self) -> Report:
        # It loads torch; collecting tests need not.
        from geomcheck.verify import verify

        model: Any = self._model
        made = any(hasattr(model, name) for name in ("encode", "encoder", "transform"))
        if callable(model) and (isinstance(model, type) or not made):
            model = model()
        return verify(self._subject, model, **self._settings)


def _verdict(name: str) -> Verdict:
    try:
        return Verdict(name)
    except ValueError:
        raise InvalidInput("verdict", name, f"one of {', '.join(Verdict)}") from None


def _explained(report: Report, found: ClaimResult, expected: tuple[Verdict, ...]) -> str:
    subject, latent_dim = report.subject["name"], report.autoencoder["latent_dim"]
    lines = [
        f"{found.id}: {found.verdict}, expected {' or '.join(expected)}",
        f"  on       {subject}, latent dimension {latent_dim}",
        f"  claim    {found.statement}",
        f"  why      {found.summary}",
    ]
    numbers = {k: v for k, v in found.values.items() if isinstance(v, int | float | str)}
    if found.threshold is not None:
        numbers["threshold"] = found.threshold
    lines += [f"  number   {name} = {_number(value)}" for name, value in numbers.items()]
    lines += [f"  not met  {h.says}" for h in found.hypotheses if h.basis == "not met"]
    if found.witness is not None:
        lines.append(f"  witness  {found.witness.says}: {_shortened(dict(found.witness.data))}")
    if found.advice:
        lines.append(f"  try      {found.advice}")
    return "\n".join(lines)


def _number(value: float | str) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _shortened(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
