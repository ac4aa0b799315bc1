import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Where a case failed, and with what. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    private final String stage;
    private final String way;
    private final int step;

    /** @param way "in" or "out", null for a step of the chain; @param step its place in the chain */
    Failure(String stage, String way, int step, Throwable cause) {
        super(cause);
        this.stage = stage;
        this.way = way;
        this.step = step;
    }

    ObjectNode write() {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("stage", stage);
        if (way != null)
            node.put("way", way);
        else
            node.put("step", step);
        node.put("class", getCause().getClass().getName()).put("message", message(getCause()));
        if (getCause().getCause() != null)
            node.put("cause", message(getCause().getCause()));
        return node;
    }

    /** The sentence without the further lines, where Jackson says where, and without the identity of objects. */
    private static String message(Throwable e) {
        if (e.getMessage() == null)
            return null;
        return e.getMessage().split("\n", 2)[0].replaceAll("@[0-9a-f]{5,8}\\b", "@");
    }
}
