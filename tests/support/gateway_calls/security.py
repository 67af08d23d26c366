# SPDX-License-Identifier: Apache-2.0
"""STS, IAM, KMS, Secrets Manager and Systems Manager: each service's "Logging ... with AWS CloudTrail"."""
import base64
import json

from gateway_calls.call import ABSENT, ACCOUNT, ANY, HIDDEN, MANAGEMENT, READ, WRITE, Call, Service

ROLE = f"arn:aws:iam::{ACCOUNT}:role/Deployer"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]})
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]})
SAML = base64.b64encode(b'''<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">
<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><AttributeStatement>
<Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"><AttributeValue>alice</AttributeValue></Attribute>
<Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><AttributeValue>arn:aws:iam::123456789012:role/Deployer,corp</AttributeValue></Attribute>
</AttributeStatement></Assertion></samlp:Response>''').decode()
# The tokens of an answer are never recorded, whatever AWS does with them.
CREDENTIALS = {"accessKeyId": ANY, "expiration": ANY, "secretAccessKey": ABSENT}


def call(method, parameters, event, effect, request, **more):
    return Call(method, parameters, event, effect, MANAGEMENT, request, **more)


STS = [
    call("get_caller_identity", {}, "GetCallerIdentity", READ, None),
    call("assume_role", {"RoleArn": ROLE, "RoleSessionName": "nightly", "DurationSeconds": 900}, "AssumeRole", READ,
         {"roleArn": ROLE, "roleSessionName": "nightly", "durationSeconds": 900},
         response={"credentials": CREDENTIALS, "assumedRoleUser": {"assumedRoleId": ANY, "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/nightly"}},
         resources=[("AWS::IAM::Role", ROLE)]),
    call("get_session_token", {"DurationSeconds": 900}, "GetSessionToken", READ, {"durationSeconds": 900}, response={"credentials": CREDENTIALS}),
    call("get_federation_token", {"Name": "visitor"}, "GetFederationToken", READ, {"name": "visitor"},
         response={"credentials": CREDENTIALS, "federatedUser": ANY}),
    call("assume_role_with_web_identity", {"RoleArn": ROLE, "RoleSessionName": "web", "WebIdentityToken": "header.claims.signature"},
         "AssumeRoleWithWebIdentity", READ, {"roleArn": ROLE, "roleSessionName": "web"},
         response={"credentials": CREDENTIALS, "assumedRoleUser": ANY}, who="anonymous", identity={"type": "WebIdentityUser"}),
    call("assume_role_with_saml", {"RoleArn": ROLE, "PrincipalArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/corp", "SAMLAssertion": SAML},
         "AssumeRoleWithSAML", READ, {"roleArn": ROLE, "principalArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"},
         response={"credentials": CREDENTIALS}, who="anonymous", identity={"type": "SAMLUser", "principalId": ANY, "userName": ANY, "identityProvider": ANY}),
    call("get_access_key_info", {"AccessKeyId": "AKIAEXAMPLEALICE0001"}, "GetAccessKeyInfo", READ, {"accessKeyId": "AKIAEXAMPLEALICE0001"}),
    call("get_caller_identity", {}, "GetCallerIdentity", READ, None, who="root"),
]

