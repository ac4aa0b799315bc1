"""Bad connector configs over REST: each row is one mistake, with the key that is told of it and the whole sentence.

A config is sent three ways: to be validated, as a PUT and as a POST. The answer to the first has exactly these errors at
exactly these keys; the other two are refused with all of them, one a line, and change nothing. No broker is needed.
"""

import re

from cwtest import env
from cwtest.case import TestCase, note

SOURCE = {"connector.class": "SyntheticLogSource", "topic": "bad"}
SINK = {"connector.class": "AccessLogElasticsearchSink", "topics": "bad", "connection.url": "http://127.0.0.1:9"}
SECRET = "planted-secret"
T = "org.apache.kafka.connect.transforms."

FIRST = "Connector configuration is invalid and contains the following %d error(s):"
LAST = ("You can also find the above list of errors at the endpoint "
        "`/connector-plugins/{connectorType}/config/validate`")


def transform(name, settings=None):
    """One transformation, with settings of its own."""
    return dict({"transforms": "a", "transforms.a.type": T + name},
                **{"transforms.a." + key: value for key, value in (settings or {}).items()})


def says(key, *sentences):
    return {key: [s.replace("@T@", T) for s in sentences]}


def invalid(key, value, reason):
    return says(key, "Invalid value %s for configuration %s: %s" % (value, key, reason))


def no_number(key, value, kind):
    """Kafka Connect says it twice of keys with a range."""
    return says(key, "Invalid value %s for configuration %s: Not a number of type %s" % (value, key, kind),
                "Invalid value null for configuration %s: Value must be non-null" % key)


def missing(key):
    return says(key, 'Missing required configuration "%s" which has no default value.' % key)


