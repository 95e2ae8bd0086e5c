"""What a node logs, for people and for programs."""

import json

import cluster as clusters


def test_programs_read_an_object_a_line():
    with clusters.Cluster(1, settings={"log_format": "json"}) as one:
        one.node(1).says('"serving"')
        lines = [json.loads(line) for line in one.node(1).log.read_text().splitlines()]
        assert all({"timestamp", "level", "message"} <= line.keys() for line in lines)
        (serving,) = [line for line in lines if line["message"] == "serving"]
        assert (serving["level"], serving["node"]) == ("INFO", 1)
