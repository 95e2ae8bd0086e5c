"""Driver of confluent-kafka (librdkafka)."""

import sys
import threading
import time

from confluent_kafka import Consumer, OFFSET_BEGINNING, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec
from driver import SECONDS, main, say, too_few


def create(bootstrap, topic, partitions, replication):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, partitions, replication)])[topic].result(SECONDS)


def delete(bootstrap, topic):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.delete_topics([topic])[topic].result(SECONDS)


def produce(bootstrap, topic, records, acks, idempotent, codec):
    options = {"acks": acks, "enable.idempotence": idempotent, "compression.type": codec, "linger.ms": 20}
    deliver(bootstrap, topic, ((record["key"], record["value"]) for record in records), options)


def feed(bootstrap, topic):
    deliver(bootstrap, topic, ((None, line.rstrip("\n")) for line in sys.stdin), {"enable.idempotence": True})


def deliver(bootstrap, topic, records, options):
    """Sends keys and values as they come; ends the driver unless all are acknowledged."""
    errors = []
    producer = Producer({"bootstrap.servers": bootstrap, **options})
    for key, value in records:
        producer.produce(topic, value, key, on_delivery=lambda error, _: error and errors.append(str(error)))
        producer.poll(0)
    left = producer.flush(SECONDS)
    if errors or left:
        sys.exit(f"{left} records not delivered; {errors}")


def consumer_of(bootstrap, group):
    return Consumer({
        "bootstrap.servers": bootstrap,
        "group.id": group or "none",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "check.crcs": True,
    })


def consume(bootstrap, topic, count, group):
    consumer = consumer_of(bootstrap, group)
    if group:
        consumer.subscribe([topic])
    else:
        partitions = consumer.list_topics(topic, SECONDS).topics[topic].partitions
        consumer.assign([TopicPartition(topic, index, OFFSET_BEGINNING) for index in partitions])
    deadline, got = time.monotonic() + SECONDS, 0
    while got < count:
        if time.monotonic() > deadline:
            too_few(got, count)
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error():
            sys.exit(str(message.error()))
        key = message.key()
        say(partition=message.partition(), offset=message.offset(), key=key and key.decode(), value=message.value().decode())
        got += 1
        if group:
            consumer.commit(message, asynchronous=False)
    consumer.close()


def offset(bootstrap, topic, partition, at):
    specs = {"earliest": OffsetSpec.earliest, "latest": OffsetSpec.latest}
    spec = specs[at]() if at in specs else OffsetSpec.for_timestamp(at)
    where = TopicPartition(topic, partition)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    say(offset=admin.list_offsets({where: spec})[where].result(SECONDS).offset)


def join(bootstrap, topic, group):
    consumer = consumer_of(bootstrap, group)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    consumer.subscribe([topic], on_assign=lambda _, parts: say(assigned=[part.partition for part in parts]))
    while not ended.is_set():
        consumer.poll(0.2)
    consumer.close()


main(create, delete, produce, feed, consume, offset, join)
