"""What the numbers were measured on and with: printed above the table, and kept with the results."""

import datetime
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess

from chronikbench.paths import KAFKA_JARS, REPOSITORY


def describe(server, data_directory):
    """{what: text}; what cannot be found out is said to be unknown."""
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{os.cpu_count()} × {processor()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "disk": disk(data_directory),
        "kernel": f"{platform.system()} {platform.release()}",
        "load average at the start": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "chronik": chronik(server),
        "kafka": kafka(),
        "java": printed("java", "-version").splitlines()[0],
        "librdkafka": librdkafka(),
    }


def processor():
    names = re.findall(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return names[0] if names else platform.machine()


def disk(directory):
    fields = printed("df", "--output=source,fstype,avail", "-BG", str(directory)).splitlines()[-1].split()
    return f"{fields[0]}, {fields[1]}, {fields[2]} free" if len(fields) == 3 else "unknown"


def chronik(server):
    digest = hashlib.sha256(pathlib.Path(server).read_bytes()).hexdigest()[:12]
    revision = printed("git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=12")
    version = printed(str(server), "--version")
    return f"{version}, sha256 {digest}…; repository at {revision}"


def kafka():
    found = re.findall(r"kafka_2\.13-([\d.]+)\.jar", " ".join(path.name for path in KAFKA_JARS.iterdir()))
    return f"{found[0]}, KRaft combined mode" if found else "unknown"


def librdkafka():
    import confluent_kafka

    return f"{confluent_kafka.libversion()[0]} (confluent-kafka {confluent_kafka.version()})"


def printed(*command):
    """What a command prints, to wherever; "unknown" if it cannot."""
    if shutil.which(command[0]) is None:
        return "unknown"
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    return (done.stdout or done.stderr).strip() or "unknown"
