"""The engine on Kafka: worker, router, topics, producers. Shells; nothing here decides what an incident is."""
