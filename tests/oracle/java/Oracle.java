import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.TimeZone;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Reads a file of cases (see ../README.md) from standard input and writes it to standard output with what Apache Kafka
 * Connect's own classes make of each: its "expect". What a case expected before is forgotten.
 */
public final class Oracle {
    private static final ObjectMapper JSON = new ObjectMapper();

    static {
        JSON.getFactory().enable(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature())
            .setStreamReadConstraints(StreamReadConstraints.builder().maxStringLength(1 << 26).build());
    }

    private Oracle() { }

    private static ObjectNode run(ObjectNode head, Bytes bytes, ObjectNode c) {
        return c.path("source").asBoolean() ? new Pipeline<SourceRecord>(head, bytes, c).run()
            : new Pipeline<SinkRecord>(head, bytes, c).run();
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        ObjectNode head = (ObjectNode) JSON.readTree(in.readLine());
        head.put("kafka", AppInfoParser.getVersion()).put("java", System.getProperty("java.specification.version"));
        out.print(JSON.writeValueAsString(head) + "\n");
        TimeZone.setDefault(TimeZone.getTimeZone(head.get("zone").textValue()));
        Bytes bytes = new Bytes(head.path("texts"));
        boolean unsteady = false;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            ObjectNode c = (ObjectNode) JSON.readTree(line);
            c.remove("expect");
            ObjectNode expect = run(head, bytes, c);
            // What differs from one run to the next ("[B@1b2c3d") is no expectation.
            if (!expect.equals(run(head, bytes, c))) {
                System.err.println("not the same twice: " + line);
                unsteady = true;
            }
            c.set("expect", expect);
            out.print(JSON.writeValueAsString(c) + "\n");
        }
        out.flush();
        System.exit(unsteady ? 1 : 0);
    }
}
