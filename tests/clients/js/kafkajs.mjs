// Driver of kafkajs; the commands are those of ../python/driver.py.

import readline from "node:readline";

import kafkajs from "kafkajs";

const { CompressionTypes, Kafka, logLevel } = kafkajs;
const SECONDS = 60;
const [bootstrap, command, json] = process.argv.slice(2);
const kafka = new Kafka({ brokers: bootstrap.split(","), logLevel: logLevel.ERROR });

const say = (fields) => console.log(JSON.stringify(fields));
const ACKS = { 0: 0, 1: 1, all: -1 };
const CODECS = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP };

async function withAdmin(use) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

const commands = {
  create: ({ topic, partitions, replication }) =>
    withAdmin((admin) =>
      admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: replication }] }),
    ),

  delete: ({ topic }) => withAdmin((admin) => admin.deleteTopics({ topics: [topic] })),

  async produce({ topic, records, acks, idempotent, codec }) {
    const producer = kafka.producer({ idempotent, maxInFlightRequests: 1 });
    await producer.connect();
    await producer.send({ topic, acks: ACKS[acks], compression: CODECS[codec], messages: records });
    await producer.disconnect();
  },

  async feed({ topic }) {
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for await (const value of readline.createInterface({ input: process.stdin })) {
      await producer.send({ topic, acks: ACKS.all, messages: [{ value }] });
    }
    await producer.disconnect();
  },

  // This client always has a group; without one asked for it takes a name of its own.
  async consume({ topic, count, group }) {
    const groupId = group ?? `only-${process.pid}-${Date.now()}`;
    const consumer = kafka.consumer({ groupId });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    let got = 0;
    await new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`only ${got} of ${count} records within ${SECONDS} s`)), SECONDS * 1000).unref();
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          if (got === count) return;
          const { offset, key, value } = message;
          say({ partition, offset: Number(offset), key: key && key.toString(), value: value.toString() });
          await consumer.commitOffsets([{ topic, partition, offset: String(Number(offset) + 1) }]);
          if (++got === count) resolve();
        },
      });
    });
    await consumer.disconnect();
  },

  offset: ({ topic, partition, at }) =>
    withAdmin(async (admin) => {
      const offsets =
        typeof at === "number" ? await admin.fetchTopicOffsetsByTimestamp(topic, at) : await admin.fetchTopicOffsets(topic);
      const found = offsets.find((entry) => entry.partition === partition);
      say({ offset: Number(at === "earliest" ? found.low : found.offset) });
    }),

  async join({ topic, group }) {
    const consumer = kafka.consumer({ groupId: group });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      say({ assigned: payload.memberAssignment[topic] ?? [] }),
    );
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachMessage: async () => {} });
    for await (const _ of process.stdin);
    await consumer.disconnect();
  },
};

try {
  await commands[command](JSON.parse(json));
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
