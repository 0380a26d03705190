"""Checks of the reference itself, made while the fixtures are generated; each raises where it does not hold."""

import numpy as np
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

from reference import gmar, rollout
from reference.network import Evidence, Network, attention_of


def close(actual: torch.Tensor, expected: torch.Tensor, what: str, tolerance: float = 1e-9) -> None:
    scale = max(expected.abs().max().item(), 1e-300)
    difference = (actual - expected).abs().max().item()
    if not difference <= tolerance * scale:
        raise AssertionError(f"{what}: differs by {difference:.3g} of {scale:.3g}")


def forward_is_the_library_s(plain: nn.Module, images: torch.Tensor, logits: torch.Tensor, **options) -> None:
    """The recorded float64 logits against the untouched float32 model with its own attention kernels."""
    with torch.no_grad():
        output = plain(images, **options)
    close(output if torch.is_tensor(output) else output.logits, logits.float(), "logits", 2e-5)


def attention_gradient_is_the_slope(network: Network, images, evidence: Evidence, image: int, target: int) -> None:
    """dy/dA against central differences in which single entries of A are moved."""
    step = 1e-6
    for layer, block in enumerate(network.blocks):
        probabilities = attention_of(block).attn_drop if network.is_timm else block.attention.probabilities
        for head, row, column in ((0, 0, 1), (evidence.heads - 1, 2, 3)):

            def logit(shift: float) -> float:
                def move(_, __, output):
                    output = output.clone()
                    output[image, head, row, column] += shift
                    return output

                handle = probabilities.register_forward_hook(move)
                value = network.run(images).logits[image, target].item()
                handle.remove()
                return value

            slope = torch.tensor((logit(step) - logit(-step)) / (2 * step), dtype=torch.float64)
            largest = evidence.attention_gradient[layer].abs().max()
            error = (evidence.attention_gradient[layer][head, row, column] - slope).abs()
            if error > 1e-6 * largest:
                raise AssertionError(f"dy/dA of layer {layer}: off by {error:.3g}")


def grad_cam_is_pytorch_grad_cam_s(network: Network, images, evidence: Evidence, image: int, target: int) -> None:
    """Against the raw map of pytorch_grad_cam (before it scales to [0, 1]), at the default and at another layer."""

    class Logits(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = network.module

        def forward(self, batch):
            return self.inner(batch).logits

    height, width = evidence.layout.grid
    prefix = len(evidence.layout.prefix)

    def to_planes(tokens):
        return tokens[:, prefix:].reshape(tokens.shape[0], height, width, -1).permute(0, 3, 1, 2)

    for layer, point in ((-1, "first-norm"), (0, "second-norm"), (1, "output")):
        module = network.module_at(point, layer)
        batch = images[image:image + 1].double()
        targets = [ClassifierOutputTarget(target)]
        cam = GradCAM(Logits(), [module], reshape_transform=to_planes)
        cam(batch, targets)
        activations, gradients = (
            getattr(cam.activations_and_grads, name)[0].numpy() for name in ("activations", "gradients"))
        theirs = np.maximum(cam.get_cam_image(batch, module, targets, activations, gradients), 0)
        cam.activations_and_grads.release()
        ours = rollout.grad_cam(evidence, layer, point).reshape(height, width)
        close(ours, torch.from_numpy(theirs[0]), f"Grad-CAM at {point} of layer {layer}")


def authors_view_is_the_authors_steps(evidence: Evidence, norm: str) -> None:
    """The summation formula of the readout against reshaping the block, as a [batch, heads, N, N] chain."""
    layout, heads, tokens = evidence.layout, evidence.heads, evidence.layout.tokens
    if len(layout.prefix) != 1:
        return
    gradient = evidence.activation_gradient["first-norm"][-1][1:].T.reshape(heads, -1)
    scores = gradient.abs().sum(1) if norm == "l1" else gradient.square().sum(1).sqrt()
    weights = (scores / scores.sum()).view(1, heads, 1, 1)
    identity = torch.eye(tokens, dtype=torch.float64).expand(1, heads, tokens, tokens)
    state = identity
    for attention in evidence.attention:
        state = state @ (attention.unsqueeze(0) * weights)
        state = state + 0.25 * (state.mean() * 5e-5) * identity
    images = state[:, 0, 1:].reshape(-1, 1, *layout.grid)
    ours = gmar.gmar(evidence, gmar.options("authors-code", norm=norm))
    close(ours, gmar.scaled(images.mean(dim=0).reshape(-1)), f"authors' view, {norm}")


def gmar_generalises_rollout(evidence: Evidence) -> None:
    """Uniform weights give Attention Rollout, rows of the default keep summing to 1, one head gives it always."""
    default = gmar.Options()
    weights = gmar.head_weights(evidence, default)
    expected = rollout.rollout_matrix(evidence, "mean", 0.0, 0, 0.5)
    uniform = gmar.chain(evidence.attention, torch.full_like(weights, 1 / evidence.heads), default)[0]
    close(uniform, expected, "GMAR with uniform weights")
    rows = gmar.chain(evidence.attention, weights, default)[0].sum(dim=1)
    close(rows, torch.ones_like(rows), "row sums of GMAR")
    if evidence.heads == 1:
        for norm in ("l1", "l2"):
            close(gmar.gmar(evidence, gmar.options(norm=norm)), evidence.layout.readout_row(expected), "one head")
