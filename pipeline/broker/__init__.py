"""Apache Kafka of one node from its Maven artifacts: for tests, for trying out, for one machine."""