# What is wrong; in which config, with which changes (None: the key is taken out); every error, key by key.
CONFIGS = [
    ("tasks.max: zero", SOURCE, {"tasks.max": "0"},
     invalid("tasks.max", "0", "Value must be at least 1")),
    ("tasks.max: a word", SOURCE, {"tasks.max": "all"},
     no_number("tasks.max", "all", "INT")),
    ("tasks.max: too large", SOURCE, {"tasks.max": "2147483648"},
     no_number("tasks.max", "2147483648", "INT")),
    ("tasks.max: a fraction", SOURCE, {"tasks.max": "1.5"},
     no_number("tasks.max", "1.5", "INT")),
    ("tasks.max: empty", SOURCE, {"tasks.max": ""},
     no_number("tasks.max", "", "INT")),
    ("tasks.max.enforce: a word", SOURCE, {"tasks.max.enforce": "yes"},
     invalid("tasks.max.enforce", "yes", "Expected value to be either true or false")),
    ("connector.plugin.version: another", SOURCE, {"connector.plugin.version": "99.0"},
     invalid("connector.plugin.version", "99.0", "This worker has version @version@ of io.connectworker.SyntheticLogSource")),
    ("connector.plugin.version: no range", SOURCE, {"connector.plugin.version": "[1,"},
     invalid("connector.plugin.version", "[1,", "Not a version or a range of versions, as 1.2 or [1.0,2.0)")),
    ("config.action.reload: unknown", SOURCE, {"config.action.reload": "never"},
     invalid("config.action.reload", "never", "String must be one of: none, restart")),
    ("errors.retry.timeout: below -1", SOURCE, {"errors.retry.timeout": "-2"},
     invalid("errors.retry.timeout", "-2", "Value must be at least -1")),
    ("errors.retry.timeout: a unit", SOURCE, {"errors.retry.timeout": "10s"},
     no_number("errors.retry.timeout", "10s", "LONG")),
    ("errors.retry.delay.max.ms: zero", SOURCE, {"errors.retry.delay.max.ms": "0"},
     invalid("errors.retry.delay.max.ms", "0", "Value must be at least 1")),
    ("errors.tolerance: unknown", SINK, {"errors.tolerance": "some"},
     invalid("errors.tolerance", "some", "String must be one of: none, all")),
    ("errors.tolerance: upper case", SINK, {"errors.tolerance": "ALL"},
     invalid("errors.tolerance", "ALL", "String must be one of: none, all")),
    ("errors.log.enable: a number", SINK, {"errors.log.enable": "1"},
     invalid("errors.log.enable", "1", "Expected value to be either true or false")),
    ("errors.log.include.messages: a word", SINK, {"errors.log.include.messages": "on"},
     invalid("errors.log.include.messages", "on", "Expected value to be either true or false")),
    ("topics: none", SINK, {"topics": None},
     says("topics", "Must configure one of topics or topics.regex") |
     says("topics.regex", "Must configure one of topics or topics.regex")),
    ("topics: both", SINK, {"topics.regex": "a.*"},
     says("topics", "topics and topics.regex are mutually exclusive options, but both are set.") |
     says("topics.regex", "topics and topics.regex are mutually exclusive options, but both are set.")),
    ("topics: a blank inside", SINK, {"topics": "a b"},
     invalid("topics", "[a b]", "A topic's name has only letters, digits, \".\", \"_\" and \"-\"")),
    ("topics: an empty item", SINK, {"topics": "a,,b"},
     invalid("topics", "[a, , b]", "List may not contain an empty item")),
    ("topics: a dot", SINK, {"topics": "."},
     invalid("topics", "[.]", "A topic's name may not be \".\" or \"..\"")),
    ("topics: too long", SINK, {"topics": "x" * 250},
     invalid("topics", "[" + "x" * 250 + "]", "A topic's name has at most 249 characters")),
    ("topics.regex: broken", SINK, {"topics": None, "topics.regex": "a("},
     invalid("topics.regex", "a(", "Not a valid regular expression: Unmatched ( or \\(")),
    ("topics.regex: Java's", SINK, {"topics": None, "topics.regex": "a-\\d+"},
     invalid("topics.regex", "a-\\d+", "\"\\d\" is not known here: this is a POSIX extended regular expression; write [0-9] for a digit")),
    ("dead letter queue: factor", SINK, {"errors.deadletterqueue.topic.replication.factor": "many"},
     invalid("errors.deadletterqueue.topic.replication.factor", "many", "Not a number of type SHORT")),
    ("dead letter queue: headers", SINK, {"errors.deadletterqueue.context.headers.enable": "perhaps"},
     invalid("errors.deadletterqueue.context.headers.enable", "perhaps", "Expected value to be either true or false")),
    ("run.until: unknown", SINK, {"run.until": "tomorrow"},
     invalid("run.until", "tomorrow", "String must be one of (case insensitive): forever, end, time, offsets")),
    ("run.until: time without one", SINK, {"run.until": "time"},
     says("run.until.time", "run.until.time is required with run.until=time")),
    ("run.until: time that is none", SINK, {"run.until": "time", "run.until.time": "soon"},
     invalid("run.until.time", "soon", "Not a time such as 2026-01-21T22:23:40Z or 2026-01-21T22:23:40+02:00, nor milliseconds since 1970")),
    ("run.until: offsets without any", SINK, {"run.until": "offsets"},
     says("run.until.offsets", "run.until.offsets is required with run.until=offsets")),
    ("run.until: offsets that are none", SINK, {"run.until": "offsets", "run.until.offsets": "t"},
     invalid("run.until.offsets", "[t]", "\"t\" is not TOPIC:PARTITION:OFFSET")),
    ("run.until: time for no end", SINK, {"run.until.time": "2026-01-01T00:00:00Z"},
     says("run.until.time", "run.until.time is for run.until=time only")),
    ("exactly.once.support: unknown", SOURCE, {"exactly.once.support": "maybe"},
     invalid("exactly.once.support", "maybe", "String must be one of (case insensitive): REQUIRED, REQUESTED")),
    ("exactly.once.support: the worker has none", SOURCE, {"exactly.once.support": "required"},
     invalid("exactly.once.support", "required", "This worker has exactly.once.source.support=disabled; set it to enabled, or use requested")),
    ("transaction.boundary.interval.ms: negative", SOURCE, {"transaction.boundary.interval.ms": "-1"},
     invalid("transaction.boundary.interval.ms", "-1", "Value must be at least 0")),
    ("value.converter: unknown", SOURCE, {"value.converter": "com.example.Nonsense"},
     invalid("value.converter", "com.example.Nonsense", "Class com.example.Nonsense could not be found.")),
    ("value.converter: a typing error", SOURCE, {"value.converter": "StringConvertor"},
     invalid("value.converter", "StringConvertor", "Class StringConvertor could not be found. Did you mean org.apache.kafka.connect.storage.StringConverter?")),
    ("value.converter: a transformation", SOURCE, {"value.converter": T + "Filter"},
     invalid("value.converter", T + "Filter", "Class @T@Filter does not implement the Converter interface")),
    ("key.converter: for headers only", SOURCE, {"key.converter": "org.apache.kafka.connect.storage.SimpleHeaderConverter"},
     invalid("key.converter", "org.apache.kafka.connect.storage.SimpleHeaderConverter", "Class org.apache.kafka.connect.storage.SimpleHeaderConverter does not implement the Converter interface")),
    ("header.converter: for records only", SOURCE, {"header.converter": "io.confluent.connect.avro.AvroConverter"},
     invalid("header.converter", "io.confluent.connect.avro.AvroConverter", "Class io.confluent.connect.avro.AvroConverter does not implement the HeaderConverter interface")),
    ("value.converter: a word for a boolean", SINK, {"value.converter": "JsonConverter", "value.converter.schemas.enable": "perhaps"},
     invalid("value.converter.schemas.enable", "perhaps", "Expected value to be either true or false")),
    ("value.converter: a size that is none", SINK, {"value.converter": "JsonConverter", "value.converter.schemas.cache.size": "big"},
     invalid("value.converter.schemas.cache.size", "big", "Not a number of type INT")),
    ("value.converter: unknown form of decimals", SINK, {"value.converter": "JsonConverter", "value.converter.decimal.format": "HEX"},
     invalid("value.converter.decimal.format", "HEX", "String must be one of (case insensitive): BASE64, NUMERIC")),
    ("value.converter: unknown encoding", SINK, {"value.converter": "StringConverter", "value.converter.converter.encoding": "UTF-99"},
     says("value.converter.converter.encoding", "Invalid configuration value.converter.converter.encoding: Unsupported encoding UTF-99")),
    ("value.converter: no registry", SINK, {"value.converter": "io.confluent.connect.avro.AvroConverter"},
     missing("value.converter.schema.registry.url")),
    ("value.converter: registry's URL", SINK, {"value.converter": "io.confluent.connect.avro.AvroConverter", "value.converter.schema.registry.url": "ftp://x"},
     invalid("value.converter.schema.registry.url", "[ftp://x]", "holds a URL that is neither http:// nor https://")),
    ("key.converter.plugin.version: another", SINK, {"key.converter": "StringConverter", "key.converter.plugin.version": "[99,)"},
     invalid("key.converter.plugin.version", "[99,)", "This worker has version @version@ of org.apache.kafka.connect.storage.StringConverter")),
    ("transforms: twice", SINK, {"transforms": "a,a", "transforms.a.type": T + "Filter"},
     invalid("transforms", "[a, a]", "Duplicate alias provided.")),
    ("transforms: an empty alias", SINK, {"transforms": "a,,b", "transforms.a.type": T + "Filter", "transforms.b.type": T + "Filter"},
     invalid("transforms", "[a, , b]", "List may not contain an empty item")),
    ("transforms: no type", SINK, {"transforms": "a"},
     missing("transforms.a.type")),
    ("transforms: unknown type", SINK, transform("Nothing"),
     invalid("transforms.a.type", T + "Nothing", "Class @T@Nothing could not be found.")),
    ("transforms: without Key or Value", SINK, transform("Cast"),
     invalid("transforms.a.type", T + "Cast", "Class @T@Cast could not be found. Did you mean @T@Cast$Value?")),
    ("transforms: a predicate", SINK, {"transforms": "a", "transforms.a.type": T + "predicates.RecordIsTombstone"},
     invalid("transforms.a.type", T + "predicates.RecordIsTombstone", "Class @T@predicates.RecordIsTombstone does not implement the Transformation interface")),
    ("transforms: version", SINK, transform("Filter", {"plugin.version": "99"}),
     invalid("transforms.a.plugin.version", "99", "This worker has version @version@ of @T@Filter")),
    ("transforms: unknown predicate", SINK, transform("Filter", {"predicate": "p"}),
     invalid("transforms.a.predicate", "p", "predicates has no such alias")),
    ("transforms: negate without a predicate", SINK, transform("Filter", {"negate": "true"}),
     says("transforms.a.type", "Config 'transforms.a.negate' was provided but there is no config 'transforms.a.predicate' defining a predicate to be negated.")),
    ("transforms: negate that is none", SINK, {"transforms": "a", "transforms.a.type": T + "Filter", "transforms.a.predicate": "p", "transforms.a.negate": "not", "predicates": "p", "predicates.p.type": T + "predicates.RecordIsTombstone"},
     invalid("transforms.a.negate", "not", "Expected value to be either true or false")),
    ("Cast: no spec", SINK, transform("Cast$Value"),
     missing("transforms.a.spec")),
    ("Cast: unknown type", SINK, transform("Cast$Value", {"spec": "a:int99"}),
     invalid("transforms.a.spec", "[a:int99]", "Invalid type found in casting spec: int99")),
    ("Cast: a type that there is no cast to", SINK, transform("Cast$Value", {"spec": "a:map"}),
     invalid("transforms.a.spec", "[a:map]", "Cast transformation does not support casting to MAP; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]")),
    ("Cast: two for the whole value", SINK, transform("Cast$Value", {"spec": "int8,int16"}),
     invalid("transforms.a.spec", "[int8, int16]", "Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec")),
    ("Cast: empty", SINK, transform("Cast$Key", {"spec": ""}),
     invalid("transforms.a.spec", "[]", "Must specify at least one field to cast.")),
    ("Cast: three parts", SINK, transform("Cast$Key", {"spec": "a:b:int8"}),
     invalid("transforms.a.spec", "[a:b:int8]", "Invalid rename mapping: a:b:int8")),
    ("DropHeaders: none", SINK, transform("DropHeaders", {"headers": ""}),
     invalid("transforms.a.headers", "[]", "Empty list")),
    ("ExtractField: no field", SINK, transform("ExtractField$Value"),
     missing("transforms.a.field")),
    ("ExtractField: syntax", SINK, transform("ExtractField$Value", {"field": "a", "field.syntax.version": "V3"}),
     invalid("transforms.a.field.syntax.version", "V3", "String must be one of (case insensitive): V1, V2")),
    ("ExtractField: broken path", SINK, transform("ExtractField$Value", {"field": "`a", "field.syntax.version": "V2"}),
     says("transforms.a.field", "Invalid configuration transforms.a.field: Incomplete backtick pair in path: [`a], consider adding a backslash before backtick at position 0 to escape it")),
    ("HeaderFrom: lists of two lengths", SINK, transform("HeaderFrom$Value", {"fields": "a,b", "headers": "c", "operation": "move"}),
     says("transforms.a.fields", "Invalid configuration transforms.a.fields: 'fields' config must have the same number of elements as 'headers' config.")),
    ("HeaderFrom: unknown operation", SINK, transform("HeaderFrom$Value", {"fields": "a", "headers": "c", "operation": "drop"}),
     invalid("transforms.a.operation", "drop", "String must be one of: move, copy")),
    ("HoistField: no field", SINK, transform("HoistField$Key"),
     missing("transforms.a.field")),
    ("InsertField: none", SINK, transform("InsertField$Value"),
     says("transforms.a.type", "Invalid configuration transforms.a.type: No field insertion configured")),
    ("InsertField: no value", SINK, transform("InsertField$Value", {"static.field": "a"}),
     invalid("transforms.a.static.value", "null", "No value specified for static field: a")),
    ("InsertHeader: no value", SINK, transform("InsertHeader", {"header": "a"}),
     missing("transforms.a.value.literal")),
    ("MaskField: no fields", SINK, transform("MaskField$Value", {"fields": ""}),
     invalid("transforms.a.fields", "[]", "Empty list")),
    ("MaskField: empty replacement", SINK, transform("MaskField$Value", {"fields": "a", "replacement": ""}),
     invalid("transforms.a.replacement", "", "String must be non-empty")),
    ("RegexRouter: broken pattern", SINK, transform("RegexRouter", {"regex": "a(", "replacement": "b"}),
     invalid("transforms.a.regex", "a(", "Invalid regex: Unclosed group near index 2\na(")),
    ("RegexRouter: no replacement", SINK, transform("RegexRouter", {"regex": "a"}),
     missing("transforms.a.replacement")),
    ("ReplaceField: broken renaming", SINK, transform("ReplaceField$Value", {"renames": "a"}),
     invalid("transforms.a.renames", "[a]", "Invalid rename mapping: a")),
    ("replace.null.with.default: a word", SINK, transform("ReplaceField$Value", {"exclude": "a", "replace.null.with.default": "perhaps"}),
     invalid("transforms.a.replace.null.with.default", "perhaps", "Expected value to be either true or false")),
    ("SetSchemaMetadata: neither", SINK, transform("SetSchemaMetadata$Value"),
     says("transforms.a.type", "Invalid configuration transforms.a.type: Neither schema name nor version configured")),
    ("SetSchemaMetadata: version", SINK, transform("SetSchemaMetadata$Value", {"schema.version": "one"}),
     invalid("transforms.a.schema.version", "one", "Not a number of type INT")),
    ("TimestampConverter: no target", SINK, transform("TimestampConverter$Value"),
     missing("transforms.a.target.type")),
    ("TimestampConverter: unknown target", SINK, transform("TimestampConverter$Value", {"target.type": "text"}),
     invalid("transforms.a.target.type", "text", "String must be one of: string, unix, Date, Time, Timestamp")),
    ("TimestampConverter: no format", SINK, transform("TimestampConverter$Value", {"target.type": "string"}),
     says("transforms.a.format", "Invalid configuration transforms.a.format: TimestampConverter requires format option to be specified when using string timestamps")),
    ("TimestampConverter: broken format", SINK, transform("TimestampConverter$Value", {"target.type": "unix", "format": "yyyy-bb"}),
     invalid("transforms.a.format", "yyyy-bb", "TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: yyyy-bb")),
    ("TimestampConverter: precision", SINK, transform("TimestampConverter$Value", {"target.type": "unix", "unix.precision": "days"}),
     invalid("transforms.a.unix.precision", "days", "String must be one of: nanoseconds, microseconds, milliseconds, seconds")),
    ("TimestampRouter: broken format", SINK, transform("TimestampRouter", {"timestamp.format": "b"}),
     invalid("transforms.a.timestamp.format", "b", "Illegal pattern character 'b'")),
    ("ValueToKey: none", SINK, transform("ValueToKey", {"fields": ""}),
     invalid("transforms.a.fields", "[]", "Empty list")),
    ("a transformation of its own: pattern", SINK, {"transforms": "a", "transforms.a.type": "io.connectworker.transforms.Regex$Value", "transforms.a.pattern": "(?<a>"},
     invalid("transforms.a.pattern", "(?<a>", "is no regular expression: missing closing parenthesis, at byte 5")),
    ("predicates: no type", SINK, {"predicates": "p"},
     missing("predicates.p.type")),
    ("predicates: unknown type", SINK, {"predicates": "p", "predicates.p.type": "IsBlue"},
     invalid("predicates.p.type", "IsBlue", "Class IsBlue could not be found.")),
    ("predicates: broken pattern", SINK, {"predicates": "p", "predicates.p.type": T + "predicates.TopicNameMatches", "predicates.p.pattern": "["},
     invalid("predicates.p.pattern", "[", "Invalid regex: Unclosed character class near index 0\n[\n^")),
    ("predicates: no pattern", SINK, {"predicates": "p", "predicates.p.type": T + "predicates.TopicNameMatches"},
     missing("predicates.p.pattern")),
    ("predicates: empty name", SINK, {"predicates": "p", "predicates.p.type": T + "predicates.HasHeaderKey", "predicates.p.name": ""},
     invalid("predicates.p.name", "", "String must be non-empty")),
    ("predicates: twice", SINK, {"predicates": "p,p", "predicates.p.type": T + "predicates.RecordIsTombstone"},
     invalid("predicates", "[p, p]", "Duplicate alias provided.")),
    ("producer.override: value", SOURCE, {"producer.override.acks": "most"},
     says("producer.override.acks", "producer.override.acks: Invalid value for configuration property \"request.required.acks\"")),
    ("producer.override: unknown", SOURCE, {"producer.override.acksies": "all"},
     says("producer.override.acksies", "producer.override.acksies: No such configuration property: \"acksies\"")),
    ("producer.override: range", SOURCE, {"producer.override.linger.ms": "-1"},
     says("producer.override.linger.ms", "producer.override.linger.ms: Configuration property \"queue.buffering.max.ms\" value -1 is outside allowed range 0..900000")),
    ("producer.override: memory", SOURCE, {"producer.override.buffer.memory": "much"},
     says("producer.override.buffer.memory", "producer.override.buffer.memory: it is a number of bytes, not less than 0")),
    ("consumer.override: value", SINK, {"consumer.override.fetch.min.bytes": "few"},
     says("consumer.override.fetch.min.bytes", "consumer.override.fetch.min.bytes: Invalid value for configuration property \"fetch.min.bytes\"")),
    ("consumer.override: choice", SINK, {"consumer.override.auto.offset.reset": "middle"},
     says("consumer.override.auto.offset.reset", "consumer.override.auto.offset.reset: Invalid value \"middle\" for configuration property \"auto.offset.reset\"")),
    ("consumer.override: security", SINK, {"consumer.override.security.protocol": "PIGEON"},
     says("consumer.override.security.protocol", "consumer.override.security.protocol: Invalid value \"PIGEON\" for configuration property \"security.protocol\"")),
    ("consumer.override: mechanism", SINK, {"consumer.override.sasl.jaas.config": "no such thing"},
     says("consumer.override.sasl.jaas.config", "consumer.override.sasl.jaas.config: it is no JAAS configuration: its login module is not followed by required")),
    ("source: no topic", SOURCE, {"topic": None},
     missing("topic")),
    ("source: topic with a blank", SOURCE, {"topic": "a b"},
     invalid("topic", "a b", "a topic name has letters, digits, \".\", \"_\" and \"-\" only, and is not \".\" or \"..\"")),
    ("source: a typing error", SOURCE, {"topic": None, "topik": "t"},
     says("topic", "Missing required configuration \"topic\" which has no default value. Unknown key \"topik\"; did you mean \"topic\"?")),
    ("source: negative count", SOURCE, {"count": "-1"},
     invalid("count", "-1", "Value must be at least 0")),
    ("source: count", SOURCE, {"count": "many"},
     no_number("count", "many", "LONG")),
    ("source: pace", SOURCE, {"records.per.second": "fast"},
     no_number("records.per.second", "fast", "DOUBLE")),
    ("source: negative pace", SOURCE, {"records.per.second": "-1"},
     invalid("records.per.second", "-1.0", "Value must be at least 0")),
    ("source: no records in a batch", SOURCE, {"batch.size": "0"},
     invalid("batch.size", "0", "Value must be at least 1")),
    ("source: key", SOURCE, {"key": "server"},
     invalid("key", "server", "String must be one of: none, client_ip")),
    ("source: timestamps", SOURCE, {"record.timestamp": "never"},
     invalid("record.timestamp", "never", "String must be one of: wall, log")),
    ("source: format", SOURCE, {"format": "w3c"},
     invalid("format", "w3c", "String must be one of: access, common, combined, json")),
    ("source: share", SOURCE, {"malformed.share": "1.5"},
     invalid("malformed.share", "1.5", "Value must be no more than 1")),
    ("source: start", SOURCE, {"start.time": "yesterday"},
     invalid("start.time", "yesterday", "not a time from 1970 to 9999; write 2026-01-21T22:23:40Z, milliseconds since the epoch, or now")),
    ("source: speed", SOURCE, {"time.speed": "0"},
     invalid("time.speed", "0.0", "Value must be at least 0.000001")),
    ("source: clients", SOURCE, {"clients": "0"},
     invalid("clients", "0", "Value must be at least 1")),
    ("source: methods", SOURCE, {"method.weights": "FETCH:1"},
     invalid("method.weights", "FETCH:1", "\"FETCH\" is no method; the methods are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS and TRACE")),
    ("source: statuses", SOURCE, {"status.weights": "200"},
     invalid("status.weights", "200", "\"200\" has no weight; write pairs NAME:WEIGHT with commas between")),
    ("source: statuses out of range", SOURCE, {"status.weights": "999:1"},
     invalid("status.weights", "999:1", "\"999\" is no status; a status is a number from 200 to 599")),
    ("source: no weight at all", SOURCE, {"status.weights": "200:0"},
     invalid("status.weights", "200:0", "at least one weight must be above 0")),
    ("source: burst longer than its interval", SOURCE, {"error.burst.duration.seconds": "7200"},
     says("error.burst.duration.seconds", "error.burst.duration.seconds may not be longer than error.burst.interval.seconds")),
    ("source: probe", SOURCE, {"latency.probe": "perhaps"},
     invalid("latency.probe", "perhaps", "Expected value to be either true or false")),
    ("sink: no URL", SINK, {"connection.url": None},
     missing("connection.url")),
    ("sink: URL of another scheme", SINK, {"connection.url": "ftp://x"},
     invalid("connection.url", "[ftp://x]", "is neither a http:// nor a https:// URL")),
    ("sink: URL without a host", SINK, {"connection.url": "http://"},
     invalid("connection.url", "[http://]", "is no URL such as http://localhost:9200")),
    ("sink: one URL of two", SINK, {"connection.url": "http://a:9200,gopher://b"},
     invalid("connection.url", "[http://a:9200, gopher://b]", "is neither a http:// nor a https:// URL")),
    ("sink: user without a password", SINK, {"connection.username": "u"},
     says("connection.username", "connection.username and connection.password go together: give both or none.") |
     says("connection.password", "connection.username and connection.password go together: give both or none.")),
    ("sink: password without a user", SINK, {"connection.password": "planted-secret"},
     says("connection.username", "connection.username and connection.password go together: give both or none.") |
     says("connection.password", "connection.username and connection.password go together: give both or none.")),
    ("sink: key and user", SINK, {"api.key": "planted-secret", "connection.username": "u", "connection.password": "planted-secret"},
     says("api.key", "Only one of connection.username, api.key, bearer.token and aws.sigv4.service may be given.")),
    ("sink: Kerberos", SINK, {"kerberos.user.principal": "me@EXAMPLE"},
     invalid("kerberos.user.principal", "me@EXAMPLE", "asks for Kerberos, which is not spoken here; log in with "
             "connection.username, api.key, bearer.token or a client certificate, and remove this key")),
    ("sink: compression", SINK, {"connection.compression": "gzip"},
     invalid("connection.compression", "gzip", "Expected value to be either true or false")),
    ("sink: timeout", SINK, {"connection.timeout.ms": "-1"},
     invalid("connection.timeout.ms", "-1", "Value must be at least 0")),
    ("sink: no records in a request", SINK, {"batch.size": "0"},
     invalid("batch.size", "0", "Value must be at least 1")),
    ("sink: too many records in a request", SINK, {"batch.size": "1000001"},
     invalid("batch.size", "1000001", "Value must be no more than 1000000")),
    ("sink: bytes of a request", SINK, {"bulk.size.bytes": "-2"},
     invalid("bulk.size.bytes", "-2", "Value must be at least -1")),
    ("sink: requests in flight", SINK, {"max.in.flight.requests": "0"},
     invalid("max.in.flight.requests", "0", "Value must be at least 1")),
    ("sink: buffer smaller than what is in flight", SINK, {"max.buffered.records": "10"},
     says("max.buffered.records", "max.buffered.records has to be at least batch.size times max.in.flight.requests, which is 10000.")),
    ("sink: linger longer than a flush", SINK, {"linger.ms": "200000"},
     says("linger.ms", "linger.ms may not be longer than flush.timeout.ms.")),
    ("sink: retries", SINK, {"max.retries": "-1"},
     invalid("max.retries", "-1", "Value must be at least 0")),
    ("sink: null values", SINK, {"behavior.on.null.values": "EXPLODE"},
     invalid("behavior.on.null.values", "EXPLODE", "String must be one of (case insensitive): IGNORE, DELETE, FAIL")),
    ("sink: null values delete by place", SINK, {"behavior.on.null.values": "DELETE"},
     says("behavior.on.null.values", "behavior.on.null.values=DELETE needs key.ignore=false: without keys nothing says which document is meant.")),
    ("sink: malformed documents", SINK, {"behavior.on.malformed.documents": "PRAY"},
     invalid("behavior.on.malformed.documents", "PRAY", "String must be one of (case insensitive): IGNORE, WARN, FAIL")),
    ("sink: keys twice", SINK, {"key.ignore": "true", "topic.key.ignore": "bad"},
     says("topic.key.ignore", "topic.key.ignore names the exceptions from key.ignore=false; key.ignore is true.")),
    ("sink: index with upper case", SINK, {"index": "Logs"},
     invalid("index", "Logs", "holds the capital letter L; index names are lower case")),
    ("sink: index with an unknown part", SINK, {"index": "logs-%{colour}"},
     invalid("index", "logs-%{colour}", "has %{colour}, which is not known; known are %{topic}, %{key}, fields such as %{[status]} and dates such as %{+yyyy.MM.dd}")),
    ("sink: index with a broken date", SINK, {"index": "logs-%{+yyyy.bb}"},
     invalid("index", "logs-%{+yyyy.bb}", "has the date letters bb, which are not known; known are yyyy yy MM dd HH mm ss DDD xxxx ww, as in %{+yyyy.MM.dd}")),
    ("sink: operation", SINK, {"op.type": "UPSERT"},
     invalid("op.type", "UPSERT", "String must be one of (case insensitive): CREATE, INDEX")),
    ("sink: data stream without a dataset", SINK, {"data.stream.type": "LOGS"},
     says("data.stream.dataset", "data.stream.dataset is needed with data.stream.type.")),
    ("sink: data stream's dataset", SINK, {"data.stream.type": "LOGS", "data.stream.dataset": "a-b"},
     invalid("data.stream.dataset", "a-b", "may hold no capital letters, spaces, hyphens or any of \\ / * \" < > | , # : ?")),
    ("sink: data stream's type", SINK, {"data.stream.type": "TRACES"},
     invalid("data.stream.type", "TRACES", "String must be one of (case insensitive): LOGS, METRICS, NONE")),
    ("sink: pattern", SINK, {"pattern": "(?<ip>"},
     invalid("pattern", "(?<ip>", "is no regular expression: missing closing parenthesis, at character 7")),
    ("sink: pattern without groups", SINK, {"pattern": ".*"},
     invalid("pattern", ".*", "has no named group; write them as (?<ip>\\S+)")),
    ("sink: time zone", SINK, {"timezone": "Mars/Olympus"},
     invalid("timezone", "Mars/Olympus", "is no time zone: use UTC, an offset such as +02:00, or a name such as Europe/Berlin, for which the time zone database has to be installed (Debian package: tzdata)")),
    ("sink: protocol", SINK, {"elastic.security.protocol": "TLS"},
     invalid("elastic.security.protocol", "TLS", "String must be one of (case insensitive): PLAINTEXT, SSL")),
    ("sink: file of certificates", SINK, {"connection.url": "https://127.0.0.1:9", "elastic.https.ssl.ca.location": "/nonexistent/ca.pem"},
     invalid("elastic.https.ssl.ca.location", "/nonexistent/ca.pem", "is no file that this worker can read")),
    ("sink: store of another type", SINK, {"connection.url": "https://127.0.0.1:9", "elastic.https.ssl.truststore.type": "JKS", "elastic.https.ssl.truststore.location": "/etc/passwd"},
     says("elastic.https.ssl.truststore.type", "Invalid configuration elastic.https.ssl.truststore.type: Only PEM truststores can be read; convert yours with keytool -exportcert -rfc, then use elastic.https.ssl.ca.location.")),
    ("sink: port of the proxy", SINK, {"proxy.port": "70000"},
     invalid("proxy.port", "70000", "Value must be no more than 65535")),
    ("sink: several at once", SINK, {"batch.size": "0", "linger.ms": "x", "timezone": "Mars/Olympus", "tasks.max": "-1"},
     invalid("tasks.max", "-1", "Value must be at least 1") |
     invalid("batch.size", "0", "Value must be at least 1") |
     no_number("linger.ms", "x", "LONG") |
     invalid("timezone", "Mars/Olympus", "is no time zone: use UTC, an offset such as +02:00, or a name such as Europe/Berlin, for which the time zone database has to be installed (Debian package: tzdata)")),
]

