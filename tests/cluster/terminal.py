"""A command in a real terminal (tmux), driven by keys and read from its screen, as a person would."""

import itertools
import os
import re
import subprocess

from node import until

counter = itertools.count(1)
# A command that ends by itself on Ctrl-C leaves the prompt behind what the terminal shows of that.
PROMPT = re.compile(r"(?:^|^\^C)(\[(\d+)\]) \$(?: |$)", re.M)
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

    def screen(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def colours(self):
        """The numbers of the colours on the screen."""
        return {code for code in self.styles() if re.fullmatch(r"[34]8|[349][0-7]|10[0-7]", code)}

    def styles(self):
        """The numbers of all that makes something on the screen look other than plain."""
        codes = {code for sequence in re.findall(r"\x1b\[([\d;]+)m", self.screen("-e")) for code in sequence.split(";")}
        return codes - {"0", "39", "49"}

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


class Prompt(Terminal):
    """A shell in a terminal, at home in a directory. Its prompt says how the last command ended: "[0] $ "."""

    def __init__(self, environment, home, columns=80, lines=24):
        own = {"PS1": "[$?] $ ", "INPUTRC": os.devnull, "HISTFILE": "", "LC_ALL": "C.UTF-8", "HOME": str(home)}
        own["XDG_CONFIG_HOME"] = ""
        super().__init__(["sh", "-c", "cd && exec bash --norc --noprofile"], environment | own, columns, lines)

    def __enter__(self):
        super().__enter__()
        until(lambda: self.prompts(), "the shell is there")
        return self

    def history(self):
        """All that was ever shown, each line in one piece, however the terminal had to wrap it."""
        lines = self.screen("-J", "-S", "-").splitlines()
        return "\n".join(line.rstrip() for line in lines).rstrip("\n")

    def prompts(self):
        return list(PROMPT.finditer(self.history()))

    def begin(self, command):
        """Types a command, and presses Enter."""
        self.begun = len(self.prompts()) - 1
        self.type(command)
        until(lambda: self.history().endswith(command), lambda: f"it is typed:\n{self.history()}")
        self.press("Enter")

    def answer(self, question, text):
        """Waits for a question, and types the answer to it."""
        until(lambda: self.history().endswith(question), lambda: f"it asks {question}:\n{self.history()}")
        self.type(text)
        self.press("Enter")

    def shot(self):
        """The screen from the command that was begun on, once it has ended: "$ COMMAND", what it said, "[EXIT CODE]"."""

        def ended():
            history, prompts = self.history(), self.prompts()
            return len(prompts) > self.begun + 1 and prompts[-1].end() == len(history) and (history, prompts)

        history, prompts = until(ended, lambda: f"the command ends:\n{self.history()}", 60)
        return "$ " + history[prompts[self.begun].end() : prompts[-1].end(1)]

    def run(self, command):
        self.begin(command)
        return self.shot()
