"""A person at a terminal next to a cluster: types commands, answers questions, and compares each screen with the kept one."""

import functools
import pathlib
import re
import subprocess

import screens
from cluster import ctl_binary, until
from terminal import Prompt

# Tables that may be wider than the terminal: names, values and messages are never cut.
UNCUT = {"config view"}
declared = set()  # the commands that sessions were written for
seen = set()  # those whose screens were compared


def session(*commands):
    """Marks a test as the session of these commands: it must compare the screen of each."""
    declared.update(commands)

    def marked(test):
        @functools.wraps(test)
        def run(*arguments, **named):
            test(*arguments, **named)
            assert set(commands) <= seen, f"no screen of {set(commands) - seen} was compared"

        return run

    return marked


def command_tree(*above):
    """All commands of chronikctl that do something, as its help tells of them: {"status", "node list", ...}"""
    told = subprocess.run([ctl_binary(), *above, "--help"], capture_output=True, text=True, timeout=30, check=True).stdout
    commands = re.search(r"^Commands:\n((?:  .+\n)+)", told, re.M)
    if not commands:
        return {" ".join(above)}
    names = [name for name in re.findall(r"^  (\S+)", commands[1], re.M) if name != "help"]
    return set().union(*(command_tree(*above, name) for name in names))


def environment(cluster, **more):
    """chronikctl is on the PATH, and asks the first node alone: an answer says who gives it."""
    node = cluster.nodes[0]
    own = node.environment() | {"CHRONIK_ADMIN_URL": f"http://{node.at('admin')}"}
    own.pop("NO_COLOR", None)
    return own | {"PATH": f"{pathlib.Path(ctl_binary()).parent}:{own['PATH']}"} | more


def prompt(cluster, home, columns=80, lines=24, **more):
    return Prompt(environment(cluster, **more), home, columns, lines)


def version():
    return subprocess.run([ctl_binary(), "--version"], capture_output=True, text=True, timeout=30).stdout.split()[-1]


def literals(cluster, home, nodes=()):
    """What is known to differ from run to run."""
    return screens.known([*cluster.nodes, *nodes], {cluster.directory: "<cluster>", home: "<home>", version(): "<version>"})


def compare(command, shots, known):
    """How the screens of a command differ from the kept ones."""
    seen.add(command)
    return screens.difference(command, "\n".join(screens.normal(shot, known) for shot in shots))


def keep(command, shots, known):
    told = compare(command, shots, known)
    assert not told, f"chronikctl {command} shows something else:\n{told}"


def keep_soon(command, take, known):
    """Takes the screens of a command again until they are as they are kept: what has just happened is told of a little later."""
    told = []

    def as_kept():
        told[:] = [compare(command, take(), known)]
        return not told[0]

    until(as_kept, lambda: f"chronikctl {command} shows what is kept:\n{told[0]}")


def ask(terminal, line, command=None):
    """Runs a question whose answer must not be wider than the terminal; its screen."""
    shot = terminal.run(f"chronikctl {line}")
    columns = terminal.size[0]
    wide = [row for row in shot.splitlines()[1:] if len(row) > columns]
    assert not wide or command in UNCUT, f"chronikctl {line} is wider than {columns} columns:\n" + "\n".join(wide)
    return shot


