"""Times ViTs in PyTorch, ONNX Runtime, OpenVINO and with `xai bench`, one after the other, and prints their ratios.

    pip install -r Examples/Benchmarks/requirements.txt
    python Examples/Benchmarks/compare_inference.py XAI FOLDER [--sizes ti b l] [--batches 1 8] [--rounds 2] [--json FILE]

XAI is the command. FOLDER gets a directory for each size, with random weights from transformers, and is used again: all
programs run the same weights. Each program runs in a process of its own, on the same cores and with as many threads, and
gets what it is fastest with: PyTorch fused attention; ONNX Runtime and OpenVINO a graph of fixed shape, exported from the
same model and fully optimised. Their logits are compared with PyTorch's. What is timed:

    forward   logits of a batch, in float32 and bfloat16 where a program has it
    gmar      the map of one image; in PyTorch in float32 as users write it, the same with parameter gradients off, and
              that with everything in bfloat16

What xai does in bfloat16x3, which no other program here has, is compared with float32 in the others. bfloat16-backward is
bfloat16 in backward passes as well, so that its forward passes are not timed again.

The figure is the best of all runs of all rounds, since other programs can only slow a run down; programs take turns in
each round, so that a machine that changes its clock changes it for all. A ratio is xai's speed by the other's: above 1,
xai is faster. Run it on an idle machine: OpenMP's threads wait for each other by spinning, and a busy core slows them many
times over.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

# name, width, layers, heads
SIZES = {"ti": ("ViT-Ti/16", 192, 12, 3), "b": ("ViT-B/16", 768, 12, 12), "l": ("ViT-L/16", 1024, 24, 16)}
PRECISIONS = ["float32", "bfloat16x3", "bfloat16", "bfloat16-backward"]
PROGRAMS = {
    "float32": ["xai", "pytorch", "onnxruntime", "openvino"], "bfloat16x3": ["xai"],
    "bfloat16": ["xai", "pytorch", "openvino"], "bfloat16-backward": ["xai"]}
# What the others are compared in.
OTHERS_PRECISION = {"float32": "float32", "bfloat16x3": "float32", "bfloat16": "bfloat16",
                    "bfloat16-backward": "bfloat16"}
LARGEST_DIFFERENCE = {"float32": 1e-3, "bfloat16": 0.2}


# MARK: - Models, made once


def model_folder(folder: Path, size: str) -> Path:
    return folder / f"vit-{size}"


def prepare(folder: Path, size: str, batches: list[int]) -> None:
    """Writes what is missing of a size: weights, inputs with PyTorch's logits, and the exported graphs."""
    import numpy
    import openvino
    import torch
    import transformers

    path = model_folder(folder, size)
    if not (path / "config.json").exists():
        _, width, layers, heads = SIZES[size]
        torch.manual_seed(0)
        config = transformers.ViTConfig(
            hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=4 * width,
            num_labels=1000)
        transformers.ViTForImageClassification(config).save_pretrained(path)
        transformers.ViTImageProcessor().save_pretrained(path)
    missing = [batch for batch in batches if not (path / f"{batch}.openvino.xml").exists()]
    if not missing:
        return

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = transformers.ViTForImageClassification.from_pretrained(path).eval()

        def forward(self, images):
            return self.network(images).logits

    model = Logits()
    for batch in missing:
        images = torch.randn(batch, 3, 224, 224, generator=torch.Generator().manual_seed(batch))
        with torch.no_grad():
            numpy.savez(path / f"{batch}.npz", images=images.numpy(), logits=model(images).numpy())
            torch.onnx.export(
                model, (images,), path / f"{batch}.onnx", input_names=["images"], output_names=["logits"],
                dynamo=True, external_data=True, verbose=False)
            graph = openvino.convert_model(model, example_input=images, input=[list(images.shape)])
        openvino.save_model(graph, path / f"{batch}.openvino.xml", compress_to_fp16=False)


# MARK: - One program, in a process of its own


