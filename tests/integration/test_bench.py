"""The benchmark's driver itself: what cannot be measured is one line of its report, and the rest is measured."""

import contextlib
import io
import os
import subprocess
import sys
import unittest

from cwtest import env

sys.path.insert(0, os.path.join(env.TOP, "tests", "bench"))


class Driver(unittest.TestCase):
    def run_with(self, makers):
        import bench

        class Options:
            rounds, tasks, only, bare_only, records = 2, [1], ["idle"], False, 1000

        run = bench.Run.__new__(bench.Run)
        run.options, run.bench, run.results, run.wrong = Options, None, [], []
        with contextlib.redirect_stdout(io.StringIO()) as out:
            run.rounds("idle", 1, makers)
        return run, out.getvalue()

    def test_a_case_that_fails_is_one_line_and_the_others_go_on(self):
        from benchlib import Wrong

        def late():
            raise subprocess.TimeoutExpired(["/build/bare_consume", "--count", "10000"], 30)

        def broken():
            raise ValueError("no JSON\n  at all")

        def lost():
            raise Wrong("1 of 2 records arrived")

        for maker, line in ((late, "idle, 1 task(s), bare: bare_consume did not end within 30 s"),
                            (broken, "idle, 1 task(s), bare: ValueError: no JSON at all"),
                            (lost, "idle, 1 task(s), bare: 1 of 2 records arrived")):
            run, out = self.run_with({"bare": maker, "connect": lambda: {"idle_mb": 3.5}})
            self.assertEqual(run.wrong, [line] * 2)
            self.assertIn("3.5 MB", out)

    def test_a_case_that_cannot_be_prepared_is_one_line(self):
        run, _ = self.run_with({"connect": lambda: {"idle_mb": 3.5}})
        run.options.only = ["sink"]  # there is no bench that could fill a topic
        run.all()
        self.assertEqual(len(run.wrong), 1)
        self.assertTrue(run.wrong[0].startswith("sink, 1 task(s), preparation: AttributeError"), run.wrong)
