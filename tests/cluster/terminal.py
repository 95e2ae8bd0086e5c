"""A command in a real terminal (tmux), driven by keys and read from its screen, as a person would."""

import itertools
import os
import re
import subprocess

from node import until

counter = itertools.count(1)
# tmux itself does not always hear how a command ended.
RUN = '"$@"; echo "ended with $?"; exec sleep infinity'


class Terminal:
    """A terminal of its own tmux server. Use as a context manager: the end kills what runs in it."""

    def __init__(self, command, environment, columns=120, lines=40):
        self.server = f"chronik-{os.getpid()}-{next(counter)}"
        self.command, self.environment = [str(word) for word in command], environment
        self.size = columns, lines

    def __enter__(self):
        columns, lines = map(str, self.size)
        self.tmux("new-session", "-d", "-x", columns, "-y", lines, "sh", "-c", RUN, "sh", *self.command)
        return self

    def __exit__(self, *_):
        self.tmux("kill-server")

    def tmux(self, *arguments):
        command = ["tmux", "-L", self.server, "-f", os.devnull, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=self.environment)
        assert done.returncode == 0, f"tmux {arguments}: {done.stderr}"
        return done.stdout

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def press(self, *keys):
        """Keys by tmux's names: "3", "Enter", "Escape"."""
        for key in keys:
            self.tmux("send-keys", key)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def wait(self, *texts, seconds=30):
        """The screen, once it shows all of these."""

        def shown():
            screen = self.screen()
            return screen if all(text in screen for text in texts) else None

        return until(shown, lambda: f"the screen shows {texts}; it shows\n{self.screen()}", seconds)

    def status(self):
        """The exit code, once the command has ended."""

        def ended():
            return re.search(r"^ended with (\d+)$", self.screen(), re.M)

        return int(until(ended, lambda: f"it ends; the screen shows\n{self.screen()}")[1])
