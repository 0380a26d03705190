"""What the tokens of a sequence are, and which of them the logits are read from."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Layout:
    """Prefix tokens by kind, the patch grid, and the readout.

    `readout` is "class" (the first token), "patches" (mean over the patch tokens) or "class+distillation"
    (mean of the first two tokens' logits) or "class+patches" (the first token beside the mean over the patch tokens)
    or "patches+maximum" (half the mean over the patch tokens and half their maximum, whose rows count as those of the mean).
    """

    prefix: tuple[str, ...]
    grid: tuple[int, int]
    readout: str

    @property
    def patches(self) -> int:
        return self.grid[0] * self.grid[1]

    @property
    def tokens(self) -> int:
        return len(self.prefix) + self.patches

    def readout_row(self, matrix: torch.Tensor) -> torch.Tensor:
        """The rows of `matrix` [N, N] that the logits are read from, averaged, without the prefix columns: [P]."""
        count = len(self.prefix)
        if self.readout == "class+patches":
            return (matrix[0] + matrix[count:].mean(dim=0))[count:] / 2
        rows = {"class": slice(0, 1), "class+distillation": slice(0, 2), "patches": slice(count, None)}
        rows["patches+maximum"] = rows["patches"]
        return matrix[rows[self.readout]].mean(dim=0)[count:]

    def as_json(self) -> dict:
        return {"prefix": list(self.prefix), "grid": list(self.grid), "readout": self.readout}
