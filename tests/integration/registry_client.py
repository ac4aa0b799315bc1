"""The other client of the Schema Registry, run by cwtest/registry.py with a Python that has Confluent's library.

Each line of standard input is a command in JSON, answered with a line {"result":…} or {"error":…}.
"""

import decimal
import json
import sys

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext


def plain(value):
    return value.hex() if isinstance(value, bytes) else str(value)


def from_plain(value):
    """{"bytes": HEX} and {"decimal": TEXT} stand for what JSON has no form for."""
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"bytes"}:
        return bytes.fromhex(value["bytes"])
    if set(value) == {"decimal"}:
        return decimal.Decimal(value["decimal"])
    return {name: from_plain(item) for name, item in value.items()}


def consume(brokers, topic, count):
    """That many values of the topic's only partition."""
    consumer, values = Consumer({"bootstrap.servers": brokers, "group.id": topic, "enable.auto.commit": False}), []
    consumer.assign([TopicPartition(topic, 0, 0)])
    while len(values) < count:
        message = consumer.poll(30)
        if message is None or message.error():
            raise RuntimeError("%d of %d records came: %s" % (len(values), count, message and message.error()))
        values.append(message.value())
    consumer.close()
    return values


def do(client, command):
    context = SerializationContext(command["topic"], MessageField.VALUE)
    avro = command["kind"] == "avro"
    if command["do"] == "write":
        serializer = AvroSerializer(client, command["schema"]) if avro else JSONSerializer(command["schema"], client)
        return serializer(from_plain(command["value"]), context).hex()
    deserializer = AvroDeserializer(client) if avro else JSONDeserializer(None, schema_registry_client=client)
    if command["do"] == "consume":
        values = consume(command["brokers"], command["topic"], command["count"])
        return [deserializer(value, context) for value in values]
    return deserializer(bytes.fromhex(command["data"]), context)


def main():
    client = SchemaRegistryClient({"url": sys.argv[1]})
    for line in sys.stdin:
        try:
            answer = {"result": do(client, json.loads(line))}
        except Exception as e:  # all of it is told to the test
            answer = {"error": "%s: %s" % (type(e).__name__, e)}
        print(json.dumps(answer, default=plain), flush=True)


if __name__ == "__main__":
    main()
