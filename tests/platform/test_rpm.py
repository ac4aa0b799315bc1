"""packaging/rpm: the spec is clean and up to date, and packages with everything in them are built by it.

Here is no Fedora: what a package needs is not asked for, and systemd's macros, which Debian has not, are stand-ins.
"""

import os
import re
import shutil
import subprocess
import unittest

from cwtest import env
from cwtest.case import TestCase, deadline

SPEC = os.path.join(env.TOP, "packaging", "rpm", "connect-worker.spec")
MACROS = {
    "_unitdir": "/usr/lib/systemd/system", "_sysusersdir": "/usr/lib/sysusers.d", "_tmpfilesdir": "/usr/lib/tmpfiles.d",
    "systemd_post()": ":", "systemd_preun()": ":", "systemd_postun_with_restart()": ":", "optflags": "-O1",
    "_sysconfdir": "/etc", "_localstatedir": "/var",
}
FILES = {
    "connect-worker": {
        "/usr/bin/connect-worker", "/usr/libexec/connect-worker/connect-host",
        "/usr/lib64/connect-worker/access-log-es.so", "/usr/lib64/connect-worker/synthetic-log.so",
        "/usr/lib/systemd/system/connect-worker.service",
        "/usr/lib/sysusers.d/connect-worker.conf", "/usr/lib/tmpfiles.d/connect-worker.conf", "/etc/connect-worker",
        "/etc/connect-worker/connect-worker.properties.example", "/var/lib/connect-worker",
        "/usr/share/connect-worker/analytics/setup.sh", "/usr/share/connect-worker/access-log-index-template.json"},
    "workerctl": {"/usr/bin/workerctl", "/usr/share/bash-completion/completions/workerctl"},
    "connect-worker-devel": {
        "/usr/bin/connect-devstore", "/usr/include/connect-worker/connector.h",
        "/usr/lib64/pkgconfig/connect-worker.pc"},
}


class Rpm(TestCase):
    def call(self, *args):
        done = subprocess.run(args, cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=600, check=False)
        self.assertEqual(done.returncode, 0, done.stdout.decode()[-5000:])
        return done.stdout.decode()

    def test_spec(self):
        text = self.call("rpmlint", SPEC)
        # One that only old versions of rpm want, and one for sources that are not downloaded.
        self.assertEqual(set(re.findall(r": [WE]: (\S+)", text)), {"no-buildroot-tag", "invalid-url"}, text)
        with open(os.path.join(env.TOP, "configure.ac"), encoding="utf-8") as f:
            version = re.search(r"AC_INIT\(\[connect-worker\], \[(.*?)\]\)", f.read())[1]
        self.assertEqual(self.call("rpmspec", "-q", "--qf", "%{NAME} %{VERSION}\n", SPEC).split("\n")[:-1],
                         [name + " " + version for name in ("connect-worker", "workerctl", "connect-worker-devel")])

    @deadline(900)
    @unittest.skipUnless(env.LONG, "they are built in the long tests")
    def test_packages(self):
        top = os.path.join(self.dir, "rpm")
        os.makedirs(os.path.join(top, "SOURCES"))
        self.call("make", "-s", "-C", env.BUILD, "dist")
        tarball = self.call("rpmspec", "-q", "--srpm", "--qf", "%{NAME}-%{VERSION}.tar.gz", SPEC)
        shutil.move(os.path.join(env.BUILD, tarball), os.path.join(top, "SOURCES", tarball))
        macros = ["--define=%s %s" % macro for macro in {**MACROS, "_topdir": top}.items()]
        self.call("rpmbuild", "-bb", "--nodeps", *macros, SPEC)
        found = {}
        for folder, _, names in os.walk(os.path.join(top, "RPMS")):
            for name in names:
                listing = self.call("rpm", "-qlp", os.path.join(folder, name))
                found[re.match(r"(.*?)-\d", name)[1]] = set(listing.split("\n"))
        self.assertEqual(set(found), set(FILES))
        for package, files in FILES.items():
            self.assertEqual(files - found[package], set(), package)
