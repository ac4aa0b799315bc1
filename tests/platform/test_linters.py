"""What linters say of the files that are around the worker."""

import glob
import os
import subprocess

from cwtest import env
from cwtest.case import TestCase

COMPOSE = os.path.join(env.TOP, "examples", "compose")
FOLDERS = ("examples", "packaging", "tests")


class Linters(TestCase):
    def silent(self, *command):
        done = subprocess.run(command, cwd=env.TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=100, check=False)
        self.assertEqual((done.returncode, done.stdout.decode()), (0, ""))

    def test_compose_file(self):
        """By the schema of docker-compose's own."""
        self.silent("docker-compose", "-f", os.path.join(COMPOSE, "compose.yaml"), "config", "-q")

    def test_dockerfile(self):
        self.silent(os.path.join(env.LINTERS, "venv", "bin", "hadolint"), os.path.join(COMPOSE, "Dockerfile"))

    def test_scripts(self):
        scripts = [path for folder in FOLDERS for path in glob.glob("%s/%s/**/*.sh" % (env.TOP, folder), recursive=True)]
        self.assertGreater(len(scripts), 20)
        self.silent("shellcheck", "-x", os.path.join(env.TOP, "tests", "stack", "stack"), *sorted(scripts))
