/*
 * protocol - the messages between connect-worker and a connect-host, and the host's command line.
 *
 * A host in "run" mode has one end of a stream socketpair as file descriptor 3. Each message is a
 * 4-byte big-endian length and that many bytes of JSON: an object with a "type". No records cross.
 * A host that reads end-of-file (its worker is gone) drains its tasks and exits; CW_ORPHAN_EXTRA_MS after the time that
 * they have for that it is gone, whatever its plugin does. The next worker waits longer before it starts connectors.
 *
 * File descriptor 4 is a pipe for last words: what a host's crash handler writes there (signal, backtrace
 * with function names; at most CW_CRASH_REPORT_MAX bytes are kept) is appended to the trace of its tasks.
 * It is never read before the host is gone, so nothing else may be written to it. File descriptor 5 is only
 * to be kept open until exit: by its lock the next worker on the same state knows that this host still lives.
 * A host leads a process group of its own; standard input is /dev/null, output goes where errors go.
 *
 * connect-host --run --connector NAME      talks over fd 3, as below
 * connect-host --embedded-broker           fd 3 too: runs a mock cluster until end-of-file; says
 *     {"type":"broker","bootstrap":"127.0.0.1:PORT"} once it listens, or {"type":"failed","trace":sentence}
 * connect-host --plugins                   reads {"worker":{…}} on stdin, prints on stdout
 *     {"plugins":[{"class":…,"type":T,"version":…,"doc":…,"file":…,"config":[definitions]}…],
 *      "refused":[{"file":…,"reason":sentence}…]}; T is "source", "sink", "transformation" … (config/plugin_names.h);
 *      what comes with the worker has no "file",
 *      and a converter that does not convert headers has "headers":false
 * connect-host --validate                  reads {"worker":{…},"class":C,"config":{…}} on stdin, prints ConfigInfos
 *     and "warnings" (config/connector_config.h), plus "type":"source"|"sink"|"unknown" and "class": the full name
 * connect-host --offsets                   offsets of a connector that live in Kafka. Reads {"worker":{…},"name":N,"config":{…}}
 *     and, of a sink: nothing more, prints {"offsets":[[TOPIC,PARTITION,OFFSET]…]}; or "at":epoch ms, prints the same
 *     of every partition of its topics: of the first record of that time or later, or the end; or "change":"reset", or
 *     "change":[[TOPIC,PARTITION,OFFSET|null]…], prints {}; of an exactly-once source: "topic":T, and
 *     nothing more: prints {"offsets":[[partition,offset]…]}; or "offsets":[[partition,offset|null]…] to write, or
 *     "offsets":"reset" to forget all that the topic has of it, prints {}.
 *     Or {"error":{"code":enum cw_error_code,"text":sentence}}
 * connect-host --preview                   what the stages of a connector make of records. Reads {"worker":{…},"name":N,
 *     "config":{…},"preview":{…}} and, of a source, its stored "offsets":[[partition,offset]…]; "preview" is the body of the
 *     REST API's request, checked, and what is printed is its answer (schemas/openapi.yaml: PreviewRequest, Preview), or
 *     {"error":{…}} as above. Nothing is written, committed or joined
 * connect-host --cluster                   reads {"worker":{…}} on stdin, prints {"id":text} of the Kafka cluster, or {}
 *     when no broker answered in time
 * connect-host --letters                   dead letters of a sink. Reads {"worker":{…},"name":N,"config":{…},"limit":N,
 *     "replay":bool}, prints DeadLetters, the newest, or with replay ReplayedLetters (schemas/openapi.yaml), or an error
 *     as --offsets
 * connect-host --resolve                   what settings that the worker reads itself stand for. Reads {"worker":{…},
 *     "settings":{key:text…}}, prints {"values":{key:text…},"told":[[text,variable]…],"failed":{key:why…}}; "told" is what is
 *     not to be seen, and the variables that may be seen instead. When something has failed some keys may be in neither, and
 *     the key may be that of the class of a config provider, config.providers.ALIAS.class
 * Exit status of the last six: 0 with an answer, 1 with a sentence on stderr.
 *
 * worker → host
 *   {"type":"configure","connector":N,"config":{…},"worker":{…},"offsets":[[partition,offset]…],
 *    "identity":what this worker is called, and no other one, as long as it has its state, optional,
 *    "file":the plugin's file when the config was validated; a hint, to be tried first, optional}
 *        once, first: load the plugin, start the connector, compute the task configs
 *   {"type":"start_task","task":T,"tasks":COUNT,"config":{…},"paused":bool,"offsets":[[partition,offset]…]}
 *        "offsets" are the stored source offsets, each partition and offset a JSON object
 *   {"type":"stop_task","task":T,"timeout_ms":M}       answered by "stopped"
 *   {"type":"pause"} {"type":"resume"}                 all tasks, idempotent; each answers with a status
 *   {"type":"restart"}                                 the connector object alone: stop it, start it, compute the
 *        task configs; its tasks go on. Answered by "configured" or "failed" (then the host need not exit)
 *   {"type":"offsets_stored","task":T,"seq":K}         in the order of the "offsets"; late when the store is in trouble
 *   {"type":"log_level","level":L}                     at any time, before "configure" too; as loggers have it: base/log.h
 *   {"type":"change","config":{key:text|null…}}        of the connector's config, after "configure": keys whose
 *        change restarts nothing (config/live_keys.h); null: it is not set any more. No variables
 *   {"type":"forget_topics"}                           what "topics" has told is told again when it is used again
 *   {"type":"stop","timeout_ms":M}                     drain all tasks, stop the connector, exit 0
 *
 * host → worker
 *   {"type":"configured","class":C,"version":V,"kind":"source"|"sink","tasks":[{config}…]}
 *   {"type":"failed","trace":text}                     instead of "configured"; the host exits after it
 *   {"type":"status","task":T,"state":"RUNNING"|"PAUSED"|"FAILED"|"COMPLETED","trace":text?}
 *   {"type":"stopped","task":T}                        after its last "offsets"
 *   {"type":"offsets","task":T,"seq":K,"offsets":[[partition,offset]…]}   to store, in one transaction
 *   {"type":"topics","task":T,"topics":[name…]}         that it has used: written to (acknowledged) or read from;
 *        each once, unless topic.tracking.enable is false
 *   {"type":"log","time":epoch ms,"level":"error"…"debug","task":T?,"message":text}   a line that it has written to
 *        its standard error, for the connector's ring; at most so many a second (host/log_lines.h)
 *   {"type":"reload"}                                  what config providers answered has changed: the host is to be
 *        replaced by one that asks them anew
 *   {"type":"metrics","task":T,"metrics":{name:{"kind":"counter"|"gauge","help":text,"value":number}…},
 *        "retry":{…},"awaited":text,"rate_limit":{"records_per_second","bytes_per_second"}}   each second; "retry" as
 *        in TaskState (schemas/openapi.yaml), if any, "awaited" what keeps the task from getting on, if anything, "rate_limit"
 *        that of the connector, where there is one, 0 for none; and once more before the "status" COMPLETED or FAILED, and before "stopped": the last ones are kept
 *
 * A task that is FAILED or COMPLETED keeps its slot in the host until stop_task; start_task starts it again.
 */
#ifndef CW_SUPERVISOR_PROTOCOL_H
#define CW_SUPERVISOR_PROTOCOL_H

#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"

#define CW_HOST_FD 3
#define CW_HOST_CRASH_FD 4
#define CW_HOST_LOCK_FD 5
#define CW_CRASH_REPORT_MAX (64u << 10)
#define CW_FRAME_MAX (64u << 20)
#define CW_ORPHAN_EXTRA_MS 2000
#define CW_PREVIEW_MAX 100 /* records of one --preview */

/* Appends a message, framed, to what is to be sent; nothing for NULL. */
void cw_frame_append(struct cw_buf *out, const json_t *message);

/*
 * Takes the next whole message off the front of what was received. 1 and *message (new), 0 when more
 * bytes are needed, -1 with a broken frame (too long, no JSON object with a "type").
 */
int cw_frame_take(struct cw_buf *in, json_t **message);

#endif
