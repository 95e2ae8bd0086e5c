"""What operators do in a day, with `chronikctl` on Chronik and with Kafka's own tools on Apache Kafka: how many commands
and hand-written files each task takes, and how many seconds from the first command until the goal is reached.

`python -m chronikbench.tasks`, which bench/tasks calls, prints the table.
"""
