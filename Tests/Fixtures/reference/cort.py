"""What CoRT makes of relevance, and the γ rule of residual sums, in float64."""

import torch
from torch.nn.functional import interpolate


DEFAULTS = {"contrast": "others", "share": 0.75, "scaling": "gross", "power": 0.75, "transport": 0.0, "sharpness": 0.25,
            "residual-gamma": 0.0, "halves": "false"}
TRANSPORT = {"scaling": "none", "transport": 0.25, "sharpness": 0.5}
PRESETS = {
    "plain": {"scaling": "none", "power": 1.0, "sharpness": 0.0},
    "transport": TRANSPORT,
    "deep": {**TRANSPORT, "residual-gamma": 1.0},
    "two-pass": {**TRANSPORT, "residual-gamma": 1.0, "halves": "true"},
}


def options_of(pairs: dict[str, str]) -> dict:
    options = {**DEFAULTS, **PRESETS.get(pairs.get("preset", ""), {}), **{k: v for k, v in pairs.items() if k != "preset"}}
    return {k: type(DEFAULTS[k])(v) for k, v in options.items()}


def merged(gamma: float, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """a + b, whose gradient shares the sum's relevance by the γ rule: each summand is multiplied with what it gets of it."""
    z = (a + b).detach()
    w_a, w_b = (1 + gamma * (part.detach() * z > 0) for part in (a, b))
    total = w_a * a.detach() + w_b * b.detach()
    ratio = torch.where(total == 0, 0.0, z / torch.where(total == 0, 1.0, total))
    return a * (w_a * ratio) + b * (w_b * ratio)


class NearlyEqual(Exception):
    """Two patches have scores so near that rounding decides which has the higher rank."""


def ranks(values: torch.Tensor) -> torch.Tensor:
    """Places in ascending order over n − 1; equal values share the mean of theirs.

    Throws where float32 may change the order: neighbours that differ by less than 1e-5 of the largest.
    """
    ordered = values.sort().values
    if not (ordered[1:] - ordered[:-1]).min() > 1e-5 * values.abs().max():
        raise NearlyEqual
    below = (values[None, :] < values[:, None]).sum(dim=1)
    equal = (values[None, :] == values[:, None]).sum(dim=1)
    return (below + (equal - 1) / 2).double() / (len(values) - 1)


def blur(count: int, pixels: int) -> torch.Tensor:
    """What the upsampling of each single patch of a row leaves in each patch, by the upsampling itself."""
    up = interpolate(torch.eye(count, dtype=torch.float64)[:, None], size=count * pixels, mode="linear")
    return up.reshape(count, count, pixels).mean(dim=-1).T


def relevance_of_layer(x: torch.Tensor, c: torch.Tensor, options: dict) -> torch.Tensor:
    """Σ_d x ⊙ c of each token, over all that the layer carries without signs where the option says so."""
    return (x * c).sum(dim=-1) / ((x * c).abs().sum() if options["scaling"] == "gross" else 1)


def scores(s: torch.Tensor, sources: torch.Tensor | None, options: dict, grid, size) -> torch.Tensor:
    """The map of summed relevance s [P], with the rolled out attention where transport is above 0, sharpened, [h, w]."""
    if options["transport"] > 0:
        m = ranks(s) + options["transport"] * ranks(sources)
    else:
        m = s.sign() * s.abs() ** options["power"]
    m = m.reshape(grid)
    rows, columns = (blur(n, pixels // n) for n, pixels in zip(grid, size))
    sharp = torch.linalg.inv(rows) @ m @ torch.linalg.inv(columns).T
    return (1 - options["sharpness"]) * m + options["sharpness"] * sharp
