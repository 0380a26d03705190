"""Times training in PyTorch and with `xai train` on this machine, one after the other, and prints their ratio.

    python Examples/Benchmarks/pytorch_training.py XAI MODEL DATA [--batch 32] [--steps 6] [--rounds 2]

XAI is the command, MODEL a Hugging Face directory, DATA anything that `xai train --data` takes. PyTorch gets tensors that
are ready, so that it waits for no picture; `xai train` opens, cuts and mirrors its pictures. A step is forward, backward
and Adam on one batch, float32; the figure is the median of all steps but the first of each round. Run it on an idle
machine: OpenMP's threads wait for each other by spinning, and a busy core slows it many times over.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

import torch
import transformers


def pytorch(model: str, batch: int, steps: int) -> list[float]:
    torch.manual_seed(0)
    network = transformers.ViTForImageClassification.from_pretrained(model).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=5e-5)
    side = network.config.image_size
    pictures = torch.randn(batch, 3, side, side)
    labels = torch.randint(0, network.config.num_labels, (batch,))
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        optimiser.zero_grad()
        network(pictures, labels=labels).loss.backward()
        optimiser.step()
        times.append(time.perf_counter() - start)
    return times[1:]


def xai(command: str, model: str, data: str, batch: int, steps: int) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [command, "train", "--model", model, "--data", data, "--output", f"{folder}/out", "--preset", "adam",
             "--batch-size", str(batch), "--stop-after", f"{steps}steps", "--json"],
            stdout=subprocess.PIPE, text=True)
        ends = [time.perf_counter() for line in process.stdout if json.loads(line)["event"] == "step"]
        if process.wait() != 0:
            raise SystemExit("xai train failed")
    return [end - start for start, end in zip(ends, ends[1:])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xai")
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    transformers.utils.logging.disable_progress_bar()
    theirs, ours = [], []
    for _ in range(arguments.rounds):
        theirs += pytorch(arguments.model, arguments.batch, arguments.steps)
        ours += xai(arguments.xai, arguments.model, arguments.data, arguments.batch, arguments.steps)
    rates = {name: arguments.batch / statistics.median(times) for name, times in [("pytorch", theirs), ("xai", ours)]}
    print(json.dumps({
        "unit": "images a second, median of steps", "batch": arguments.batch, "threads": os.cpu_count(),
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "pytorch": round(rates["pytorch"], 1), "xai": round(rates["xai"], 1),
        "ratio": round(rates["xai"] / rates["pytorch"], 2),
    }, indent=1))


if __name__ == "__main__":
    main()
