import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;

/** Values as JSON that says all of them; tests/connectors/record_sink.c writes the same. */
final class Values {
    private Values() { }

    /** {"schema":…,"value":…}. */
    static String write(Schema schema, Object value) {
        return "{\"schema\":" + schema(schema) + ",\"value\":" + value(value) + "}";
    }

    private static String schema(Schema schema) {
        if (schema == null)
            return "null";
        StringBuilder out = new StringBuilder("{\"type\":\"" + schema.type().getName() + "\"");
        out.append(",\"optional\":").append(schema.isOptional());
        if (schema.name() != null)
            out.append(",\"name\":").append(text(schema.name()));
        if (schema.version() != null)
            out.append(",\"version\":").append(schema.version());
        if (schema.defaultValue() != null)
            out.append(",\"default\":").append(value(schema.defaultValue()));
        switch (schema.type()) {
            case STRUCT:
                out.append(",\"fields\":").append(schema.fields().stream()
                    .map(f -> "[" + text(f.name()) + "," + schema(f.schema()) + "]")
                    .collect(Collectors.joining(",", "[", "]")));
                break;
            case MAP:
                out.append(",\"keys\":").append(schema(schema.keySchema()));
                out.append(",\"values\":").append(schema(schema.valueSchema()));
                break;
            case ARRAY:
                out.append(",\"values\":").append(schema(schema.valueSchema()));
                break;
            default:
                break;
        }
        return out.append("}").toString();
    }

    private static String value(Object value) {
        if (value == null)
            return "null";
        if (value instanceof String s)
            return text(s);
        if (value instanceof Boolean)
            return value.toString();
        if (value instanceof byte[] b)
            return tagged("bytes", hex(b));
        if (value instanceof ByteBuffer b)
            return value(b.array());
        if (value instanceof BigDecimal d)
            return tagged("decimal", "[" + hex(d.unscaledValue().toByteArray()) + "," + d.scale() + "]");
        if (value instanceof Date d)
            return tagged("millis", Long.toString(d.getTime()));
        if (value instanceof Float || value instanceof Double)
            return tagged(value instanceof Float ? "float" : "double",
                Long.toString(Double.doubleToLongBits(((Number) value).doubleValue())));
        if (value instanceof List<?> list)
            return list.stream().map(Values::value).collect(Collectors.joining(",", "[", "]"));
        if (value instanceof Map<?, ?> map)
            return tagged("map", map.entrySet().stream()
                .map(e -> "[" + value(e.getKey()) + "," + value(e.getValue()) + "]")
                .collect(Collectors.joining(",", "[", "]")));
        if (value instanceof Struct struct)
            return tagged("struct", struct.schema().fields().stream()
                .map((Field f) -> value(struct.getWithoutDefault(f.name())))
                .collect(Collectors.joining(",", "[", "]")));
        return tagged(value.getClass().getSimpleName().toLowerCase(), value.toString()); // byte, short, integer, long
    }

    private static String hex(byte[] bytes) {
        return "\"" + HexFormat.of().formatHex(bytes) + "\"";
    }

    private static String tagged(String tag, String value) {
        return "{\"" + tag + "\":" + value + "}";
    }

    static String text(String s) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : s.toCharArray()) {
            if (c == '"' || c == '\\')
                out.append('\\').append(c);
            else if (c < ' ')
                out.append(String.format("\\u%04x", (int) c));
            else
                out.append(c);
        }
        return out.append('"').toString();
    }
}
