"""A Hugging Face or timm Swin that records its intermediates and their gradients, in float64, and the dense matrices of its
windows: which token is in which slot is found by sending the tokens' numbers through the library's own steps."""

from dataclasses import dataclass, field

import torch
from timm.models.swin_transformer import window_partition as timm_partition
from torch import nn
from transformers.models.swin.modeling_swin import window_partition as hf_partition

import reference.network  # noqa: F401  registers the attention that keeps the dtype of its inputs

POINTS = ("first-norm", "head-outputs", "after-attention", "second-norm", "output")


@dataclass
class Record:
    """One forward pass: what it met on the way, one list entry per layer; attention [B * windows, H, n, n]."""

    input: torch.Tensor
    logits: torch.Tensor | None = None
    attention: list[torch.Tensor] = field(default_factory=list)
    activation: dict[str, list[torch.Tensor]] = field(default_factory=lambda: {point: [] for point in POINTS})
    grids: list[tuple[int, int]] = field(default_factory=list)

    def tensors(self):
        yield self.input
        yield from self.attention
        for point in POINTS:
            yield from self.activation[point]


class Network:
    """`module` in float64 with hooks at the recording points; the module itself is the library's own."""

    def __init__(self, module: nn.Module):
        self.module = module.double().eval()
        self.is_timm = hasattr(module, "layers")
        self.is_second = "V2" in type(module).__name__ or "v2" in type(module).__name__
        if not self.is_timm and not self.is_second:
            module.set_attn_implementation("reference")
        stages = module.layers if self.is_timm else module.base_model.encoder.layers
        self.stage_of_layer = [index for index, stage in enumerate(stages) for _ in stage.blocks]
        self.blocks = [block for stage in stages for block in stage.blocks]
        for block in self.blocks:
            if self.is_timm:
                block.attn.fused_attn = False
            elif not self.is_second:
                block.attention.probabilities = nn.Identity()

    def run(self, images: torch.Tensor) -> Record:
        record = Record(images.detach().double().requires_grad_())
        handles = [handle for block in self.blocks for handle in self._hooks(record, block)]
        output = self.module(record.input)
        for handle in handles:
            handle.remove()
        record.logits = output if torch.is_tensor(output) else output.logits
        for tensor in record.tensors():
            tensor.retain_grad()
        return record

    def _hooks(self, record: Record, block: nn.Module):
        if self.is_timm:
            probabilities, projection, mlp = block.attn.attn_drop, block.attn.proj, block.mlp
        elif self.is_second:
            probabilities, projection = block.attention.self.dropout, block.attention.output.dense
            mlp = block.intermediate
        else:
            probabilities, projection, mlp = block.attention.probabilities, block.attention.o_proj, block.mlp
        first = block.norm1 if self.is_timm else block.layernorm_before
        second = block.norm2 if self.is_timm else block.layernorm_after

        def keep_output(point):
            return lambda _, __, output: record.activation[point].append(
                output[0] if isinstance(output, tuple) else output)

        def keep_input(point):
            return lambda _, inputs: record.activation[point].append(inputs[0])

        def keep_grid(_, inputs, keywords):
            record.grids.append(tuple(inputs[0].shape[1:3]) if self.is_timm else tuple(inputs[1]))

        return [
            block.register_forward_pre_hook(keep_grid, with_kwargs=True),
            probabilities.register_forward_hook(lambda _, __, output: record.attention.append(output)),
            first.register_forward_hook(keep_output("first-norm")),
            projection.register_forward_pre_hook(keep_input("head-outputs")),
            # Norms of version 2 stand behind the branches.
            (mlp if self.is_second else second).register_forward_pre_hook(keep_input("after-attention")),
            second.register_forward_hook(keep_output("second-norm")),
            block.register_forward_hook(keep_output("output")),
        ]

    def slots(self, layer: int, grid: tuple[int, int]) -> torch.Tensor:
        """The token of each slot, [windows, n]; -1 for padding."""
        block = self.blocks[layer]
        numbers = torch.arange(1, grid[0] * grid[1] + 1, dtype=torch.float64).view(1, *grid, 1)
        if self.is_timm:
            window, shift = block.window_size, block.shift_size
            numbers = torch.roll(numbers, shifts=(-shift[0], -shift[1]), dims=(1, 2))
            bottom, right = -grid[0] % window[0], -grid[1] % window[1]
            numbers = timm_partition(nn.functional.pad(numbers, (0, 0, 0, right, 0, bottom)), window)
        elif self.is_second:
            padded, _ = block.maybe_pad(numbers, *grid)
            shift = (-block.shift_size, -block.shift_size)
            numbers = hf_partition(torch.roll(padded, shifts=shift, dims=(1, 2)), block.window_size)
        else:
            block.set_shift_and_window_size(grid)
            padded, _ = block.maybe_pad(numbers, *grid)
            numbers = hf_partition(block.cyclic_shift(padded), block.window_size)
        return numbers.flatten(1).long() - 1

    def tokens(self, record: Record, point: str, layer: int, tensor: torch.Tensor) -> torch.Tensor:
        """What is at a point as [B, N, D]: windows are taken apart, and padding is left out."""
        count = record.grids[layer][0] * record.grids[layer][1]
        if point != "head-outputs":
            return tensor.reshape(record.input.shape[0], count, -1)
        slots = self.slots(layer, record.grids[layer]).flatten()
        rows = tensor.reshape(record.input.shape[0], len(slots), -1)
        result = torch.zeros(rows.shape[0], count, rows.shape[2], dtype=rows.dtype)
        result[:, slots[slots >= 0]] = rows[:, slots >= 0]
        return result


def dense(windows: torch.Tensor, slots: torch.Tensor, count: int) -> torch.Tensor:
    """The matrices [H, N, N] of windows [windows, H, n, n]; zeros where tokens are in different windows."""
    result = torch.zeros(windows.shape[1], count, count, dtype=windows.dtype)
    for window, tokens in zip(windows, slots):
        kept = (tokens >= 0).nonzero().flatten()
        rows = tokens[kept]
        result[:, rows[:, None], rows[None, :]] = window[:, kept[:, None], kept[None, :]]
    return result


def merge(fine: tuple[int, int]) -> torch.Tensor:
    """[coarse, fine]: equal shares of the tokens, of two rows and two columns, that a coarse token is made of."""
    numbers = torch.arange(fine[0] * fine[1]).view(fine)
    rows = []
    for row in range(0, fine[0], 2):
        for column in range(0, fine[1], 2):
            parts = numbers[row:row + 2, column:column + 2].flatten()
            share = torch.zeros(fine[0] * fine[1], dtype=torch.float64)
            share[parts] = 1 / len(parts)
            rows.append(share)
    return torch.stack(rows)
