"""The operator's terminal: what it counts, and that a command that fails is no task done."""

import sys

import pytest
from chronikbench.tasks.__main__ import TASKS, told
from chronikbench.tasks.chronik import ChronikOperator
from chronikbench.tasks.kafka import KafkaOperator
from chronikbench.tasks.shell import Effort, Shell
from chronikbench.waiting import Failed


def test_commands_and_files_are_counted(tmp_path):
    shell = Shell(tmp_path)
    assert shell.run("echo", "told") == "told\n"
    shell.run("cat", shell.file("plan.json", "{}"))
    effort = shell.effort()
    assert (effort.commands, effort.files) == (2, 1) and effort.seconds > 0


def test_a_command_that_fails_ends_the_task(tmp_path):
    with pytest.raises(Failed, match="ended with 3"):
        Shell(tmp_path).run(sys.executable, "-c", "raise SystemExit(3)")


def test_what_no_tool_does_is_said():
    assert told(None).startswith("no tool")
    assert told(Effort(2, 0, 1.25)) == "2 |  | 1.2"
    assert KafkaOperator.who_changed_what is None and callable(ChronikOperator.who_changed_what)
    assert len(TASKS) == 7
