/*
 * fake_host - a connect-host that behaves as its configuration tells it to, for tests of what drives hosts.
 *
 * Keys of the connector's config (a test's script):
 *   fake.validate   ok, warn, error, fail, crash, hang, garbage
 *   fake.preview    ok (tells what it was asked), fail, crash, hang, garbage, or the class of an error: a digit
 *   fake.configure  ok, fail, crash, hang, garbage, exit
 *   fake.restart    ok, fail, crash
 *   fake.task       run, complete, fail, crash, exit, eof; fake.task.N for one task
 *   fake.end        a file; while it is there, tasks that start complete
 *   fake.stop       ok, deaf (answers neither stop nor stop_task)
 *   fake.topics     a topic that each task tells when it starts; and "again" when it is to tell topics again
 *   fake.stuck      true: tasks do not get on, until they are resumed
 *   fake.log        what each task logs when it starts; lines that are none come with it
 *   fake.levels     a file that gets a line for each log level that it is told, and "configured" after its start
 *   fake.reload     a file; while it is not there, the start of the last task makes it and sends "reload"
 *   tasks.max       how many tasks
 *   fake.gate       a file without which a question about offsets or dead letters is not answered
 *   fake.guests     a file that gets a "+" for each host that is asked that, and a "-" before it answers
 *   fake.untold     a key that configs of tasks do not have
 *   fake.starts     a file that gets a line for each start of a task: "TASK PAUSED OFFSETS"
 * and of the worker's config: fake.plugins  ok, fail, crash, garbage, or a file: while it is not there, there are none
 *
 * A source's task sends one offset when it starts, {"p":TASK} → {"n":1 + the last one stored}, and metrics with
 * the process id ("pid") and the number of acknowledged offsets ("stored").
 */
#ifndef CW_TESTS_FAKE_HOST_H
#define CW_TESTS_FAKE_HOST_H

#include <stdbool.h>

/* Whether this command line is one of connect-host's. */
bool fake_host_is(int argc, char **argv);
int fake_host_main(int argc, char **argv);

#endif
