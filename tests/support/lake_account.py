# SPDX-License-Identifier: Apache-2.0
"""Accounts of tests about Lake: each has numbers, keys and stores that no other test has."""
import itertools
import json

numbers = itertools.count(310000000000)


def new_account():
    """An account that no other test has."""
    return str(next(numbers))


class LakeAccount:
    """The control API of one account, by a key of its own. It takes members that older SDKs do not know, and what no
    SDK would send."""

    def __init__(self, daemon, account, role="admin", user="lake"):
        self.daemon, self.account, self.user = daemon, account, user
        created = daemon.cairn("CreateKey", {"AccountId": account, "UserName": user, "Role": role}).json()["Key"]
        self.key = created["AccessKeyId"], created["SecretAccessKey"]

    def ask(self, operation, **members):
        """The answer, whatever it is."""
        return self.daemon.call(operation, members, key=self.key)

    def call(self, operation, **members):
        """What a call that succeeds gives."""
        answer = self.ask(operation, **members)
        assert answer.status == 200, answer
        return answer.json()

    def refused(self, error, operation, *words, **members):
        """The call fails with that error of AWS's, and its message has every one of the words."""
        answer = self.ask(operation, **members)
        assert (answer.status, answer.error) == (400, error), answer
        for word in words:
            assert word in answer.json()["Message"], answer

    def open_to(self, account, arn, *actions):
        """Lets another account do that with a resource of this one, and nothing else."""
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": account}, "Resource": arn,
                                                          "Action": [f"cloudtrail:{action}" for action in actions]}]}
        self.call("PutResourcePolicy", ResourceArn=arn, ResourcePolicy=json.dumps(policy))
