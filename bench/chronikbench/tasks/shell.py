"""The operator's terminal: runs commands one after the other, and counts."""

import dataclasses
import time

from chronikbench.process import output_of
from chronikbench.waiting import until

GOAL_SECONDS = 120
COMMAND_SECONDS = 120


@dataclasses.dataclass
class Effort:
    """What a task took."""

    commands: int
    files: int
    seconds: float


class Shell:
    """One task's terminal. `environment` finds the cluster, so that commands are as short as operators write them."""

    def __init__(self, directory, environment=None):
        self.directory, self.environment = directory, environment
        self.commands = self.files = 0
        self.began = time.monotonic()

    def run(self, *command):
        """What a command prints. Failed if it does not end with 0."""
        self.commands += 1
        return output_of(command, COMMAND_SECONDS, " ".join(map(str, command)), self.environment)[0]

    def file(self, name, text):
        """A file that the operator has to write by hand, or cut out of what a command printed."""
        self.files += 1
        path = self.directory / name
        path.write_text(text)
        return path

    def until(self, goal, what):
        """Waits for what the task is about, as the cluster itself tells it."""
        until(goal, what, GOAL_SECONDS)

    def effort(self):
        return Effort(self.commands, self.files, time.monotonic() - self.began)
