/* SPDX-License-Identifier: Apache-2.0 */
/* REST-JSON and REST-XML calls: parameters of path, query, headers and body together. */
#include "base/own.h"
#include "support/exchange_text.h"
#include "support/tap.h"

static struct arena arena;

static struct protocol_call read_exchange(const char *request_text, const char *reply) {
    return exchange_of(&arena, request_text, reply);
}

/* The parameters of a request that its head alone or with its body makes. */
static bool has_parameters(const char *request, const char *operation, const char *parameters) {
    struct protocol_call call = read_exchange(request, "200");
    return is_text("operation", call.operation, operation) &&
           is_text("parameters", call.parts[0].request.json, parameters) && call.casing == CALL_WIRE;
}

#define LAMBDA EXCHANGE_SIGNED("lambda")

static void labels_query_and_body_make_the_parameters(void) {
    EXPECT(has_parameters("GET /2015-03-31/functions/a%3Ab?Qualifier=prod\n" LAMBDA, "GetFunction",
        "{\"FunctionName\":\"a:b\",\"Qualifier\":\"prod\"}"));
    EXPECT(has_parameters("PUT /2015-03-31/functions/f/configuration\n" LAMBDA
                          "\n{\"Timeout\":3,\"Tags\":{\"a\":[1,null]}}",
        "UpdateFunctionConfiguration", "{\"FunctionName\":\"f\",\"Timeout\":3,\"Tags\":{\"a\":[1,null]}}"));
    EXPECT(has_parameters("POST /2015-03-31/functions\n" LAMBDA "\n {\"FunctionName\":\"f\"} ",
        "CreateFunction", "{\"FunctionName\":\"f\"}"));
    EXPECT(has_parameters("GET /2015-03-31/functions/\n" LAMBDA, "ListFunctions", ""));
}

static void a_type_of_json_does_not_make_it_another_protocol(void) {
    EXPECT(has_parameters("POST /2015-03-31/functions\nContent-Type: application/x-amz-json-1.1\n" LAMBDA
                          "\n{\"FunctionName\":\"f\"}",
        "CreateFunction", "{\"FunctionName\":\"f\"}"));
}

static void parameters_have_their_type_and_their_models_name(void) {
    EXPECT(has_parameters("GET /2015-03-31/functions/?MaxItems=5&Marker=7\n" LAMBDA, "ListFunctions",
        "{\"MaxItems\":5,\"Marker\":\"7\"}"));
    EXPECT(has_parameters("GET /2018-10-31/layers/l/versions/12\n" LAMBDA, "GetLayerVersion",
        "{\"LayerName\":\"l\",\"VersionNumber\":12}"));
    EXPECT(has_parameters("DELETE /2017-03-31/tags/arn?tagKeys=a&tagKeys=b%20c\n" LAMBDA, "UntagResource",
        "{\"Resource\":\"arn\",\"tagKeys\":[\"a\",\"b c\"]}"));
    EXPECT(has_parameters("GET /restapis/r/resources?embed=methods&limit=2\n" EXCHANGE_SIGNED("apigateway"),
        "GetResources", "{\"restApiId\":\"r\",\"embed\":[\"methods\"],\"limit\":2}"));
    EXPECT(has_parameters("POST /keys-and-certificate?setAsActive=true\n" EXCHANGE_SIGNED("iot"),
        "CreateKeysAndCertificate", "{\"setAsActive\":true}"));
    EXPECT(has_parameters(
        "GET /2015-03-31/functions/?MaxItems=many\n" LAMBDA, "ListFunctions", "{\"MaxItems\":\"many\"}"));
}

static void calls_of_iot_are_known_by_older_signatures_too(void) {
    struct protocol_call call = read_exchange("GET /things/lamp\n" EXCHANGE_SIGNED("execute-api"), "200");
    EXPECT(is_text("operation", call.operation, "DescribeThing") && str_is(call.service, "iot"));
    EXPECT(is_text("source", call.event_source, "iot.amazonaws.com"));
    call = read_exchange("POST /@connections/c\n" EXCHANGE_SIGNED("execute-api"), "200");
    EXPECT(is_text("operation", call.operation, "PostToConnection") && str_is(call.service, "execute-api"));
    call = read_exchange("GET /orders/1\n" EXCHANGE_SIGNED("execute-api"), "200");
    EXPECT(is_text("operation", call.operation, "Unknown") && str_is(call.service, "execute-api"));
}

