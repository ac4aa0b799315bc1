import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/** One case: bytes, converters, transformations, converters, bytes, in the order in which Connect's tasks do it. */
final class Pipeline<R extends ConnectRecord<R>> {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** What the members of a case are when it does not name them; the C runner has the same. */
    private static final String TOPIC = "orders";
    private static final int PARTITION = 3;
    private static final long OFFSET = 42;
    private static final long TIMESTAMP = 1700000000123L;

    private interface Work<T> {
        T run() throws Exception;
    }

    /** A transformation and when it applies. */
    private record Step<R extends ConnectRecord<R>>(Transformation<R> transformation, Predicate<R> predicate,
                                                    boolean negate) {
        R apply(R record) {
            return predicate == null || negate ^ predicate.test(record) ? transformation.apply(record) : record;
        }
    }

    private final JsonNode head;
    private final Bytes bytes;
    private final JsonNode c;

    Pipeline(JsonNode head, Bytes bytes, JsonNode c) {
        this.head = head;
        this.bytes = bytes;
        this.c = c;
    }

    ObjectNode run() {
        ObjectNode expect = NODES.objectNode();
        try {
            convert(expect);
        } catch (Failure failure) {
            expect.removeAll().set("error", failure.write());
        }
        return expect;
    }

    private static <T> T stage(String stage, String way, int step, Work<T> work) throws Failure {
        try {
            return work.run();
        } catch (Exception | StackOverflowError e) {
            throw new Failure(stage, way, step, e);
        }
    }

    private void convert(ObjectNode expect) throws Failure {
        List<Step<R>> steps = steps();
        Converter keyIn = converter("in", 0);
        Converter valueIn = converter("in", 1);
        HeaderConverter headerIn = headerConverter("in");
        Converter keyOut = converter("out", 0);
        Converter valueOut = converter("out", 1);
        HeaderConverter headerOut = headerConverter("out");

        R record = read(keyIn, valueIn, headerIn);
        for (int i = 0; i < steps.size(); i++) {
            Step<R> step = steps.get(i);
            R before = record;
            record = stage("TRANSFORMATION", null, i, () -> step.apply(before));
            if (record == null) {
                expect.put("dropped", i);
                return;
            }
        }
        write(expect, record, keyOut, valueOut, headerOut);
    }

    @SuppressWarnings("unchecked")
    private R read(Converter keys, Converter values, HeaderConverter headers) throws Failure {
        String topic = c.path("topic").asText(TOPIC);
        int partition = c.path("partition").asInt(PARTITION);
        SchemaAndValue key = stage("KEY_CONVERTER", "in", 0, () ->
            keys.toConnectData(topic, bytes.read(c.get("key"))));
        SchemaAndValue value = stage("VALUE_CONVERTER", "in", 0, () ->
            values.toConnectData(topic, bytes.read(c.get("value"))));
        ConnectHeaders read = new ConnectHeaders();
        stage("HEADER_CONVERTER", "in", 0, () -> {
            for (JsonNode h : c.path("headers"))
                read.add(h.get(0).textValue(),
                    headers.toConnectHeader(topic, h.get(0).textValue(), bytes.read(h.get(1))));
            return null;
        });
        Long timestamp = timestamp();
        if (c.path("source").asBoolean())
            return (R) new SourceRecord(Map.of("p", 1), Map.of("o", 1), topic, partition, key.schema(), key.value(),
                value.schema(), value.value(), timestamp, read);
        return (R) new SinkRecord(topic, partition, key.schema(), key.value(), value.schema(), value.value(),
            c.path("offset").asLong(OFFSET), timestamp,
            timestamp == null ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME, read);
    }

    private Long timestamp() {
        JsonNode node = c.path("timestamp");
        return node.isNull() ? null : (Long) node.asLong(TIMESTAMP);
    }