GOOD_CONNECTOR = dict(SOURCE, **{"tasks.max": "2"})
VALIDATE = "/connector-plugins/SyntheticLogSource/config/validate"


def one_error(sentence):
    return "\n".join((FIRST % 1, sentence, LAST))


NOT_A_SCALAR = "Configuration values must be strings, numbers or booleans, but topic is an %s"
NO_BODY = "A request body is required: a JSON object with the connector's configuration"
NO_OBJECT = "The request body must be a JSON object with the connector's configuration, not %s"
NO_CLASS = 'Connector config {%s} contains no connector type; "connector.class" must name one'
NO_SUCH_CLASS = ("Failed to find any class that implements Connector and which name matches %s, available connectors are: "
                 "io.connectworker.AccessLogElasticsearchSink, "
                 "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector, io.connectworker.SyntheticLogSource")
OTHER_NAME = "Connector name configuration (%s) doesn't match connector name in the URL (%s)"
NULL = "config: Invalid value null for configuration topic: Null value can not be supplied as the configuration value."
HIDDEN = ("Invalid value [hidden] for configuration connection.password: it stands for the value that the connector has, "
          "which has none; give the value itself")

# What is refused before anything is validated, or belongs to one kind of request: method, path, body, status, message.
REQUESTS = [
    ("another name", "PUT", "/connectors/bad/config", dict(SOURCE, name="other"), 400, OTHER_NAME % ("other", "bad")),
    ("another name", "POST", "/connectors", {"name": "bad", "config": dict(SOURCE, name="other")}, 400,
     OTHER_NAME % ("other", "bad")),
    ("a name in the config only", "POST", "/connectors", {"config": dict(SOURCE, name="other")}, 400,
     OTHER_NAME % ("other", "")),
    ("no class", "PUT", "/connectors/bad/config", {"topic": "bad"}, 400, NO_CLASS % "topic, name"),
    ("no class, and no value in the message", "PUT", "/connectors/bad/config", {"password": SECRET}, 400,
     NO_CLASS % "password, name"),
    ("an empty class", "PUT", "/connectors/bad/config", {"connector.class": ""}, 400, NO_CLASS % "connector.class, name"),
    ("nothing", "PUT", "/connectors/bad/config", {}, 400, NO_CLASS % "name"),
    ("an unknown class", "PUT", "/connectors/bad/config", {"connector.class": "NoSuchSource"}, 400,
     NO_SUCH_CLASS % "NoSuchSource"),
    ("a mistyped class", "PUT", "/connectors/bad/config", {"connector.class": "SyntheticLogSuorce"}, 400,
     NO_SUCH_CLASS % "SyntheticLogSuorce" + " (did you mean SyntheticLogSource?)"),
    ("a converter as the class", "PUT", "/connectors/bad/config", {"connector.class": "JsonConverter"}, 400,
     NO_SUCH_CLASS % "JsonConverter"),
    ("null as a value", "PUT", "/connectors/bad/config", dict(SOURCE, topic=None), 400, NULL),
    ("an object as a value", "PUT", "/connectors/bad/config", dict(SOURCE, topic={"a": 1}), 400, NOT_A_SCALAR % "object"),
    ("an array as a value", "PUT", "/connectors/bad/config", dict(SOURCE, topic=["a"]), 400, NOT_A_SCALAR % "array"),
    ("a NUL in a value", "PUT", "/connectors/bad/config", {"topic": "a\0b"}, 400,
     "Malformed JSON in the request body at line 1, column 20: a NUL character (\\u0000) is not allowed"),
    ("an empty key", "PUT", "/connectors/bad/config", dict(SOURCE, **{"": "x"}), 400, "config: a key is empty"),
    ("a list", "PUT", "/connectors/bad/config", [], 400, NO_OBJECT % "an array"),
    ("a text", "PUT", "/connectors/bad/config", "x", 400, NO_OBJECT % "a string"),
    ("null", "PUT", "/connectors/bad/config", b"null", 400, NO_BODY),
    ("nothing at all", "PUT", "/connectors/bad/config", b"", 400, NO_BODY),
    ("a secret in broken JSON", "PUT", "/connectors/bad/config", ('{"password": "%s" "x"}' % SECRET).encode(), 400,
     "Malformed JSON in the request body at line 1, column 33: '}' expected"),
    ("a create request", "PUT", "/connectors/bad/config", {"name": "bad", "config": SOURCE}, 400,
     "Configuration values must be strings, numbers or booleans, but config is an object"),
    ("no config", "POST", "/connectors", {"name": "bad"}, 400,
     "config is required: an object with the connector's configuration"),
    ("null as the config", "POST", "/connectors", {"name": "bad", "config": None}, 400,
     "config is required: an object with the connector's configuration"),
    ("a list as the config", "POST", "/connectors", {"name": "bad", "config": []}, 400,
     "config must be an object, not an array"),
    ("a hidden password of nobody", "POST", "/connectors",
     {"name": "bad", "config": dict(SINK, **{"connection.username": "u", "connection.password": "[hidden]"})}, 400,
     one_error(HIDDEN)),
    ("a required key is taken out", "PATCH", "/connectors/good/config", {"topic": None}, 400,
     one_error('Missing required configuration "topic" which has no default value.')),
    ("the name is taken out", "PATCH", "/connectors/good/config", {"name": None}, 400,
     one_error('Missing required configuration "name" which has no default value.')),
    ("the class is taken out", "PATCH", "/connectors/good/config", {"connector.class": None}, 400,
     NO_CLASS % "topic, tasks.max, name"),
    ("another name", "PATCH", "/connectors/good/config", {"name": "other"}, 400, OTHER_NAME % ("other", "good")),
    ("a bad value", "PATCH", "/connectors/good/config", {"tasks.max": "0"}, 400,
     one_error("Invalid value 0 for configuration tasks.max: Value must be at least 1")),
    ("a list", "PATCH", "/connectors/good/config", [], 400, NO_OBJECT % "an array"),
    ("an object as a value", "PATCH", "/connectors/good/config", {"topic": {}}, 400, NOT_A_SCALAR % "object"),
    ("another class than in the path", "PUT", VALIDATE, SINK, 400,
     "Included connector type AccessLogElasticsearchSink does not match request type SyntheticLogSource"),
    ("no class", "PUT", VALIDATE, {}, 400, NO_CLASS % ""),
    ("an unknown class", "PUT", "/connector-plugins/NoSuch/config/validate", {"connector.class": "NoSuch"}, 404,
     NO_SUCH_CLASS % "NoSuch"),
    ("null", "PUT", VALIDATE, b"null", 400, NO_BODY),
    ("a list", "PUT", VALIDATE, [], 400, NO_OBJECT % "an array"),
    ("null as a value", "PUT", VALIDATE, dict(SOURCE, topic=None), 400, NULL),
    ("an array as a value", "PUT", VALIDATE, dict(SOURCE, topic=["a"]), 400, NOT_A_SCALAR % "array"),
]


