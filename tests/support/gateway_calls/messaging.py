# SPDX-License-Identifier: Apache-2.0
"""SQS, SNS, Kinesis and EventBridge. Messages are never recorded; calls on them are data events."""
from gateway_calls.call import ACCOUNT, ANY, DATA, HIDDEN, MANAGEMENT, READ, UNSTATED, WRITE, Call, Service, resolve

QUEUE_ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:news"
STREAM = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/clicks"


def of_queue(method, event, effect, category=DATA, parameters=None, request=None, **more):
    resources = [("AWS::SQS::Queue", QUEUE_ARN)] if category == DATA and "error" not in more else UNSTATED
    return Call(method, lambda kept: {"QueueUrl": kept["queue"]["QueueUrl"], **resolve(parameters or {}, kept)},
                event, effect, category, lambda kept: {"queueUrl": kept["queue"]["QueueUrl"], **(request or {})}, resources=resources, **more)


def of_topic(method, event, effect, category=MANAGEMENT, parameters=None, request=None, **more):
    return Call(method, {"TopicArn": TOPIC, **(parameters or {})}, event, effect, category, {"topicArn": TOPIC, **(request or {})},
                resources=[("AWS::SNS::Topic", TOPIC)] if category == DATA else UNSTATED, **more)


SQS = [
    Call("create_queue", {"QueueName": "orders", "Attributes": {"VisibilityTimeout": "30"}}, "CreateQueue", WRITE, MANAGEMENT,
         {"queueName": "orders"}, {"queueUrl": ANY}, keep="queue"),
    Call("get_queue_url", {"QueueName": "no-such-queue"}, "GetQueueUrl", READ, UNSTATED, {"queueName": "no-such-queue"}, error=ANY),
    of_queue("set_queue_attributes", "SetQueueAttributes", WRITE, MANAGEMENT, {"Attributes": {"DelaySeconds": "0"}}),
    of_queue("tag_queue", "TagQueue", WRITE, MANAGEMENT, {"Tags": {"team": "red"}}),
    of_queue("untag_queue", "UntagQueue", WRITE, MANAGEMENT, {"TagKeys": ["team"]}),
    of_queue("send_message", "SendMessage", WRITE, parameters={"MessageBody": "two apples"}, request={"messageBody": HIDDEN}),
    of_queue("send_message_batch", "SendMessageBatch", WRITE, parameters={"Entries": [
        {"Id": "first", "MessageBody": "one pear"}, {"Id": "second", "MessageBody": "no figs"}]},
        request={"entries": [{"id": "first"}, {"id": "second"}]}),
    of_queue("receive_message", "ReceiveMessage", UNSTATED, parameters={"MaxNumberOfMessages": 1, "VisibilityTimeout": 20},
             request={"maxNumberOfMessages": 1, "visibilityTimeout": 20}, response=None, keep="received"),
    of_queue("change_message_visibility", "ChangeMessageVisibility", WRITE, request={"visibilityTimeout": 60},
             parameters=lambda kept: {"ReceiptHandle": kept["received"]["Messages"][0]["ReceiptHandle"], "VisibilityTimeout": 60}),
    of_queue("delete_message", "DeleteMessage", WRITE, request={"receiptHandle": ANY},
             parameters=lambda kept: {"ReceiptHandle": kept["received"]["Messages"][0]["ReceiptHandle"]}),
    of_queue("delete_message_batch", "DeleteMessageBatch", WRITE, request={"entries": [{"id": "gone"}]}, parameters=lambda kept: {
        "Entries": [{"Id": "gone", "ReceiptHandle": kept["received"]["Messages"][0]["ReceiptHandle"]}]}),
    of_queue("purge_queue", "PurgeQueue", WRITE, MANAGEMENT),
    of_queue("delete_queue", "DeleteQueue", WRITE, MANAGEMENT),
    of_queue("send_message", "SendMessage", WRITE, parameters={"MessageBody": "too late"}, error=ANY),
]

