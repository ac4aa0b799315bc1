"""The stand-in for AWS of this run (tests/stack/services/aws.sh), spoken to without AWS's libraries."""

import json
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml

from . import env

REGION = "eu-central-1"
# Whom the stand-in takes at his word, as long as it is not told to check.
ANYBODY = {"AWS_ACCESS_KEY_ID": "anybody", "AWS_SECRET_ACCESS_KEY": "anything", "AWS_EC2_METADATA_DISABLED": "true"}


def ask(service, data, headers):
    """The answer's text. Which service is meant is seen by what the request is signed for."""
    signed = ("AWS4-HMAC-SHA256 Credential=tests/20200101/%s/%s/aws4_request, SignedHeaders=host, Signature=none"
              % (REGION, service))
    request = urllib.request.Request(env.AWS + "/", data, dict(headers, Authorization=signed), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        raise AssertionError("%s: HTTP %d: %s" % (service, error.code, error.read()[:2000])) from error


def secrets_manager(action, **parameters):
    return json.loads(ask("secretsmanager", json.dumps(parameters).encode(),
                          {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager." + action}))


def iam(action, **parameters):
    """The root of the answer."""
    data = urllib.parse.urlencode(dict(parameters, Action=action, Version="2010-05-08")).encode()
    text = ask("iam", data, {"Content-Type": "application/x-www-form-urlencoded"})
    return xml.fromstring(text)


def create_secret(test, name, value):
    """Its ARN; it is deleted with the test. A value that is no text is written as JSON."""
    arn = secrets_manager("CreateSecret", Name=name, SecretString=text_of(value), ClientRequestToken="1" * 32)["ARN"]
    test.addCleanup(secrets_manager, "DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)
    return arn


def rotate_secret(name, value):
    secrets_manager("PutSecretValue", SecretId=name, SecretString=text_of(value))


def text_of(value):
    return value if isinstance(value, str) else json.dumps(value)


def create_user(name):
    """His keys, as variables of an environment."""
    iam("CreateUser", UserName=name)
    key = iam("CreateAccessKey", UserName=name).find(".//{*}AccessKey")
    return {"AWS_ACCESS_KEY_ID": key.find("{*}AccessKeyId").text,
            "AWS_SECRET_ACCESS_KEY": key.find("{*}SecretAccessKey").text, "AWS_EC2_METADATA_DISABLED": "true"}


def allow(name, action, resource):
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}
    iam("PutUserPolicy", UserName=name, PolicyName="tests", PolicyDocument=json.dumps(policy))


def check_from_now_on(test):
    """Signatures and policies count until the end of the test."""

    def set_checks_after(calls):
        request = urllib.request.Request(env.AWS + "/moto-api/reset-auth", calls, {"Content-Type": "text/plain"},
                                         method="POST")
        with urllib.request.urlopen(request, timeout=30):
            pass

    test.addCleanup(set_checks_after, b"inf")
    set_checks_after(b"0")
