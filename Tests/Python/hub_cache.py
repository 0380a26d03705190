"""Python's `huggingface_hub` on the cache of HF_HOME, for HubTests: what it reads there, and what it writes.

    hub_cache.py read REPOSITORY        the files of the repository as both of its look-ups see them, one line of JSON
    hub_cache.py write REPOSITORY FILE… downloads files from HF_ENDPOINT

Nothing but HF_ENDPOINT is asked, and by `read` nothing at all.
"""

import hashlib
import json
import os
import sys

os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

from huggingface_hub import _CACHED_NO_EXIST, hf_hub_download, snapshot_download, try_to_load_from_cache
from huggingface_hub import scan_cache_dir


def digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read(repository: str) -> None:
    folder = snapshot_download(repository, local_files_only=True)
    files = {name: digest(os.path.join(folder, name)) for name in sorted(os.listdir(folder))}
    looked_up = {}
    for name in [*files, "tokenizer.json", "nowhere.json"]:
        found = try_to_load_from_cache(repository, name)
        looked_up[name] = "absent" if found is _CACHED_NO_EXIST else found and digest(found)
    scan = scan_cache_dir()
    (repo,) = [repo for repo in scan.repos if repo.repo_id == repository]
    print(
        json.dumps(
            {
                "folder": folder,
                "files": files,
                "lookedUp": looked_up,
                "warnings": [str(warning) for warning in scan.warnings],
                "refs": sorted(repo.refs),
                "byteCount": repo.size_on_disk,
            }
        )
    )


def write(repository: str, files: list[str]) -> None:
    for name in files:
        try:
            hf_hub_download(repository, name)
        except Exception as error:  # what isn't there is noted in the cache
            print(f"{name}: {type(error).__name__}")


if __name__ == "__main__":
    if sys.argv[1] == "read":
        read(sys.argv[2])
    else:
        write(sys.argv[2], sys.argv[3:])
