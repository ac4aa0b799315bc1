import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/**
 * Makes JSON of the values, which is all: what a sink for a store cannot do without. The number of records and of bytes
 * is in a file. For tests/bench.
 */
public class JsonSink extends SinkConnector {
    private static final ConfigDef CONFIG =
        new ConfigDef().define("file", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "The file.");
    private Map<String, String> props;

    @Override public String version() { return "1"; }
    @Override public void start(Map<String, String> p) { props = p; }
    @Override public void stop() { }
    @Override public ConfigDef config() { return CONFIG; }
    @Override public Class<? extends Task> taskClass() { return JsonSinkTask.class; }
    @Override public List<Map<String, String>> taskConfigs(int max) { return Collections.nCopies(max, props); }

    public static class JsonSinkTask extends SinkTask {
        private final JsonConverter json = new JsonConverter();
        private Path file;
        private long records;
        private long bytes;

        @Override public String version() { return "1"; }

        @Override
        public void start(Map<String, String> p) {
            Map<String, Object> settings = new HashMap<>();
            settings.put("schemas.enable", "false");
            json.configure(settings, false);
            file = Path.of(p.get("file"));
        }

        @Override public void stop() { }

        @Override
        public void put(Collection<SinkRecord> batch) {
            for (SinkRecord r : batch)
                bytes += json.fromConnectData(r.topic(), r.valueSchema(), r.value()).length;
            records += batch.size();
            try {
                Files.writeString(file, records + " " + bytes + "\n");
            } catch (IOException e) {
                throw new ConnectException(e);
            }
        }
    }
}
