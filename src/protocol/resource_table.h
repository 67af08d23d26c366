/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resource_table: parameters that name what a call is about, as the record's resources have it. To add one, add
 * a row.
 *
 * RESOURCE(signing name, calls, member, type, form)
 *   calls   DATA: data events, that selectors find by their resources; else the operation
 *   member  the parameter, a text or a list of texts
 *   type    as CloudTrail names it; "" where records have none
 *   form    how a name becomes an ARN: "stream/" is put before it. "": only ARNs count. "queue": the name is
 *           the URL of a queue, which tells its account. "|": an ARN up to that sign
 */
/* clang-format off */
RESOURCE("cognito-identity", "DATA", "IdentityPoolId", "AWS::Cognito::IdentityPool", "identitypool/")
RESOURCE("dynamodb", "DATA", "ShardIterator", "AWS::DynamoDB::Stream", "|")
RESOURCE("dynamodb", "DATA", "StreamArn", "AWS::DynamoDB::Stream", "")
RESOURCE("events", "DATA", "EventBusName", "AWS::Events::EventBus", "event-bus/")
RESOURCE("firehose", "DATA", "DeliveryStreamName", "AWS::KinesisFirehose::DeliveryStream", "deliverystream/")
RESOURCE("kinesis", "DATA", "ConsumerARN", "AWS::Kinesis::StreamConsumer", "")
RESOURCE("kinesis", "DATA", "StreamARN", "AWS::Kinesis::Stream", "")
RESOURCE("kinesis", "DATA", "StreamName", "AWS::Kinesis::Stream", "stream/")
RESOURCE("kms", "", "DestinationKeyId", "AWS::KMS::Key", "key/")
RESOURCE("kms", "", "KeyId", "AWS::KMS::Key", "key/")
RESOURCE("kms", "", "SourceKeyId", "AWS::KMS::Key", "key/")
RESOURCE("kms", "", "TargetKeyId", "AWS::KMS::Key", "key/")
RESOURCE("lambda", "DATA", "FunctionName", "AWS::Lambda::Function", "function:")
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
/* clang-format on */
