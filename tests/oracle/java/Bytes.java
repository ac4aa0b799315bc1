import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Bytes in a case: null, text (as UTF-8) where that says the same and has no NUL, else {"hex":"…"}; {"text":n} is the
 * n-th of the texts that the head of the file has.
 */
final class Bytes {
    private final List<String> texts = new ArrayList<>();

    Bytes(JsonNode texts) {
        for (JsonNode text : texts)
            this.texts.add(text.textValue());
    }

    byte[] read(JsonNode node) {
        if (node == null || node.isNull())
            return null;
        if (node.isTextual())
            return node.textValue().getBytes(StandardCharsets.UTF_8);
        if (node.has("text"))
            return texts.get(node.get("text").intValue()).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().parseHex(node.get("hex").textValue());
    }

    JsonNode write(byte[] bytes) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (bytes == null)
            return nodes.nullNode();
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            if (text.indexOf('\0') < 0)
                return texts.contains(text) ? nodes.objectNode().put("text", texts.indexOf(text))
                    : nodes.textNode(text);
        } catch (CharacterCodingException e) {
            // not text, then
        }
        return nodes.objectNode().put("hex", HexFormat.of().formatHex(bytes));
    }
}
