"""The base of the tests of workerctl."""

import json
import os
import subprocess

from . import env
from .case import TestCase


class CtlCase(TestCase):
    """Has self.running, a worker, before it calls workerctl."""

    running = None

    def environ(self, url=None):
        """CONNECT_URL names the worker, and nothing comes from the person who runs the tests."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("WORKERCTL_")}
        return dict(kept, CONNECT_URL=url or self.running.url, HOME=self.dir, XDG_CONFIG_HOME="",
                    PATH=os.path.dirname(env.program("workerctl")) + ":" + os.environ["PATH"])

    def run_ctl(self, *args, status=0, url=None, data=None):
        done = subprocess.run([env.program("workerctl")] + list(args), input=(data or "").encode(),
                              env=self.environ(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                              check=False, cwd=self.dir)
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, "workerctl %s: %s%s" % (" ".join(args), out, err))
        # what these find is their answer
        answers = status not in (2, 3) and args[:1] in (("status",), ("describe",), ("validate",), ("preview",))
        self.assertEqual(bool(err), status != 0 and not answers,
                         "what went wrong is said on standard error: " + err)
        return out if status == 0 else out + err

    def file(self, name, text):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text if isinstance(text, str) else json.dumps(text))
        return path
