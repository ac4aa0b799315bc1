"""What is to be delivered: DAGs, plugins.zip and requirements.txt, each with its SHA-256."""

import hashlib
import io
import os
import re
import zipfile

from .errors import BadInput

IGNORE = ".airflowignore"
# The earliest time that a zip file can tell: the same files give the same bytes, whenever they were checked out.
EPOCH = (1980, 1, 1, 0, 0, 0)


class Item:
    """A file as it is to be in the bucket: its bytes, or the version in the bucket that has them."""

    def __init__(self, sha256=None, body=None, version=None):
        self.sha256, self.body, self.version = sha256, body, version

    @classmethod
    def of(cls, body):
        return cls(hashlib.sha256(body).hexdigest(), body)


class Bundle:
    """dags: key in the bucket → Item. plugins and requirements are an Item, or None where there is none. expected:
    those paths below the folder of DAGs in which Airflow must find DAGs."""

    def __init__(self, dags, plugins=None, requirements=None, expected=()):
        self.dags, self.plugins, self.requirements, self.expected = dags, plugins, requirements, list(expected)

    def pinned(self):
        """What an environment names with its version."""
        return {"Plugins": self.plugins, "Requirements": self.requirements}


def files_below(folder):
    """Relative path → bytes. Neither hidden files nor what Python compiled, but for the lists of what to ignore."""
    found = {}
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in sorted(names):
            if (name.startswith(".") and name != IGNORE) or name.endswith((".pyc", ".pyo")):
                continue
            path = os.path.join(at, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, folder).replace(os.sep, "/")] = f.read()
    return found


def compiles(files, where):
    """Raises where a file is no Python at all."""
    for path, body in files.items():
        if not path.endswith(".py"):
            continue
        try:
            compile(body, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise BadInput("%s in %s is no Python: %s" % (path, where, error)) from error


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path])
    return out.getvalue()


def read(dags, plugins, requirements, prefix):
    """A Bundle of two folders and a file; plugins and requirements may be None. prefix: of DAGs in the bucket."""
    for folder in (dags, plugins):
        if folder is not None and not os.path.isdir(folder):
            raise BadInput("the folder %s is not there" % folder)
    files = files_below(dags)
    if not any(path.endswith(".py") for path in files):
        raise BadInput("%s has no DAGs: that would delete all that are in the bucket" % dags)
    compiles(files, dags)
    bundle = Bundle({prefix + path: Item.of(body) for path, body in files.items()}, expected=dag_files(files))
    if plugins is not None:
        # A package's own description is for pip.
        modules = {path: body for path, body in files_below(plugins).items() if path != "pyproject.toml"}
        compiles(modules, plugins)
        bundle.plugins = Item.of(zipped(modules))
    if requirements is not None:
        try:
            with open(requirements, "rb") as f:
                bundle.requirements = Item.of(f.read())
        except OSError as error:
            raise BadInput("%s: %s" % (requirements, error.strerror)) from error
    return bundle


def ignored(path, lists):
    """Whether an expression of a list of what to ignore, in the file's folder or above it, is found in the path."""
    for folder, expressions in lists.items():
        if path.startswith(folder) and any(e.search(path[len(folder):]) for e in expressions):
            return True
    return False


def expressions(path, text):
    """The regular expressions of a list of what to ignore, which is Airflow's usual syntax for it."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        try:
            found += [re.compile(line)] if line else []
        except re.error as error:
            raise BadInput("line %d of %s, %r, is no regular expression: %s; where *.tmp is meant, it has to be "
                           "\\.tmp$" % (number, path, line, error)) from error
    return found


def dag_files(files):
    """The relative paths of those files in which Airflow looks for DAGs; files: relative path → bytes."""
    lists = {}
    for path, body in files.items():
        if path.rpartition("/")[2] == IGNORE:
            lists[path[:-len(IGNORE)]] = expressions(path, body.decode("utf-8", "replace"))
    return sorted(path for path, body in files.items() if path.endswith(".py") and not ignored(path, lists)
                  and b"dag" in body.lower() and b"airflow" in body.lower())
