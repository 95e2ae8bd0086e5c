"""The operator's guide does what it says: every block of commands is run, every block of settings is loaded.

What a fence says is what is done with its block:

    bash      run, as a reader would who has done the quick start and is still in its shell
    console   what the block before it prints: each line is looked for, "..." stands for anything
    text      an example of what is printed; not compared
    toml      read as a node's configuration
    sh        what wants root on a real host: not run, but it must be shell, and the files of this repository exist
"""

import json
import re
import socket
import subprocess

import pytest
from cluster import REPOSITORY
from guide import DOCS, Shell, blocks, environment, pages, prose
from node import ctl_binary, until

pytestmark = pytest.mark.timeout(600)

QUICK_START = "quick-start.md"
RUN = ("bash",)
KINDS = {*RUN, "console", "text", "toml", "sh"}
# These run nothing, and why.
NOT_RUN = {
    "performance.md": "its one command takes many minutes, and has tests of its own in bench/tests",
    "chronikctl.md": "it is generated from the command tree: text alone",
}
# Where `console` means commands: the file is not for hands.
CONSOLE_IS_RUN = {"configuration.md"}
PORTS = [base + node for base in (9091, 9290, 5000, 10000) for node in range(1, 6)]


def to_run(page):
    kinds = (*RUN, "console") if page in CONSOLE_IS_RUN else RUN
    return [block for block in blocks(page) if block.kind in kinds]


PAGES = [page for page in pages() if page not in NOT_RUN and to_run(page)]


def taken():
    """The ports of the guide's nodes that something listens on."""
    found = []
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                found.append(port)
    return found


@pytest.fixture
def shell():
    until(lambda: not taken(), lambda: f"nothing else of this machine listens on {taken()}")
    with Shell() as running:
        yield running


@pytest.mark.kills
@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_run(page, shell):
    if page != QUICK_START:
        for block in to_run(QUICK_START):
            shell.run(block)
    printed = ""
    for block in blocks(page):
        if block in to_run(page):
            printed = shell.run(block)
        elif block.kind == "console":
            for line in block.text.splitlines():
                pattern = r"\s+".join(".*".join(map(re.escape, word.split("..."))) for word in line.split())
                assert re.search(pattern, printed), f"docs/{block} promises {line!r}; the block before it printed\n{printed}"


@pytest.mark.parametrize("page", pages())
def test_every_block_says_what_it_is(page):
    strange = [f"docs/{block}: {block.kind!r}" for block in blocks(page) if block.kind not in KINDS]
    assert not strange, f"{strange}: use one of {sorted(KINDS)}"
    if page in NOT_RUN:
        return
    for block in blocks(page):
        if block.kind == "text":
            assert not re.search(r"^\W*(chronik|kafka-|curl|kill)", block.text, re.M), f"docs/{block} holds commands: use bash"


@pytest.mark.parametrize("page", [page for page in pages() if any(block.kind == "toml" for block in blocks(page))])
def test_every_setting_is_taken_by_a_node(page, tmp_path):
    """A command that finds the nodes through a configuration reads it as the node does, and says 2 if it is wrong."""
    for block in blocks(page):
        if block.kind != "toml":
            continue
        file = tmp_path / "node.toml"
        file.write_text(block.text)
        done = ctl("node", "list", "--config", str(file), home=tmp_path)
        assert done.returncode != 2, f"docs/{block}: {done.stderr}"


@pytest.mark.parametrize("page", [page for page in pages() if any(block.kind == "sh" for block in blocks(page))])
def test_what_wants_root_is_shell_and_names_files_that_exist(page):
    for block in blocks(page):
        if block.kind != "sh":
            continue
        done = subprocess.run(["bash", "-n"], input=block.text, text=True, capture_output=True)
        assert done.returncode == 0, f"docs/{block}: {done.stderr}"
        for path in re.findall(r"(?<![/\w])(?:deploy|completions|man)/\S+", block.text):
            assert list(REPOSITORY.glob(path)), f"docs/{block}: there is no {path}"


def ctl(*arguments, home):
    return subprocess.run([ctl_binary(), *arguments], capture_output=True, text=True, timeout=30, env=environment(home))


def commands():
    """(command, page) of all that is named and not run. What is in capitals or a number is for the reader to fill in."""
    for folder, page in [*((DOCS, page) for page in pages()), (REPOSITORY, "README.md")]:
        text = "\n".join(line for _, line in prose(page, folder))
        named = re.findall(r"`chronikctl\s+([^`]+)`", text)
        for block in blocks(page, folder):
            if block.kind == "sh" or folder == REPOSITORY:
                named += re.findall(r"^\s*chronikctl ([^#\n]+)", block.text, re.M)
        yield from ((command, page) for command in named)


def test_every_command_that_is_not_run_exists(tmp_path):
    for command, page in commands():
        words = re.match(r"(?:[a-z][a-z-]*(?:\s+|$))*", command)[0].split()
        flags = re.findall(r"(?<!\S)--?[a-z][a-z-]*", command)
        shown = ctl(*words, "--help", home=tmp_path)
        assert shown.returncode == 0, f"{page}: `chronikctl {command}`: {shown.stderr}"
        unknown = [flag for flag in flags if not re.search(rf"(?<![\w-]){flag}(?![\w-])", shown.stdout)]
        assert not unknown, f"{page}: `chronikctl {command}`: there is no {unknown}"


def test_every_finding_has_its_entry():
    """The codes that the API's description promises, those that the broker makes, those that the guide explains."""
    described = json.loads((DOCS / "openapi.json").read_text())["components"]["schemas"]["Finding"]["properties"]["code"]
    promised = set(re.findall(r"`(\w+)`", described["description"]))
    source = (REPOSITORY / "crates/broker/src/survey/views/health.rs").read_text()
    made = set(re.findall(r'findings\.add\(\s*"(\w+)"', source))
    explained = re.findall(r"^\| `(\w+)` \| (?:critical|warning|info) \|", (DOCS / "troubleshooting.md").read_text(), re.M)
    assert made and made == promised == set(explained) and len(explained) == len(set(explained))


def test_every_link_leads_somewhere():
    for page in pages():
        for _, line in prose(page):
            for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", line):
                file = DOCS / target if target else DOCS / page
                assert file.exists(), f"docs/{page}: there is no {target}"
                if anchor:
                    titles = [title for _, title in prose(file.name, file.parent) if title.startswith("#")]
                    anchors = [re.sub(r"[^\w -]", "", title.lstrip("# ")).lower().replace(" ", "-") for title in titles]
                    assert anchor in anchors, f"docs/{page}: {target} has no heading {anchor}"
