"""Torch's tensor operations, by what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

__all__ = ["PLAIN", "VIEWS", "is_continuous", "short_name"]

_ACTIVATIONS = (
    "celu elu gelu hardsigmoid hardswish hardtanh leaky_relu log_sigmoid log_softmax mish prelu "
    "relu relu6 selu sigmoid silu softmax softplus tanh"
)
_ARITHMETIC = (
    "abs adaptive_avg_pool1d adaptive_avg_pool2d add addmm amax amin asinh atan avg_pool1d "
    "avg_pool2d avg_pool3d baddbmm batch_norm bmm clamp clamp_max clamp_min conv1d conv2d conv3d "
    "conv_transpose1d conv_transpose2d conv_transpose3d convolution cos cosh cumsum dot dropout "
    "einsum erf exp group_norm instance_norm layer_norm linear matmul max_pool1d max_pool2d "
    "max_pool3d maximum mean minimum mm mul mv neg rsub sin sinh square sub sum "
    "upsample_bilinear2d upsample_nearest1d upsample_nearest2d upsample_nearest3d"
)
_ARRANGEMENT = (
    "alias cat chunk clone constant_pad_nd contiguous detach expand expand_as flatten flip "
    "lift_fresh_copy movedim narrow pad permute pixel_shuffle pixel_unshuffle repeat reshape "
    "roll select slice split split_with_sizes squeeze stack swapaxes t tile transpose unbind "
    "unflatten unsqueeze view _unsafe_view"
)
# Numbers of rows and what is made of them, and checks of those.
_ABOUT_SHAPES = (
    "full ones sym_size zeros _assert_scalar _assert_tensor_metadata _operator.add "
    "_operator.floordiv _operator.getitem _operator.mul _operator.sub"
)
# What may jump, or end where its argument is zero: read, but not vouched for.
_OTHER = (
    "acos argmax argmin asin atan2 ceil div eq floor fmod frac ge gt le linalg_vector_norm log "
    "logical_and logical_not logical_or lt max min ne norm pow reciprocal remainder round rsqrt "
    "sign sqrt tan trunc where"
)

_CONTINUOUS = frozenset(" ".join((_ACTIVATIONS, _ARITHMETIC, _ARRANGEMENT, _ABOUT_SHAPES)).split())

PLAIN = _CONTINUOUS | frozenset(_OTHER.split())
"""Operations that compute their value from their arguments and do nothing else."""

VIEWS = frozenset(_ARRANGEMENT.split())
"""Operations whose value may be the memory of their argument."""


def short_name(target: str) -> str:
    """Return ``"tanh"`` for ``"aten.tanh.default"``; operations in place count as the others."""
    parts = target.removeprefix("torch.ops.").split(".")
    if parts[0] != "aten" or len(parts) != 3:
        return target
    return parts[1].removesuffix("_")


# The argument that has to be positive, or values of a constant row jump: 1e-5 unless given.
_EPS = {"layer_norm": 4, "group_norm": 4, "instance_norm": 7}
# In training these are random, or look at all points at once: no map of a point at all.
_BY_CHANCE_OR_BATCH = {"dropout": (2, "train"), "batch_norm": (5, "training")}
_MAKES_CONSTANTS = frozenset(("full", "ones", "zeros"))
# What single precision still tells from zero.
_LEAST_EPS = 1e-30
# Below it softplus is log(1 + exp(z)), above z itself; from 20 on the two agree to 3e-9.
_SOFTPLUS = (1.0, 20.0)


def is_continuous(
    name: str, arguments: Sequence[object], named: Mapping[str, object] = MappingProxyType({})
) -> bool:
    """Whether an operation is continuous in its tensors, wherever these are finite."""
    if named.get("rounding_mode") is not None or _cuts_off(name, (*arguments, *named.values())):
        return False
    if name in _BY_CHANCE_OR_BATCH:
        place, argument = _BY_CHANCE_OR_BATCH[name]
        return _argument(arguments, named, place, argument, True) is False
    if name in _EPS:
        eps = _argument(arguments, named, _EPS[name], "eps", 1e-5)
        return isinstance(eps, int | float) and eps >= _LEAST_EPS
    if name == "softplus":
        beta = _argument(arguments, named, 1, "beta", _SOFTPLUS[0])
        threshold = _argument(arguments, named, 2, "threshold", _SOFTPLUS[1])
        if not (isinstance(beta, int | float) and isinstance(threshold, int | float)):
            return False
        return beta >= _SOFTPLUS[0] and threshold >= _SOFTPLUS[1]
    if name in _CONTINUOUS:
        return True
    second = arguments[1] if len(arguments) == 2 else None
    if name == "div":
        return isinstance(second, int | float) and second != 0
    return name == "pow" and isinstance(second, int) and second >= 1


def _cuts_off(name: str, values: Sequence[object]) -> bool:
    """Whether an operation turns real numbers into whole ones, or reads their bits as others."""
    if name in _MAKES_CONSTANTS:
        return False
    real = [value.is_floating_point for value in values if hasattr(value, "is_floating_point")]
    return bool(real) and (name == "view" or not all(real))


def _argument(
    arguments: Sequence[object], named: Mapping[str, object], place: int, name: str, default: float
) -> object:
    return arguments[place] if len(arguments) > place else named.get(name, default)
