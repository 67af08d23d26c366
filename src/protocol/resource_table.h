/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resource_table: parameters that name what a call is about, as the record's resources have it. To add one,
 * add a row.
 *
 * RESOURCE(signing name, calls, member, type, form)
 *   calls   DATA: data events, that selectors find by their resources; else the operation
 *   member  the parameter, a text or a list of texts
 *   type    as CloudTrail names it; "" where records have none
 *   form    how a name becomes an ARN: "stream/" is put before it. "": only ARNs count. "queue": the name is
 *           the URL of a queue, which tells its account. "function": one of Lambda's names of a function,
 *           whatever follows it. "|": an ARN up to that sign. "SERVICE@" in front: the ARN is of that
 * service,
 *           '!': it has no region, '~': no account
 */
/* clang-format off */
RESOURCE("bedrock", "DATA", "guardrailIdentifier", "AWS::Bedrock::Guardrail", "guardrail/")
RESOURCE("bedrock", "DATA", "knowledgeBaseId", "AWS::Bedrock::KnowledgeBase", "knowledge-base/")
RESOURCE("cloudfront-keyvaluestore", "DATA", "KvsARN", "AWS::CloudFront::KeyValueStore", "")
RESOURCE("cognito-identity", "DATA", "IdentityPoolId", "AWS::Cognito::IdentityPool", "identitypool/")
RESOURCE("dynamodb", "DATA", "ShardIterator", "AWS::DynamoDB::Stream", "|")
RESOURCE("dynamodb", "DATA", "StreamArn", "AWS::DynamoDB::Stream", "")
RESOURCE("ebs", "DATA", "SecondSnapshotId", "AWS::EC2::Snapshot", "ec2@~snapshot/")
RESOURCE("ebs", "DATA", "SnapshotId", "AWS::EC2::Snapshot", "ec2@~snapshot/")
RESOURCE("ecr", "", "repositoryName", "", "repository/")
RESOURCE("events", "DATA", "EventBusName", "AWS::Events::EventBus", "event-bus/")
RESOURCE("firehose", "DATA", "DeliveryStreamName", "AWS::KinesisFirehose::DeliveryStream", "deliverystream/")
RESOURCE("iot-jobs-data", "DATA", "thingName", "AWS::IoT::Thing", "iot@thing/")
RESOURCE("iotdata", "DATA", "thingName", "AWS::IoT::Thing", "iot@thing/")
RESOURCE("kinesis", "DATA", "ConsumerARN", "AWS::Kinesis::StreamConsumer", "")
RESOURCE("kinesis", "DATA", "StreamARN", "AWS::Kinesis::Stream", "")
RESOURCE("kinesis", "DATA", "StreamName", "AWS::Kinesis::Stream", "stream/")
RESOURCE("kinesisvideo", "DATA", "StreamARN", "AWS::KinesisVideo::Stream", "")
RESOURCE("kinesisvideo", "DATA", "StreamName", "AWS::KinesisVideo::Stream", "stream/")
RESOURCE("kms", "", "DestinationKeyId", "AWS::KMS::Key", "key/")
RESOURCE("kms", "", "KeyId", "AWS::KMS::Key", "key/")
RESOURCE("kms", "", "SourceKeyId", "AWS::KMS::Key", "key/")
RESOURCE("kms", "", "TargetKeyId", "AWS::KMS::Key", "key/")
RESOURCE("lambda", "DATA", "FunctionName", "AWS::Lambda::Function", "function")
RESOURCE("mobiletargeting", "DATA", "ApplicationId", "AWS::Pinpoint::App", "apps/")
RESOURCE("rds-data", "DATA", "resourceArn", "AWS::RDS::DBCluster", "")
RESOURCE("s3vectors", "DATA", "indexArn", "AWS::S3Vectors::Index", "")
RESOURCE("s3vectors", "DATA", "vectorBucketName", "AWS::S3Vectors::VectorBucket", "bucket/")
RESOURCE("sagemaker", "DATA", "EndpointName", "AWS::SageMaker::Endpoint", "endpoint/")
RESOURCE("sagemaker", "DATA", "FeatureGroupName", "AWS::SageMaker::FeatureGroup", "feature-group/")
RESOURCE("sdb", "DATA", "DomainName", "AWS::SDB::Domain", "domain/")
RESOURCE("secretsmanager", "", "SecretId", "AWS::SecretsManager::Secret", "secret:")
RESOURCE("ses", "DATA", "ConfigurationSetName", "AWS::SES::ConfigurationSet", "configuration-set/")
RESOURCE("sns", "DATA", "TargetArn", "AWS::SNS::PlatformEndpoint", "")
RESOURCE("sns", "DATA", "TopicArn", "AWS::SNS::Topic", "")
RESOURCE("sqs", "DATA", "QueueUrl", "AWS::SQS::Queue", "queue")
RESOURCE("ssm", "DeleteParameter", "Name", "", "parameter")
RESOURCE("ssm", "DeleteParameters", "Names", "", "parameter")
RESOURCE("ssm", "GetParameter", "Name", "", "parameter")
RESOURCE("ssm", "GetParameterHistory", "Name", "", "parameter")
RESOURCE("ssm", "GetParameters", "Names", "", "parameter")
RESOURCE("ssm", "PutParameter", "Name", "", "parameter")
RESOURCE("states", "DATA", "StateMachineArn", "AWS::StepFunctions::StateMachine", "")
RESOURCE("sts", "AssumeRole", "RoleArn", "AWS::IAM::Role", "")
RESOURCE("sts", "AssumeRoleWithSAML", "RoleArn", "AWS::IAM::Role", "")
RESOURCE("sts", "AssumeRoleWithWebIdentity", "RoleArn", "AWS::IAM::Role", "")
RESOURCE("swf", "DATA", "domain", "AWS::SWF::Domain", "/domain/")
RESOURCE("verifiedpermissions", "DATA", "policyStoreId", "AWS::VerifiedPermissions::PolicyStore", "!policy-store/")
/* clang-format on */
