"""Driver of aiokafka."""

import asyncio
import contextlib
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from driver import SECONDS, main, say, too_few


def command(function):
    """Runs the coroutine function to its end."""

    def run(bootstrap, **arguments):
        asyncio.run(function(bootstrap, **arguments))

    run.__name__ = function.__name__
    return run


@contextlib.asynccontextmanager
async def admin_of(bootstrap):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@command
async def create(bootstrap, topic, partitions, replication):
    async with admin_of(bootstrap) as admin:
        refuse(await admin.create_topics([NewTopic(topic, partitions, replication)]))


@command
async def delete(bootstrap, topic):
    async with admin_of(bootstrap) as admin:
        refuse(await admin.delete_topics([topic]))


def refuse(answer):
    """This client leaves the error codes to its caller."""
    results = answer.to_object()
    for result in results.get("topic_errors") or results.get("topic_error_codes"):
        if result["error_code"]:
            sys.exit(f"error {result['error_code']}: {results}")


@command
async def produce(bootstrap, topic, records, acks, idempotent, codec):
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks=acks if acks == "all" else int(acks),
        enable_idempotence=idempotent,
        compression_type=None if codec == "none" else codec,
        linger_ms=20,
    ) as producer:
        sent = []
        for record in records:
            key = None if record["key"] is None else record["key"].encode()
            sent.append(await producer.send(topic, record["value"].encode(), key))
        await asyncio.wait_for(asyncio.gather(*sent), SECONDS)


@command
async def feed(bootstrap, topic):
    read = asyncio.get_running_loop().run_in_executor
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        sent = []
        while line := await read(None, sys.stdin.readline):
            sent.append(await producer.send(topic, line.rstrip("\n").encode()))
        await asyncio.wait_for(asyncio.gather(*sent), SECONDS)


def consumer_of(bootstrap, group):
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        check_crcs=True,
    )


@command
async def consume(bootstrap, topic, count, group):
    async with consumer_of(bootstrap, group) as consumer:
        if group:
            consumer.subscribe([topic])
        else:
            partitions = await consumer._client._wait_on_metadata(topic)
            consumer.assign([TopicPartition(topic, index) for index in partitions])
            await consumer.seek_to_beginning()
        for got in range(count):
            try:
                record = await asyncio.wait_for(consumer.getone(), SECONDS)
            except asyncio.TimeoutError:
                too_few(got, count)
            key = record.key
            say(partition=record.partition, offset=record.offset, key=key and key.decode(), value=record.value.decode())
            if group:
                await consumer.commit({TopicPartition(topic, record.partition): record.offset + 1})


@command
async def offset(bootstrap, topic, partition, at):
    where = TopicPartition(topic, partition)
    async with consumer_of(bootstrap, None) as consumer:
        if at == "earliest":
            say(offset=(await consumer.beginning_offsets([where]))[where])
        elif at == "latest":
            say(offset=(await consumer.end_offsets([where]))[where])
        else:
            say(offset=(await consumer.offsets_for_times({where: at}))[where].offset)


class Assignments(ConsumerRebalanceListener):
    async def on_partitions_revoked(self, revoked):
        pass

    async def on_partitions_assigned(self, assigned):
        say(assigned=[where.partition for where in assigned])


@command
async def join(bootstrap, topic, group):
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    async with consumer_of(bootstrap, group) as consumer:
        consumer.subscribe([topic], listener=Assignments())
        while not ended.done():
            await consumer.getmany(timeout_ms=200)


main(create, delete, produce, feed, consume, offset, join)
