# SPDX-License-Identifier: Apache-2.0
"""Calls with a secret in them, in the request or in the reply, in every protocol that a gateway understands.

Each row is a function of the canary (a text) that returns a Plant: the request to make and the reply to it. They are
written out as they go over the wire, as no SDK sends half of them.
"""
import base64
import dataclasses
import gzip
import json
import struct
import urllib.parse

from fake_upstream import Answer

XML = {"Content-Type": "text/xml"}
AMZ_JSON = {"Content-Type": "application/x-amz-json-1.1"}


@dataclasses.dataclass
class Plant:
    service: str  # for the signature; None: not signed
    method: str
    target: str
    headers: dict
    body: bytes
    reply: Answer = Answer(200, b"")


def b64(text):
    return base64.b64encode(text.encode()).decode()


# Protocols

def amz_json(service, target, members, reply=None, status=200):
    return Plant(service, "POST", "/", {"X-Amz-Target": target, **AMZ_JSON}, json.dumps(members).encode(),
                 Answer(status, json.dumps(reply or {}).encode(), {**AMZ_JSON, "x-amzn-RequestId": "0c2f7f0e-6f7e-4f0d-9a4e-2f4f3c1b7a10"}))


def compressed(plant):
    """The same with its reply compressed."""
    reply = plant.reply
    return dataclasses.replace(plant, headers={**plant.headers, "Accept-Encoding": "gzip"},
                               reply=Answer(reply.status, gzip.compress(reply.body), {**reply.headers, "Content-Encoding": "gzip"}))


def query(service, action, members, reply="", version="2010-05-08", status=200, error=None):
    body = urllib.parse.urlencode({"Action": action, "Version": version, **members})
    metadata = "<RequestId>7a62c49f</RequestId>"
    document = (f"<ErrorResponse>{error}{metadata}</ErrorResponse>" if error else
                f"<{action}Response><{action}Result>{reply}</{action}Result><ResponseMetadata>{metadata}</ResponseMetadata></{action}Response>")
    return Plant(service, "POST", "/", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body.encode(),
                 Answer(status, document.encode(), XML))


def ec2(action, members, reply=""):
    plant = query("ec2", action, members, version="2016-11-15")
    plant.reply = Answer(200, f"<{action}Response><requestId>59dbff89</requestId>{reply}</{action}Response>".encode(), XML)
    return plant


def rest(service, method, target, members, reply=None, headers=None, reply_headers=None):
    return Plant(service, method, target, {"Content-Type": "application/json", **(headers or {})},
                 members if isinstance(members, bytes) else json.dumps(members).encode(),
                 Answer(200, reply if isinstance(reply, bytes) else json.dumps(reply or {}).encode(),
                        {"Content-Type": "application/json", **(reply_headers or {})}))


def s3(method, target, headers=None, body=b"", reply=b"", status=200):
    return Plant("s3", method, target, headers or {}, body, Answer(status, reply, {"Content-Type": "application/xml"}))


def cbor(value):
    """The bytes of a value in CBOR (RFC 8949)."""
    if isinstance(value, dict):
        return cbor_head(5, len(value)) + b"".join(cbor(name) + cbor(member) for name, member in value.items())
    if isinstance(value, list):
        return cbor_head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, bytes):
        return cbor_head(2, len(value)) + value
    if isinstance(value, str):
        return cbor_head(3, len(value.encode())) + value.encode()
    return cbor_head(0, value)


def cbor_head(kind, number):
    if number < 24:
        return bytes([kind << 5 | number])
    return bytes([kind << 5 | 25]) + struct.pack(">H", number)


