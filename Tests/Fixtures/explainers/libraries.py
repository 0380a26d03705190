"""Maps by captum and pytorch-grad-cam on the models of `../models`, in float64."""

import contextlib

import numpy as np
import torch
from captum.attr import InputXGradient, IntegratedGradients, NoiseTunnel, Saliency
from pytorch_grad_cam import GradCAMPlusPlus, LayerCAM
from torch import nn

from noise import normal
from reference.layout import Layout
from reference.network import Network

CAPTUM_RULES = {"gauss-legendre": "gausslegendre", "trapezoid": "riemann_trapezoid"}


class Score(nn.Module):
    """One number an image: the logits along a direction."""

    def __init__(self, network: Network, direction: torch.Tensor):
        super().__init__()
        self.inner, self.options, self.direction = network.module, network.forward_options, direction

    def forward(self, batch):
        output = self.inner(batch, **self.options)
        return (output if torch.is_tensor(output) else output.logits) @ self.direction


def map_scores(values: torch.Tensor, layout: Layout, reduce="sum", at="patches") -> torch.Tensor:
    """[3, H, W] to one number a patch, [h, w], or one a pixel, [H, W]."""
    rows, columns = layout.grid
    values = values.abs() if reduce == "abs" else values
    if at == "pixels":
        return values.sum(dim=0)
    return values.reshape(3, rows, values.shape[1] // rows, columns, -1).sum(dim=(0, 2, 4))


def input_x_gradient(score, image, layout, **how) -> torch.Tensor:
    return map_scores(InputXGradient(score).attribute(image.requires_grad_())[0], layout, **how)


def integrated_gradients(score, image, layout, steps=20, baseline="zero", rule="gauss-legendre", **how):
    """Captum's weights of the trapezoidal rule sum to (n - 1)/n: they are scaled to sum 1."""
    start = {"zero": torch.zeros_like(image), "black": -torch.ones_like(image)}[baseline]  # mean and deviation 0.5
    values = IntegratedGradients(score).attribute(image, start, n_steps=steps, method=CAPTUM_RULES[rule])[0]
    return map_scores(values * (steps / (steps - 1) if rule == "trapezoid" else 1), layout, **how)


@contextlib.contextmanager
def noise_of(seed: int):
    """torch.normal draws what the project's own generator draws, one stream a sample."""
    original = torch.normal

    def draw(mean, deviation):
        samples = torch.stack([
            torch.from_numpy(normal(deviation[0].numel(), seed, sample)).reshape(deviation.shape[1:])
            for sample in range(deviation.shape[0])])
        return mean + deviation * samples.to(deviation.dtype)

    torch.normal = draw
    try:
        yield
    finally:
        torch.normal = original


def smooth_grad(score, image, layout, samples=50, noise=0.15, seed=0, reduce="abs", times_input=False, at="patches"):
    deviation = noise * float(image.max() - image.min())
    with noise_of(seed):
        values = NoiseTunnel(Saliency(score)).attribute(
            image, nt_type="smoothgrad", nt_samples=samples, stdevs=deviation, abs=False)[0]
    return map_scores(values * image[0] if times_input else values, layout, reduce, at)


def class_activation(method, network, direction, image, layout: Layout, layer=-1, point="first-norm", relu=True):
    """The raw map of pytorch_grad_cam, before it scales to [0, 1]: [h, w]."""
    height, width = layout.grid
    prefix = len(layout.prefix)

    def to_planes(tokens):
        return tokens[:, prefix:].reshape(tokens.shape[0], height, width, -1).permute(0, 3, 1, 2)

    module = network.module_at(point, layer)
    targets = [lambda output: output]
    cam = method(Score(network, direction), [module], reshape_transform=to_planes)
    cam(image.detach().clone(), targets)
    activations, gradients = (
        getattr(cam.activations_and_grads, name)[0].numpy() for name in ("activations", "gradients"))
    scores = cam.get_cam_image(image, module, targets, activations, gradients, False)
    cam.activations_and_grads.release()
    return torch.from_numpy(np.maximum(scores, 0) if relu else scores)[0]


CLASS_ACTIVATION = {"grad-cam-plus-plus": GradCAMPlusPlus, "layer-cam": LayerCAM}
