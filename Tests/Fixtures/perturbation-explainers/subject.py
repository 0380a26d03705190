"""A model, one image, and what explainers of many passes are measured with."""

import numpy as np
import torch
from reference.network import Network


class Logits(torch.nn.Module):
    def __init__(self, network: Network):
        super().__init__()
        self.network = network.module
        self.options = network.forward_options

    def forward(self, images):
        output = self.network(images, **self.options)
        return output if torch.is_tensor(output) else output.logits


class Subject:
    """A model, one image and what both are measured with."""

    def __init__(self, case, network: Network, image: torch.Tensor):
        self.layout, self.network, self.image = case.layout, network, image
        self.logits = Logits(network)
        self.size = tuple(image.shape[1:])
        self.patch = tuple(length // cells for length, cells in zip(self.size, case.layout.grid))

    def score(self, name: str):
        return {"logit": self.logits, "probability": lambda x: self.logits(x).softmax(dim=-1)}[name]

    def values(self, images: torch.Tensor, score: str) -> np.ndarray:
        with torch.no_grad():
            return self.score(score)(images).numpy()

    def patch_means(self, pixels: np.ndarray) -> np.ndarray:
        (h, w), (ph, pw) = self.layout.grid, self.patch
        return pixels.reshape(h, ph, w, pw).mean(axis=(1, 3)).ravel()

    def pictures(self, samples: np.ndarray, hidden: torch.Tensor) -> torch.Tensor:
        """The image with the patches of each row of samples [n, P], the others from `hidden`."""
        shown = torch.tensor(samples).reshape(-1, 1, *self.layout.grid)
        shown = shown.repeat_interleave(self.patch[0], dim=2).repeat_interleave(self.patch[1], dim=3)
        return self.image * shown + hidden * (1 - shown)

    def activation(self) -> torch.Tensor:
        """Patch tokens of the last block's first norm, [D, h, w]."""
        with torch.no_grad():
            tokens = self.network.run(self.image[None]).activation["first-norm"][-1][0].detach()
        return tokens[len(self.layout.prefix):].T.reshape(-1, *self.layout.grid)
