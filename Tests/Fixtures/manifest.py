"""Lists every fixture file with its size, SHA-256 and the script that made it, in MANIFEST.json.

`python Tests/Fixtures/manifest.py` writes the list; `--check` compares it with the files and fails where they differ.
"""

import hashlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
MANIFEST = ROOT / "MANIFEST.json"
SOURCES = {".py", ".md", ".txt"}  # scripts, prose and version pins are not fixtures


def generator(path: Path) -> str | None:
    """The `generate.py` of the nearest folder above the file; none for a file made by hand."""
    for folder in path.relative_to(ROOT).parents:
        if (ROOT / folder / "generate.py").exists():
            return (folder / "generate.py").as_posix()
    return None


def entries() -> list[dict]:
    paths = sorted(
        path for path in ROOT.rglob("*")
        if path.is_file() and path != MANIFEST and path.suffix not in SOURCES
        and "__pycache__" not in path.parts and not path.name.startswith(".")
    )
    return [
        {
            "path": path.relative_to(ROOT).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "generator": generator(path),
        }
        for path in paths
    ]


def differences(listed: list[dict], found: list[dict]) -> list[str]:
    before, after = ({entry["path"]: entry for entry in entries} for entries in (listed, found))
    lines = [f"{path}: in the manifest, but there is no such file" for path in before.keys() - after.keys()]
    lines += [f"{path}: not in the manifest" for path in after.keys() - before.keys()]
    lines += [f"{path}: changed" for path in before.keys() & after.keys() if before[path] != after[path]]
    return sorted(lines)


def main() -> int:
    found = entries()
    if "--check" not in sys.argv[1:]:
        MANIFEST.write_text("[\n" + ",\n".join(" " + json.dumps(entry) for entry in found) + "\n]\n")
        print(f"{len(found)} files, {sum(entry['bytes'] for entry in found)} bytes")
        return 0
    problems = differences(json.loads(MANIFEST.read_text()), found)
    for line in problems:
        print(line, file=sys.stderr)
    if problems:
        print("Run `python Tests/Fixtures/manifest.py` after a change that is meant.", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