static void what_signs_and_what_chooses_the_operation_is_no_parameter(void) {
    EXPECT(has_parameters(
        "GET /2018-10-31/layers?find=LayerVersion&Arn=a&X-Amz-Signature=canary&x-amz-date=1&\n" LAMBDA,
        "GetLayerVersionByArn", "{\"Arn\":\"a\"}"));
    EXPECT(has_parameters(
        "GET /2018-10-31/layers?Marker=a&Marker=b\n" LAMBDA, "ListLayers", "{\"Marker\":\"a\"}"));
    EXPECT(has_parameters("PUT /2015-03-31/functions/f/code?FunctionName=g&functionName=h\n" LAMBDA
                          "\n{\"FunctionName\":\"i\",\"functionName\":\"j\",\"S3Key\":\"k\"}",
        "UpdateFunctionCode", "{\"FunctionName\":\"f\",\"S3Key\":\"k\"}"));
}

static void an_invocation_is_recorded_without_its_payload(void) {
    struct protocol_call call = read_exchange("POST /2015-03-31/functions/f/invocations?Qualifier=1\n" LAMBDA
                                              "X-Amz-Invocation-Type: Event\nX-Amz-Log-Type: Tail\n"
                                              "\n{\"canary\":1}",
        "202\n\n{\"canary\":1}");
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"FunctionName\":\"f\",\"Qualifier\":\"1\",\"InvocationType\":\"Event\",\"LogType\":\"Tail\"}"));
    EXPECT(call.body_bytes_max == 0 && call.reply_bytes_max == 0 && call.parts[0].response.json.size == 0);
    EXPECT(is_text("source", call.event_source, "lambda.amazonaws.com"));
}

static void a_body_that_is_one_parameter_stands_under_its_name(void) {
    EXPECT(has_parameters("POST /v1/apps\n" EXCHANGE_SIGNED("mobiletargeting") "\n{\"Name\":\"n\"}",
        "CreateApp", "{\"CreateApplicationRequest\":{\"Name\":\"n\"}}"));
}

static void a_body_of_another_form_is_told_of(void) {
    EXPECT(has_parameters("PUT /2015-03-31/functions/f/code\n" LAMBDA "\n{\"a\":", "UpdateFunctionCode",
        "{\"FunctionName\":\"f\",\"reason\":\"requestParameters not readable\",\"omitted\":true,"
        "\"originalSize\":5}"));
    EXPECT(has_parameters("POST /2015-03-31/functions\n" LAMBDA "\n[1]", "CreateFunction",
        "{\"reason\":\"requestParameters not readable\",\"omitted\":true,\"originalSize\":3}"));
    EXPECT(
        has_parameters("POST /2013-04-01/hostedzone\n" EXCHANGE_SIGNED("route53") "\n<a", "CreateHostedZone",
            "{\"reason\":\"requestParameters not readable\",\"omitted\":true,\"originalSize\":2}"));
}

static void an_unknown_call_tells_its_method_and_path(void) {
    EXPECT(has_parameters("PATCH /new/thing?token=canary\n" LAMBDA "\n{\"a\":1}", "Unknown",
        "{\"httpMethod\":\"PATCH\",\"httpPath\":\"/new/thing\"}"));
    EXPECT(has_parameters(
        "GET /a\n" EXCHANGE_SIGNED("brandnew"), "Unknown", "{\"httpMethod\":\"GET\",\"httpPath\":\"/a\"}"));
}

static void results_of_writes_are_recorded_and_those_of_reads_are_not(void) {
    struct protocol_call call = read_exchange("POST /clusters\n" EXCHANGE_SIGNED("eks") "\n{\"name\":\"c\"}",
        "200\nx-amzn-RequestId: r-1\n\n{\"cluster\":{\"name\":\"c\"}}");
    EXPECT(is_text("result", call.parts[0].response.json, "{\"cluster\":{\"name\":\"c\"}}"));
    EXPECT(is_text("request id", call.request_id, "r-1"));
    call = read_exchange("GET /clusters/c\n" EXCHANGE_SIGNED("eks"), "200\n\n{\"canary\":1}");
    EXPECT(call.reply_bytes_max == 0 && call.parts[0].response.json.size == 0);
}

