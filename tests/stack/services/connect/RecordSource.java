import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

/** Gives a number of orders, each another one; tests/connectors/record_source.c gives the same. */
public class RecordSource extends SourceConnector {
    private static final ConfigDef CONFIG = new ConfigDef()
        .define("topic", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "The topic.")
        .define("count", ConfigDef.Type.INT, 20, ConfigDef.Importance.HIGH, "How many orders there are.");
    private Map<String, String> props;

    @Override public String version() { return "1"; }
    @Override public void start(Map<String, String> p) { props = p; }
    @Override public void stop() { }
    @Override public ConfigDef config() { return CONFIG; }
    @Override public Class<? extends Task> taskClass() { return RecordSourceTask.class; }
    @Override public List<Map<String, String>> taskConfigs(int max) { return List.of(props); }

    public static class RecordSourceTask extends SourceTask {
        private static final Schema CUSTOMER = SchemaBuilder.struct().name("com.example.Customer").optional()
            .field("id", Schema.INT64_SCHEMA).field("mail", Schema.OPTIONAL_STRING_SCHEMA).build();
        private static final Schema ORDER = SchemaBuilder.struct().name("com.example.Order").version(2)
            .field("id", Schema.INT32_SCHEMA).field("name", Schema.OPTIONAL_STRING_SCHEMA)
            .field("price", Schema.FLOAT64_SCHEMA).field("paid", Schema.BOOLEAN_SCHEMA).field("at", Timestamp.SCHEMA).field("total", Decimal.schema(2))
            .field("raw", Schema.BYTES_SCHEMA).field("tags", SchemaBuilder.array(Schema.OPTIONAL_STRING_SCHEMA).build())
            .field("customer", CUSTOMER).build();
        private String topic;
        private int next;
        private int count;

        @Override public String version() { return "1"; }
        @Override public void stop() { }

        @Override
        public void start(Map<String, String> p) {
            topic = p.get("topic");
            count = Integer.parseInt(p.getOrDefault("count", "20"));
        }

        @Override
        public List<SourceRecord> poll() throws InterruptedException {
            List<SourceRecord> records = new ArrayList<>();
            for (; next < count; next++)
                records.add(record(next));
            if (records.isEmpty())
                Thread.sleep(100);
            return records;
        }

        private SourceRecord record(int i) {
            ConnectHeaders headers = new ConnectHeaders();
            headers.addInt("number", i);
            if (i % 2 == 0)
                headers.addString("even", "yes");
            return new SourceRecord(Map.of("source", "orders"), Map.of("n", (long) i), topic, 0, Schema.STRING_SCHEMA,
                "order-" + i, i % 10 == 9 ? null : ORDER, i % 10 == 9 ? null : order(i), 1700000000000L + i, headers);
        }

        private static Struct customer(int i) {
            return new Struct(CUSTOMER).put("id", 1000L * i).put("mail", i % 5 == 0 ? null : i + "@example.com");
        }

        private static Struct order(int i) {
            return new Struct(ORDER).put("id", i).put("name", i % 3 == 0 ? null : "name \"" + i + "\" \u00e4")
                .put("price", i * 0.1).put("paid", i % 2 == 0).put("at", new Date(1700000000000L + i * 86400000L))
                .put("total", new BigDecimal(BigInteger.valueOf(i * 1234L - 5000), 2))
                .put("raw", new byte[] {(byte) i, (byte) 0xff})
                .put("tags", i % 2 == 0 ? List.of("a", "b" + i) : List.of())
                .put("customer", i % 4 == 0 ? null : customer(i));
        }
    }
}
