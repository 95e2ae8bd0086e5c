"""The load generators, all unmodified: Kafka's own performance tools, and librdkafka."""