def best(repeats: int, seconds: float, work) -> float:
    """The seconds of the fastest run; the first one allocates and is not counted."""
    work()
    times = []
    while len(times) < repeats and (not times or sum(times) < seconds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def pytorch(path: Path, precision: str, threads: int):
    import torch
    import transformers

    torch.set_num_threads(threads)
    model = transformers.ViTForImageClassification.from_pretrained(path, attn_implementation="sdpa").eval()
    model.to(getattr(torch, precision))

    def run(images):
        images = torch.from_numpy(images).to(getattr(torch, precision))

        def work():
            with torch.inference_mode():
                return model(images).logits.float().numpy()

        return work

    return run


def onnxruntime(path: Path, precision: str, threads: int):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3

    def run(images):
        session = onnxruntime.InferenceSession(
            path / f"{len(images)}.onnx", options, providers=["CPUExecutionProvider"])
        return lambda: session.run(["logits"], {"images": images})[0]

    return run


def openvino(path: Path, precision: str, threads: int):
    import openvino

    hints = {"float32": "f32", "bfloat16": "bf16"}
    options = {
        "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": hints[precision]}

    def run(images):
        compiled = openvino.Core().compile_model(path / f"{len(images)}.openvino.xml", "CPU", options)
        request = compiled.create_infer_request()
        return lambda: request.infer([images], share_inputs=True)[compiled.output(0)]

    return run


def forwards(arguments) -> list[dict]:
    """The rows of a program that runs in Python."""
    import numpy

    path = model_folder(arguments.folder, arguments.size)
    program = {"pytorch": pytorch, "onnxruntime": onnxruntime, "openvino": openvino}[arguments.worker]
    run = program(path, arguments.precision, arguments.threads)
    rows = []
    for batch in arguments.batches:
        data = numpy.load(path / f"{batch}.npz")
        work = run(data["images"])
        difference = float(numpy.abs(work() - data["logits"]).max())
        if difference > LARGEST_DIFFERENCE[arguments.precision]:
            raise SystemExit(f"{arguments.worker} computes something else: logits differ by {difference:.3g}")
        rows.append({
            "work": "forward", "batch": batch, "seconds": best(arguments.repeats, arguments.seconds, work),
            "difference": difference})
    return rows


def gmar(model, image):
    """Heads weighted by the L1 norm of dy/dA, rollout over (A_w + I) with rows normalised, the class token's row."""
    import torch

    model.zero_grad(set_to_none=True)
    output = model(image.clone().requires_grad_(), output_attentions=True)
    for attention in output.attentions:
        attention.retain_grad()
    output.logits[0].max().backward()
    with torch.no_grad():
        identity = torch.eye(output.attentions[0].shape[-1])
        result = identity
        for attention in output.attentions:
            scores = attention.grad[0].abs().sum(dim=(1, 2))
            factor = (attention[0] * (scores / scores.sum()).view(-1, 1, 1)).sum(dim=0) + identity
            result = (factor / factor.sum(dim=-1, keepdim=True)) @ result
        return result[0, 1:]


def pytorch_gmar(arguments) -> list[dict]:
    import torch
    import transformers

    torch.set_num_threads(arguments.threads)
    path = model_folder(arguments.folder, arguments.size)
    model = transformers.ViTForImageClassification.from_pretrained(path, attn_implementation="eager").eval()
    image = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    rows = []
    for name, needs_gradients, number in [
            ("as users write it", True, torch.float32), ("parameter gradients off", False, torch.float32),
            ("in bfloat16", False, torch.bfloat16)]:
        model.requires_grad_(needs_gradients)
        model.to(number)
        image = image.to(number)
        seconds = best(arguments.repeats, arguments.seconds, lambda: gmar(model, image))
        rows.append({"work": f"gmar, {name}", "batch": 1, "seconds": seconds})
    return rows


def xai(arguments, size: str, precision: str) -> list[dict]:
    """The rows of `xai bench`; none where this build has not got the precision."""
    result = subprocess.run(
        [arguments.xai, "bench", "--model", model_folder(arguments.folder, size), "--quick", "--quiet", "--format",
         "json", "--batch", ",".join(map(str, arguments.batches)), "--repeat", str(arguments.repeats), "--threads",
         str(arguments.threads), "--precision", precision],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode == 64 and precision != "float32":
        return []
    if result.returncode != 0:
        raise SystemExit(f"xai bench failed: {result.stderr}")
    report = json.loads(result.stdout)
    works = {"forward": "forward", "explain": "gmar"}
    return [{
        "work": works[row["work"]], "batch": row["batch"], "seconds": row["seconds"]["best"],
        "shareOfPeak": row["shareOfPeak"], "kernels": report["kernels"],
    } for row in report["models"][0]["measurements"] if row["work"] == "forward" or row["batch"] == 1]


# MARK: - Taking turns


def worker(arguments, program: str, size: str, precision: str) -> list[dict]:
    if program == "xai":
        return xai(arguments, size, precision)
    result = subprocess.run(
        [sys.executable, __file__, arguments.xai, arguments.folder, "--worker", program, "--size", size, "--precision",
         precision, "--threads", str(arguments.threads), "--repeats", str(arguments.repeats), "--seconds",
         str(arguments.seconds), "--batches", *map(str, arguments.batches)],
        stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{program} failed")
    return json.loads(result.stdout.splitlines()[-1])


def compare(arguments) -> list[dict]:
    """The best row of each program, size, precision, work and batch."""
    found = {}
    for turn in range(arguments.rounds):
        for size in arguments.sizes:
            for precision in arguments.precisions:
                extra = ["pytorch-gmar"] if precision == "float32" and "gmar" in arguments.works else []
                programs = PROGRAMS[precision] if "forward" in arguments.works else ["xai"]
                for program in programs + extra:
                    for row in worker(arguments, program, size, precision):
                        key = (SIZES[size][0], precision, program, row["work"], row["batch"])
                        if key not in found or row["seconds"] < found[key]["seconds"]:
                            found[key] = row
                    print(f"round {turn + 1}: {SIZES[size][0]} {precision} {program}", file=sys.stderr)
    names = ["model", "precision", "program", "work", "batch"]
    return [dict(zip(names, key)) | row for key, row in found.items()]


def show(rows: list[dict]) -> None:
    """A line for each piece of work: images a second with xai, and how many times those of the others."""
    def find(program, row, work):
        matches = [r for r in rows if r["program"] == program and r["work"] == work
                   and all(r[k] == row[k] for k in ("model", "batch"))
                and r["precision"] == (OTHERS_PRECISION[row["precision"]] if program != "xai" else row["precision"])]
        return matches[0]["seconds"] if matches else None

    def cell(ours, theirs, batch):
        if theirs is None:
            return "–"
        rate = f"{batch / theirs:.1f}"
        return rate if ours is None else f"{rate} ({theirs / ours:.2f})"

    others = ["pytorch", "onnxruntime", "openvino"]
    lines = [["forward", "precision", "batch", "xai", "of peak"] + others]
    models = [name for name, *_ in SIZES.values()]
    keys = {(r["precision"], r["model"], r["batch"]) for r in rows
            if r["work"] == "forward" and r["precision"] != "bfloat16-backward"}
    for precision, model, batch in sorted(keys, key=lambda k: (PRECISIONS.index(k[0]), models.index(k[1]), k[2])):
        row = {"precision": precision, "model": model, "batch": batch}
        ours = find("xai", row, "forward")
        share = next((r.get("shareOfPeak") for r in rows if r["program"] == "xai" and r["work"] == "forward"
                      and all(r[k] == v for k, v in row.items())), None)
        lines.append([model, precision, str(batch), cell(None, ours, batch), f"{share:.0%}" if share else "–"]
                     + [cell(ours, find(program, row, "forward"), batch) for program in others])
    table(lines)
    ways = ["as users write it", "parameter gradients off", "in bfloat16"]
    lines = [["gmar, 1 image", "precision", "xai, ms", "by its forward"] + [f"pytorch, {way}" for way in ways]]
    for precision, name in [(precision, name) for name, *_ in SIZES.values() for precision in PRECISIONS]:
        row = {"precision": precision, "model": name, "batch": 1}
        ours, forward = find("xai", row, "gmar"), find("xai", row, "forward")
        # What PyTorch does was timed once, with float32.
        theirs = [find("pytorch-gmar", row | {"precision": "float32"}, f"gmar, {way}") for way in ways]
        if ours and all(theirs):
            lines.append([name, precision, f"{ours * 1e3:.1f}", f"{ours / forward:.2f}"]
                         + [f"{t * 1e3:.1f} ms ({t / ours:.2f})" for t in theirs])
    if len(lines) > 1:
        table(lines)


def table(lines: list[list[str]]) -> None:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    print()
    for number, line in enumerate(lines):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def versions() -> dict:
    from importlib.metadata import version

    return {name: version(name) for name in ["torch", "transformers", "onnxruntime", "openvino"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xai")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 8])
    parser.add_argument("--precisions", nargs="+", choices=PRECISIONS, default=PRECISIONS)
    parser.add_argument("--works", nargs="+", choices=["forward", "gmar"], default=["forward", "gmar"])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="no run of a program begins after this many")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--prepare", action="store_true", help="only make the models")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also keep all numbers")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--size", help=argparse.SUPPRESS)
    parser.add_argument("--precision", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    # Every program inherits this: the same cores, and as many of them as threads.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:arguments.threads])
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    if arguments.worker:
        rows = pytorch_gmar(arguments) if arguments.worker == "pytorch-gmar" else forwards(arguments)
        print(json.dumps(rows))
        return
    for size in arguments.sizes:
        prepare(arguments.folder, size, arguments.batches)
    if arguments.prepare:
        return
    rows = compare(arguments)
    show(rows)
    report = {"threads": arguments.threads, "versions": versions(), "rows": rows}
    print("\n" + ", ".join(f"{name} {number}" for name, number in report["versions"].items())
          + f"; {arguments.threads} threads; images a second, in brackets xai's speed by the other's")
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