    private void write(ObjectNode expect, R record, Converter keys, Converter values,
                       HeaderConverter headers) throws Failure {
        ArrayNode written = NODES.arrayNode();
        for (Header h : record.headers())
            written.addArray().add(h.key()).add(bytes.write(stage("HEADER_CONVERTER", "out", 0, () ->
                headers.fromConnectHeader(record.topic(), h.key(), h.schema(), h.value()))));
        byte[] key = stage("KEY_CONVERTER", "out", 0, () ->
            keys.fromConnectData(record.topic(), record.keySchema(), record.key()));
        byte[] value = stage("VALUE_CONVERTER", "out", 0, () ->
            values.fromConnectData(record.topic(), record.valueSchema(), record.value()));
        if (!record.topic().equals(c.path("topic").asText(TOPIC)))
            expect.put("topic", record.topic());
        if (record.kafkaPartition() != c.path("partition").asInt(PARTITION))
            expect.put("partition", record.kafkaPartition());
        if (record.timestamp() != null ? !record.timestamp().equals(timestamp()) : timestamp() != null)
            expect.put("timestamp", record.timestamp());
        if (key != null)
            expect.set("key", bytes.write(key));
        expect.set("value", bytes.write(value));
        if (!written.isEmpty())
            expect.set("headers", written);
        List<String> unordered = new ArrayList<>();
        if (hasSeveralEntries(record.key()))
            unordered.add("key");
        if (hasSeveralEntries(record.value()))
            unordered.add("value");
        for (Header h : record.headers())
            if (hasSeveralEntries(h.value()) && !unordered.contains("headers"))
                unordered.add("headers");
        for (String name : unordered)
            expect.withArray("/unordered").add(name);
    }

    /** Whether the value has a map of several entries: Connect's are hash maps, whose order says nothing. */
    private static boolean hasSeveralEntries(Object value) {
        if (value instanceof Map<?, ?> map)
            return map.size() > 1 || anyHasSeveralEntries(map.keySet()) || anyHasSeveralEntries(map.values());
        if (value instanceof List<?> list)
            return anyHasSeveralEntries(list);
        if (value instanceof Struct struct) {
            for (Field field : struct.schema().fields())
                if (hasSeveralEntries(struct.getWithoutDefault(field.name())))
                    return true;
        }
        return false;
    }

    private static boolean anyHasSeveralEntries(Iterable<?> values) {
        for (Object value : values)
            if (hasSeveralEntries(value))
                return true;
        return false;
    }

    private static Map<String, Object> map(JsonNode config) {
        Map<String, Object> map = new HashMap<>();
        if (config != null)
            config.properties().forEach(e -> map.put(e.getKey(), e.getValue().textValue()));
        return map;
    }

    @SuppressWarnings("unchecked")
    private static <T> T make(String type) throws ReflectiveOperationException {
        return (T) Class.forName(type).getDeclaredConstructor().newInstance();
    }

    /** The converter at a place of "in" or "out": key, value, header. */
    private JsonNode converterOf(String way, int place) {
        JsonNode in = c.has("in") ? c.get("in") : head.get("in");
        JsonNode names = c.has(way) ? c.get(way) : in;
        return head.get("converters").get(names.get(place).textValue());
    }

    private Converter converter(String way, int place) throws Failure {
        JsonNode node = converterOf(way, place);
        return stage("CONFIGURE", way, 0, () -> {
            Converter converter = make(node.get("class").textValue());
            converter.configure(map(node.get("config")), place == 0);
            return converter;
        });
    }

    private HeaderConverter headerConverter(String way) throws Failure {
        JsonNode node = converterOf(way, 2);
        return stage("CONFIGURE", way, 0, () -> {
            HeaderConverter converter = make(node.get("class").textValue());
            Map<String, Object> config = map(node.get("config"));
            config.put("converter.type", "header");
            converter.configure(config);
            return converter;
        });
    }

    private List<Step<R>> steps() throws Failure {
        List<Step<R>> steps = new ArrayList<>();
        for (JsonNode node : c.path("chain")) {
            steps.add(stage("CONFIGURE", null, steps.size(), () -> {
                Transformation<R> transformation = configured(node);
                JsonNode predicate = node.get("predicate");
                return new Step<R>(transformation,
                    predicate == null ? null : Pipeline.<Predicate<R>>configured(predicate),
                    node.path("negate").asBoolean());
            }));
        }
        return Collections.unmodifiableList(steps);
    }

    /** A transformation or predicate: its "type", under Connect's package of transformations, with its "config". */
    private static <T extends Configurable> T configured(JsonNode node) throws ReflectiveOperationException {
        T made = make("org.apache.kafka.connect.transforms." + node.get("type").textValue());
        made.configure(map(node.get("config")));
        return made;
    }
}
