"""The operator's guide as blocks, and one shell that runs the blocks of a page as a reader would: in order, one by one.

Must never: change what is run. What a block needs, an earlier block has made.
"""

import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import tempfile

from node import REPOSITORY, server_binary, until

DOCS = REPOSITORY / "docs"
BLOCK_SECONDS = 150  # a block takes a few; on a machine without any processor left Kafka's tools alone take most of this
# Runs each file named on its standard input in this very shell, and says so by a file beside it.
DRIVER = """
set -euo pipefail
while read -r block; do
    source "$block" </dev/null
    : >"$block.done"
done
"""


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block of a page: what follows the fence, where its first line is, its text."""

    page: str
    line: int
    kind: str
    text: str

    def __str__(self):
        return f"{self.page}:{self.line}"


def pages():
    """The names of all pages."""
    return sorted(path.name for path in DOCS.glob("*.md"))


def blocks(page, folder=DOCS):
    """The fenced blocks of a page, in order."""
    found, kind, lines = [], None, []
    for number, line in enumerate((folder / page).read_text().splitlines(), 1):
        fence = re.match(r"\s*(```+|~~~+)\s*(.*)", line)
        if fence and kind is None:
            kind, lines = fence[2].strip(), []
        elif fence:
            found.append(Block(page, number - len(lines), kind, "\n".join(lines) + "\n"))
            kind = None
        elif kind is not None:
            lines.append(line)
    assert kind is None, f"{page}: the last block does not end"
    return found


def prose(page, folder=DOCS):
    """(number, line) of what is not in a block."""
    fenced = {n for block in blocks(page, folder) for n in range(block.line - 1, block.line + block.text.count("\n") + 1)}
    return [(n, line) for n, line in enumerate((folder / page).read_text().splitlines(), 1) if n not in fenced]


def environment(home):
    """The programs under test and Kafka's tools on the PATH, and no setting from outside."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CHRONIK_", "XDG_"))}
    programs = pathlib.Path(server_binary()).parent
    return inherited | {"PATH": f"{programs}:{REPOSITORY / 'tests' / 'bin'}:{os.environ['PATH']}", "HOME": str(home)}


class Shell:
    """A bash in an empty directory. Use as a context manager: the end kills all that was started."""

    def __init__(self):
        self.place = tempfile.TemporaryDirectory(prefix="chronik-guide-")
        self.scripts, self.home = pathlib.Path(self.place.name, "scripts"), pathlib.Path(self.place.name, "home")
        self.output = pathlib.Path(self.place.name, "output")

    def __enter__(self):
        for directory in (self.scripts, self.home):
            directory.mkdir()
        with open(self.output, "wb") as output:
            self.bash = subprocess.Popen(
                ["bash", "-c", DRIVER],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                env=environment(self.home),
                start_new_session=True,
                text=True,
            )
        return self

    def __exit__(self, *_):
        os.killpg(self.bash.pid, signal.SIGKILL)  # with all that it started, whose data is thrown away
        self.bash.wait()
        self.bash.stdin.close()
        self.place.cleanup()

    def run(self, block):
        """Runs a block, which must succeed in time; what it printed."""
        script = self.scripts / f"{block.page}-{block.line}"
        script.write_text(block.text)
        printed_before = self.output.stat().st_size

        def printed():
            return self.output.read_bytes()[printed_before:].decode(errors="replace")

        def failure(how):
            return f"the block at docs/{block} {how}\n{self.logs()}--- the block\n{block.text}--- its output\n{printed()}"

        done = pathlib.Path(f"{script}.done")
        print(script, file=self.bash.stdin, flush=True)
        until(lambda: done.exists() or self.bash.poll() is not None, lambda: failure("does not end"), BLOCK_SECONDS)
        assert done.exists(), failure(f"ended with {self.bash.returncode}")
        return printed()

    def logs(self):
        """The last lines of all logs that the page's nodes wrote."""
        tails = [(path.name, path.read_text(errors="replace").splitlines()[-15:]) for path in sorted(self.home.rglob("*.log"))]
        return "".join(f"--- {name}\n" + "\n".join(lines) + "\n" for name, lines in tails)
