# SPDX-License-Identifier: Apache-2.0
"""Services whose operations are routes (REST-JSON), and one or two calls of many others."""
import json

from gateway_calls.call import ACCOUNT, ANY, MANAGEMENT, READ, UNSTATED, WRITE, Call, Service

ROLE = f"arn:aws:iam::{ACCOUNT}:role/Runner"
NETWORK = {"subnetIds": ["subnet-1", "subnet-2"]}


def read(method, event, parameters=None, request=UNSTATED, **more):
    return Call(method, parameters or {}, event, READ, MANAGEMENT, request, **more)


def write(method, event, parameters, request=UNSTATED, **more):
    return Call(method, parameters, event, WRITE, MANAGEMENT, request, **more)


def service(client, source, calls, name=None):
    return Service(name or client, client, f"{source}.amazonaws.com", calls)


ROUTED = [
    service("apigatewayv2", "apigateway", [
        write("create_api", "CreateApi", {"Name": "shop", "ProtocolType": "HTTP"}, {"name": "shop", "protocolType": "HTTP"}, keep="api"),
        read("get_apis", "GetApis"),
        read("get_api", "GetApi", lambda kept: {"ApiId": kept["api"]["ApiId"]}, lambda kept: {"apiId": kept["api"]["ApiId"]}),
        write("delete_api", "DeleteApi", {"ApiId": "missing"}, {"apiId": "missing"}),
    ]),
    service("eks", "eks", [
        write("create_cluster", "CreateCluster", {"name": "farm", "roleArn": ROLE, "resourcesVpcConfig": NETWORK}, {"name": "farm", "roleArn": ROLE}),
        read("describe_cluster", "DescribeCluster", {"name": "farm"}, {"name": "farm"}),
        read("list_clusters", "ListClusters"),
        read("describe_cluster", "DescribeCluster", {"name": "none"}, {"name": "none"}, error="ResourceNotFoundException"),
        read("list_nodegroups", "ListNodegroups", {"clusterName": "farm"}, ANY),
        write("delete_cluster", "DeleteCluster", {"name": "farm"}, {"name": "farm"}),
    ]),
    service("efs", "elasticfilesystem", [
        write("create_file_system", "CreateFileSystem", {"CreationToken": "one"}, {"creationToken": "one"}, keep="files"),
        read("describe_file_systems", "DescribeFileSystems"),
        write("delete_file_system", "DeleteFileSystem", lambda kept: {"FileSystemId": kept["files"]["FileSystemId"]},
              lambda kept: {"fileSystemId": kept["files"]["FileSystemId"]}),
    ]),
    service("batch", "batch", [
        read("describe_job_queues", "DescribeJobQueues"),
        write("create_job_queue", "CreateJobQueue", {"jobQueueName": "q", "priority": 1, "computeEnvironmentOrder": [
            {"order": 1, "computeEnvironment": "none"}]}, {"jobQueueName": "q", "priority": 1}, error=ANY),
        write("register_job_definition", "RegisterJobDefinition", {"jobDefinitionName": "d", "type": "container", "containerProperties": {
            "image": "busybox", "vcpus": 1, "memory": 128}}, {"jobDefinitionName": "d", "type": "container"}),
    ]),
    service("opensearch", "es", [
        write("create_domain", "CreateDomain", {"DomainName": "books"}, {"domainName": "books"}),
        read("describe_domain", "DescribeDomain", {"DomainName": "books"}, {"domainName": "books"}),
        read("list_domain_names", "ListDomainNames"),
        write("delete_domain", "DeleteDomain", {"DomainName": "books"}, {"domainName": "books"}),
    ]),
    service("scheduler", "scheduler", [
        write("create_schedule", "CreateSchedule", {"Name": "hourly", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": {"Mode": "OFF"},
                                                    "Target": {"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q", "RoleArn": ROLE}},
              {"name": "hourly", "scheduleExpression": "rate(1 hour)"}),
        read("get_schedule", "GetSchedule", {"Name": "hourly"}, {"name": "hourly"}),
        read("list_schedules", "ListSchedules"),
        read("get_schedule", "GetSchedule", {"Name": "none"}, {"name": "none"}, error="ResourceNotFoundException"),
        write("delete_schedule", "DeleteSchedule", {"Name": "hourly"}, {"name": "hourly"}),
    ]),
    service("iot", "iot", [
        write("create_thing", "CreateThing", {"thingName": "lamp"}, {"thingName": "lamp"}),
        read("describe_thing", "DescribeThing", {"thingName": "lamp"}, {"thingName": "lamp"}),
        read("list_things", "ListThings"),
        read("describe_thing", "DescribeThing", {"thingName": "none"}, {"thingName": "none"}, error="ResourceNotFoundException"),
        write("create_keys_and_certificate", "CreateKeysAndCertificate", {"setAsActive": True}),
        write("delete_thing", "DeleteThing", {"thingName": "lamp"}, {"thingName": "lamp"}),
    ]),
    service("sesv2", "ses", [
        write("create_contact_list", "CreateContactList", {"ContactListName": "readers"}, {"contactListName": "readers"}),
        read("get_contact_list", "GetContactList", {"ContactListName": "readers"}, {"contactListName": "readers"}),
        read("list_contact_lists", "ListContactLists"),
        read("get_contact_list", "GetContactList", {"ContactListName": "none"}, {"contactListName": "none"}, error="NotFoundException"),
    ]),
    service("mq", "amazonmq", [
        read("list_brokers", "ListBrokers"),
        read("describe_broker", "DescribeBroker", {"BrokerId": "none"}, ANY, error="NotFoundException"),
    ]),
    service("appsync", "appsync", [
        write("create_graphql_api", "CreateGraphqlApi", {"name": "graph", "authenticationType": "API_KEY"},
              {"name": "graph", "authenticationType": "API_KEY"}, keep="api"),
        read("get_graphql_api", "GetGraphqlApi", lambda kept: {"apiId": kept["api"]["graphqlApi"]["apiId"]},
             lambda kept: {"apiId": kept["api"]["graphqlApi"]["apiId"]}),
        write("delete_graphql_api", "DeleteGraphqlApi", lambda kept: {"apiId": kept["api"]["graphqlApi"]["apiId"]},
              lambda kept: {"apiId": kept["api"]["graphqlApi"]["apiId"]}),
    ]),
    service("glacier", "glacier", [
        write("create_vault", "CreateVault", {"vaultName": "attic"}, {"vaultName": "attic"}),
        read("describe_vault", "DescribeVault", {"vaultName": "attic"}, {"vaultName": "attic"}),
        read("list_vaults", "ListVaults"),
        write("delete_vault", "DeleteVault", {"vaultName": "attic"}, {"vaultName": "attic"}),
    ]),
    service("backup", "backup", [
        write("create_backup_vault", "CreateBackupVault", {"BackupVaultName": "safe"}, {"backupVaultName": "safe"}),
        read("describe_backup_vault", "DescribeBackupVault", {"BackupVaultName": "safe"}, {"backupVaultName": "safe"}),
        read("list_backup_vaults", "ListBackupVaults"),
        write("delete_backup_vault", "DeleteBackupVault", {"BackupVaultName": "safe"}, {"backupVaultName": "safe"}),
    ]),
]

