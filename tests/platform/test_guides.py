"""docs/server-guide.md and docs/runbook.md: their boxes are run, each situation of the runbook brought about."""

import json
import os
import re
import signal
import subprocess

from cwtest import env, guide, kafka, pipeline, stack
from cwtest.case import TestCase, deadline
from cwtest.process import children, command_line, free_port
from cwtest.rest import Rest

DOCS = os.path.join(env.TOP, "docs")
# Folders of the guides, which are below a folder of the test's here.
FOLDERS = ("/etc/connect-worker", "/var/lib/connect-worker", "/var/backups/connect-worker", "/run/connect-worker",
           "/etc/systemd/system", "/root/")
# What is under these headings is tried by test_debian.py in a bare Debian.
IN_PACKAGES = {"packaging/build-deb.sh", "apt-get install", "apt-get remove", "apt-get purge"}

# Instead of systemd's: the same verbs for one worker. `start` returns when the worker says that it is ready.
SYSTEMCTL = """#!/bin/bash
cd "$SERVICE"
touch log
ready() { grep -c ' ready: ' log || :; }
runs() { [ -s pid ] && kill -0 "$(cat pid)" 2>/dev/null; }
stop() {
	! runs || kill -TERM "$(cat pid)"
	while runs; do sleep 0.05; done
}
start() {
	local before
	before=$(ready)
	setsid connect-worker "$SERVICE/etc/connect-worker/connect-worker.properties" >>log 2>&1 </dev/null &
	echo $! >pid
	until [ "$(ready)" != "$before" ]; do
		runs || { echo 'Job for connect-worker.service failed.' >&2; exit 1; }
		sleep 0.05
	done
}
case "$*" in
'start connect-worker' | 'enable --now connect-worker') start ;;
'stop connect-worker') stop ;;
'restart connect-worker') stop; start ;;
daemon-reload | 'reset-failed connect-worker') ;;
*) echo "systemctl: what is $*?" >&2; exit 1 ;;
esac
"""
JOURNALCTL = """#!/bin/bash
[ "$1 $2 $3" = '-u connect-worker -n' ] && exec tail -n "$4" "$SERVICE/log"
"""
# There is no such user here. What would be that group's is in the file groups.
CHGRP = """#!/bin/bash
[ "$1" != -R ] || shift
[ "$1" = connect-worker ] && shift && find "$@" >>"$SERVICE/groups"
"""
INSTALL = """#!/bin/bash
[ "$1 $2 $3 $4" != '-o connect-worker -g connect-worker' ] || shift 4
exec /usr/bin/install "$@"
"""
STAND_INS = {"systemctl": SYSTEMCTL, "journalctl": JOURNALCTL, "chgrp": CHGRP, "install": INSTALL}


