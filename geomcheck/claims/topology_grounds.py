"""What a verdict on the topology rests on: what is given of K, and how finely maps were seen."""

from __future__ import annotations

from geomcheck.claims.common import number, percent
from geomcheck.claims.lost_classes import Comparison, certainly_kept
from geomcheck.kept import Carried
from geomcheck.result import Hypothesis
from geomcheck.study import Study
from geomcheck.topology import Loss

__all__ = ["carried", "decided_without_net", "given_of_set", "resolution"]


def decided_without_net(loss: Loss, comparison: Comparison) -> bool:
    """Tell whether a loss shows without a look at a net, and so whatever its holes are."""
    return loss.degree > 0 and comparison.kept[loss.homology_coeff_field].decided(loss.degree)


def given_of_set(
    study: Study, comparison: Comparison, lost: tuple[Loss, ...]
) -> tuple[Hypothesis, ...]:
    """Return what is taken as known of K where a loss is called forced, or avoidable."""
    manifold, sources = study.ground.manifold, {x.source for x in lost if x.degree}
    sources.update(
        comparison.kept[x.homology_coeff_field].sources[x.degree]
        for x in lost
        if decided_without_net(x, comparison)
    )
    says = []
    if "no-obstruction" in sources:
        says.append(f"K embeds in dimension {study.ground.embedding_dim}")
    if "intersection-form" in sources:
        says.append("K is a closed manifold, and orientable or not as stated")
    if "cup-product" in sources and manifold is not None:
        power = manifold.claims.loop_power
        says.append(f"no class of degree 1 over two elements but 0 has the power {power} zero")
    if "free-loops" in sources:
        says.append("H^1(K; Z) has no larger rank than H^1 over any field is stated to have")
    return tuple(Hypothesis(each, "given") for each in says)


def resolution(
    study: Study, comparison: Comparison, certified: bool, lost: tuple[Loss, ...]
) -> tuple[Hypothesis, ...]:
    """Return what the numbers of kept classes rest on."""
    if certified and study.certificate is not None and study.ground.reach is not None:
        reach = number(study.ground.reach.value)
        most = number(study.certificate.sup_upper)
        return (
            Hypothesis(f"reach at least {reach}", "given"),
            Hypothesis(f"sup err, at most {most}, is below {reach}", "certified"),
        )
    wound = any(kept.wound.number for kept in comparison.kept.values())
    if certainly_kept(study, comparison):
        if not wound:
            return ()
        return (
            Hypothesis(f"{comparison.winds} misses points that classes go round", "certified"),
            Hypothesis("charts close up where their images agree", "assumed"),
        )
    every = comparison.kept.values()
    says = []
    if not all(kept.settled for kept in every):
        assert comparison.seen is not None
        finest = number(comparison.seen.resolution.value)
        says.append(
            f"{comparison.image} has no feature finer than {finest}, and the map none finer than "
            "the net"
        )
    if wound:
        says.append(f"{comparison.winds} misses points that classes go round")
    span = max(kept.span for kept in every)
    if span:
        says.append(f"the codes lie in {span} of {study.model.latent_dim} dimensions")
    if any(x.mark != "forced" and not decided_without_net(x, comparison) for x in lost):
        hole = percent(max(kept.on_net.hole for kept in every))
        says.append(f"no class called lost runs round a hole narrower than {hole} of the diameter")
    seen = (Hypothesis("; ".join(says), "estimated"),) if says else ()
    return (*seen, *(line for each in carried(comparison) for line in _rest_on(each)))


def carried(comparison: Comparison) -> list[Carried]:
    """Return the retractions of K that the autoencoder is seen to leave alone, each once."""
    every = (each for kept in comparison.kept.values() for each in kept.carried)
    return list({(each.name, each.onto): each for each in every}.values())


def _rest_on(each: Carried) -> tuple[Hypothesis, ...]:
    """Return what a retraction that is seen to be left alone rests on."""
    return (
        Hypothesis(
            f"from x to G(F(x)) {each.name}, in the {each.onto}, moves by at most "
            f"{number(each.strays)} at {each.points} points",
            "checked",
        ),
        Hypothesis(
            f"between these points it moves by less than the reach there, {number(each.reach)}",
            "assumed",
        ),
        *(() if each.itself else (Hypothesis(f"K retracts to the {each.onto}", "given"),)),
    )
