"""Kafka's own classes, run as Kafka's own scripts run them.

Options as in bin/kafka-run-class.sh, kafka-server-start.sh and
kafka-producer-perf-test.sh of 4.3; left out are the GC log and JMX, which cost
Kafka a little and show nothing here.
"""

from chronikbench.paths import KAFKA_JARS, TESTS

PERFORMANCE = [
    "-server",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:+ExplicitGCInvokesConcurrent",
    "-XX:MaxInlineLevel=15",
    "-Djava.awt.headless=true",
]
BROKER = ["-Xmx1G", "-Xms1G", *PERFORMANCE]
PERF_TOOL = ["-Xmx512M", *PERFORMANCE]
SMALL_TOOL = ["-Xmx256M", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


def command(options, main_class, *arguments):
    """The command that runs a class."""
    logging = f"-Dlog4j2.configurationFile={TESTS / 'clients/java/log4j2.yaml'}"
    return ["java", *options, "-cp", f"{KAFKA_JARS}/*", logging, main_class, *map(str, arguments)]
