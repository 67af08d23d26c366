/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample_table: queries to start from. SAMPLE(name, description, more words that people search for,
 * statement).
 *
 * In statements $EDS_ID stands for the event data store's id; $START for a time, without quotes; $SERVICE for
 * the first part of an event source, which GenerateQuery takes from the prompt. SearchSampleQueries shows the
 * first as it is and fills the others in.
 */
/* clang-format off */
SAMPLE("Who deleted a resource",
    "Every call that deletes, terminates or removes something, newest first, with who made it and from "
    "where.",
    "delete deleted deletion terminate remove destroy removed lost",
    "SELECT eventTime, eventSource, eventName, userIdentity.arn AS principal, sourceIPAddress\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "  AND (eventName LIKE 'Delete%' OR eventName LIKE 'Terminate%' OR eventName LIKE 'Remove%')\n"
    "  AND errorCode IS NULL\n"
    "ORDER BY eventTime DESC")
SAMPLE("Console sign-ins",
    "All sign-ins to the console with user, address and outcome.",
    "console login signin logon sign in logged",
    "SELECT eventTime, userIdentity.arn AS principal, userIdentity.username AS userName, "
    "sourceIPAddress,\n"
    "  element_at(responseElements, 'ConsoleLogin') AS outcome\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName = 'ConsoleLogin'\n"
    "ORDER BY eventTime DESC")
SAMPLE("Failed console sign-ins",
    "Sign-ins to the console that failed, counted by user and address.",
    "failed failure console login signin password brute force wrong",
    "SELECT userIdentity.username AS userName, sourceIPAddress, errorMessage, count(*) AS attempts\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName = 'ConsoleLogin'\n"
    "  AND element_at(responseElements, 'ConsoleLogin') LIKE '%Failure%'\n"
    "GROUP BY 1, 2, 3\n"
    "ORDER BY attempts DESC")
SAMPLE("Console sign-ins without MFA",
    "Successful sign-ins to the console that used no multi-factor authentication.",
    "mfa multi factor authentication two console login signin without no",
    "SELECT eventTime, userIdentity.arn AS principal, sourceIPAddress\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName = 'ConsoleLogin'\n"
    "  AND element_at(additionalEventData, 'MFAUsed') LIKE '%No%'\n"
    "ORDER BY eventTime DESC")
SAMPLE("Actions of the root user",
    "What was done with the credentials of the account's root user.",
    "root user account activity owner",
    "SELECT eventTime, eventSource, eventName, sourceIPAddress, userAgent\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND userIdentity.type = 'Root' AND eventType <> 'AwsServiceEvent'\n"
    "ORDER BY eventTime DESC")
SAMPLE("Most frequent errors",
    "Error codes by how often they came, with the calls that got them.",
    "top errors error codes failures common month",
    "SELECT errorCode, eventSource, eventName, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND errorCode IS NOT NULL\n"
    "GROUP BY errorCode, eventSource, eventName\n"
    "ORDER BY events DESC\n"
    "LIMIT 50")
