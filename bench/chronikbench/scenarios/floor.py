"""What the machine itself does, without any broker: the floor that all of them stand on.

Once a round, as a system of its own. CRC-32C and a Raft round without I/O are
not here: Python would measure itself.
"""

import os
import socket
import tempfile
import threading
import time

from chronikbench.results import Case, Metric

CHUNK = 1 << 20
FILE_BYTES = 256 << 20  # preallocated, as the WAL's files are
SYSTEM = "machine"


def synced_writes(size, run):
    """Writes of so many bytes, each followed by fdatasync, one after another."""
    with prepared_file(run) as file:
        block, done, at = b"x" * size, 0, 0
        began = time.monotonic()
        while (took := time.monotonic() - began) < run.settings.floor_seconds:
            os.pwrite(file.fileno(), block, at)
            os.fdatasync(file.fileno())
            done, at = done + 1, (at + size) % FILE_BYTES
    return {"rate": done / took}


def sequential_write(run):
    """Writes of 1 MiB through a file of 256 MiB, with an fdatasync at its end; again until the time is over."""
    with prepared_file(run) as file:
        block, done = b"x" * CHUNK, 0
        began = time.monotonic()
        while (took := time.monotonic() - began) < run.settings.floor_seconds:
            for at in range(0, FILE_BYTES, CHUNK):
                os.pwrite(file.fileno(), block, at)
            os.fdatasync(file.fileno())
            done += FILE_BYTES
    return {"rate": done / took / 1e6}


def prepared_file(run):
    run.bench.data_directory.mkdir(parents=True, exist_ok=True)
    file = tempfile.TemporaryFile(dir=run.bench.data_directory, buffering=0)
    os.posix_fallocate(file.fileno(), 0, FILE_BYTES)
    os.fsync(file.fileno())
    return file


def loopback(run):
    """One connection of TCP over localhost, 1 MiB a call; both ends release Python's lock while they copy."""
    seconds = run.settings.floor_seconds
    with socket.create_server(("127.0.0.1", 0)) as server:
        sender = threading.Thread(target=send_for, args=(server.getsockname(), seconds))
        sender.start()
        connection, _ = server.accept()
        buffer, received, began = bytearray(CHUNK), 0, time.monotonic()
        with connection:
            while got := connection.recv_into(buffer):
                received += got
        sender.join()
    return {"rate": received / (time.monotonic() - began) / 1e6}


def send_for(address, seconds):
    block, deadline = b"x" * CHUNK, time.monotonic() + seconds
    with socket.create_connection(address) as connection:
        while time.monotonic() < deadline:
            connection.sendall(block)


def case(name, unit, measure):
    return Case("floor", name, (Metric("rate", unit, higher_is_better=True),), measure)


CASES = [
    case("pwrite + fdatasync, 4 KiB", "1/s", lambda run: synced_writes(4 << 10, run)),
    case("pwrite + fdatasync, 1 MiB", "1/s", lambda run: synced_writes(CHUNK, run)),
    case("sequential write, fdatasync every 256 MiB", "MB/s", sequential_write),
    case("loopback TCP, one connection", "MB/s", loopback),
]
