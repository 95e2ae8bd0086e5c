"""What every driver of a Kafka client has in common: the command line, and one JSON object a line out.

    DRIVER BOOTSTRAP COMMAND ARGUMENTS      (ARGUMENTS is one JSON object)

    create  topic partitions replication
    delete  topic
    produce topic records acks idempotent codec   records: [{key, value}]
    feed    topic                                 sends each line of stdin as it comes, idempotently, until stdin ends
    consume topic count group                     prints {partition, offset, key, value}; commits if group
    offset  topic partition at                    at: "earliest", "latest" or ms; prints {offset}
    join    topic group                           prints {assigned: [partition]} at each change until stdin ends

A driver is thin: it hands the arguments to the unmodified client, and any error ends it with a non-zero code.
The same commands are spoken by kafkajs.mjs and by the Go program for franz-go. Two clients have no `feed`: kcat, which
reads its input in blocks, and franz-go.
"""

import json
import subprocess
import sys

SECONDS = 60  # the limit of every single wait for the broker


def say(**fields):
    print(json.dumps(fields), flush=True)


def main(*commands):
    """Runs the function named by the command line as function(bootstrap, **arguments)."""
    bootstrap, name, arguments = sys.argv[1:4]
    {command.__name__: command for command in commands}[name](bootstrap, **json.loads(arguments))


def tool(command, stdin=""):
    """The standard output of a command-line client; its whole output if it failed."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=2 * SECONDS)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def too_few(got, count):
    sys.exit(f"only {got} of {count} records within {SECONDS} s")