def rpc_cbor(service, operation, members, reply=None):
    return Plant(service, "POST", f"/service/{operation}", {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, cbor(members),
                 Answer(200, cbor(reply or {}), {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}))


def amz_cbor(service, target, members, reply=None):
    return Plant(service, "POST", "/", {"X-Amz-Target": target, "Content-Type": "application/x-amz-cbor-1.1"}, cbor(members),
                 Answer(200, cbor(reply or {}), {"Content-Type": "application/x-amz-cbor-1.1"}))


def credentials(canary, secret=True):
    """An answer of STS that hands out a key."""
    hidden, token = (canary, "t") if secret else ("s", canary)
    return (f"<Credentials><AccessKeyId>ASIAEXAMPLEMADE00001</AccessKeyId><SecretAccessKey>{hidden}</SecretAccessKey>"
            f"<SessionToken>{token}</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser>"
            "<AssumedRoleId>AROAEXAMPLEROLEID0001:s</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/Deployer/s</Arn></AssumedRoleUser>")


def customer_key(canary):
    return base64.b64encode(canary.encode().ljust(32, b"=")[:32]).decode()


def form(canary):
    """A browser's upload: policy, token and signature are fields of the form."""
    fields = {"key": "upload.txt", "policy": b64(json.dumps({"conditions": [["eq", "$x", canary]]})), "x-amz-signature": canary,
              "x-amz-security-token": canary, "file": canary}
    parts = "".join(f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    return Plant(None, "POST", "/bucket", {"Content-Type": "multipart/form-data; boundary=edge"}, f"{parts}--edge--\r\n".encode())


ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/Deployer", "RoleSessionName": "s"}
PRESIGNED = ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLEALICE0001%2F20260301%2Fus-east-1%2Fs3%2Faws4_request"
             "&X-Amz-Date=20260301T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host")
SCOPE = "Credential=AKIAEXAMPLEALICE0001/20260301/us-east-1/{}/aws4_request, SignedHeaders=host;x-amz-date, Signature="
LAMBDA = "/2015-03-31/functions"

KINDS = {
    # Signatures, tokens and keys of a request
    "s3 authorization v4": lambda c: Plant(None, "GET", "/bucket/key", {"Authorization": "AWS4-HMAC-SHA256 " + SCOPE.format("s3") + c}, b""),
    "s3 authorization v2": lambda c: Plant(None, "GET", "/bucket/key", {"Authorization": f"AWS AKIAEXAMPLEALICE0001:{c}"}, b""),
    "bearer authorization": lambda c: Plant(None, "GET", "/bucket/key", {"Authorization": f"Bearer {c}"}, b""),
    "basic authorization": lambda c: Plant(None, "GET", "/bucket/key", {"Authorization": f"Basic {b64('me:' + c)}"}, b""),
    "json authorization v4": lambda c: Plant(None, "POST", "/", {"Authorization": "AWS4-HMAC-SHA256 " + SCOPE.format("dynamodb") + c,
                                                                 "X-Amz-Target": "DynamoDB_20120810.ListTables", **AMZ_JSON}, b"{}"),
    "s3 session token header": lambda c: s3("GET", "/bucket/key", {"X-Amz-Security-Token": c}),
    "s3 express session token": lambda c: s3("GET", "/bucket/key", {"x-amz-s3session-token": c}),
    "json session token header": lambda c: Plant("dynamodb", "POST", "/", {"X-Amz-Security-Token": c, "X-Amz-Target": "DynamoDB_20120810.ListTables",
                                                                          **AMZ_JSON}, b"{}"),
    "presigned signature": lambda c: Plant(None, "GET", f"/bucket/key?{PRESIGNED}&X-Amz-Signature={c}", {}, b""),
    "presigned session token": lambda c: Plant(None, "GET", f"/bucket/key?{PRESIGNED}&X-Amz-Security-Token={c}&X-Amz-Signature=0", {}, b""),
    "presigned v2 signature": lambda c: Plant(None, "GET", f"/bucket/key?AWSAccessKeyId=AKIAEXAMPLEALICE0001&Expires=1893456000&Signature={c}", {}, b""),
    "presigned v2 session token": lambda c: Plant(
        None, "GET", f"/bucket/key?AWSAccessKeyId=AKIAEXAMPLEALICE0001&Expires=1893456000&x-amz-security-token={c}&Signature=0", {}, b""),
    "presigned query of sts": lambda c: Plant(
        None, "GET", f"/?Action=GetCallerIdentity&Version=2011-06-15&{PRESIGNED.replace('%2Fs3%2F', '%2Fsts%2F')}&X-Amz-Security-Token={c}"
        f"&X-Amz-Signature={c}", {}, b""),
    "query signature v2": lambda c: Plant(None, "POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, (
        f"Action=ListUsers&AWSAccessKeyId=AKIAEXAMPLEALICE0001&SignatureVersion=2&SecurityToken={c}&Signature={c}").encode()),
    "cookie": lambda c: s3("GET", "/bucket/key", {"Cookie": f"session={c}"}),
    "form upload": form,
    # S3
    "customer key": lambda c: s3("PUT", "/bucket/key", {"x-amz-server-side-encryption-customer-algorithm": "AES256",
                                                        "x-amz-server-side-encryption-customer-key": customer_key(c)}),
    "customer key of a copy's source": lambda c: s3("PUT", "/bucket/key", {
        "x-amz-copy-source": "/bucket/old", "x-amz-copy-source-server-side-encryption-customer-key": customer_key(c)}),
    "customer key in a presigned query": lambda c: s3("PUT", f"/bucket/key?x-amz-server-side-encryption-customer-key={urllib.parse.quote(customer_key(c))}"),
    "object's content": lambda c: s3("PUT", "/bucket/key", {}, c.encode()),
    "part's content": lambda c: s3("PUT", "/bucket/key?partNumber=1&uploadId=u", {}, c.encode()),
    "object's content read": lambda c: s3("GET", "/bucket/key", reply=c.encode()),
    "session of an express bucket": lambda c: s3("GET", "/bucket?session", reply=(
        f"<CreateSessionResult><Credentials><SessionToken>{c}</SessionToken><SecretAccessKey>{c}</SecretAccessKey><AccessKeyId>ASIAX</AccessKeyId>"
        "</Credentials></CreateSessionResult>").encode()),
    "error that shows the signature": lambda c: s3("GET", "/bucket/key", status=403, reply=(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message><AWSAccessKeyId>AKIAEXAMPLEALICE0001</AWSAccessKeyId>"
        f"<StringToSign>{c}</StringToSign><SignatureProvided>{c}</SignatureProvided></Error>").encode()),
    "error that shows the token": lambda c: s3("GET", "/bucket/key", status=400, reply=(
        f"<Error><Code>InvalidToken</Code><Message>The provided token is malformed or otherwise invalid.</Message><Token-0>{c}</Token-0></Error>").encode()),
    # Secrets Manager, Systems Manager, KMS
    "secret string": lambda c: amz_json("secretsmanager", "secretsmanager.CreateSecret", {"Name": "n", "SecretString": c}),
    "secret binary": lambda c: amz_json("secretsmanager", "secretsmanager.PutSecretValue", {"SecretId": "n", "SecretBinary": b64(c)}),
    "secret string updated": lambda c: amz_json("secretsmanager", "secretsmanager.UpdateSecret", {"SecretId": "n", "SecretString": json.dumps({"p": c})}),
    "secret value read": lambda c: amz_json("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": "n"}, {"Name": "n", "SecretString": c}),
    "secret binary read": lambda c: amz_json("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": "n"}, {"SecretBinary": b64(c)}),
    "secret values read": lambda c: amz_json("secretsmanager", "secretsmanager.BatchGetSecretValue", {"SecretIdList": ["n"]},
                                             {"SecretValues": [{"Name": "n", "SecretString": c}]}),
    "random password": lambda c: amz_json("secretsmanager", "secretsmanager.GetRandomPassword", {"PasswordLength": 20}, {"RandomPassword": c}),
    "parameter": lambda c: amz_json("ssm", "AmazonSSM.PutParameter", {"Name": "n", "Value": c, "Type": "SecureString"}),
    "parameter read": lambda c: amz_json("ssm", "AmazonSSM.GetParameter", {"Name": "n", "WithDecryption": True},
                                         {"Parameter": {"Name": "n", "Type": "SecureString", "Value": c}}),
    "command": lambda c: amz_json("ssm", "AmazonSSM.SendCommand", {"DocumentName": "d", "Parameters": {"commands": [f"login {c}"]}},
                                  {"Command": {"CommandId": "1", "Parameters": {"commands": [f"login {c}"]}}}),
    "plaintext": lambda c: amz_json("kms", "TrentService.Encrypt", {"KeyId": "k", "Plaintext": b64(c)}, {"CiphertextBlob": b64("x" + c)}),
    "plaintext read": lambda c: amz_json("kms", "TrentService.Decrypt", {"CiphertextBlob": b64("x")}, {"KeyId": "k", "Plaintext": b64(c)}),
    "data key": lambda c: amz_json("kms", "TrentService.GenerateDataKey", {"KeyId": "k"}, {"KeyId": "k", "Plaintext": b64(c)}),
    "data key pair": lambda c: amz_json("kms", "TrentService.GenerateDataKeyPair", {"KeyId": "k"}, {"PrivateKeyPlaintext": b64(c)}),
    "key material": lambda c: amz_json("kms", "TrentService.ImportKeyMaterial", {"KeyId": "k", "EncryptedKeyMaterial": b64(c), "ImportToken": b64(c)}),
    "random bytes": lambda c: amz_json("kms", "TrentService.GenerateRandom", {"NumberOfBytes": 32}, {"Plaintext": b64(c)}),
    "signed message": lambda c: amz_json("kms", "TrentService.Sign", {"KeyId": "k", "Message": b64(c), "SigningAlgorithm": "ECDSA_SHA_256"}),
    "secret value read, compressed": lambda c: compressed(KINDS["secret value read"](c)),
    "secret in an error's message": lambda c: amz_json("secretsmanager", "secretsmanager.CreateSecret", {"Name": "n", "SecretString": c}, {
        "__type": "InvalidParameterException", "Message": f"1 validation error detected: Value '{c}' at 'secretString' is too short"}, status=400),
    "password in an error's message": lambda c: query("iam", "CreateLoginProfile", {"UserName": "u", "Password": c}, status=400, error=(
        f"<Error><Type>Sender</Type><Code>PasswordPolicyViolation</Code><Message>Value '{c}' at 'password' is weak</Message></Error>")),
    "token in an error's message": lambda c: s3("GET", "/bucket/key", {"X-Amz-Security-Token": c}, status=400, reply=(
        f"<Error><Code>InvalidToken</Code><Message>The token {c} is not valid.</Message></Error>").encode()),
    # DynamoDB
    "item": lambda c: amz_json("dynamodb", "DynamoDB_20120810.PutItem", {"TableName": "t", "Item": {"Id": {"S": "1"}, "Word": {"S": c}}}),
    "expression value": lambda c: amz_json("dynamodb", "DynamoDB_20120810.UpdateItem", {
        "TableName": "t", "Key": {"Id": {"S": "1"}}, "UpdateExpression": "SET Word = :w", "ExpressionAttributeValues": {":w": {"S": c}}}),
    "item read": lambda c: amz_json("dynamodb", "DynamoDB_20120810.GetItem", {"TableName": "t", "Key": {"Id": {"S": "1"}}},
                                    {"Item": {"Id": {"S": "1"}, "Word": {"S": c}}}),
    "items read": lambda c: amz_json("dynamodb", "DynamoDB_20120810.Query", {"TableName": "t", "KeyConditionExpression": "Id = :i",
                                                                              "ExpressionAttributeValues": {":i": {"S": c}}}, {"Items": [{"Word": {"S": c}}]}),
    "items written": lambda c: amz_json("dynamodb", "DynamoDB_20120810.BatchWriteItem", {"RequestItems": {"t": [
        {"PutRequest": {"Item": {"Id": {"S": "1"}, "Word": {"B": b64(c)}}}}]}}),
    "items in a transaction": lambda c: amz_json("dynamodb", "DynamoDB_20120810.TransactWriteItems", {"TransactItems": [
        {"Put": {"TableName": "t", "Item": {"Id": {"S": "1"}, "Word": {"M": {"Deep": {"L": [{"S": c}]}}}}}}]}),
    "statement's parameter": lambda c: amz_json("dynamodb", "DynamoDB_20120810.ExecuteStatement", {
        "Statement": "INSERT INTO t VALUE {'Id':'1','Word':?}", "Parameters": [{"S": c}]}),
    "statement's text": lambda c: amz_json("dynamodb", "DynamoDB_20120810.ExecuteStatement", {"Statement": f"SELECT * FROM t WHERE Word = '{c}'"}),
    "old condition": lambda c: amz_json("dynamodb", "DynamoDB_20120810.DeleteItem", {
        "TableName": "t", "Key": {"Id": {"S": "1"}}, "Expected": {"Word": {"Value": {"S": c}}}}),
    "item in an error": lambda c: amz_json("dynamodb", "DynamoDB_20120810.PutItem", {"TableName": "t", "Item": {"Id": {"S": "1"}}}, {
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "The conditional request failed",
        "Item": {"Word": {"S": c}}}, status=400),
    # Messages
    "queue's message": lambda c: amz_json("sqs", "AmazonSQS.SendMessage", {"QueueUrl": "http://q/1/q", "MessageBody": c, "MessageAttributes": {
        "a": {"DataType": "String", "StringValue": c}}}),
    "queue's messages": lambda c: query("sqs", "SendMessageBatch", {
        "QueueUrl": "http://q/1/q", "SendMessageBatchRequestEntry.1.Id": "i", "SendMessageBatchRequestEntry.1.MessageBody": c}, version="2012-11-05"),
    "queue's message read": lambda c: amz_json("sqs", "AmazonSQS.ReceiveMessage", {"QueueUrl": "http://q/1/q"}, {"Messages": [{"Body": c}]}),
    "topic's message": lambda c: query("sns", "Publish", {
        "TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": c, "Subject": c, "MessageAttributes.entry.1.Name": "n",
        "MessageAttributes.entry.1.Value.StringValue": c}, version="2010-03-31"),
    "telephone message": lambda c: query("sns", "Publish", {"PhoneNumber": "+1555" + c, "Message": "hello"}, version="2010-03-31"),
    "stream's record": lambda c: amz_json("kinesis", "Kinesis_20131202.PutRecord", {"StreamName": "s", "PartitionKey": "p", "Data": b64(c)}),
    "delivery stream's record": lambda c: amz_json("firehose", "Firehose_20150804.PutRecord", {"DeliveryStreamName": "s", "Record": {"Data": b64(c)}}),
    "event's detail": lambda c: amz_json("events", "AWSEvents.PutEvents", {"Entries": [{"Source": "s", "DetailType": "d", "Detail": json.dumps({"p": c})}]}),
    "workflow's input": lambda c: amz_json("states", "AWSStepFunctions.StartExecution", {"stateMachineArn": "arn", "input": json.dumps({"p": c})}),
    "log line": lambda c: amz_json("logs", "Logs_20140328.PutLogEvents", {"logGroupName": "g", "logStreamName": "s",
                                                                          "logEvents": [{"timestamp": 1, "message": c}]}),
    # People and keys
    "sign-in": lambda c: amz_json("cognito-idp", "AWSCognitoIdentityProviderService.InitiateAuth", {
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "i", "AuthParameters": {"USERNAME": "u", "PASSWORD": c}},
        {"AuthenticationResult": {"AccessToken": c, "IdToken": c, "RefreshToken": c}}),
    "set password": lambda c: amz_json("cognito-idp", "AWSCognitoIdentityProviderService.AdminSetUserPassword", {"Username": "u", "Password": c}),
    "identity's token": lambda c: amz_json("cognito-identity", "AWSCognitoIdentityService.GetCredentialsForIdentity", {
        "IdentityId": "i", "Logins": {"provider": c}}, {"Credentials": {"SecretKey": c, "SessionToken": c}}),
    "certificate's key": lambda c: amz_json("acm", "CertificateManager.ImportCertificate", {"Certificate": "x", "PrivateKey": b64(c)}),
    "certificate's passphrase": lambda c: amz_json("acm", "CertificateManager.ExportCertificate", {"CertificateArn": "a", "Passphrase": b64(c)},
                                                   {"PrivateKey": c}),
    "registry's token": lambda c: amz_json("ecr", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", {},
                                           {"authorizationData": [{"authorizationToken": c}]}),
    "directory's password": lambda c: amz_json("ds", "DirectoryService_20150416.CreateDirectory", {"Name": "n", "Password": c}),
    "login profile": lambda c: query("iam", "CreateLoginProfile", {"UserName": "u", "Password": c}),
    "changed password": lambda c: query("iam", "ChangePassword", {"OldPassword": c, "NewPassword": c + "x"}),
    "created access key": lambda c: query("iam", "CreateAccessKey", {"UserName": "u"}, (
        f"<AccessKey><UserName>u</UserName><AccessKeyId>AKIAEXAMPLEMADE00001</AccessKeyId><SecretAccessKey>{c}</SecretAccessKey></AccessKey>")),
    "server certificate's key": lambda c: query("iam", "UploadServerCertificate", {"ServerCertificateName": "n", "PrivateKey": c}),
    "device's seed": lambda c: query("iam", "CreateVirtualMFADevice", {"VirtualMFADeviceName": "d"}, (
        f"<VirtualMFADevice><Base32StringSeed>{b64(c)}</Base32StringSeed><QRCodePNG>{b64(c)}</QRCodePNG></VirtualMFADevice>")),
    "role's secret key": lambda c: query("sts", "AssumeRole", ROLE, credentials(c), version="2011-06-15"),
    "role's session token": lambda c: query("sts", "AssumeRole", ROLE, credentials(c, False), version="2011-06-15"),
    "session's keys": lambda c: query("sts", "GetSessionToken", {"SerialNumber": "m", "TokenCode": c}, credentials(c), "2011-06-15"),
    "web identity's token": lambda c: query("sts", "AssumeRoleWithWebIdentity", {**ROLE, "WebIdentityToken": c}, version="2011-06-15"),
    "saml assertion": lambda c: query("sts", "AssumeRoleWithSAML", {**ROLE, "SAMLAssertion": b64(c)}, version="2011-06-15"),
    # Databases, stacks, machines
    "database's password": lambda c: query("rds", "CreateDBInstance", {"DBInstanceIdentifier": "d", "MasterUserPassword": c}, version="2014-10-31"),
    "warehouse's password": lambda c: query("redshift", "ModifyCluster", {"ClusterIdentifier": "d", "MasterUserPassword": c}, version="2012-12-01"),
    "cache's token": lambda c: query("elasticache", "CreateReplicationGroup", {"ReplicationGroupId": "d", "AuthToken": c}, version="2015-02-02"),
    "stack's parameter": lambda c: query("cloudformation", "CreateStack", {
        "StackName": "s", "Parameters.member.1.ParameterKey": "Password", "Parameters.member.1.ParameterValue": c}, version="2010-05-15"),
    "user data of a launch configuration": lambda c: query("autoscaling", "CreateLaunchConfiguration", {
        "LaunchConfigurationName": "l", "UserData": b64(c)}, version="2011-01-01"),
    "user data": lambda c: ec2("RunInstances", {"ImageId": "ami-1", "MinCount": "1", "MaxCount": "1", "UserData": b64(c)}),
    "user data changed": lambda c: ec2("ModifyInstanceAttribute", {"InstanceId": "i-1", "UserData.Value": b64(c)}),
    "user data of a template": lambda c: ec2("CreateLaunchTemplate", {"LaunchTemplateName": "l", "LaunchTemplateData.UserData": b64(c)}),
    "user data read": lambda c: ec2("DescribeInstanceAttribute", {"InstanceId": "i-1", "Attribute": "userData"},
                                    f"<userData><value>{b64(c)}</value></userData>"),
    "key pair": lambda c: ec2("CreateKeyPair", {"KeyName": "k"}, f"<keyName>k</keyName><keyMaterial>{c}</keyMaterial>"),
    "machine's password": lambda c: ec2("GetPasswordData", {"InstanceId": "i-1"}, f"<passwordData>{b64(c)}</passwordData>"),
    "tunnel's key": lambda c: ec2("CreateVpnConnection", {"Type": "ipsec.1", "Options.TunnelOptions.1.PreSharedKey": c},
                                  f"<vpnConnection><vpnConnectionId>vpn-1</vpnConnectionId><customerGatewayConfiguration>{c}</customerGatewayConfiguration>"
                                  f"<options><tunnelOptionSet><item><preSharedKey>{c}</preSharedKey></item></tunnelOptionSet></options></vpnConnection>"),
    # REST
    "function's variables": lambda c: rest("lambda", "POST", LAMBDA, {"FunctionName": "f", "Environment": {"Variables": {"P": c}}, "Code": {
        "ZipFile": b64(c)}}, {"FunctionName": "f", "Environment": {"Variables": {"P": c}}}),
    "function's variables changed": lambda c: rest("lambda", "PUT", LAMBDA + "/f/configuration", {"Environment": {"Variables": {"P": c}}}),
    "function's variables read": lambda c: rest("lambda", "GET", LAMBDA + "/f", b"", {"Configuration": {"Environment": {"Variables": {"P": c}}}}),
    "function's variable in an error's message": lambda c: dataclasses.replace(
        rest("lambda", "PUT", LAMBDA + "/f/configuration", {"Environment": {"Variables": {"P": c}}}),
        reply=Answer(400, json.dumps({"Message": f"{c} is not valid"}).encode(), {"x-amzn-ErrorType": "InvalidParameterValueException"})),
    "function's payload": lambda c: rest("lambda", "POST", LAMBDA + "/f/invocations", {"p": c}, {"q": c},
                                         {"X-Amz-Client-Context": b64(c)}, {"X-Amz-Log-Result": b64(c)}),
    "key of an interface": lambda c: rest("apigateway", "POST", "/apikeys", {"name": "k", "value": c}, {"id": "1", "name": "k", "value": c}),
    "broker's user": lambda c: rest("mq", "POST", "/v1/brokers/b/users/u", {"password": c}),
    "search domain's master": lambda c: rest("es", "POST", "/2021-01-01/opensearch/domain", {
        "DomainName": "d", "AdvancedSecurityOptions": {"MasterUserOptions": {"MasterUserName": "m", "MasterUserPassword": c}}}),
    "device's keys": lambda c: rest("iot", "POST", "/keys-and-certificate?setAsActive=true", b"", {"certificateId": "1", "keyPair": {"PrivateKey": c}}),
    "archive's content": lambda c: rest("glacier", "POST", "/-/vaults/v/archives", c.encode()),
    # CBOR, and what nobody knows
    "cbor record": lambda c: amz_cbor("kinesis", "Kinesis_20131202.PutRecord", {"StreamName": "s", "PartitionKey": "p", "Data": c.encode()}),
    "cbor secret": lambda c: rpc_cbor("secretsmanager", "secretsmanager/operation/CreateSecret", {"Name": "n", "SecretString": c}),
    "cbor secret read": lambda c: rpc_cbor("kms", "TrentService/operation/Decrypt", {"KeyId": "k"}, {"Plaintext": c.encode()}),
    "unknown service": lambda c: amz_json("strange", "Strange_20300101.Do", {"Thing": {"AdminPassword": c, "ApiSecretKey": c}}),
    "unknown operation": lambda c: query("iam", "DoSomethingNew", {"UserName": "u", "NewestPassword": c}),
    "unknown route": lambda c: rest("strange", "PUT", "/things/1", {"clientSecret": c}),
    "member of the option": lambda c: amz_json("strange", "Strange_20300101.Do", {"Thing": {"Recipe": c}}),
    "member of the option, query": lambda c: query("strange", "Bake", {"Recipe": c}),
}
HIDE = "strange:Recipe"
