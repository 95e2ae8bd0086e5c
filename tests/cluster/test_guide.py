"""The operator's guide does what it says: every block of commands is run, every block of settings is loaded.

What a fence says is what is done with its block:

    bash      run, as a reader would who has done the quick start and is still in its shell
    console   what the block before it prints, among other lines
    text      an example of what is printed; not compared
    toml      read as a node's configuration
    sh        not run; it must be shell, its commands exist and so do the files of this repository (see NOT_RUN)
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
KINDS = {"bash", "console", "text", "toml", "sh"}
# Blocks of commands that are not run, and why: {(page, kind): reason}. All others are.
NOT_RUN = {
    ("performance.md", "bash"): "the benchmark takes many minutes; bench/tests tests it",
    ("deployment.md", "sh"): "users, firewalls, services and Prometheus of a real host: they want root",
}
# The help of every command, with its examples.
GENERATED = "chronikctl.md"
# This page is written by a program, and its console blocks are commands.
CONSOLE_IS_RUN = "configuration.md"
PORTS = [base + node for base in (9091, 9290, 5000, 10000) for node in range(1, 6)]


def is_run(block):
    kinds = ("bash", "console") if block.page == CONSOLE_IS_RUN else ("bash",)
    return block.kind in kinds and (block.page, block.kind) not in NOT_RUN


def all_blocks(*kinds):
    return [block for page in pages() for block in blocks(page) if block.kind in kinds]


PAGES = [page for page in pages() if any(map(is_run, blocks(page)))]


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
        for block in filter(is_run, blocks(QUICK_START)):
            shell.run(block)
    printed = []
    for block in blocks(page):
        if is_run(block):
            printed = [line.split() for line in shell.run(block).splitlines()]
        elif block.kind == "console":
            missing = [line for line in block.text.splitlines() if line.split() not in printed]
            assert not missing, f"docs/{block} promises {missing}; the block before it printed {printed}"


def test_every_block_says_what_it_is():
    for block in (block for page in pages() for block in blocks(page)):
        assert block.kind in KINDS, f"docs/{block}: {block.kind!r} is none of {sorted(KINDS)}"
        assert is_run(block) or block.kind not in ("bash", "sh") or (block.page, block.kind) in NOT_RUN, (
            f"docs/{block}: {block.kind} is not run there; use bash"
        )
    for block in all_blocks("text"):
        if block.page != GENERATED:
            assert not re.search(r"^\W*(chronik|kafka-|curl |kill )", block.text, re.M), f"docs/{block} holds commands: use bash"


@pytest.mark.parametrize("block", all_blocks("toml"), ids=str)
def test_every_setting_is_taken_by_a_node(block, tmp_path):
    """A command that finds the nodes through a configuration reads it as the node does, and says 2 if it is wrong."""
    file = tmp_path / "node.toml"
    file.write_text(block.text)
    done = ctl("node", "list", "--config", str(file), home=tmp_path)
    assert done.returncode != 2, f"docs/{block}: {done.stderr}"


@pytest.mark.parametrize("block", all_blocks("sh"), ids=str)
def test_what_is_not_run_is_shell_and_names_files_that_exist(block):
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
