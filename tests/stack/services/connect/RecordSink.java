import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/** Writes what it is given into a file, a line for each record; tests/connectors/record_sink.c writes the same. */
public class RecordSink extends SinkConnector {
    private static final ConfigDef CONFIG =
        new ConfigDef().define("file", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "The file.");
    private Map<String, String> props;

    @Override public String version() { return "1"; }
    @Override public void start(Map<String, String> p) { props = p; }
    @Override public void stop() { }
    @Override public ConfigDef config() { return CONFIG; }
    @Override public Class<? extends Task> taskClass() { return RecordSinkTask.class; }
    @Override public List<Map<String, String>> taskConfigs(int max) { return Collections.nCopies(max, props); }

    public static class RecordSinkTask extends SinkTask {
        private Path file;

        @Override public String version() { return "1"; }
        @Override public void start(Map<String, String> p) { file = Path.of(p.get("file")); }
        @Override public void stop() { }

        @Override
        public void put(Collection<SinkRecord> records) {
            String lines = records.stream().map(RecordSinkTask::line).collect(Collectors.joining());
            try {
                Files.write(file, lines.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new ConnectException(e);
            }
        }

        private static String line(SinkRecord r) {
            String headers = StreamSupport.stream(r.headers().spliterator(), false)
                .map(h -> "[" + Values.text(h.key()) + "," + Values.write(h.schema(), h.value()) + "]")
                .collect(Collectors.joining(","));
            return String.format("{\"topic\":%s,\"partition\":%d,\"offset\":%d,\"timestamp\":%d,\"key\":%s,\"value\":%s,"
                + "\"headers\":[%s]}%n", Values.text(r.topic()), r.kafkaPartition(), r.kafkaOffset(), r.timestamp(),
                Values.write(r.keySchema(), r.key()), Values.write(r.valueSchema(), r.value()), headers);
        }
    }
}