OTHERS = [
    service("ecs", "ecs", [
        write("create_cluster", "CreateCluster", {"clusterName": "web"}, {"clusterName": "web"}, response={"cluster": {"clusterName": "web"}}),
        read("list_clusters", "ListClusters", request=None),
        write("delete_cluster", "DeleteCluster", {"cluster": "none"}, {"cluster": "none"}, error="ClusterNotFoundException"),
    ]),
    service("ecr", "ecr", [
        write("create_repository", "CreateRepository", {"repositoryName": "app"}, {"repositoryName": "app"}),
        read("describe_repositories", "DescribeRepositories", {"repositoryNames": ["none"]}, {"repositoryNames": ["none"]},
             error="RepositoryNotFoundException"),
        read("get_authorization_token", "GetAuthorizationToken", request=None),
    ]),
    service("cognito-idp", "cognito-idp", [
        write("create_user_pool", "CreateUserPool", {"PoolName": "people"}, {"poolName": "people"}, keep="pool"),
        write("admin_create_user", "AdminCreateUser", lambda kept: {"UserPoolId": kept["pool"]["UserPool"]["Id"], "Username": "carol",
                                                                    "TemporaryPassword": "Correct-7-horse"},
              lambda kept: {"userPoolId": kept["pool"]["UserPool"]["Id"]}),
        read("list_user_pools", "ListUserPools", {"MaxResults": 5}, {"maxResults": 5}),
    ], name="cognito"),
    service("organizations", "organizations", [
        read("describe_organization", "DescribeOrganization", request=None, error="AWSOrganizationsNotInUseException"),
        write("create_organization", "CreateOrganization", {"FeatureSet": "ALL"}, {"featureSet": "ALL"}),
    ]),
    service("cloudtrail", "cloudtrail", [
        read("describe_trails", "DescribeTrails"),
        read("get_trail_status", "GetTrailStatus", {"Name": "no-such-trail"}, {"name": "no-such-trail"}, error="TrailNotFoundException"),
    ]),
    service("athena", "athena", [read("list_work_groups", "ListWorkGroups", request=None)]),
    service("glue", "glue", [
        write("create_database", "CreateDatabase", {"DatabaseInput": {"Name": "lake"}}, {"databaseInput": {"name": "lake"}}),
        read("get_database", "GetDatabase", {"Name": "none"}, {"name": "none"}, error="EntityNotFoundException"),
    ]),
    service("firehose", "firehose", [read("list_delivery_streams", "ListDeliveryStreams")]),
    service("acm", "acm", [
        read("list_certificates", "ListCertificates"),
        read("describe_certificate", "DescribeCertificate", {"CertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/none"},
             {"certificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/none"}, error="ResourceNotFoundException"),
    ]),
    service("elbv2", "elasticloadbalancing", [read("describe_load_balancers", "DescribeLoadBalancers")]),
    service("autoscaling", "autoscaling", [
        read("describe_auto_scaling_groups", "DescribeAutoScalingGroups"),
        write("delete_auto_scaling_group", "DeleteAutoScalingGroup", {"AutoScalingGroupName": "none"}, {"autoScalingGroupName": "none"}, error=ANY),
    ]),
    service("redshift", "redshift", [
        read("describe_clusters", "DescribeClusters", {"ClusterIdentifier": "none"}, {"clusterIdentifier": "none"}, error=ANY)]),
    service("ses", "ses", [
        write("verify_email_identity", "VerifyEmailIdentity", {"EmailAddress": "desk@example.org"}, {"emailAddress": "desk@example.org"}),
        read("list_identities", "ListIdentities"),
    ]),
    service("stepfunctions", "states", [
        write("create_activity", "CreateActivity", {"name": "pack"}, {"name": "pack"}, response={"activityArn": ANY})], name="activities"),
    service("iam", "iam", [
        write("update_assume_role_policy", "UpdateAssumeRolePolicy", {"RoleName": "none", "PolicyDocument": json.dumps({"Version": "2012-10-17"})},
              {"roleName": "none"}, error=ANY)], name="iam-more"),
]

SERVICES = [*ROUTED, *OTHERS]
