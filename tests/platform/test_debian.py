"""The Debian packages: built from the tree, and what becomes of a system that installs and purges them."""

import os
import shlex
import subprocess
import unittest

from cwtest import dockerfile, env, kafka
from cwtest.case import TestCase, deadline
from cwtest.process import free_port


def can_mount():
    """A mount namespace of one's own: root, outside of containers that forbid it."""
    done = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


DOCKERFILE = os.path.join(env.TOP, "examples", "compose", "Dockerfile")
# Where the image's file has the addresses of containers.
ADDRESSES = "s,^bootstrap.servers=.*,bootstrap.servers=%s,; s,^listeners=.*,listeners=http://127.0.0.1:%d,"


def step(packages, word, rest):
    """A shell command that does in the folder root what the instruction does in an image."""
    if word == "RUN":
        return "chroot root sh -c " + shlex.quote(rest)
    words = rest.split()
    build = [w for w in words if w.startswith("--from=")]
    sources, target = [w for w in words if w not in build][:-1], "root" + words[-1]
    # The first stage puts into /debs what build-deb.sh has made.
    found = [s.replace("/debs", packages) if build else os.path.join(env.TOP, s) for s in sources]
    return "mkdir -p %s && cp %s %s" % (os.path.dirname(target), " ".join(found), target)


class Packages(TestCase):
    def call(self, *args, **environ):
        done = subprocess.run(args, env={**os.environ, **environ}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=900, check=False)
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        return done.stdout.decode()

    @deadline(1500)
    @unittest.skipUnless(can_mount(), "nothing can be mounted here, so that packages would be installed for everybody")
    def test_life(self):
        folder, bare = os.path.join(self.dir, "deb"), os.path.join(self.dir, "bare")
        check = os.path.join(env.TOP, "tests", "lib", "deb_check.sh")
        with open(self.log_file("bare"), "wb") as log:
            debian = subprocess.Popen([check, "--bare", bare], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(debian.wait)
        self.addCleanup(debian.terminate)
        # The unit tests have run; packages with debug symbols are not looked at.
        self.call(os.path.join(env.TOP, "packaging", "build-deb.sh"), folder,
                  DEB_BUILD_OPTIONS="nocheck noautodbgsym")
        self.assertEqual(sorted(name.split("_")[0] for name in os.listdir(folder) if name.endswith(".deb")),
                         ["connect-worker", "connect-worker-dev", "workerctl"])
        self.assertEqual(debian.wait(600), 0, "the bare Debian")
        topic = env.unique("deb")
        self.addCleanup(kafka.delete, topic)
        said = self.call(check, folder, env.KAFKA, env.OPENSEARCH, topic, str(free_port()), CW_DEB_BASE=bare)
        self.assertIn("packages: clean, installed, upgraded, removed, purged", said)
        self.image(folder, bare)

    def image(self, folder, bare):
        """What the Dockerfile's last stage makes of a bare Debian runs as its user, and is healthy."""
        last = dockerfile.stages(DOCKERFILE)[-1]
        place, port = os.path.join(self.dir, "image"), free_port()
        os.mkdir(place)
        program, config = dockerfile.value(last, "ENTRYPOINT")
        as_user = "chroot root setpriv --reuid %s --regid %s --clear-groups " % tuple(
            dockerfile.value(last, "USER").split(":"))
        script = ["set -e", "mount -t tmpfs tmpfs " + place, "cd " + place, "mkdir up work root",
                  "mount -t overlay overlay -o lowerdir=%s,upperdir=up,workdir=work root" % bare,
                  "for f in proc dev; do mount --rbind /$f root/$f; done", "cp -L /etc/resolv.conf root/etc/"]
        script += [step(folder, word, rest) for word, rest in last if word in ("COPY", "RUN")]
        script += ["sed -i '%s' root%s" % (ADDRESSES % (env.KAFKA, port), config),
                   "export CONNECT_URL=http://127.0.0.1:%d" % port,
                   "%s %s %s & worker=$!" % (as_user, program, config), "trap 'kill -KILL $worker 2>/dev/null || :' EXIT",
                   "for i in $(seq 200); do sleep 0.1; %s %s && echo healthy && break; done"
                   % (as_user, " ".join(dockerfile.value(last, "HEALTHCHECK"))),
                   "kill $worker", "wait $worker", "echo drained"]
        text = self.call("unshare", "-m", "bash", "-c", "\n".join(script), DEBIAN_FRONTEND="noninteractive",
                         LC_ALL="C.UTF-8")
        self.assertIn("healthy\n", text)
        self.assertIn("drained\n", text)
