# SPDX-License-Identifier: Apache-2.0
"""DynamoDB: "Logging DynamoDB operations by using AWS CloudTrail" of its developer guide.

Of an item the record has the key, with plain values, and never another attribute's value.
"""
from gateway_calls.call import ABSENT, ACCOUNT, ANY, DATA, MANAGEMENT, READ, UNSTATED, WRITE, Call, Service

ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Music"
TABLE = [("AWS::DynamoDB::Table", ARN)]
KEY = {"Artist": {"S": "No One You Know"}, "Song": {"S": "Call Me Today"}}
PLAIN = {"Artist": "No One You Know", "Song": "Call Me Today"}
NUMBER = {":y": {"N": "1989"}}
SHAPE = {
    "TableName": "Music",
    "KeySchema": [{"AttributeName": "Artist", "KeyType": "HASH"}, {"AttributeName": "Song", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": "Artist", "AttributeType": "S"}, {"AttributeName": "Song", "AttributeType": "S"}],
    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
}


def item(song="Call Me Today"):
    return {"Artist": {"S": "No One You Know"}, "Song": {"S": song}, "Year": {"N": "1987"}}


def of_item(method, event, effect, parameters=None, request=None, **more):
    """A data call on the one item."""
    given = {"TableName": "Music", **({"Item": item()} if method == "put_item" else {"Key": KEY}), **(parameters or {})}
    return Call(method, given, event, effect, DATA, {"tableName": "Music", "key": PLAIN, **(request or {})},
                **{"resources": UNSTATED if "error" in more else TABLE, "response": None, **more})


def of_table(method, event, effect, parameters=None, request=None, **more):
    return Call(method, {"TableName": "Music", **(parameters or {})}, event, effect, MANAGEMENT,
                {"tableName": "Music", **(request or {})}, **more)


def calls():
    return [
        Call("create_table", SHAPE, "CreateTable", WRITE, MANAGEMENT, {
            "tableName": "Music", "keySchema": [{"attributeName": "Artist", "keyType": "HASH"}, {"attributeName": "Song", "keyType": "RANGE"}],
            "attributeDefinitions": [{"attributeName": "Artist", "attributeType": "S"}, {"attributeName": "Song", "attributeType": "S"}],
            "provisionedThroughput": {"readCapacityUnits": 5, "writeCapacityUnits": 5}},
            {"tableDescription": {"tableName": "Music", "tableArn": ANY}}),
        Call("create_table", SHAPE, "CreateTable", WRITE, MANAGEMENT, {"tableName": "Music"}, error="ResourceInUseException"),
        of_table("describe_table", "DescribeTable", READ),
        Call("describe_table", {"TableName": "NoSuchTable"}, "DescribeTable", READ, MANAGEMENT, {"tableName": "NoSuchTable"},
             error="ResourceNotFoundException"),
        Call("list_tables", {"Limit": 10}, "ListTables", READ, MANAGEMENT, {"limit": 10}),
        of_table("update_table", "UpdateTable", WRITE, {"ProvisionedThroughput": {"ReadCapacityUnits": 6, "WriteCapacityUnits": 5}},
                 {"provisionedThroughput": {"readCapacityUnits": 6, "writeCapacityUnits": 5}}),
        of_item("put_item", "PutItem", WRITE, request={"Item": ABSENT, "Year": ABSENT}),
        of_item("put_item", "PutItem", WRITE, {"ConditionExpression": "attribute_not_exists(Artist)"},
                error="ConditionalCheckFailedException"),
        of_item("get_item", "GetItem", READ, {"ConsistentRead": True}, {"consistentRead": True}),
        of_item("update_item", "UpdateItem", WRITE, {"UpdateExpression": "SET #y = :y", "ExpressionAttributeNames": {"#y": "Year"},
                                                     "ExpressionAttributeValues": NUMBER, "ReturnValues": "ALL_NEW"},
                {"updateExpression": "SET #y = :y", "returnValues": "ALL_NEW"}),
        Call("query", {"TableName": "Music", "KeyConditionExpression": "Artist = :a", "ExpressionAttributeValues": {":a": {"S": "No One You Know"}}},
             "Query", READ, DATA, {"tableName": "Music", "keyConditionExpression": "Artist = :a"}, resources=TABLE),
        Call("scan", {"TableName": "Music", "Limit": 3}, "Scan", READ, DATA, {"tableName": "Music", "limit": 3}, resources=TABLE),
        Call("scan", {"TableName": "NoSuchTable"}, "Scan", READ, DATA, {"tableName": "NoSuchTable"}, error="ResourceNotFoundException"),
        Call("batch_get_item", {"RequestItems": {"Music": {"Keys": [KEY]}}}, "BatchGetItem", READ, DATA, {"requestItems": ANY}, resources=TABLE),
        Call("batch_write_item", {"RequestItems": {"Music": [{"PutRequest": {"Item": item("Two")}}, {"DeleteRequest": {"Key": KEY}}]}},
             "BatchWriteItem", WRITE, DATA, {"requestItems": ANY}, None, TABLE),
        of_item("delete_item", "DeleteItem", WRITE),
    ]


ON_MOTO = [
    Call("transact_write_items", {"TransactItems": [{"Put": {"TableName": "Music", "Item": item()}}]}, "TransactWriteItems", WRITE, DATA,
         {"requestItems": [{"operation": "Put", "tableName": "Music", "key": PLAIN}]}, None, TABLE),
    Call("transact_get_items", {"TransactItems": [{"Get": {"TableName": "Music", "Key": KEY}}]}, "TransactGetItems", READ, DATA,
         {"requestItems": [{"operation": "Get", "tableName": "Music", "key": PLAIN}]}, resources=TABLE),
    Call("transact_write_items", {"TransactItems": [{"ConditionCheck": {"TableName": "Music", "Key": KEY,
                                                                        "ConditionExpression": "attribute_not_exists(Artist)"}}]},
         "TransactWriteItems", WRITE, DATA, {"requestItems": [{"operation": "ConditionCheck", "key": PLAIN}]}, error="TransactionCanceledException"),
    Call("execute_statement", {"Statement": "SELECT * FROM Music WHERE Artist = 'No One You Know'"}, "ExecuteStatement", UNSTATED, DATA),
    of_table("update_time_to_live", "UpdateTimeToLive", WRITE, {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "Until"}},
             {"timeToLiveSpecification": {"enabled": True, "attributeName": "Until"}}),
    of_table("describe_time_to_live", "DescribeTimeToLive", READ),
    of_table("describe_continuous_backups", "DescribeContinuousBackups", READ),
    Call("list_tags_of_resource", {"ResourceArn": ARN}, "ListTagsOfResource", READ, MANAGEMENT, {"resourceArn": ARN}),
]
TAGGED = [Call("tag_resource", {"ResourceArn": ARN, "Tags": [{"Key": "team", "Value": "red"}]}, "TagResource", WRITE, MANAGEMENT,
               {"resourceArn": ARN, "tags": [{"key": "team", "value": "red"}]}, None)]


def removal():
    return [of_table("delete_table", "DeleteTable", WRITE)]


SERVICES = [
    Service("dynamodb", "dynamodb", "dynamodb.amazonaws.com", calls() + removal(), server="dynamodb", api_version="2012-08-10"),
    Service("dynamodb-moto", "dynamodb", "dynamodb.amazonaws.com", calls() + ON_MOTO + TAGGED + removal(), api_version="2012-08-10"),
]
