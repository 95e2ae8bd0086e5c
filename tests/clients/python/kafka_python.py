"""Driver of kafka-python."""

import sys
import threading
import time

from driver import SECONDS, main, say, too_few
from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.structs import OffsetAndMetadata


def create(bootstrap, topic, partitions, replication):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, partitions, replication)])
    admin.close()


def delete(bootstrap, topic):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.delete_topics([topic])
    admin.close()


def produce(bootstrap, topic, records, acks, idempotent, codec):
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        acks=acks if acks == "all" else int(acks),
        enable_idempotence=idempotent,
        compression_type=None if codec == "none" else codec,
        linger_ms=20,
    )
    sent = [producer.send(topic, record["value"].encode(), encoded(record["key"])) for record in records]
    producer.flush(SECONDS)
    for future in sent:
        future.get(SECONDS)
    producer.close()


def feed(bootstrap, topic):
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    sent = [producer.send(topic, line.rstrip("\n").encode()) for line in sys.stdin]
    for future in sent:
        future.get(SECONDS)
    producer.close()


def encoded(key):
    return None if key is None else key.encode()


def consumer_of(bootstrap, group):
    return KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        check_crcs=True,
    )


def consume(bootstrap, topic, count, group):
    consumer = consumer_of(bootstrap, group)
    if group:
        consumer.subscribe([topic])
    else:
        consumer.assign([TopicPartition(topic, index) for index in consumer.partitions_for_topic(topic)])
        consumer.seek_to_beginning()
    deadline, got = time.monotonic() + SECONDS, 0
    while got < count:
        if time.monotonic() > deadline:
            too_few(got, count)
        for where, records in consumer.poll(1000, max_records=count - got).items():
            for record in records:
                key = record.key
                say(partition=record.partition, offset=record.offset, key=key and key.decode(), value=record.value.decode())
                got += 1
            if group:
                consumer.commit({where: OffsetAndMetadata(records[-1].offset + 1, "", -1)})
    consumer.close()


def offset(bootstrap, topic, partition, at):
    consumer = consumer_of(bootstrap, None)
    where = TopicPartition(topic, partition)
    if at == "earliest":
        say(offset=consumer.beginning_offsets([where])[where])
    elif at == "latest":
        say(offset=consumer.end_offsets([where])[where])
    else:
        say(offset=consumer.offsets_for_times({where: at})[where].offset)
    consumer.close()


class Assignments(ConsumerRebalanceListener):
    def on_partitions_revoked(self, revoked):
        pass

    def on_partitions_assigned(self, assigned):
        say(assigned=[where.partition for where in assigned])


def join(bootstrap, topic, group):
    consumer = consumer_of(bootstrap, group)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    consumer.subscribe([topic], listener=Assignments())
    while not ended.is_set():
        consumer.poll(200)
    consumer.close()


main(create, delete, produce, feed, consume, offset, join)
