"""Processes: started so that none outlives the benchmark, and what the kernel says that they used.

CPU, memory and disk are those of the process itself, from /proc; what the
kernel does for it elsewhere (write-back, the journal, softirqs) is not in them.
"""

import dataclasses
import os
import pathlib
import resource
import signal
import subprocess

from chronikbench.waiting import Failed

TICKS = os.sysconf("SC_CLK_TCK")
# The kernel kills the child when the benchmark dies, however it dies.
TIED = ["setpriv", "--pdeathsig", "KILL", "--"]


def allow_many_files():
    """5,000 partitions of Kafka are 15,000 open files of each broker."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@dataclasses.dataclass
class Usage:
    """What processes used since they started, and the memory they have now."""

    cpu_seconds: float = 0.0
    written_bytes: int = 0  # to the page cache on behalf of the disk, or past it
    read_bytes: int = 0  # from the disk itself
    resident_bytes: int = 0

    def __add__(self, other):
        return Usage(*(mine + theirs for mine, theirs in zip(dataclasses.astuple(self), dataclasses.astuple(other))))

    def since(self, before):
        """The difference of the counters; memory is as it is now."""
        return Usage(
            self.cpu_seconds - before.cpu_seconds,
            self.written_bytes - before.written_bytes,
            self.read_bytes - before.read_bytes,
            self.resident_bytes,
        )


def usage(pid):
    """The Usage of one process. Failed if it has ended."""
    proc = pathlib.Path(f"/proc/{pid}")
    try:
        # The command's name, in parentheses, may contain anything.
        stat = (proc / "stat").read_text().rsplit(")", 1)[1].split()
        io = dict(line.split(": ") for line in (proc / "io").read_text().splitlines())
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        return Usage(
            cpu_seconds=(int(stat[11]) + int(stat[12])) / TICKS,
            # A page that was dirtied and dropped before it was written is taken back.
            written_bytes=int(io["write_bytes"]) - int(io["cancelled_write_bytes"]),
            read_bytes=int(io["read_bytes"]),
            resident_bytes=int(status["VmRSS"].split()[0]) * 1024,
        )
    except (OSError, KeyError) as error:
        raise Failed(f"process {pid} has ended: {error!r}") from error


class Process:
    """A server process: its command, environment and log."""

    def __init__(self, command, log, directory, environment=None):
        self.command, self.log, self.directory = [str(part) for part in command], log, directory
        self.environment = environment
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                TIED + self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                env=self.environment,
                start_new_session=True,
            )

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def must_run(self):
        """Failed if it ended by itself."""
        if not self.is_running():
            status = None if self.process is None else self.process.returncode
            raise Failed(f"a server ended by itself with {status}: {self.last_words()}")

    def kill(self):
        """kill -9, and nothing of it is left on return."""
        if self.is_running():
            self.process.send_signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def last_words(self):
        """The last lines of its log, as one."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return " | ".join(lines[-3:])[-600:] or "(no log)"


class TimedOut(Failed):
    """A command that did not end in time; `printed` is what it had said until then."""

    def __init__(self, what, seconds, printed):
        super().__init__(f"{what}: not done within {seconds:g} s; last said: {last_line(printed)}")
        self.printed = printed


def output_of(command, seconds, what, environment=None):
    """What a command prints, to stdout and to stderr. TimedOut if it does not end in time, Failed if not with 0; it is
    gone on return."""
    try:
        done = subprocess.run(
            TIED + [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            env=environment,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as late:
        printed = late.stdout.decode(errors="replace") if late.stdout else ""
        raise TimedOut(what, seconds, printed) from late
    if done.returncode != 0:
        raise Failed(f"{what} ended with {done.returncode}: {last_line(done.stderr or done.stdout)}")
    return done.stdout, done.stderr


def ended_children_cpu_seconds():
    """CPU of the children that were waited for: of load generators, while no server ends."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:400] if lines else "(nothing)"
