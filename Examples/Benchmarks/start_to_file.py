"""From the start of a process to an overlay on disk: `xai explain -e grad-cam` and gradcam_script.py, in turns, on one core.

    python start_to_file.py MODEL PHOTO [--repeat 9] [--xai xai]

Needs `pip install grad-cam transformers`. Prints the least seconds of each and its most memory (resident, of the process at its
peak). Files are in the page cache: the first turn is not counted.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path


def run(arguments: list, core: int) -> tuple:
    """Seconds, and kilobytes at the peak, of a program on one core."""
    start = time.perf_counter()
    process = os.fork()
    if process == 0:
        os.sched_setaffinity(0, {core})
        os.environ.update(OMP_NUM_THREADS="1", HF_HUB_OFFLINE="1")
        os.execvp(arguments[0], arguments)
    _, status, usage = os.wait4(process, 0)
    if status:
        sys.exit(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("photo")
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--xai", default="xai")
    options = parser.parse_args()
    core = min(os.sched_getaffinity(0))
    script = str(Path(__file__).with_name("gradcam_script.py"))
    with tempfile.TemporaryDirectory() as folder:
        programs = {
            "xai explain": [options.xai, "explain", "-m", options.model, options.photo, "-e", "grad-cam", "--threads", "1", "-q",
                            "-o", folder],
            "gradcam_script.py": [sys.executable, script, options.model, options.photo, f"{folder}/script.png"],
        }
        results = {name: [] for name in programs}
        for turn in range(options.repeat + 1):
            for name, arguments in programs.items():
                result = run(arguments, core)
                if turn > 0:
                    results[name].append(result)
    for name, turns in results.items():
        print(f"{name}: {min(t for t, _ in turns):.2f} s, {max(m for _, m in turns) / 1000:.0f} MB, of {len(turns)} turns")


if __name__ == "__main__":
    main()
