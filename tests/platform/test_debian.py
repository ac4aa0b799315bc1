"""The Debian packages: built from the tree, and what becomes of a system that installs and purges them."""

import os
import subprocess
import unittest

from cwtest import env
from cwtest.case import TestCase, deadline


def can_mount():
    """A mount namespace of one's own: root, outside of containers that forbid it."""
    done = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


class Packages(TestCase):
    def call(self, *args, **environ):
        done = subprocess.run(args, env={**os.environ, **environ}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=900, check=False)
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        return done.stdout.decode()

    @deadline(1200)
    @unittest.skipUnless(can_mount(), "nothing can be mounted here, so that packages would be installed for everybody")
    def test_life(self):
        folder = os.path.join(self.dir, "deb")
        # The unit tests have run; packages with debug symbols are not looked at.
        self.call(os.path.join(env.TOP, "packaging", "build-deb.sh"), folder,
                  DEB_BUILD_OPTIONS="nocheck noautodbgsym")
        self.assertEqual(sorted(name.split("_")[0] for name in os.listdir(folder) if name.endswith(".deb")),
                         ["connect-worker", "connect-worker-dev", "workerctl"])
        self.assertIn("packages: clean, installed, upgraded, removed, purged",
                      self.call(os.path.join(env.TOP, "tests", "lib", "deb_check.sh"), folder, env.KAFKA))
