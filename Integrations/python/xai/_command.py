"""Where the command is, and what its end means."""

import os
import shutil
import subprocess


class XAIError(RuntimeError):
    """The command's own words for what was wrong, its exit status (``status``), and what it had written by then (``output``)."""

    def __init__(self, message: str, status: int, output: str = ""):
        super().__init__(message)
        self.status = status
        self.output = output


def command() -> str:
    """The path of the command: ``XAI`` of the environment, else the first ``xai`` of the path."""
    name = os.environ.get("XAI", "xai")
    path = shutil.which(name)
    if path is None:
        raise FileNotFoundError(f"there is no command '{name}': install it, or set XAI to its path")
    return path


def run(arguments: list) -> str:
    """Runs the command and gives its output; raises ``XAIError`` with its message where it fails."""
    done = subprocess.run([command(), *map(os.fspath, arguments)], capture_output=True, check=False)
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        raise XAIError(message(done.stderr.decode("utf-8", "replace"), done.returncode), done.returncode, output)
    return output


def message(errors: str, status: int) -> str:
    """The errors among what the command wrote to standard error, without the notes before them."""
    wrong = [line[len("Error: "):] for line in errors.splitlines() if line.startswith("Error: ")]
    return "\n".join(wrong) or errors.strip() or f"xai ended with status {status}"


def version() -> str:
    """The version of the command."""
    return run(["--version"]).strip()