SAMPLE("Denied access by principal",
    "Who was refused access, how often, and to which actions.",
    "access denied unauthorized forbidden permission refused not authorized",
    "SELECT userIdentity.arn AS principal, eventSource, eventName, count(*) AS refusals\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "  AND errorCode IN ('AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', "
    "'Client.UnauthorizedOperation')\n"
    "GROUP BY 1, 2, 3\n"
    "ORDER BY refusals DESC")
SAMPLE("Throttled calls",
    "Calls that were refused because there were too many of them.",
    "throttle throttled throttling rate limit exceeded too many requests",
    "SELECT eventSource, eventName, userIdentity.arn AS principal, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "  AND (errorCode LIKE '%Throttl%' OR errorCode LIKE '%RequestLimitExceeded%' OR errorCode LIKE "
    "'%TooManyRequests%')\n"
    "GROUP BY 1, 2, 3\n"
    "ORDER BY events DESC")
SAMPLE("Most active users",
    "Principals by the number of calls that they made.",
    "top users active principals activity busiest number calls",
    "SELECT userIdentity.arn AS principal, userIdentity.type AS kind, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND userIdentity.arn IS NOT NULL\n"
    "GROUP BY 1, 2\n"
    "ORDER BY events DESC\n"
    "LIMIT 25")
SAMPLE("Most active services",
    "Services by the number of calls that they got.",
    "top services active event source usage count number",
    "SELECT eventSource, count(*) AS events, count(DISTINCT userIdentity.arn) AS principals\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "GROUP BY eventSource\n"
    "ORDER BY events DESC")
SAMPLE("Users of a service",
    "Who called a service, how often and when last.",
    "list users used service who uses called sns s3 ec2 iam kms lambda sqs dynamodb rds",
    "SELECT userIdentity.arn AS principal, count(*) AS events, max(eventTime) AS latest\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = '$SERVICE.amazonaws.com'\n"
    "GROUP BY 1\n"
    "ORDER BY events DESC")
SAMPLE("Changes in a service",
    "Calls that changed something in a service, newest first.",
    "changes write modify modified changed service who sns s3 ec2 iam kms lambda sqs dynamodb rds",
    "SELECT eventTime, eventName, userIdentity.arn AS principal, sourceIPAddress, requestParameters\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = '$SERVICE.amazonaws.com' AND readOnly = false\n"
    "ORDER BY eventTime DESC")
SAMPLE("Events by hour",
    "How many events there were in each hour.",
    "events over time hour hourly timeline trend volume count",
    "SELECT date_trunc('hour', eventTime) AS hour, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "GROUP BY 1\n"
    "ORDER BY 1")
SAMPLE("Events by day and service",
    "How many events each service had on each day.",
    "daily day days service trend volume count number",
    "SELECT date_trunc('day', eventTime) AS day, eventSource, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "GROUP BY 1, 2\n"
    "ORDER BY 1, events DESC")
SAMPLE("Events by region",
    "Regions by the number of events, with the number of services used there.",
    "region regions where location unused unexpected",
    "SELECT awsRegion, count(*) AS events, count(DISTINCT eventSource) AS services\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "GROUP BY awsRegion\n"
    "ORDER BY events DESC")
SAMPLE("Events by account",
    "Accounts by the number of their events.",
    "account accounts organization recipient",
    "SELECT recipientAccountId, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "GROUP BY recipientAccountId\n"
    "ORDER BY events DESC")
SAMPLE("Calls by IP address",
    "Addresses that calls came from, with how many principals used each.",
    "ip address source addresses network origin from where",
    "SELECT sourceIPAddress, count(*) AS events, count(DISTINCT userIdentity.arn) AS principals, "
    "min(eventTime) AS firstSeen\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "GROUP BY sourceIPAddress\n"
    "ORDER BY events DESC\n"
    "LIMIT 100")
SAMPLE("Principals that came from many addresses",
    "Users and roles that were used from more than one address.",
    "several multiple many ip addresses stolen leaked credentials shared user",
    "SELECT userIdentity.arn AS principal, count(DISTINCT sourceIPAddress) AS addresses, count(*) AS "
    "events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND userIdentity.arn IS NOT NULL\n"
    "GROUP BY 1\n"
    "HAVING count(DISTINCT sourceIPAddress) > 1\n"
    "ORDER BY addresses DESC")
SAMPLE("Activity of an access key",
    "Access keys with what they were used for, from when to when.",
    "access key keys credentials akia used activity",
    "SELECT userIdentity.accesskeyid AS accessKeyId, userIdentity.arn AS principal, min(eventTime) AS "
    "firstUse,\n"
    "  max(eventTime) AS lastUse, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND userIdentity.accesskeyid IS NOT NULL\n"
    "GROUP BY 1, 2\n"
    "ORDER BY lastUse DESC")
SAMPLE("Access keys that were created",
    "New access keys, who made them and for whom.",
    "access key created create new keys credentials iam",
    "SELECT eventTime, userIdentity.arn AS principal, element_at(requestParameters, 'userName') AS "
    "forUser, sourceIPAddress\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName = 'CreateAccessKey' AND errorCode IS NULL\n"
    "ORDER BY eventTime DESC")
SAMPLE("IAM users that were created or deleted",
    "Changes of the list of IAM users.",
    "iam user users created deleted new create delete",
    "SELECT eventTime, eventName, element_at(requestParameters, 'userName') AS userName, "
    "userIdentity.arn AS principal\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = 'iam.amazonaws.com' AND eventName IN ('CreateUser', "
    "'DeleteUser')\n"
    "ORDER BY eventTime DESC")
SAMPLE("Changes of IAM policies",
    "Who attached, detached, made or changed policies of users, groups and roles.",
    "iam policy policies permission permissions attach detach privilege escalation changed",
    "SELECT eventTime, eventName, userIdentity.arn AS principal, requestParameters\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = 'iam.amazonaws.com' AND eventName LIKE '%Policy%' "
    "AND readOnly = false\n"
    "ORDER BY eventTime DESC")
SAMPLE("Roles that were assumed",
    "Which roles were assumed, by whom and how often.",
    "role roles assume assumed sts session cross account",
    "SELECT element_at(requestParameters, 'roleArn') AS role, coalesce(userIdentity.arn, "
    "userIdentity.invokedby) AS caller, count(*) AS times\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName IN ('AssumeRole', 'AssumeRoleWithSAML', "
    "'AssumeRoleWithWebIdentity')\n"
    "GROUP BY 1, 2\n"
    "ORDER BY times DESC")
SAMPLE("Sessions and their roles",
    "What was done in sessions of each role, by the role that issued them.",
    "session sessions role assumed issuer activity",
    "SELECT userIdentity.sessioncontext.sessionissuer.arn AS role, eventSource, eventName, count(*) "
    "AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND userIdentity.type = 'AssumedRole'\n"
    "GROUP BY 1, 2, 3\n"
    "ORDER BY events DESC\n"
    "LIMIT 100")
SAMPLE("Calls made by services",
    "What AWS services did on behalf of somebody.",
    "service services invoked by invokedby behalf automatic",
    "SELECT userIdentity.invokedby AS service, eventSource, eventName, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND userIdentity.invokedby IS NOT NULL\n"
    "GROUP BY 1, 2, 3\n"
    "ORDER BY events DESC\n"
    "LIMIT 100")
SAMPLE("Changes of security groups",
    "Rules of security groups that were opened or closed.",
    "security group groups firewall ingress egress open port network ec2",
    "SELECT eventTime, eventName, userIdentity.arn AS principal, element_at(requestParameters, "
    "'groupId') AS groupId,\n"
    "  element_at(requestParameters, 'ipPermissions') AS rules\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName LIKE '%SecurityGroup%' AND readOnly = false\n"
    "ORDER BY eventTime DESC")
SAMPLE("Changes of networks",
    "Changes of VPCs, subnets, routes, gateways and network ACLs.",
    "vpc network subnet route gateway acl nacl peering changes",
    "SELECT eventTime, eventName, userIdentity.arn AS principal, requestParameters\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = 'ec2.amazonaws.com' AND readOnly = false\n"
    "  AND (eventName LIKE '%Vpc%' OR eventName LIKE '%Subnet%' OR eventName LIKE '%Route%' OR "
    "eventName LIKE '%Gateway%' OR eventName LIKE '%NetworkAcl%')\n"
    "ORDER BY eventTime DESC")
SAMPLE("EC2 instances that were launched",
    "Instances that were started anew, with type, image and who did it.",
    "ec2 instance instances launch launched run runinstances started virtual machine",
    "SELECT eventTime, userIdentity.arn AS principal, element_at(requestParameters, 'instanceType') "
    "AS instanceType,\n"
    "  element_at(responseElements, 'instancesSet') AS instances, awsRegion\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName = 'RunInstances' AND errorCode IS NULL\n"
    "ORDER BY eventTime DESC")
SAMPLE("EC2 instances that were stopped or terminated",
    "Who stopped or terminated instances.",
    "ec2 instance instances stop stopped terminate terminated shutdown",
    "SELECT eventTime, eventName, userIdentity.arn AS principal, element_at(requestParameters, "
    "'instancesSet') AS instances\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName IN ('StopInstances', 'TerminateInstances')\n"
    "ORDER BY eventTime DESC")
SAMPLE("S3 buckets that were created or deleted",
    "Changes of the list of buckets.",
    "s3 bucket buckets created deleted create delete storage",
    "SELECT eventTime, eventName, element_at(requestParameters, 'bucketName') AS bucket, "
    "userIdentity.arn AS principal\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = 's3.amazonaws.com' AND eventName IN "
    "('CreateBucket', 'DeleteBucket')\n"
    "ORDER BY eventTime DESC")
SAMPLE("Changes of bucket access",
    "Changes of bucket policies, ACLs and public access blocks.",
    "s3 bucket policy acl public access block exposed changes",
    "SELECT eventTime, eventName, element_at(requestParameters, 'bucketName') AS bucket, "
    "userIdentity.arn AS principal\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = 's3.amazonaws.com'\n"
    "  AND eventName IN ('PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketAcl', "
    "'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock')\n"
    "ORDER BY eventTime DESC")
SAMPLE("Objects that were read or written",
    "Data events of S3 objects by bucket and principal.",
    "s3 object objects get put read write download upload data events getobject",
    "SELECT element_at(requestParameters, 'bucketName') AS bucket, eventName, userIdentity.arn AS "
    "principal, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = 's3.amazonaws.com' AND eventCategory = 'Data'\n"
    "GROUP BY 1, 2, 3\n"
    "ORDER BY events DESC")
SAMPLE("Objects that were deleted",
    "Who deleted which S3 objects.",
    "s3 object objects delete deleted deleteobject data events lost files",
    "SELECT eventTime, element_at(requestParameters, 'bucketName') AS bucket, "
    "element_at(requestParameters, 'key') AS objectKey, userIdentity.arn AS principal\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName IN ('DeleteObject', 'DeleteObjects')\n"
    "ORDER BY eventTime DESC")
SAMPLE("Busiest resources",
    "Resources by how many events name them.",
    "resource resources arn most used busiest top",
    "SELECT resource.arn AS arn, resource.type AS type, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "CROSS JOIN UNNEST(resources) AS t (resource)\n"
    "WHERE eventTime > '$START'\n"
    "GROUP BY 1, 2\n"
    "ORDER BY events DESC\n"
    "LIMIT 50")
SAMPLE("Use of encryption keys",
    "KMS keys: which operations, by whom.",
    "kms key keys encryption encrypt decrypt cryptographic",
    "SELECT eventName, userIdentity.arn AS principal, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = 'kms.amazonaws.com'\n"
    "GROUP BY 1, 2\n"
    "ORDER BY events DESC")
SAMPLE("Encryption keys that were disabled or scheduled for deletion",
    "KMS keys that somebody wants to go.",
    "kms key keys disable disabled deletion schedule delete",
    "SELECT eventTime, eventName, element_at(requestParameters, 'keyId') AS keyId, userIdentity.arn "
    "AS principal\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName IN ('DisableKey', 'ScheduleKeyDeletion', "
    "'DisableKeyRotation')\n"
    "ORDER BY eventTime DESC")
SAMPLE("Secrets that were read",
    "Who read secrets and parameters.",
    "secret secrets manager read getsecretvalue parameter ssm password",
    "SELECT eventTime, eventSource, eventName, userIdentity.arn AS principal, "
    "element_at(requestParameters, 'secretId') AS secretId\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName IN ('GetSecretValue', 'BatchGetSecretValue', "
    "'GetParameter', 'GetParameters')\n"
    "ORDER BY eventTime DESC")
SAMPLE("Changes of audit logging",
    "Who stopped, deleted or changed trails and event data stores.",
    "cloudtrail trail trails logging stop stopped audit disabled tamper stoplogging event data store",
    "SELECT eventTime, eventName, userIdentity.arn AS principal, sourceIPAddress, requestParameters\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = 'cloudtrail.amazonaws.com' AND readOnly = false\n"
    "ORDER BY eventTime DESC")
SAMPLE("Lambda functions that were changed",
    "New functions, new code and new configurations.",
    "lambda function functions code deploy updated created serverless",
    "SELECT eventTime, eventName, element_at(requestParameters, 'functionName') AS functionName, "
    "userIdentity.arn AS principal\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = 'lambda.amazonaws.com' AND readOnly = false\n"
    "ORDER BY eventTime DESC")
SAMPLE("Database instances that were changed",
    "Changes of RDS databases and clusters.",
    "rds database databases instance cluster changed deleted snapshot",
    "SELECT eventTime, eventName, element_at(requestParameters, 'dBInstanceIdentifier') AS instance, "
    "userIdentity.arn AS principal\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventSource = 'rds.amazonaws.com' AND readOnly = false\n"
    "ORDER BY eventTime DESC")
SAMPLE("Snapshots and images that were shared",
    "Snapshots and images whose permissions were changed.",
    "snapshot snapshots ami image images shared share public exfiltration permission",
    "SELECT eventTime, eventName, userIdentity.arn AS principal, requestParameters\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventName IN ('ModifySnapshotAttribute', 'ModifyImageAttribute', "
    "'ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute')\n"
    "ORDER BY eventTime DESC")
SAMPLE("Calls with old TLS versions",
    "Calls that used TLS 1.0 or 1.1.",
    "tls ssl version outdated old cipher transport encryption",
    "SELECT tlsDetails.tlsversion AS version, eventSource, userIdentity.arn AS principal, userAgent, "
    "count(*) AS events\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND tlsDetails.tlsversion IN ('TLSv1', 'TLSv1.1')\n"
    "GROUP BY 1, 2, 3, 4\n"
    "ORDER BY events DESC")
SAMPLE("Programs that make the calls",
    "User agents by the number of calls.",
    "user agent agents useragent sdk cli tool tools program client terraform",
    "SELECT userAgent, count(*) AS events, count(DISTINCT userIdentity.arn) AS principals\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "GROUP BY userAgent\n"
    "ORDER BY events DESC\n"
    "LIMIT 50")
SAMPLE("Actions in the console",
    "Changes that people made by hand in the console.",
    "console manual clickops by hand people changes interactive",
    "SELECT eventTime, eventSource, eventName, userIdentity.arn AS principal\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND sessionCredentialFromConsole = 'true' AND readOnly = false\n"
    "ORDER BY eventTime DESC")
SAMPLE("Calls through VPC endpoints",
    "VPC endpoints by the calls that came through them.",
    "vpc endpoint endpoints private link network activity",
    "SELECT vpcEndpointId, eventSource, count(*) AS events, count(DISTINCT userIdentity.arn) AS "
    "principals\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND vpcEndpointId IS NOT NULL\n"
    "GROUP BY 1, 2\n"
    "ORDER BY events DESC")
SAMPLE("Calls that were made for the first time",
    "API calls whose first use lies within the time.",
    "first time new never before seen unusual rare api calls",
    "SELECT eventSource, eventName, min(eventTime) AS firstSeen, count(*) AS events\n"
    "FROM $EDS_ID\n"
    "GROUP BY 1, 2\n"
    "HAVING min(eventTime) > '$START'\n"
    "ORDER BY firstSeen DESC")
SAMPLE("Rare API calls",
    "Calls that were made only once or twice.",
    "rare seldom unusual api calls once anomaly",
    "SELECT eventSource, eventName, count(*) AS events, max(eventTime) AS latest\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "GROUP BY 1, 2\n"
    "HAVING count(*) <= 2\n"
    "ORDER BY latest DESC")
SAMPLE("Share of errors by service",
    "For each service how many of its calls failed.",
    "error rate share percentage failed service ratio percent",
    "SELECT eventSource, count(*) AS events, count(errorCode) AS errors,\n"
    "  round(100.0 * count(errorCode) / count(*), 1) AS percent\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "GROUP BY eventSource\n"
    "ORDER BY percent DESC")
SAMPLE("Events at night",
    "Changes that were made outside of office hours (UTC).",
    "night weekend hours off outside office time unusual",
    "SELECT eventTime, eventSource, eventName, userIdentity.arn AS principal\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND readOnly = false\n"
    "  AND (hour(eventTime) < 6 OR hour(eventTime) >= 22)\n"
    "ORDER BY eventTime DESC")
SAMPLE("Latest events",
    "The newest events, whatever they are.",
    "latest newest last recent events all everything show",
    "SELECT eventTime, eventSource, eventName, userIdentity.arn AS principal, sourceIPAddress, "
    "errorCode\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START'\n"
    "ORDER BY eventTime DESC\n"
    "LIMIT 100")
SAMPLE("Insight events",
    "Unusual rates of calls and errors that Insights found.",
    "insight insights anomaly anomalies unusual rate spike",
    "SELECT eventTime, insightType, insightState, insightEventSource, insightEventName, "
    "insightErrorCode\n"
    "FROM $EDS_ID\n"
    "WHERE eventTime > '$START' AND eventCategory = 'Insight'\n"
    "ORDER BY eventTime DESC")
/* clang-format on */