class Guides(TestCase):
    def setUp(self):
        super().setUp()
        self.service = os.path.join(self.dir, "service")
        self.bin = os.path.join(self.dir, "bin")
        for folder in ("etc/connect-worker", "var/lib/connect-worker", "var/backups", "run/connect-worker", "root"):
            os.makedirs(os.path.join(self.service, folder))
        os.mkdir(self.bin)
        os.symlink(self.log_file("worker"), os.path.join(self.service, "log"))
        for name, text in STAND_INS.items():
            path = os.path.join(self.bin, name)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            os.chmod(path, 0o755)
        self.http, self.https = free_port(), free_port()
        self.rest = Rest(self.http)
        self.topic = kafka.topic("guide", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.index = env.unique("guide")
        self.drop(self.opensearch, self.index + "-*")
        self.addCleanup(self.opensearch.call, "DELETE", "/_index_template/" + self.index, missing={})
        self.examples()
        self.addCleanup(self.run_box, "systemctl stop connect-worker")
        self.run_box("workerctl context set local --server http://127.0.0.1:8083\nworkerctl context use local")

    def examples(self):
        """The example's connectors, with topic and index of this test's and a calm pace without an end."""
        folder = os.path.join(self.dir, "examples")
        os.mkdir(folder)
        for name, change in (("synthetic-log-source", {"topic": self.topic, "count": "0", "records.per.second": "200"}),
                             ("access-log-sink", {"topics": self.topic, "index": self.index + "-%{+yyyy.MM.dd}",
                                                  "connection.url": env.OPENSEARCH})):
            with open(os.path.join(env.TOP, "examples", name + ".json"), encoding="utf-8") as f:
                connector = json.load(f)
            connector["config"].update(change)
            connector["config"].pop("log.records.per.second", None)
            with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as f:
                json.dump(connector, f)

    def here(self, text):
        """A box's text with the addresses and folders of this test."""
        for theirs, ours in (("broker1:9092", env.KAFKA), ("http://127.0.0.1:9200", env.OPENSEARCH),
                             ("access-log-letters", self.topic + "-letters"),
                             ("localhost:8443", "localhost:%d" % self.https),
                             ("https://:8443", "https://127.0.0.1:%d" % self.https)):
            text = text.replace(theirs, ours)
        text = re.sub(r"(localhost|127\.0\.0\.1):8083", "127.0.0.1:%d" % self.http, text)
        for folder in FOLDERS:
            text = re.sub(r"(?<![\w.])" + re.escape(folder), self.service + folder, text)
        return text

    def run_box(self, text, status=0):
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("CONNECT_", "WORKERCTL_"))}
        environ.update(SERVICE=self.service, WORKERCTL_CONFIG=os.path.join(self.dir, "contexts"),
                       PATH=os.pathsep.join([self.bin, os.path.join(env.PREFIX, "bin"), environ["PATH"]]))
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", self.here(text)], env=environ, cwd=self.dir,
                              timeout=120, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        out = done.stdout.decode("utf-8", "replace")
        with open(self.log_file("boxes"), "a", encoding="utf-8") as f:
            f.write("%s\n%s\n" % (text, out))
        self.assertEqual(done.returncode, status, "%s\n%s" % (text, out))
        return out

    def run_section(self, boxes):
        for kind, text in boxes:
            self.assertEqual(kind, "sh", text)
            self.run_box(text)

    def old_backup(self):
        """There is one, with a file that was deleted since, and the worker's files are no group's yet."""
        stale = os.path.join(self.service, "var/backups/connect-worker/etc")
        os.makedirs(stale)
        with open(os.path.join(stale, "stale.json"), "w", encoding="utf-8"):
            pass
        with open(os.path.join(self.service, "groups"), "w", encoding="utf-8"):
            pass

    def restored(self):
        """What is there again is what was there last, and may be read by the worker's group."""
        folder = os.path.join(self.service, "etc/connect-worker")
        files = [os.path.join(folder, name) for name in os.listdir(folder)]
        self.assertNotIn(os.path.join(folder, "stale.json"), files)
        with open(os.path.join(self.service, "groups"), encoding="utf-8") as f:
            self.assertLessEqual({folder, *files}, set(f.read().split()))

    @deadline(300)
    def test_server_guide(self):
        for heading, boxes in guide.sections(os.path.join(DOCS, "server-guide.md")):
            if heading == "Back up":
                self.old_backup()
            with self.subTest(heading):
                if heading in ("Install", "Uninstall"):
                    for kind, text in boxes:
                        self.assertEqual(kind, "sh packages")
                        self.assertTrue(all(line.startswith(tuple(IN_PACKAGES)) for line in text.splitlines()), text)
                else:
                    self.run_section(boxes)
                if heading.startswith("Restore"):
                    self.restored()
        env.wait_for(lambda: self.opensearch.count(self.index + "-*") > 0, 30, "lines flow", 0.2)
        # It is left as the guide says: only those who have the token, over TLS, get in.
        self.assertIn("401", self.run_box("curl -sk -o /dev/null -w '%{http_code}' https://localhost:8443/connectors"))

    @deadline(600)
    def test_runbook(self):
        self.run_section([b for heading, boxes in guide.sections(os.path.join(DOCS, "server-guide.md"))
                          if heading in ("Configure", "Connectors") for b in boxes])
        sections = guide.sections(os.path.join(DOCS, "runbook.md"))
        self.assertEqual([heading for heading, _ in sections], list(SITUATIONS))
        for heading, boxes in sections:
            with self.subTest(heading):
                before, after = SITUATIONS[heading]
                if before:
                    before(self)
                self.run_section(boxes)
                self.rest.wait_state("access-log-sink", "RUNNING", "RUNNING")
                if after:
                    after(self)

    def summary(self, name):
        return self.rest.status(name)["summary_state"]

    def wait_summary(self, name, state):
        env.wait_for(lambda: self.summary(name) == state, 30, lambda: "%s is %s" % (name, self.rest.status(name)), 0.1)

    def patch(self, name, **config):
        change = {k.replace("_", "."): v for k, v in config.items()}
        self.rest.expect(200, "PATCH", "/connectors/%s/config?wait=RUNNING" % name, change)

    def indexed_again(self):
        """Documents come."""
        before = self.opensearch.count(self.index + "-*")
        env.wait_for(lambda: self.opensearch.count(self.index + "-*") > before, 60, "documents come", 0.2)

    def misconfigure(self):
        self.run_box("systemctl stop connect-worker")
        self.run_box("sed -i 's/^listeners=.*/listeners=nonsense/' /etc/connect-worker/connect-worker.properties")
        self.run_box("systemctl start connect-worker", 1)
        self.assertIn("listeners", self.run_box("journalctl -u connect-worker -n 5"))

    def fail_source(self):
        """Its topic takes no line; afterwards it does."""
        tiny = kafka.topic("tiny", 1, "max.message.bytes=20")
        self.addCleanup(kafka.delete, tiny)
        config = self.rest.get("/connectors/access-log-source/config")
        config.update({"topic": tiny, "tasks.max": "1", "task.restart.attempts.max": "0"})
        self.rest.put("access-log-source", config)
        self.wait_summary("access-log-source", "FAILED")
        kafka.delete(tiny)
        kafka.create(tiny, 1)

    def source_runs(self):
        self.wait_summary("access-log-source", "RUNNING")
        self.patch("access-log-source", topic=self.topic)

    def malformed(self):
        kafka.produce(self.topic, [b"no line of an access log"])
        self.addCleanup(kafka.delete, self.topic + "-letters")
        self.wait_summary("access-log-sink", "FAILED")

    def letters(self, count):
        env.wait_for(lambda: kafka.count(self.topic + "-letters") == count, 60, "%d letters" % count, 0.2)

    def one_letter(self):
        self.letters(1)

    def two_letters(self):
        """What was put back has failed again."""
        self.letters(2)

    def lose_the_store(self):
        self.patch("access-log-sink", connection_url="http://127.0.0.1:1")
        logs = "/connectors/access-log-sink/logs?level=WARN"
        env.wait_for(lambda: "the store takes no documents" in self.rest.request("GET", logs).data.decode(), 30,
                     "it is tried again", 0.1)

    def degrade(self):
        self.patch("access-log-sink", connection_url="http://127.0.0.1:1", watchdog_timeout_ms="1000")
        self.wait_summary("access-log-sink", "DEGRADED")

    def store_is_back(self):
        self.patch("access-log-sink", connection_url=env.OPENSEARCH, watchdog_timeout_ms="60000")
        self.indexed_again()

    def lose_an_index(self):
        self.rest.expect(200, "PUT", "/connectors/access-log-source/pause?wait=PAUSED")
        lines = kafka.count(self.topic) - kafka.count(self.topic + "-letters")
        self.assertGreater(lines, 0)
        env.wait_for(lambda: self.opensearch.count(self.index + "-*") == lines, 60, "all indexed", 0.2)
        self.documents = lines
        self.opensearch.delete(self.index + "-*")

    def index_is_back(self):
        env.wait_for(lambda: self.opensearch.count(self.index + "-*") == self.documents, 60, "all indexed again", 0.2)
        self.rest.expect(202, "PUT", "/connectors/access-log-source/resume")

    def damage(self):
        self.run_box("install -d -m 700 /var/backups/connect-worker\nsqlite3 /var/lib/connect-worker/connect.db "
                     "'.backup /var/backups/connect-worker/connect.db'\nsystemctl stop connect-worker")
        with open(os.path.join(self.service, "var/lib/connect-worker/connect.db"), "r+b") as f:
            f.write(os.urandom(8192))
        self.run_box("systemctl start connect-worker", 1)

    def all_indexed(self):
        """Of what there is now, without the letters."""
        lines = kafka.count(self.topic) - kafka.count(self.topic + "-letters")
        env.wait_for(lambda: self.opensearch.count(self.index + "-*") >= lines, 60, "the lag is gone", 0.2)

    def flood(self):
        """More at once than the sink takes in a moment."""
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, 50000)))

    def lose_kafka(self):
        stack.kill("kafka")
        self.addCleanup(stack.start, "kafka")

    def kafka_is_back(self):
        self.assertIn('"kafka"', self.run_box("curl -fsS http://localhost:8083/health"))
        stack.start("kafka")
        self.indexed_again()

    def out_of_memory(self):
        """As the kernel ends a process."""
        with open(os.path.join(self.service, "pid"), encoding="utf-8") as f:
            hosts = [pid for pid in children(int(f.read())) if "access-log-sink" in command_line(pid)]
        self.assertEqual(len(hosts), 1)
        os.kill(hosts[0], signal.SIGKILL)

    def certificate(self):
        self.run_box("openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=x -keyout /root/key -out "
                     "/etc/connect-worker/server.pem 2>/dev/null")


# Section of the runbook → what brings its situation about, and what must be so afterwards.
SITUATIONS = {
    "Something is wrong, and nobody knows what": (None, None),
    "The worker does not start": (Guides.misconfigure, Guides.indexed_again),
    "A connector is FAILED": (Guides.fail_source, Guides.source_runs),
    "Records cannot be processed": (Guides.malformed, Guides.indexed_again),
    "There are dead letters": (Guides.one_letter, Guides.two_letters),
    "The lag grows": (Guides.flood, Guides.all_indexed),
    "The store is down, or slow": (Guides.lose_the_store, Guides.indexed_again),
    "A connector is DEGRADED": (Guides.degrade, Guides.store_is_back),
    "Kafka is down": (Guides.lose_kafka, Guides.kafka_is_back),
    "A day is missing in the store": (Guides.lose_an_index, Guides.index_is_back),
    "Offsets were changed by mistake": (None, Guides.indexed_again),
    "The state is damaged, or the disk was full": (Guides.damage, Guides.indexed_again),
    "A certificate or token ends": (Guides.certificate, None),
    "A connector takes too much memory": (Guides.out_of_memory, Guides.indexed_again),
    "The machine is to be maintained": (None, Guides.indexed_again),
}
