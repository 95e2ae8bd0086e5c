"""The systems that are compared, by the names of the table."""

from chronikbench.systems.chronik import Chronik
from chronikbench.systems.kafka import Kafka, KafkaFsync

SYSTEMS = {system.name: system for system in (Chronik, Kafka, KafkaFsync)}