class BadConfigs(TestCase):
    def setUp(self):
        super().setUp()
        self.running = self.worker(properties={"bootstrap.servers": "127.0.0.1:9", "plugin.path": env.plugin_dir()})
        self.rest = self.running.rest
        self.version = self.rest.get("/")["version"]
        self.rest.create("good", GOOD_CONNECTOR, initial_state="STOPPED")
        self.rest.get("/connector-plugins")  # from then on the version of a connector is known
        self.before = self.rest.listing()

    def tearDown(self):
        self.assertEqual(self.rest.listing(), self.before, "nothing that was refused has changed anything")
        self.assertNotIn(SECRET, self.running.log)
        super().tearDown()

    @staticmethod
    def changed(base, changes):
        config = dict(base, name="bad")
        config.update(changes)
        return {key: value for key, value in config.items() if value is not None}

    def validated(self, config):
        """Errors by key, in the order of the answer."""
        answer = self.rest.expect(200, "PUT", "/connector-plugins/%s/config/validate" % config["connector.class"], config)
        self.assertNotIn(SECRET, answer.text)
        found = {}
        for entry in answer.json["configs"]:
            if entry["value"]["errors"]:
                found[entry["value"]["name"]] = entry["value"]["errors"]
        return answer.json["error_count"], found

    def refused(self, method, path, body, status, message):
        answer = self.rest.request(method, path, body)
        self.assertEqual((answer.status, answer.message), (status, message))
        self.assertNotIn(SECRET, answer.text)

    def test_configs(self):
        for name, base, changes, wanted in CONFIGS:
            with self.subTest(name):
                config = self.changed(base, changes)
                wanted = {key: [s.replace("@version@", self.version) for s in sentences]
                          for key, sentences in wanted.items()}
                count, found = self.validated(config)
                self.assertEqual(found, wanted)
                lines = [sentence for sentences in found.values() for sentence in sentences]
                self.assertEqual(count, len(lines))
                message = "\n".join([FIRST % count] + lines + [LAST])
                self.refused("PUT", "/connectors/bad/config", config, 400, message)
                self.refused("POST", "/connectors", {"name": "bad", "config": config}, 400, message)
        self.assertGreaterEqual(len(CONFIGS), 100)
        note("%d bad configs, %d bad requests with one" % (len(CONFIGS), len(REQUESTS)))

    def test_requests(self):
        for name, method, path, body, status, message in REQUESTS:
            with self.subTest("%s %s: %s" % (method, path, name)):
                self.refused(method, path, body, status, message)

    def test_every_sentence_names_its_key(self):
        """Alone in the message of a PUT, it has to."""
        for name, _, _, wanted in CONFIGS:
            for key, sentences in wanted.items():
                for sentence in sentences:
                    with self.subTest(name):
                        self.assertTrue(re.search(r"(?<![\w.])" + re.escape(key) + r"(?![\w])", sentence) or
                                        "Config 'transforms.a.negate'" in sentence or sentence.startswith("Only one of"),
                                        sentence)