IAM = [
    call("create_user", {"UserName": "bob"}, "CreateUser", WRITE, {"userName": "bob"},
         response={"user": {"userName": "bob", "userId": ANY, "arn": f"arn:aws:iam::{ACCOUNT}:user/bob"}}),
    call("create_user", {"UserName": "bob"}, "CreateUser", WRITE, {"userName": "bob"}, error="EntityAlreadyExistsException"),
    call("get_user", {"UserName": "bob"}, "GetUser", READ, {"userName": "bob"}),
    call("get_user", {"UserName": "nobody"}, "GetUser", READ, {"userName": "nobody"}, error="NoSuchEntityException"),
    call("list_users", {"MaxItems": 5}, "ListUsers", READ, {"maxItems": 5}),
    call("create_access_key", {"UserName": "bob"}, "CreateAccessKey", WRITE, {"userName": "bob"},
         response={"accessKey": {"userName": "bob", "accessKeyId": ANY, "status": "Active", "secretAccessKey": ABSENT}}, keep="key"),
    call("list_access_keys", {"UserName": "bob"}, "ListAccessKeys", READ, {"userName": "bob"}),
    call("update_access_key", lambda kept: {"UserName": "bob", "AccessKeyId": kept["key"]["AccessKey"]["AccessKeyId"], "Status": "Inactive"},
         "UpdateAccessKey", WRITE, {"userName": "bob", "accessKeyId": ANY, "status": "Inactive"}, response=None),
    call("delete_access_key", lambda kept: {"UserName": "bob", "AccessKeyId": kept["key"]["AccessKey"]["AccessKeyId"]},
         "DeleteAccessKey", WRITE, {"userName": "bob", "accessKeyId": ANY}, response=None),
    call("create_login_profile", {"UserName": "bob", "Password": "correct-Horse-7-battery"}, "CreateLoginProfile", WRITE,
         {"userName": "bob"}, response={"loginProfile": {"userName": "bob"}}),
    call("create_role", {"RoleName": "Deployer", "AssumeRolePolicyDocument": TRUST}, "CreateRole", WRITE,
         {"roleName": "Deployer", "assumeRolePolicyDocument": TRUST}, response={"role": {"roleName": "Deployer", "arn": ROLE}}),
    call("put_role_policy", {"RoleName": "Deployer", "PolicyName": "read", "PolicyDocument": POLICY}, "PutRolePolicy", WRITE,
         {"roleName": "Deployer", "policyName": "read", "policyDocument": POLICY}, response=None),
    call("list_roles", {}, "ListRoles", READ, None),
    call("create_policy", {"PolicyName": "reader", "PolicyDocument": POLICY}, "CreatePolicy", WRITE,
         {"policyName": "reader", "policyDocument": POLICY}, response={"policy": {"policyName": "reader", "arn": ANY}}),
    call("attach_user_policy", {"UserName": "bob", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/reader"}, "AttachUserPolicy", WRITE,
         {"userName": "bob", "policyArn": f"arn:aws:iam::{ACCOUNT}:policy/reader"}, response=None),
    call("create_group", {"GroupName": "staff"}, "CreateGroup", WRITE, {"groupName": "staff"}, response={"group": {"groupName": "staff"}}),
    call("add_user_to_group", {"GroupName": "staff", "UserName": "bob"}, "AddUserToGroup", WRITE, {"groupName": "staff", "userName": "bob"},
         response=None),
    call("get_account_summary", {}, "GetAccountSummary", READ, None),
]

KMS = [
    call("create_key", {"Description": "of the archive"}, "CreateKey", WRITE, {"description": "of the archive"},
         response={"keyMetadata": {"keyId": ANY, "arn": ANY}}, keep="key"),
    call("describe_key", lambda kept: {"KeyId": kept["key"]["KeyMetadata"]["KeyId"]}, "DescribeKey", READ,
         lambda kept: {"keyId": kept["key"]["KeyMetadata"]["KeyId"]}),
    call("create_alias", lambda kept: {"AliasName": "alias/archive", "TargetKeyId": kept["key"]["KeyMetadata"]["KeyId"]}, "CreateAlias", WRITE,
         lambda kept: {"aliasName": "alias/archive", "targetKeyId": kept["key"]["KeyMetadata"]["KeyId"]}, response=None),
    call("encrypt", {"KeyId": "alias/archive", "Plaintext": b"attack at dawn", "EncryptionContext": {"purpose": "test"}}, "Encrypt", READ,
         {"keyId": "alias/archive", "encryptionContext": {"purpose": "test"}, "plaintext": ABSENT}, keep="encrypted"),
    call("decrypt", lambda kept: {"CiphertextBlob": kept["encrypted"]["CiphertextBlob"], "EncryptionContext": {"purpose": "test"}}, "Decrypt", READ,
         {"encryptionContext": {"purpose": "test"}, "ciphertextBlob": ABSENT}),
    call("generate_data_key", {"KeyId": "alias/archive", "KeySpec": "AES_256"}, "GenerateDataKey", READ,
         {"keyId": "alias/archive", "keySpec": "AES_256"}),
    call("list_keys", {"Limit": 10}, "ListKeys", READ, {"limit": 10}),
    call("describe_key", {"KeyId": "alias/no-such"}, "DescribeKey", READ, {"keyId": "alias/no-such"}, error="NotFoundException"),
    call("disable_key", lambda kept: {"KeyId": kept["key"]["KeyMetadata"]["KeyId"]}, "DisableKey", WRITE, {"keyId": ANY}),
    call("schedule_key_deletion", lambda kept: {"KeyId": kept["key"]["KeyMetadata"]["KeyId"], "PendingWindowInDays": 7}, "ScheduleKeyDeletion",
         WRITE, {"keyId": ANY, "pendingWindowInDays": 7}, response={"keyId": ANY}),
]

SECRETS = [
    call("create_secret", {"Name": "prod/db", "SecretString": "tiger"}, "CreateSecret", WRITE, {"name": "prod/db", "secretString": ABSENT},
         response=ANY),
    call("create_secret", {"Name": "prod/db", "SecretString": "lion"}, "CreateSecret", WRITE, {"name": "prod/db", "secretString": ABSENT},
         error="ResourceExistsException"),
    call("get_secret_value", {"SecretId": "prod/db"}, "GetSecretValue", READ, {"secretId": "prod/db"}),
    call("get_secret_value", {"SecretId": "no/such"}, "GetSecretValue", READ, {"secretId": "no/such"}, error="ResourceNotFoundException"),
    call("put_secret_value", {"SecretId": "prod/db", "SecretBinary": b"\x00lion"}, "PutSecretValue", WRITE,
         {"secretId": "prod/db", "secretBinary": ABSENT}, response={"name": "prod/db"}),
    call("describe_secret", {"SecretId": "prod/db"}, "DescribeSecret", READ, {"secretId": "prod/db"}),
    call("list_secrets", {}, "ListSecrets", READ, None),
    call("delete_secret", {"SecretId": "prod/db", "RecoveryWindowInDays": 7}, "DeleteSecret", WRITE,
         {"secretId": "prod/db", "recoveryWindowInDays": 7}, response={"name": "prod/db"}),
]

SSM = [
    call("put_parameter", {"Name": "/prod/url", "Value": "postgres://scott:tiger@db", "Type": "SecureString"}, "PutParameter", WRITE,
         {"name": "/prod/url", "type": "SecureString", "value": HIDDEN}),
    call("get_parameter", {"Name": "/prod/url", "WithDecryption": True}, "GetParameter", READ, {"name": "/prod/url", "withDecryption": True}),
    call("get_parameter", {"Name": "/no/such"}, "GetParameter", READ, {"name": "/no/such"}, error="ParameterNotFound"),
    call("describe_parameters", {"MaxResults": 10}, "DescribeParameters", READ, {"maxResults": 10}),
    call("delete_parameter", {"Name": "/prod/url"}, "DeleteParameter", WRITE, {"name": "/prod/url"}),
]

SERVICES = [
    Service("sts", "sts", "sts.amazonaws.com", STS),
    Service("iam", "iam", "iam.amazonaws.com", IAM),
    Service("kms", "kms", "kms.amazonaws.com", KMS),
    Service("secrets", "secretsmanager", "secretsmanager.amazonaws.com", SECRETS),
    Service("ssm", "ssm", "ssm.amazonaws.com", SSM),
]
