"""What a connector's status means, for those who wait for a state. No I/O."""

REACHED, WAIT_ON, FAILED = "reached", "wait on", "failed"


def is_lost(part):
    """Whether the connector or task has FAILED, and the worker does not start it again by itself."""
    return part["state"] == "FAILED" and not part.get("next_restart_at")


def verdict(status, state):
    """Whether the connector is in that state, may come to it, or has FAILED and will not by itself."""
    summary = status.get("summary_state")
    if summary == state or (state == "RUNNING" and summary == "COMPLETED"):
        return REACHED
    return FAILED if any(map(is_lost, [status["connector"]] + status["tasks"])) else WAIT_ON


def describe(status):
    """A sentence on the connector's state, why it is DEGRADED when it is, and the trace of each part that has one."""
    parts = [("the connector", status["connector"])] + [("task %d" % t["id"], t) for t in status["tasks"]]
    lines = ["connector %s: %s" % (status["name"], ", ".join("%s is %s" % (who, p["state"]) for who, p in parts))]
    if status.get("summary_state") == "DEGRADED":
        lines.append("it is DEGRADED: %s" % status.get("degraded"))
    lines += ["%s: %s" % (who, part["trace"]) for who, part in parts if part.get("trace")]
    return "\n".join(lines)