static void errors_are_read_from_header_and_body(void) {
    struct protocol_call call = read_exchange("GET /2015-03-31/functions/f\n" LAMBDA,
        "404\nx-amzn-ErrorType: ResourceNotFoundException:http://internal.amazon.com/x\n\n"
        "{\"Type\":\"User\",\"Message\":\"Function not found: f\"}");
    EXPECT(is_text("code", call.error_code, "ResourceNotFoundException"));
    EXPECT(is_text("message", call.error_message, "Function not found: f"));
    call = read_exchange("GET /clusters/c\n" EXCHANGE_SIGNED("eks"),
        "400\n\n{\"__type\":\"InvalidParameterException\",\"message\":\"m\"}");
    EXPECT(is_text("code", call.error_code, "InvalidParameterException"));
    call = read_exchange("GET /2013-04-01/hostedzone/Z\n" EXCHANGE_SIGNED("route53"),
        "404\n\n<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchHostedZone</Code><Message>no</Message>"
        "</Error><RequestId>r-2</RequestId></ErrorResponse>");
    EXPECT(is_text("code", call.error_code, "NoSuchHostedZone"));
    EXPECT(is_text("request id", call.request_id, "r-2"));
    call = read_exchange("POST /2015-03-31/functions/f/invocations\n" LAMBDA,
        "429\nx-amzn-ErrorType: TooManyRequestsException\n\n{\"message\":\"slow\"}");
    EXPECT(is_text("code", call.error_code, "TooManyRequestsException"));
}

static void xml_bodies_read_as_json(void) {
    struct protocol_call call =
        read_exchange("POST /2013-04-01/hostedzone/Z1/rrset/\n" EXCHANGE_SIGNED(
                          "route53") "\n<?xml version=\"1.0\"?><ChangeResourceRecordSetsRequest "
                                     "xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/"
                                     "\"><ChangeBatch><Comment>c</Comment><Changes>"
                                     "<Change><Action>UPSERT</Action><ResourceRecordSet><Name>a.example.</"
                                     "Name><Type>A</Type><TTL>60</TTL>"
                                     "<ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></"
                                     "ResourceRecord></ResourceRecords>"
                                     "</ResourceRecordSet></Change></Changes></ChangeBatch></"
                                     "ChangeResourceRecordSetsRequest>",
            "200\n\n<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id></ChangeInfo>"
            "</ChangeResourceRecordSetsResponse>");
    EXPECT(is_text("operation", call.operation, "ChangeResourceRecordSets"));
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"HostedZoneId\":\"Z1\",\"ChangeBatch\":{\"Comment\":\"c\",\"Changes\":[{\"Action\":\"UPSERT\","
        "\"ResourceRecordSet\":{\"Name\":\"a.example.\",\"Type\":\"A\",\"TTL\":60,\"ResourceRecords\":"
        "[{\"Value\":\"192.0.2.1\"}]}}]}}"));
    EXPECT(is_text("result", call.parts[0].response.json, "{\"ChangeInfo\":{\"Id\":\"/change/C1\"}}"));
    EXPECT(is_text("version", call.api_version, "2013-04-01"));
    EXPECT(is_text("region", call.region, "us-east-1"));
}

static void an_xml_document_is_one_parameter(void) {
    struct protocol_call call =
        read_exchange("PUT /2020-05-31/distribution/D/config\n" EXCHANGE_SIGNED(
                          "cloudfront") "If-Match: "
                                        "E1\n\n<DistributionConfig><Enabled>true</"
                                        "Enabled><Aliases><Quantity>1</Quantity><Items>"
                                        "<CNAME>a.example</CNAME></Items></Aliases></DistributionConfig>",
            "200\n\n<Distribution><Id>D</Id></Distribution>");
    EXPECT(is_text("operation", call.operation, "UpdateDistribution"));
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"Id\":\"D\",\"IfMatch\":\"E1\",\"DistributionConfig\":{\"Enabled\":true,\"Aliases\":{\"Quantity\":"
        "1,"
        "\"Items\":[\"a.example\"]}}}"));
    EXPECT(is_text("result", call.parts[0].response.json, "{\"Distribution\":{\"Id\":\"D\"}}"));
}

