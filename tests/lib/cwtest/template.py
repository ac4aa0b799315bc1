"""The CloudFormation template of examples/mwaa, with parameters and resources put in as CloudFormation would."""

import os
import re

import yaml

from .mwaa import EXAMPLE

PARAMETERS = {"AWS::AccountId": "123456789012", "AWS::Region": "eu-central-1", "AWS::Partition": "aws",
              "VpcId": "vpc-1", "SubnetIds": ["subnet-1", "subnet-2"], "GitHubRepository": "example/logs"}


class Template:
    def __init__(self, **names):
        """names: what a resource's !Ref, or Resource.Attribute, stands for."""

        class Loader(yaml.SafeLoader):
            pass

        Loader.add_constructor("!Ref", lambda loader, node: self.value(node.value))
        Loader.add_constructor("!GetAtt", lambda loader, node: self.value(node.value))
        Loader.add_constructor("!Sub", lambda loader, node: re.sub(
            r"\$\{([A-Za-z:.]+)\}", lambda found: str(self.value(found[1])), node.value))
        Loader.add_constructor("!Equals", lambda loader, node: loader.construct_sequence(node, deep=True))
        Loader.add_constructor("!If", lambda loader, node: loader.construct_sequence(node, deep=True)[1])
        self.names = {**PARAMETERS, **names}
        with open(os.path.join(EXAMPLE, "platform.yaml"), encoding="utf-8") as f:
            text = f.read()
        # The defaults first: what refers to them is made while the text is read.
        for name, default in re.findall(r"^  (\w+):\n    Type: \w+\n    Default: (\S+)$", text, re.MULTILINE):
            self.names.setdefault(name, default.strip('"'))
        resources = yaml.load(text, Loader)["Resources"]
        self.resources = {name: resource["Properties"] for name, resource in resources.items()}

    def value(self, name):
        """What has no name here is only told apart."""
        other = "arn:aws:iam::123456789012:role/" + name if name.endswith(".Arn") else "<%s>" % name
        return self.names.get(name, other)

    def policy(self, name):
        return self.resources[name]["PolicyDocument"]
