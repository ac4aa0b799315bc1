"""What a delivery to MWAA stands on: template, workflows, the rights of roles, secrets."""

import glob
import json
import os
import re
import subprocess

import yaml

from cwtest import aws, env
from cwtest.case import TestCase
from cwtest.mwaa import DAG, EXAMPLE, Bucket, Site, run
from cwtest.template import Template

WORKFLOWS = os.path.join(env.TOP, ".github", "workflows")


class Setup(TestCase):
    def test_lint(self):
        done = subprocess.run([os.path.join(EXAMPLE, "check.sh"), "lint"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        self.assertIn(b"lint: the template, the workflows and the Python files are fine", done.stdout)

    def test_the_linter_finds_what_is_wrong(self):
        workflow = (b"on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
                    b"      - run: echo ${{ github.event.head_commit.message }}\n"
                    b"      - run: echo ${{ matrix.none }}\n")
        done = subprocess.run([os.path.join(env.LINTERS, "bin", "actionlint"), "-"], input=workflow,
                              stdout=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"potentially untrusted", done.stdout)
        self.assertIn(b'property "none" is not defined', done.stdout)

    def test_workflows_only_call_scripts(self):
        """Every action is pinned, every command is a script of the tree, and no step has a secret."""
        steps, runs = [], []
        for path in glob.glob(os.path.join(WORKFLOWS, "*.yml")):
            with open(path, encoding="utf-8") as f:
                text = f.read()
            self.assertNotIn("secrets.", text)
            for job in yaml.safe_load(text)["jobs"].values():
                steps += job.get("steps", [{"uses": job.get("uses")}])
        for step in steps:
            if "uses" in step:
                self.assertRegex(step["uses"], r"^([\w.-]+/[\w.-]+@[0-9a-f]{40}|\./\.github/workflows/test\.yml)$")
            else:
                runs.append(step["run"])
        for command in runs:
            self.assertNotIn("\n", command)
            program = command.split()[0]
            if program != "python3":
                self.assertTrue(os.access(os.path.join(env.TOP, program), os.X_OK), command)
        self.assertEqual([c for c in runs if c.startswith("python3")],
                         ["python3 -m pip install -r examples/mwaa/deploy-requirements.txt"])

    def test_what_is_delivered_when(self):
        with open(os.path.join(WORKFLOWS, "deploy.yml"), encoding="utf-8") as f:
            workflow = yaml.safe_load(f)
        jobs = workflow["jobs"]
        self.assertIn("github.ref == 'refs/heads/main'", jobs["deploy"]["if"])
        # What is deployed was tested; a rollback does not wait for that.
        self.assertEqual(jobs["deploy"]["needs"], "test")
        self.assertEqual(jobs["test"]["if"], "${{ github.event_name == 'push' || inputs.what == 'deploy' }}")
        # A state whose tests take longer does not overtake a newer one, and nothing drops a rollback that waits.
        for level, group in ((workflow, "deploy-${{ github.ref }}-${{ inputs.what || 'deploy' }}"),
                             (jobs["deploy"],
                              "deploy-production-${{ inputs.what == 'history' && 'history' || 'change' }}")):
            self.assertEqual(level["concurrency"], {"group": group, "cancel-in-progress": False})

    def test_the_bucket_is_closed(self):
        template = Template()
        bucket = template.resources["Bucket"]
        self.assertEqual(bucket["VersioningConfiguration"], {"Status": "Enabled"})
        self.assertEqual(set(bucket["PublicAccessBlockConfiguration"].values()), {True})
        statement = template.policy("BucketPolicy")["Statement"][0]
        self.assertEqual((statement["Effect"], statement["Action"], statement["Principal"], statement["Condition"]),
                         ("Deny", "s3:*", "*", {"Bool": {"aws:SecureTransport": "false"}}))

    def test_no_role_has_more_than_it_needs(self):
        template = Template(KafkaSecret="arn:KafkaSecret", StoreSecret="arn:StoreSecret")
        every = []
        for name in ("ExecutionPolicy", "DeployPolicy", "WorkerPolicy"):
            for statement in template.policy(name)["Statement"]:
                actions = statement["Action"]
                every += [(name, action, statement.get("Resource")) for action in
                          ([actions] if isinstance(actions, str) else actions)]
        for name, action, resource in every:
            self.assertNotRegex(action, r":\*$|^\*$")
            if resource == "*":
                # AWS knows no resource for these.
                self.assertIn(action, ("cloudwatch:PutMetricData", "s3:GetAccountPublicAccessBlock",
                                       "logs:DescribeLogGroups"))
        self.assertEqual([r for n, a, r in every if n == "WorkerPolicy"], [["arn:KafkaSecret", "arn:StoreSecret"]])
        self.assertEqual([r for n, a, r in every if a == "secretsmanager:GetSecretValue" and n == "ExecutionPolicy"], [
            ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:airflow/%s/*" % kind
             for kind in ("connections", "variables")]])
        trust = template.resources["DeployRole"]["AssumeRolePolicyDocument"]["Statement"][0]
        self.assertEqual(trust["Condition"]["StringEquals"], {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:example/logs:environment:production"})

    def user(self, word, policy):
        """The keys of somebody who has these rights and no others."""
        name = env.unique(word)
        keys = aws.create_user(name)
        aws.iam("PutUserPolicy", UserName=name, PolicyName="tests", PolicyDocument=json.dumps(policy))
        return keys

    def test_the_rights_in_the_bucket(self):
        """Of who delivers, and of the environment: the stand-in checks those for S3."""
        bucket = Bucket()
        template, other = (Template(**{"Bucket.Arn": "arn:aws:s3:::" + name}) for name in (bucket.name, "other"))
        keys = self.user("deployer", template.policy("DeployPolicy"))
        stranger = self.user("other", other.policy("DeployPolicy"))
        site = Site(self, bucket, keys=self.user("airflow", template.policy("ExecutionPolicy")))
        aws.check_from_now_on(self)
        site.call("deploy", **keys)
        site.write("dags/one.py", DAG % "second")
        site.remove("dags/two.py")
        self.assertIn("1 files written, 1 deleted", site.call("deploy", **keys))
        self.assertIn("rolled back: ", site.call("rollback", **keys))
        self.assertIn("deployment 3 (", site.call("history", **keys))
        out = site.call("deploy", status=1, **stranger)
        self.assertIn("FAILED: GetBucketVersioning: ", out)
        self.assertIn("(AccessDenied)", out)

    def test_the_secrets_of_the_template_are_json(self):
        resources = Template().resources
        for name, secret in resources.items():
            if "GenerateSecretString" in secret:
                generate = secret["GenerateSecretString"]
                value = json.loads(generate["SecretStringTemplate"])
                self.assertNotIn(generate["GenerateStringKey"], value, name)

    def test_an_update_of_the_stack_leaves_the_secrets_alone(self):
        """What is generated depends on no parameter: CloudFormation would make a new value when it changes."""
        with open(os.path.join(EXAMPLE, "platform.yaml"), encoding="utf-8") as f:
            found = re.findall(r"GenerateSecretString:\n(?: {8}.*\n)+", f.read())
        self.assertEqual(len(found), 4)
        for generated in found:
            self.assertNotIn("!", generated)
            self.assertNotIn("${", generated)


class Secret(TestCase):
    def call(self, *args, stdin="", status=0):
        got, out = run("secret.py", *args, stdin=stdin.encode())
        self.assertEqual(got, status, out)
        self.assertNotIn("planted", out)
        return out.strip()

    def value(self, name):
        answer = aws.secrets_manager("GetSecretValue", SecretId=name, VersionStage="AWSCURRENT")
        return json.loads(answer["SecretString"])

    def test_made_rotated_and_restored(self):
        name = env.unique("tests/kafka")
        self.addCleanup(aws.secrets_manager, "DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)
        first = '{"api.key": "planted-key", "api.secret": "planted-1"}\n'
        self.assertEqual(self.call("set", name, stdin=first), "created: " + name)
        self.assertEqual(self.call("set", name, stdin=first), "unchanged: %s has this value" % name)
        self.assertIn("changed: ", self.call("set", name, "--key", "api.secret", stdin="planted-2\n"))
        self.assertEqual(self.value(name), {"api.key": "planted-key", "api.secret": "planted-2"})
        out = self.call("show", name)
        self.assertIn("keys: api.key api.secret", out)
        self.assertRegex(out, r"(?m)^\S+  AWSCURRENT$")
        self.assertRegex(out, r"(?m)^\S+  AWSPREVIOUS$")
        self.call("restore", name)
        self.assertEqual(self.value(name)["api.secret"], "planted-1")

    def test_what_is_no_value(self):
        name = env.unique("airflow/connections/tests")
        for stdin, words in (
                ("planted", "a connection is a JSON object or a URI such as https://user:password@host:8443"),
                ('{"password": "planted}',
                 "the connection is no JSON: Unterminated string starting at in line 1, column 14"),
                ('{"password": "planted"}', 'a connection needs a "conn_type", for instance "http"'),
                ('{"conn_type": "http", "pasword": "planted"}',
                 "a connection has no pasword; there are conn_type, description")):
            self.assertIn("FAILED: " + words, self.call("set", name, stdin=stdin, status=2))
        for args, words in ((("set", "tests/x"), "the value is no JSON: Expecting value in line 1, column 1"),
                            (("set", "tests/x", "--text"), "the value is empty"),
                            (("set", "tests/nobody", "--key", "k"),
                             "there is no secret tests/nobody whose key could be changed"),
                            (("show", "tests/nobody"), "there is no secret tests/nobody")):
            self.assertEqual("FAILED: " + words, self.call(*args, status=2))
        binary = env.unique("tests/binary")
        aws.secrets_manager("CreateSecret", Name=binary, SecretBinary="cGxhbnRlZA==")
        self.addCleanup(aws.secrets_manager, "DeleteSecret", SecretId=binary, ForceDeleteWithoutRecovery=True)
        for args in (("show", binary), ("set", binary, "--key", "k")):
            self.assertEqual("FAILED: the value of %s is binary, and no text" % binary, self.call(*args, status=2))
        self.assertIn("FAILED: DescribeSecret: ", self.call("restore", "tests/nobody", status=1))