SNS = [
    Call("create_topic", {"Name": "news", "Attributes": {"DisplayName": "News"}}, "CreateTopic", WRITE, MANAGEMENT, {"name": "news"},
         {"topicArn": TOPIC}),
    Call("list_topics", {}, "ListTopics", READ, MANAGEMENT, None),
    of_topic("get_topic_attributes", "GetTopicAttributes", READ),
    of_topic("set_topic_attributes", "SetTopicAttributes", WRITE, parameters={"AttributeName": "DisplayName", "AttributeValue": "Old news"},
             request={"attributeName": "DisplayName"}, response=None),
    of_topic("subscribe", "Subscribe", WRITE, parameters={"Protocol": "email", "Endpoint": "desk@example.org"}, request={"protocol": "email"},
             response={"subscriptionArn": ANY}, keep="subscription"),
    of_topic("publish", "Publish", WRITE, DATA, {"Message": "it rains", "Subject": "weather"}, {"message": HIDDEN, "subject": HIDDEN}),
    of_topic("publish_batch", "PublishBatch", WRITE, DATA, {"PublishBatchRequestEntries": [{"Id": "one", "Message": "it snows"}]}),
    Call("publish", {"TopicArn": TOPIC + "-not", "Message": "unheard"}, "Publish", WRITE, DATA, {"topicArn": TOPIC + "-not", "message": HIDDEN},
         error="NotFoundException"),
    Call("unsubscribe", lambda kept: {"SubscriptionArn": kept["subscription"]["SubscriptionArn"]}, "Unsubscribe", WRITE, MANAGEMENT,
         lambda kept: {"subscriptionArn": kept["subscription"]["SubscriptionArn"]}, None),
    of_topic("delete_topic", "DeleteTopic", WRITE, response=None),
]

KINESIS = [
    Call("create_stream", {"StreamName": "clicks", "ShardCount": 1}, "CreateStream", WRITE, MANAGEMENT, {"streamName": "clicks", "shardCount": 1},
         None),
    Call("describe_stream_summary", {"StreamName": "clicks"}, "DescribeStreamSummary", READ, MANAGEMENT, {"streamName": "clicks"}),
    Call("put_record", {"StreamName": "clicks", "Data": b"left", "PartitionKey": "page"}, "PutRecord", WRITE, DATA,
         {"streamName": "clicks", "partitionKey": "page"}, resources=[("AWS::Kinesis::Stream", STREAM)]),
    Call("put_records", {"StreamName": "clicks", "Records": [{"Data": b"right", "PartitionKey": "page"}]}, "PutRecords", WRITE, DATA,
         {"streamName": "clicks"}, resources=[("AWS::Kinesis::Stream", STREAM)]),
    Call("get_shard_iterator", {"StreamName": "clicks", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}, "GetShardIterator",
         READ, DATA, {"streamName": "clicks", "shardId": "shardId-000000000000", "shardIteratorType": "TRIM_HORIZON"}, keep="iterator"),
    Call("get_records", lambda kept: {"ShardIterator": kept["iterator"]["ShardIterator"]}, "GetRecords", READ, DATA),
    Call("delete_stream", {"StreamName": "no-such-stream"}, "DeleteStream", WRITE, MANAGEMENT, {"streamName": "no-such-stream"},
         error="ResourceNotFoundException"),
]

EVENTS = [
    Call("put_rule", {"Name": "hourly", "ScheduleExpression": "rate(1 hour)"}, "PutRule", WRITE, MANAGEMENT,
         {"name": "hourly", "scheduleExpression": "rate(1 hour)"}, {"ruleArn": ANY}),
    Call("describe_rule", {"Name": "hourly"}, "DescribeRule", READ, MANAGEMENT, {"name": "hourly"}),
    Call("describe_rule", {"Name": "no-such-rule"}, "DescribeRule", READ, MANAGEMENT, {"name": "no-such-rule"}, error="ResourceNotFoundException"),
    Call("delete_rule", {"Name": "hourly"}, "DeleteRule", WRITE, MANAGEMENT, {"name": "hourly"}, None),
]

SERVICES = [
    Service("sqs", "sqs", "sqs.amazonaws.com", SQS),
    Service("sns", "sns", "sns.amazonaws.com", SNS),
    Service("kinesis", "kinesis", "kinesis.amazonaws.com", KINESIS),
    Service("events", "events", "events.amazonaws.com", EVENTS),
]
