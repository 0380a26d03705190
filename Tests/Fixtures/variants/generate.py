"""Writes the golden fixtures of variants: `python Tests/Fixtures/variants/generate.py [case ...]`."""

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
sys.path[:0] = [str(HERE), str(MODELS)]

specification = importlib.util.spec_from_file_location("models_generate", MODELS / "generate.py")
models = importlib.util.module_from_spec(specification)
specification.loader.exec_module(models)

import cases  # noqa: E402
from cases_of_variants import VARIANTS  # noqa: E402

if __name__ == "__main__":
    models.HERE = HERE
    cases.CASES[:] = VARIANTS
    models.main()
