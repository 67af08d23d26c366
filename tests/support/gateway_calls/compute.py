# SPDX-License-Identifier: Apache-2.0
"""Lambda, EC2, CloudFormation and what else moto has of computing, with the names and shapes of real records."""
import base64
import io
import json
import zipfile

from gateway_calls.call import ABSENT, ACCOUNT, ANY, DATA, MANAGEMENT, READ, UNSTATED, WRITE, Call, Service

ROLE = f"arn:aws:iam::{ACCOUNT}:role/Runner"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                                                            "Action": "sts:AssumeRole"}]})
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:hello"
USER_DATA = base64.b64encode(b"#!/bin/sh\nexport DATABASE=tiger\n").decode()
DEFINITION = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
TEMPLATE = json.dumps({"Parameters": {"Word": {"Type": "String", "NoEcho": True}},
                       "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "stacked"}}}})


def code():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("hello.py", "def handler(event, context):\n    return 'hello'\n")
    return archive.getvalue()


def call(method, parameters, event, effect, request, **more):
    return Call(method, parameters, event, effect, MANAGEMENT, request, **more)


ROLES = [call("create_role", {"RoleName": "Runner", "AssumeRolePolicyDocument": TRUST}, "CreateRole", WRITE, {"roleName": "Runner"})]

LAMBDA = [
    call("create_function", {"FunctionName": "hello", "Runtime": "python3.11", "Role": ROLE, "Handler": "hello.handler", "Code": {"ZipFile": code()},
                             "Environment": {"Variables": {"DATABASE": "tiger"}}}, "CreateFunction20150331", WRITE,
         {"functionName": "hello", "runtime": "python3.11", "role": ROLE, "handler": "hello.handler", "code": {"zipFile": ABSENT},
          "environment": {"variables": ABSENT}}, response={"functionName": "hello", "functionArn": ANY, "environment": {"variables": ABSENT}}),
    call("create_function", {"FunctionName": "hello", "Runtime": "python3.11", "Role": ROLE, "Handler": "hello.handler",
                             "Code": {"ZipFile": code()}}, "CreateFunction20150331", WRITE, {"functionName": "hello"}, error="ResourceConflictException"),
    call("get_function", {"FunctionName": "hello"}, "GetFunction20150331v2", READ, {"functionName": "hello"}),
    call("get_function", {"FunctionName": "no-such"}, "GetFunction20150331v2", READ, {"functionName": "no-such"}, error="ResourceNotFoundException"),
    call("list_functions", {"MaxItems": 50}, "ListFunctions20150331", READ, {"maxItems": ANY}),
    call("update_function_configuration", {"FunctionName": "hello", "Timeout": 9}, "UpdateFunctionConfiguration20150331v2", WRITE,
         {"functionName": "hello", "timeout": 9}, response={"functionName": "hello"}),
    call("publish_version", {"FunctionName": "hello"}, "PublishVersion20150331", WRITE, {"functionName": "hello"}),
    call("list_versions_by_function", {"FunctionName": "hello"}, "ListVersionsByFunction20150331", READ, {"functionName": "hello"}),
    call("add_permission", {"FunctionName": "hello", "StatementId": "s3", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"},
         "AddPermission20150331v2", WRITE, {"functionName": "hello", "statementId": "s3", "principal": "s3.amazonaws.com"}),
    call("remove_permission", {"FunctionName": "hello", "StatementId": "s3"}, "RemovePermission20150331v2", WRITE,
         {"functionName": "hello", "statementId": "s3"}, response=None),
    Call("invoke", {"FunctionName": "hello", "InvocationType": "RequestResponse", "Payload": b'{"word": "tiger"}'}, "Invoke", WRITE, DATA,
         {"functionName": "hello", "invocationType": "RequestResponse", "payload": ABSENT}, None, [("AWS::Lambda::Function", FUNCTION)]),
    call("delete_function", {"FunctionName": "hello"}, "DeleteFunction20150331", WRITE, {"functionName": "hello"}, response=None),
]


def of_instance(kept):
    return kept["run"]["Instances"][0]["InstanceId"]


EC2 = [
    call("create_vpc", {"CidrBlock": "10.7.0.0/16"}, "CreateVpc", WRITE, {"cidrBlock": "10.7.0.0/16"}, response={"requestId": ANY, "vpc": {"vpcId": ANY}},
         keep="vpc"),
    call("describe_vpcs", lambda kept: {"VpcIds": [kept["vpc"]["Vpc"]["VpcId"]]}, "DescribeVpcs", READ,
         lambda kept: {"vpcSet": {"items": [{"vpcId": kept["vpc"]["Vpc"]["VpcId"]}]}, "filterSet": {}}),
    call("describe_vpcs", {"VpcIds": ["vpc-00000000"]}, "DescribeVpcs", READ, {"vpcSet": {"items": [{"vpcId": "vpc-00000000"}]}},
         error="Client.InvalidVpcID.NotFound"),
    call("create_subnet", lambda kept: {"VpcId": kept["vpc"]["Vpc"]["VpcId"], "CidrBlock": "10.7.1.0/24"}, "CreateSubnet", WRITE,
         lambda kept: {"vpcId": kept["vpc"]["Vpc"]["VpcId"], "cidrBlock": "10.7.1.0/24"}, response={"subnet": {"subnetId": ANY}}, keep="subnet"),
    call("create_security_group", lambda kept: {"GroupName": "web", "Description": "doors", "VpcId": kept["vpc"]["Vpc"]["VpcId"]},
         "CreateSecurityGroup", WRITE, lambda kept: {"groupName": "web", "groupDescription": "doors", "vpcId": kept["vpc"]["Vpc"]["VpcId"]},
         response={"groupId": ANY}, keep="group"),
    call("authorize_security_group_ingress", lambda kept: {"GroupId": kept["group"]["GroupId"], "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}, "AuthorizeSecurityGroupIngress", WRITE,
        lambda kept: {"groupId": kept["group"]["GroupId"], "ipPermissions": {"items": [
            {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}},
        response={"_return": True}),
    call("create_key_pair", {"KeyName": "night"}, "CreateKeyPair", WRITE, {"keyName": "night"}, response={"keyName": "night", "keyMaterial": ABSENT}),
    call("run_instances", lambda kept: {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro", "UserData": USER_DATA,
                                        "SubnetId": kept["subnet"]["Subnet"]["SubnetId"]}, "RunInstances", WRITE,
         {"instancesSet": {"items": [{"imageId": "ami-12c6146b", "minCount": 1, "maxCount": 1}]}, "instanceType": "t3.micro"},
         response={"instancesSet": {"items": ANY}}, keep="run"),
    call("describe_instances", {"Filters": [{"Name": "instance-type", "Values": ["t3.micro"]}]}, "DescribeInstances", READ,
         {"instancesSet": {}, "filterSet": {"items": [{"name": "instance-type", "valueSet": {"items": [{"value": "t3.micro"}]}}]}}),
    call("create_tags", lambda kept: {"Resources": [of_instance(kept)], "Tags": [{"Key": "team", "Value": "red"}]}, "CreateTags", WRITE,
         lambda kept: {"resourcesSet": {"items": [{"resourceId": of_instance(kept)}]}, "tagSet": {"items": [{"key": "team", "value": "red"}]}},
         response={"requestId": ANY}),
    call("stop_instances", lambda kept: {"InstanceIds": [of_instance(kept)]}, "StopInstances", WRITE,
         lambda kept: {"instancesSet": {"items": [{"instanceId": of_instance(kept)}]}}, response={"instancesSet": {"items": ANY}}),
    call("terminate_instances", lambda kept: {"InstanceIds": [of_instance(kept)]}, "TerminateInstances", WRITE,
         lambda kept: {"instancesSet": {"items": [{"instanceId": of_instance(kept)}]}}, response={"instancesSet": {"items": ANY}}),
    call("terminate_instances", {"InstanceIds": ["i-00000000"]}, "TerminateInstances", WRITE,
         {"instancesSet": {"items": [{"instanceId": "i-00000000"}]}}, error="Client.InvalidInstanceID.NotFound"),
    call("create_volume", {"AvailabilityZone": "us-east-1a", "Size": 1}, "CreateVolume", WRITE, {"size": "1", "zone": "us-east-1a"},
         response={"volumeId": ANY}),
    call("describe_regions", {}, "DescribeRegions", READ, {"regionSet": {}}),
    call("describe_security_groups", lambda kept: {"GroupIds": [kept["group"]["GroupId"]]}, "DescribeSecurityGroups", READ,
         lambda kept: {"securityGroupSet": {}, "securityGroupIdSet": {"items": [{"groupId": kept["group"]["GroupId"]}]}, "filterSet": {}}),
    call("delete_security_group", lambda kept: {"GroupId": kept["group"]["GroupId"]}, "DeleteSecurityGroup", WRITE,
         lambda kept: {"groupId": kept["group"]["GroupId"]}, response={"requestId": ANY}),
]

CLOUDFORMATION = [
    call("create_stack", {"StackName": "news", "TemplateBody": TEMPLATE, "Parameters": [{"ParameterKey": "Word", "ParameterValue": "tiger"}]},
         "CreateStack", WRITE, {"stackName": "news", "parameters": [{"parameterKey": "Word", "parameterValue": ABSENT}]}, response={"stackId": ANY}),
    call("create_stack", {"StackName": "news", "TemplateBody": TEMPLATE, "Parameters": [{"ParameterKey": "Word", "ParameterValue": "lion"}]},
         "CreateStack", WRITE, {"stackName": "news"}, error="AlreadyExistsException"),
    call("describe_stacks", {"StackName": "news"}, "DescribeStacks", READ, {"stackName": "news"}),
    call("list_stacks", {}, "ListStacks", READ, None),
    call("describe_stack_resources", {"StackName": "news"}, "DescribeStackResources", READ, {"stackName": "news"}),
    call("delete_stack", {"StackName": "news"}, "DeleteStack", WRITE, {"stackName": "news"}, response=None),
]

LOGS = [
    call("create_log_group", {"logGroupName": "/app/web"}, "CreateLogGroup", WRITE, {"logGroupName": "/app/web"}, response=None),
    call("create_log_stream", {"logGroupName": "/app/web", "logStreamName": "one"}, "CreateLogStream", WRITE,
         {"logGroupName": "/app/web", "logStreamName": "one"}, response=None),
    call("describe_log_groups", {"logGroupNamePrefix": "/app"}, "DescribeLogGroups", READ, {"logGroupNamePrefix": "/app"}),
    call("delete_log_group", {"logGroupName": "/no/such"}, "DeleteLogGroup", WRITE, {"logGroupName": "/no/such"}, error="ResourceNotFoundException"),
]

STATES = [
    call("create_state_machine", {"name": "flow", "definition": DEFINITION, "roleArn": ROLE}, "CreateStateMachine", WRITE,
         {"name": "flow", "roleArn": ROLE}, response={"stateMachineArn": ANY}),
    call("list_state_machines", {}, "ListStateMachines", READ, None),
    call("describe_state_machine", {"stateMachineArn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:none"}, "DescribeStateMachine", READ,
         {"stateMachineArn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:none"}, error="StateMachineDoesNotExist"),
]

ROUTE53 = [
    call("list_hosted_zones", {}, "ListHostedZones", READ, None),
    call("create_hosted_zone", {"Name": "example.org", "CallerReference": "one"}, "CreateHostedZone", WRITE,
         {"name": "example.org", "callerReference": "one"}, response=ANY),
]

APIGATEWAY = [
    call("create_rest_api", {"name": "shop"}, "CreateRestApi", WRITE, ANY, response=ANY, keep="api"),
    call("get_rest_apis", {}, "GetRestApis", READ, UNSTATED),
    call("get_rest_api", lambda kept: {"restApiId": kept["api"]["id"]}, "GetRestApi", READ, lambda kept: {"restApiId": kept["api"]["id"]}),
    call("delete_rest_api", lambda kept: {"restApiId": kept["api"]["id"]}, "DeleteRestApi", WRITE, lambda kept: {"restApiId": kept["api"]["id"]}),
]

MONITORING = [
    call("put_metric_alarm", {"AlarmName": "hot", "MetricName": "Heat", "Namespace": "House", "Statistic": "Average", "Period": 60,
                              "EvaluationPeriods": 1, "Threshold": 30.0, "ComparisonOperator": "GreaterThanThreshold"}, "PutMetricAlarm", WRITE,
         {"alarmName": "hot", "metricName": "Heat", "namespace": "House"}, response=None),
    call("describe_alarms", {"AlarmNames": ["hot"]}, "DescribeAlarms", READ, {"alarmNames": ["hot"]}),
    call("delete_alarms", {"AlarmNames": ["hot"]}, "DeleteAlarms", WRITE, {"alarmNames": ["hot"]}, response=None),
]

RDS = [
    call("create_db_instance", {"DBInstanceIdentifier": "books", "DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20,
                                "MasterUsername": "keeper", "MasterUserPassword": "tiger-in-the-night"}, "CreateDBInstance", WRITE,
         {"dBInstanceIdentifier": "books", "dBInstanceClass": "db.t3.micro", "engine": "postgres", "masterUserPassword": "****"},
         response={"dBInstanceIdentifier": "books"}),
    call("describe_db_instances", {"DBInstanceIdentifier": "no-such"}, "DescribeDBInstances", READ, {"dBInstanceIdentifier": "no-such"},
         error="DBInstanceNotFoundFault"),
]

SERVICES = [
    Service("roles", "iam", "iam.amazonaws.com", ROLES),
    Service("lambda", "lambda", "lambda.amazonaws.com", LAMBDA),
    Service("ec2", "ec2", "ec2.amazonaws.com", EC2),
    Service("cloudformation", "cloudformation", "cloudformation.amazonaws.com", CLOUDFORMATION),
    Service("logs", "logs", "logs.amazonaws.com", LOGS, api_version="20140328"),
    Service("states", "stepfunctions", "states.amazonaws.com", STATES),
    Service("route53", "route53", "route53.amazonaws.com", ROUTE53, api_version="2013-04-01"),
    Service("apigateway", "apigateway", "apigateway.amazonaws.com", APIGATEWAY),
    Service("monitoring", "cloudwatch", "monitoring.amazonaws.com", MONITORING),
    Service("rds", "rds", "rds.amazonaws.com", RDS),
]
