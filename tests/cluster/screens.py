"""Screenshots as text: what a command shows is kept in screens/, and compared with what it shows now.

UPDATE=1 in the environment writes them anew. What differs from run to run is replaced, each by what it is, such as
<age>; only where it looks as it should. Everything else must be the same, the layout too: tables are laid out again
as if what is replaced had always been there.
"""

import difflib
import os
import pathlib
import re

KEPT = pathlib.Path(__file__).parent / "screens"

NUMBER, BYTES = r"\d+", r"(?:\d+ B|\d+\.\d [KMGTP]iB)"
AGE = r"(?:\d+ s|\d+ min(?: \d+ s)?|\d+ h(?: \d+ min)?)"
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"

# By the first heading of a table: columns, how their cells look, and what is kept of them.
TABLES = {
    "ID": {  # of nodes, operations, keys
        "ROLE": ("leader|follower", "<role>"),
        "LOG": (BYTES, "<bytes>"),
        "DISK FREE": (BYTES, "<bytes>"),
        "MEMORY": (BYTES, "<bytes>"),
        "CPU": (r"\d+ %", "<load>"),
        "UP": (AGE, "<age>"),
        "STARTED": (rf"{AGE} ago", "<age> ago"),
    },
    "GROUP": {  # of Raft
        "TERM": (NUMBER, "<n>"),
        "LAST": (NUMBER, "<n>"),
        "COMMITTED": (NUMBER, "<n>"),
        "APPLIED": (NUMBER, "<n>"),
    },
    "PARTITION": {"EPOCH": (NUMBER, "<n>"), "BYTES": (r"\d+\.\d [KM]iB", "<bytes>")},
    "TOPIC": {"SIZE": (BYTES, "<bytes>")},  # of the dashboard
    "NODE": {"MATCH": (NUMBER, "<n>"), "LAST ANSWER": (r"\d+ ms ago", "<ms> ago")},
}
NUMBERS = {heading for table in TABLES.values() for heading in table} - {"ROLE", "STARTED", "SIZE"}  # they stand to the right

# In lines and cells.
TEXTS = [
    (TIME, "<time>"),
    (r"(?<=Leader: Node )\d(?= \(elected)", "<n>"),
    (r"(?<=metadata led by node )\d", "<n>"),
    (r"\bk[0-9a-f]{16}\.[0-9a-f]{64}\b", "<secret>"),
    (r"\bk[0-9a-f]{16}\b", "<key>"),
    (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>"),
    (r"\b[0-9a-f]{8}-\d+\b", "<id>"),
    (r"(?<=moving )\d+%|(?<=cancelled at )\d+%", "<n>%"),
    (rf"(?<=Data: ){BYTES} of {BYTES}(?= copied)", "<bytes> of <bytes>"),
    (r"\d+\.\d MiB(?= to copy)", "<bytes>"),
    (rf"(?<=Took: ){AGE}|(?<=Time left: about ){AGE}", "<age>"),
    (r"(?<=furthest from node 1's: node )\d, [+-]\d+ ms", "<n>, <ms>"),
    (rf"(?<=least free: node )\d, {BYTES} of {BYTES} \(\d+ %\)", "<n>, <bytes> of <bytes> (<n> %)"),
]
# Of facts, one a line under their names.
FACTS = {
    "Role": ("leader|follower", "<role>"),
    "WAL files": (BYTES, "<bytes>"),
    "Disk": (f"{BYTES} free of {BYTES}", "<bytes> free of <bytes>"),
    "Memory": (BYTES, "<bytes>"),
    "CPU": (r"\d+ % of a core", "<load> of a core"),
    "Up for": (AGE, "<age>"),
    "Clock": (r"[+-]\d+ ms", "<ms>"),
    "Flush p99": (r"\d+ us", "<us>"),
    "Log": (rf"{BYTES}|\d+ to \d+", "<log>"),
    "Epoch": (NUMBER, "<n>"),
    "Term": (NUMBER, "<n>"),
    "Committed": (NUMBER, "<n>"),
    "Applied": (NUMBER, "<n>"),
}


def known(nodes, texts):
    """What differs and is known: where nodes listen, and these texts. {as it is: as it is kept}"""
    ports = {"kafka": 19090, "wal": 19290, "raft": 15000, "admin": 11000}  # of five digits, as all that are given out
    addresses = {str(node.ports[name]): str(first + node.id) for node in nodes for name, first in ports.items()}
    return addresses | {str(text): kept for text, kept in texts.items()}


def normal(shot, literals):
    """A screenshot without what differs from run to run."""
    lines, done = shot.splitlines(), []
    while lines:
        if is_heading(lines[0]):
            size = next((n for n, line in enumerate(lines) if not line or line.startswith(("[", "^C["))), len(lines))
            done += table(lines[:size], literals)
            lines = lines[size:]
        else:
            done.append(fact(plain(lines.pop(0), literals)))
    return "\n".join(done) + "\n"


def plain(text, literals):
    for literal in sorted(literals, key=len, reverse=True):
        text = re.sub(rf"(?<!\d){re.escape(literal)}(?!\d)", literals[literal], text)
    for pattern, kept in TEXTS:
        text = re.sub(pattern, kept, text)
    return text


def replaced(value, rule):
    pattern, kept = rule
    return kept if re.fullmatch(pattern, value) else value


def fact(line):
    name, colon, value = line.partition(":")
    rule = FACTS.get(name)
    return f"{name}:{value[: -len(value.strip())]}{replaced(value.strip(), rule)}" if colon and rule else line


def is_heading(line):
    headings = re.split(r"\s{2,}", line.strip())
    return len(headings) > 1 and all(re.fullmatch(r"[A-Z][A-Z/]*(?: [A-Z]+)*(?: \(UTC\))?", heading) for heading in headings)


def table(lines, literals):
    """A table, laid out again around what is replaced. Between columns all lines have two blanks."""
    width = max(map(len, lines))
    padded = [line.ljust(width) for line in lines]
    taken = "".join(" " if all(line[at] == " " for line in padded) else "x" for at in range(width))
    columns = [part.span() for part in re.finditer(r"x+(?: x+)*", taken)]
    cells = [[line[begin:end] for begin, end in columns] for line in padded]
    rules = TABLES.get(cells[0][0].strip(), {})
    return [line.rstrip() for line in map("  ".join, zip(*(column(list(own), rules, literals) for own in zip(*cells))))]


def column(cells, rules, literals):
    """The cells of a column, as wide as the widest of them."""
    heading = cells[0].strip()
    to_the_right = heading in NUMBERS or any(cell.strip() and cell.startswith(" ") for cell in cells)
    values = [heading] + [plain(cell.strip(), literals) for cell in cells[1:]]
    if heading in rules:
        values[1:] = [replaced(value, rules[heading]) for value in values[1:]]
    width = max(map(len, values))
    return [value.rjust(width) if to_the_right else value.ljust(width) for value in values]


def name_of(command):
    return command.replace(" ", "-") + ".txt"


def difference(command, shown):
    """How a command's screens differ from those that are kept; empty if they do not, or have just been written."""
    path = KEPT / name_of(command)
    if os.environ.get("UPDATE") == "1":
        KEPT.mkdir(exist_ok=True)
        path.write_text(shown)
    kept = path.read_text() if path.exists() else ""
    return "\n".join(difflib.unified_diff(kept.splitlines(), shown.splitlines(), f"kept in {path}", "shown", lineterm=""))
