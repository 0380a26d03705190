"""Explainer specs as strings, `id:key=value,key=value`, and the map each of them asks for."""

import torch

from . import gmar, rollout
from .network import Evidence

_CONVERSIONS = {
    "discard": float,
    "start": int,
    "layer": int,
    "relu": lambda text: {"true": True, "false": False}[text],
}
_EXPLAINERS = {
    "attention-rollout": rollout.attention_rollout,
    "gradient-rollout": rollout.gradient_rollout,
    "generic-attention": rollout.generic_attention,
    "raw-attention": rollout.raw_attention,
    "grad-cam": rollout.grad_cam,
}


def parse(spec: str) -> tuple[str, dict]:
    identifier, _, rest = spec.partition(":")
    pairs = (item.split("=") for item in rest.split(",") if item)
    return identifier, {key: _CONVERSIONS.get(key, str)(value) for key, value in pairs}


def explain(spec: str, evidence: Evidence) -> torch.Tensor:
    """The map of `spec` on the token grid: [h, w], before upsampling and normalising."""
    identifier, options = parse(spec)
    if identifier == "gmar":
        scores = gmar.gmar(evidence, gmar.options(**options))
    else:
        if identifier == "attention-rollout" and "residual" in options:
            options["residual"] = float(options["residual"])
        scores = _EXPLAINERS[identifier](evidence, **options)
    return scores.reshape(evidence.layout.grid)


def gmar_weights(spec: str, evidence: Evidence) -> torch.Tensor:
    """The head weights [L, H] that a `gmar` spec uses."""
    return gmar.head_weights(evidence, gmar.options(**parse(spec)[1]))


CORE = [
    "attention-rollout",
    "attention-rollout:fusion=max,discard=0.5",
    "gmar",
    "gmar:norm=l2",
    "gmar:preset=paper",
    "gmar:preset=authors-code",
    "gmar:preset=authors-code,norm=l2",
    "gmar:gradient=head-output",
    "grad-cam",
    "grad-cam:layer=0,relu=false",
    "raw-attention",
    "gradient-rollout",
    "generic-attention",
]

# Every option value at least once, and the combinations in which two options meet.
EVERY = CORE + [
    "attention-rollout:fusion=max",
    "attention-rollout:fusion=min",
    "attention-rollout:discard=0.5",
    "attention-rollout:fusion=min,discard=0.9",
    "attention-rollout:start=1",
    "attention-rollout:residual=0.2",
    "attention-rollout:residual=0",
    "gmar:preset=paper,norm=l2",
    "gmar:preset=gmar-plus",
    "gmar:preset=gmar-plus,norm=l2",
    "gmar:gradient=head-output,norm=l2",
    "gmar:gradient=last-block-norm",
    "gmar:gradient=last-block-norm,norm=l2",
    "gmar:scope=global",
    "gmar:scope=global,norm=l2",
    "gmar:scope=last-layer",
    "gmar:gradient=head-output,scope=global",
    "gmar:fusion=none",
    "gmar:order=as-printed",
    "gmar:residual=before(0.5)",
    "gmar:residual=before(0)",
    "gmar:residual=after(1)",
    "gmar:residual=after(0.3)",
    "gmar:residual=after-scaled-mean(0.25)",
    "gmar:residual=after-scaled-mean(2000)",  # large enough to be seen beside the product
    "gmar:readout=authors-view",
    "gmar:fusion=none,residual=after(0.5),readout=authors-view",
    "gmar:preset=paper,scope=global,norm=l2,residual=after(0.1)",
    "gmar:preset=authors-code,readout=readout-row",
    "gmar:preset=authors-code,residual=after(1)",
    "gmar:preset=authors-code,residual=after-scaled-mean(4000)",
    "gmar:preset=authors-code,fusion=sum",
    "grad-cam:layer=1",
    "grad-cam:relu=false",
    "grad-cam:layer=0,point=second-norm",
    "grad-cam:layer=1,point=output,relu=false",
    "grad-cam:layer=0,point=after-attention,relu=false",
    "grad-cam:point=output",  # degenerate where only the class token is read: the patches' gradient is zero
    "raw-attention:layer=0",
    "raw-attention:head=0",
    "raw-attention:layer=1,head=2",
    "gradient-rollout:discard=0.5",
    "gradient-rollout:start=1",
    "generic-attention:start=1",
]
