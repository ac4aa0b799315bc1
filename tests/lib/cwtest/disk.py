"""A disk that can be filled."""

import errno
import os
import subprocess


class SmallDisk:
    """A file system of its own with little room, in a mount namespace that lives as long as the test."""

    SIZE = 2 << 20

    def __init__(self, test):
        self.folder = os.path.join(test.dir, "disk")
        os.mkdir(self.folder)
        # Without root, a user namespace gives the right to mount.
        as_user = os.getuid() != 0
        self.holder = subprocess.Popen(
            ["unshare", "--mount"] + (["--map-root-user"] if as_user else []) +
            ["sh", "-c", 'mount -t tmpfs -o size=%d tmpfs "$0" && echo mounted && exec cat' % self.SIZE, self.folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        test.addCleanup(self.close)
        test.assertEqual(self.holder.stdout.readline(), b"mounted\n")
        self.enter = ["nsenter", "--mount", "--target", str(self.holder.pid)]
        if as_user:
            self.enter += ["--user", "--preserve-credentials"]
        self.filler = "/proc/%d/root%s/filler" % (self.holder.pid, self.folder)

    def close(self):
        self.holder.stdin.close()
        self.holder.stdout.close()
        self.holder.wait()

    def fill(self):
        with open(self.filler, "wb", buffering=0) as f:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        f.write(b"x" * size)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def free(self):
        os.unlink(self.filler)
