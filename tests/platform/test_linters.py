"""What linters say of the files that are around the worker."""

import os
import subprocess

from cwtest import downloads, env
from cwtest.case import TestCase

COMPOSE = os.path.join(env.TOP, "examples", "compose")
SCRIPTS = ["examples/analytics/setup.sh", "examples/mwaa/check.sh", "examples/platform.sh", "examples/quickstart.sh",
           "packaging/build-deb.sh", "tests/lib/deb_check.sh"]


class Linters(TestCase):
    def silent(self, *command):
        done = subprocess.run(command, cwd=env.TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=100, check=False)
        self.assertEqual((done.returncode, done.stdout.decode()), (0, ""))

    def test_compose_file(self):
        """By the schema of docker-compose's own."""
        self.silent("docker-compose", "-f", os.path.join(COMPOSE, "compose.yaml"), "config", "-q")

    def test_dockerfile(self):
        python = downloads.python(os.path.join(env.TOP, "tests", "platform", "linters", "requirements.txt"), "linters")
        self.silent(os.path.join(os.path.dirname(python), "hadolint"), os.path.join(COMPOSE, "Dockerfile"))

    def test_scripts(self):
        self.silent("shellcheck", "-x", *SCRIPTS)