static void what_the_call_is_about_is_told(void) {
    static const struct {
        const char *request, *type, *arn;
        bool is_of_call;
    } cases[] = {
        {"POST /2015-03-31/functions/f%3Aprod/invocations\n" LAMBDA, "AWS::Lambda::Function",
            "arn:aws:lambda:eu-west-1::function:f", true},
        {"POST /2015-03-31/functions/210987654321%3Afunction%3Af/invocations\n" LAMBDA,
            "AWS::Lambda::Function", "arn:aws:lambda:eu-west-1:210987654321:function:f", false},
        {"POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A210987654321%3Afunction%3Af%3A3/"
         "invocations\n" LAMBDA,
            "AWS::Lambda::Function", "arn:aws:lambda:eu-west-1:210987654321:function:f", false},
        {"GET /snapshots/snap-1/blocks/0?blockToken=t\n" EXCHANGE_SIGNED("ebs"), "AWS::EC2::Snapshot",
            "arn:aws:ec2:eu-west-1::snapshot/snap-1", false},
        {"GET /things/t/shadow\n" EXCHANGE_SIGNED("iotdata"), "AWS::IoT::Thing",
            "arn:aws:iot:eu-west-1::thing/t", true},
        {"POST /endpoints/e/invocations\n" EXCHANGE_SIGNED("sagemaker"), "AWS::SageMaker::Endpoint",
            "arn:aws:sagemaker:eu-west-1::endpoint/e", true},
        {"POST /Execute\n" EXCHANGE_SIGNED(
             "rds-data") "\n{\"resourceArn\":\"arn:aws:rds:eu-west-1:210987654321:cluster:c\",\"sql\":\"s\"}",
            "AWS::RDS::DBCluster", "arn:aws:rds:eu-west-1:210987654321:cluster:c", false},
        {"POST /\nX-Amz-Target: VerifiedPermissions.IsAuthorized\n" EXCHANGE_SIGNED(
             "verifiedpermissions") "\n{\"policyStoreId\":\"p\"}",
            "AWS::VerifiedPermissions::PolicyStore", "arn:aws:verifiedpermissions:::policy-store/p", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct protocol_call call = read_exchange(cases[i].request, "200");
        EXPECT_INT(call.parts[0].resource_count, 1);
        EXPECT(is_text("type", call.parts[0].resources[0].type, cases[i].type));
        EXPECT(is_text("arn", call.parts[0].resources[0].arn, cases[i].arn));
        EXPECT(call.parts[0].resources[0].is_of_call == cases[i].is_of_call);
    }
    EXPECT_INT(read_exchange("GET /2015-03-31/functions/f\n" LAMBDA, "200").parts[0].resource_count, 0);
}

static void strange_texts_stay_json(void) {
    static const char *const targets[] = {
        "GET /2015-03-31/functions/%ff%00%22%5c?Qualifier=%zz&=&&a\n" LAMBDA,
        "GET /2015-03-31/functions/f?%22=1&Qualifier=%0a\n" LAMBDA};
    struct json_parser *parser = json_parser_create();
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct protocol_call call = read_exchange(targets[i], "200");
        struct json_value value;
        struct error error;
        EXPECT(is_text("operation", call.operation, "GetFunction"));
        EXPECT(json_parse(parser, call.parts[0].request.json, &value, &error));
    }
    json_parser_destroy(parser);
}

int main(void) {
    TEST(labels_query_and_body_make_the_parameters);
    TEST(a_type_of_json_does_not_make_it_another_protocol);
    TEST(parameters_have_their_type_and_their_models_name);
    TEST(calls_of_iot_are_known_by_older_signatures_too);
    TEST(what_signs_and_what_chooses_the_operation_is_no_parameter);
    TEST(an_invocation_is_recorded_without_its_payload);
    TEST(a_body_that_is_one_parameter_stands_under_its_name);
    TEST(a_body_of_another_form_is_told_of);
    TEST(an_unknown_call_tells_its_method_and_path);
    TEST(results_of_writes_are_recorded_and_those_of_reads_are_not);
    TEST(errors_are_read_from_header_and_body);
    TEST(xml_bodies_read_as_json);
    TEST(an_xml_document_is_one_parameter);
    TEST(what_the_call_is_about_is_told);
    TEST(strange_texts_stay_json);
    arena_finish(&arena);
    return tap_done();
}
