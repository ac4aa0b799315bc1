"""examples/compose without Docker: what it starts is what the scripts start, and everything in it is there."""

import json
import os
import re
import subprocess
import xml.etree.ElementTree as xml

import yaml

from cwtest import dockerfile, env
from cwtest.case import TestCase

FOLDER = os.path.join(env.TOP, "examples", "compose")
STACK = os.path.join(env.TOP, "tests", "stack", "services")
DOCKERFILE = os.path.join(FOLDER, "Dockerfile")


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as f:
        return f.read()


def maven_version(service, artifact):
    """What tests/stack downloads."""
    root = xml.parse(os.path.join(STACK, service, "pom.xml")).getroot()
    name = {"m": root.tag[1:].split("}")[0]}
    properties = {p.tag.split("}")[1]: p.text for p in root.iterfind("m:properties/*", name)}
    for dependency in root.iterfind(".//m:dependency", name):
        if dependency.find("m:artifactId", name).text == artifact:
            version = dependency.find("m:version", name).text
            return properties.get(version.strip("${}"), version)
    raise AssertionError("%s has no %s" % (service, artifact))


def pip_version(package):
    return re.search(r"^%s==(\S+)$" % package, read(STACK, "airflow", "requirements.txt"), re.MULTILINE)[1]


class Compose(TestCase):
    def setUp(self):
        super().setUp()
        self.services = yaml.safe_load(read(FOLDER, "compose.yaml"))["services"]

    def variables(self, service):
        return {k: str(v) for k, v in self.services[service].get("environment", {}).items()}

    def test_images_are_the_versions_that_are_tested(self):
        airflow = self.services["airflow"]["image"]
        search = maven_version("opensearch", "opensearch")
        self.assertEqual({name: s["image"] for name, s in self.services.items()}, {
            "kafka": "apache/kafka:" + maven_version("kafka", "kafka_2.13"),
            "opensearch": "opensearchproject/opensearch:" + search,
            "dashboards": "opensearchproject/opensearch-dashboards:" + search,
            "worker": "connect-worker", "connectors": "connect-worker", "analytics": "connect-worker",
            "airflow": airflow})
        self.assertRegex(airflow, r"^apache/airflow:%s-python3\.\d+$" % re.escape(pip_version("apache-airflow")))
        provider = "apache-airflow-providers-http"
        self.assertEqual(self.variables("airflow")["_PIP_ADDITIONAL_REQUIREMENTS"],
                         "%s==%s" % (provider, pip_version(provider)))

    def published(self):
        """Service → port, each on loopback and the same inside."""
        found = {}
        for name, service in self.services.items():
            for port in service.get("ports", []):
                address, outside, inside = port.split(":")
                self.assertEqual((address, outside), ("127.0.0.1", inside), name)
                found[name] = int(inside)
        return found

    def test_ports_are_the_usual_ones(self):
        script = read(env.TOP, "examples", "platform.sh")
        usual = set(map(int, re.findall(r'\$\(port (\d+)\)', script)))
        published = self.published()
        self.assertEqual(set(published.values()) - {published["dashboards"]}, usual)
        # What the file says of itself.
        head = read(FOLDER, "compose.yaml").split("services:")[0]
        self.assertEqual(set(map(int, re.findall(r"127\.0\.0\.1:(\d+)", head))), set(published.values()))

    def test_kafka_is_set_as_in_the_tests(self):
        """What both set is the same, but for addresses."""
        stack = dict(re.findall(r"^([a-z.]+)=(.*)$", read(STACK, "kafka.sh"), re.MULTILINE))
        ours = {k[len("KAFKA_"):].lower().replace("_", "."): v for k, v in self.variables("kafka").items()}
        own = {"controller.quorum.voters", "inter.broker.listener.name", "listeners", "advertised.listeners",
               "listener.security.protocol.map", "log.dirs"}
        common = (set(ours) & set(stack)) - own
        self.assertGreaterEqual(len(common), 10)
        self.assertEqual({k: ours[k] for k in common}, {k: stack[k] for k in common})
        self.assertEqual(set(ours) - set(stack), {"heap.opts"})
        listeners = dict(a.split("://") for a in ours["listeners"].split(","))
        protocols = dict(p.split(":") for p in ours["listener.security.protocol.map"].split(","))
        self.assertEqual(set(listeners), set(protocols))
        advertised = dict(a.split("://") for a in ours["advertised.listeners"].split(","))
        self.assertEqual(advertised, {"PLAINTEXT": "127.0.0.1:%d" % self.published()["kafka"],
                                      ours["inter.broker.listener.name"]: "kafka" + listeners["INTERNAL"]})

    def test_airflow_is_set_as_in_the_tests(self):
        script, ours = read(STACK, "airflow", "airflow"), self.variables("airflow")
        stack = dict(re.findall(r"^set_default (AIRFLOW__\w+) (\S+)$", script, re.MULTILINE))
        # Not those that make it as small as it is in tests; the executor is what `standalone` takes.
        for small in ("AIRFLOW__CORE__EXECUTOR", "AIRFLOW__CORE__PARALLELISM"):
            del stack[small]
        own = {k: v for k, v in ours.items() if k.startswith("AIRFLOW__") and "SQL_ALCHEMY_CONN" not in k}
        self.assertEqual(own, stack)
        platform = read(env.TOP, "examples", "platform.sh")
        self.assertEqual({k for k in ours if k.startswith("AIRFLOW_CONN_")},
                         set(re.findall(r"\bAIRFLOW_CONN_\w+", platform)))
        published = self.published()
        for name, service in (("CONNECT_WORKER", "worker"), ("ACCESS_LOG_STORE", "opensearch")):
            self.assertEqual(json.loads(ours["AIRFLOW_CONN_" + name]),
                             {"conn_type": "http", "schema": "http", "host": service, "port": published[service]})

    def test_addresses_are_of_services(self):
        """Every host:port in the files is a service and a port on which it listens."""
        ports = {name: {port} for name, port in self.published().items()}
        ports["kafka"] |= {19092, 19099}
        text = read(FOLDER, "compose.yaml") + read(FOLDER, "worker.properties")
        text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
        found = re.findall(r"(?:https?://|@|=|\b)([a-z]+):(\d{4,5})\b", text)
        self.assertGreater(len(found), 8)
        for host, port in found:
            self.assertIn(int(port), ports.get(host, ()), "%s:%s" % (host, port))

    def test_what_is_named_is_there(self):
        whole = yaml.safe_load(read(FOLDER, "compose.yaml"))
        once = {name for name, service in self.services.items() if "restart" not in service}
        waited_for = set()
        for name, service in self.services.items():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("."):
                    self.assertTrue(os.path.isdir(os.path.join(FOLDER, source)), source)
                else:
                    self.assertIn(source, whole["volumes"])
            for other, how in service.get("depends_on", {}).items():
                # The worker's health check is in its image.
                self.assertTrue(other in once | {"worker"} or "healthcheck" in self.services[other], other)
                self.assertEqual(how["condition"],
                                 "service_completed_successfully" if other in once else "service_healthy")
                waited_for.add(other)
            if "build" in service:
                context = os.path.normpath(os.path.join(FOLDER, service["build"]["context"]))
                self.assertEqual(context, env.TOP)
                self.assertTrue(os.path.isfile(os.path.join(context, service["build"]["dockerfile"])))
        # Else `up --wait` would take their end for a failure.
        self.assertEqual(once - waited_for, set())
        analytics = self.services["analytics"]["entrypoint"][0]
        self.assertTrue(os.access(env.PREFIX + analytics.removeprefix("/usr"), os.X_OK), analytics)

    def test_dockerfile(self):
        build, last = dockerfile.stages(DOCKERFILE)
        self.assertEqual([s[0][1].split()[0] for s in (build, last)], ["debian:bookworm-slim"] * 2)
        self.assertNotIn(dockerfile.value(last, "USER").split(":")[0], ("0", "root"))
        self.assertEqual(dockerfile.value(last, "HEALTHCHECK"), ["workerctl", "-q", "health"])
        self.assertEqual(dockerfile.value(last, "EXPOSE"), str(self.published()["worker"]))
        volume = dockerfile.value(last, "VOLUME")
        self.assertIn("worker:" + volume, self.services["worker"]["volumes"])
        program, config = dockerfile.value(last, "ENTRYPOINT")
        self.assertEqual(program, "connect-worker")
        copied = [rest.split() for word, rest in last if word == "COPY" and not rest.startswith("--from")]
        self.assertEqual([target for _, target in copied], [config])
        self.assertTrue(all(os.path.isfile(os.path.join(env.TOP, source)) for source, _ in copied))
        self.assertIn("offset.storage.file.filename=%s/" % volume, read(FOLDER, "worker.properties"))

    def test_the_worker_and_its_connectors(self):
        """The worker starts with its file, but for what is of this machine, and takes the connectors' files."""
        settings = dict(line.split("=", 1) for line in read(FOLDER, "worker.properties").splitlines()
                        if line and not line.startswith("#"))
        self.assertEqual((settings["bootstrap.servers"], settings["listeners"]), ("kafka:19092", "http://0.0.0.0:8083"))
        for key in ("bootstrap.servers", "listeners", "offset.storage.file.filename"):
            del settings[key]
        w = self.worker(properties=settings)
        self.assertNotIn("WARN", w.log)
        command = self.services["connectors"]["entrypoint"]
        self.assertEqual(command[:5], ["workerctl", "-s", "http://worker:8083", "apply", "-f"])
        folder, target, _ = self.services["connectors"]["volumes"][0].split(":")
        self.assertEqual(command[5], target)
        folder = os.path.normpath(os.path.join(FOLDER, folder))
        environ = {**os.environ, **self.variables("connectors"), "STORE": env.OPENSEARCH}
        for words in (["validate", "-f"], ["apply", "--dry-run", "-f"]):
            done = subprocess.run([env.program("workerctl"), "-s", w.url, *words, folder], env=environ, timeout=60,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            text = done.stdout.decode()
            self.assertEqual(done.returncode, 0, text)
            self.assertNotIn("unknown", text)
            self.assertEqual(text.count("demo-"), 2, text)
