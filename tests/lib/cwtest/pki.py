"""Certificates for tests."""

import os
import subprocess


class Pki:
    """A certificate authority that openssl makes in a folder."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = folder, name
        self.certificate = self.path(name + ".crt")
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", "/CN=" + name, "-days", "2", "-keyout", self.path(name + ".key"),
                     "-out", self.certificate)

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *args):
        done = subprocess.run(("openssl",) + args, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def issue(self, name, subject, usage, not_after=None):
        """Key and certificate in one PEM file, whose path it answers."""
        key, request, certificate = (self.path(name + end) for end in (".key", ".csr", ".crt"))
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
                     "-keyout", key, "-out", request)
        config = self.path(name + ".cnf")
        with open(config, "w") as f:
            f.write("[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=%s\ndatabase=%s\nserial=%s\ndefault_md=sha256\npolicy=p\n"
                    "unique_subject=no\nx509_extensions=x\n[p]\n[x]\nextendedKeyUsage=%s\n"
                    "subjectAltName=IP:127.0.0.1,DNS:localhost\n"
                    % (self.folder, self.path(self.name + ".index"), self.path(self.name + ".serial"), usage))
        open(self.path(self.name + ".index"), "a").close()
        if not os.path.exists(self.path(self.name + ".serial")):
            with open(self.path(self.name + ".serial"), "w") as f:
                f.write("01\n")
        dates = ["-startdate", "20200101000000Z", "-enddate", not_after] if not_after else ["-days", "2"]
        self.openssl("ca", "-batch", "-config", config, "-preserveDN", "-notext", "-cert", self.certificate, "-keyfile",
                     self.path(self.name + ".key"), "-in", request, "-out", certificate, *dates)
        both = self.path(name + ".pem")
        with open(both, "w") as out:
            for part in (key, certificate):
                with open(part) as f:
                    out.write(f.read())
        return both
