/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "event/selector.h"
#include "support/tap.h"

static struct json_parser *parser;
static struct error error;

enum kind { BASIC, ADVANCED, STORE };

static struct event_selectors *parse(enum kind kind, const char *text) {
    struct json_value list;
    error = (struct error){0};
    EXPECT(json_parse(parser, str_from(text), &list, &error));
    switch (kind) {
    case BASIC:
        return event_selectors_parse_basic(list, &error);
    case ADVANCED:
        return event_selectors_parse_advanced(list, &error);
    case STORE:
        return event_selectors_parse_store(list, &error);
    }
    return NULL;
}

static void destroy(struct event_selectors **selectors) {
    event_selectors_destroy(*selectors);
}

static bool prints(const struct event_selectors *selectors, const char *expected) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    event_selectors_append_json(&text, selectors);
    bool is_so = str_is(buf_str(&text), expected);
    if (!is_so)
        printf("# it prints %.*s\n", STR(buf_str(&text)));
    return is_so;
}

static bool accepts(enum kind kind, const char *text) {
    SCOPED(destroy) struct event_selectors *selectors = parse(kind, text);
    if (selectors == NULL)
        printf("# %s is refused: %s\n", text, error.message);
    return selectors != NULL;
}

static bool refuses(enum kind kind, const char *text, const char *reason) {
    SCOPED(destroy) struct event_selectors *selectors = parse(kind, text);
    bool is_so = selectors == NULL && error.kind == ERROR_INVALID && strstr(error.message, reason) != NULL;
    if (!is_so)
        printf("# %s gives: %s\n", text, error.message);
    return is_so;
}

static bool matches(enum kind kind, const char *text, const struct event_facets *facets) {
    SCOPED(destroy) struct event_selectors *selectors = parse(kind, text);
    EXPECT(selectors != NULL);
    return selectors != NULL && event_selectors_match(selectors, facets);
}

static struct event_facets management(const char *source, const char *name, enum event_truth read_only) {
    return (struct event_facets){.category = EVENT_MANAGEMENT,
        .category_text = STR_LITERAL("Management"),
        .source = str_from(source),
        .name = str_from(name),
        .read_only = read_only};
}

/* A text that may stand in a constant. */
#define TEXT(text)                                                                                           \
    { (text), sizeof(text) - 1 }

static const struct event_resource put_resources[] = {
    {TEXT("AWS::S3::Object"), TEXT("arn:aws:s3:::logs/2026/a")},
    {TEXT("AWS::S3::Object"), TEXT("arn:aws:s3:::logs/2026/b")},
    {TEXT("AWS::S3::Bucket"), TEXT("arn:aws:s3:::logs")},
};

static struct event_facets data(const struct event_resource *resources, size_t count) {
    return (struct event_facets){.category = EVENT_DATA,
        .category_text = STR_LITERAL("Data"),
        .source = STR_LITERAL("s3.amazonaws.com"),
        .name = STR_LITERAL("DeleteObjects"),
        .event_type = STR_LITERAL("AwsApiCall"),
        .user_arn = STR_LITERAL("arn:aws:iam::210987654321:user/ada"),
        .read_only = EVENT_FALSE,
        .resources = resources,
        .resource_count = count};
}

/* ---- basic ---- */

#define DEFAULT_JSON                                                                                         \
    "[{\"ReadWriteType\":\"All\",\"IncludeManagementEvents\":true,\"DataResources\":[],"                     \
    "\"ExcludeManagementEventSources\":[]}]"

static void a_new_trail_logs_all_management_events(void) {
    SCOPED(destroy) struct event_selectors *selectors = event_selectors_default();
    EXPECT(event_selectors_are_default(selectors));
    EXPECT(prints(selectors, DEFAULT_JSON));
    struct event_facets read = management("ec2.amazonaws.com", "DescribeVpcs", EVENT_TRUE);
    struct event_facets write = management("kms.amazonaws.com", "CreateKey", EVENT_ABSENT);
    struct event_facets object = data(put_resources, 3);
    struct event_facets insight = {.category = EVENT_INSIGHT, .category_text = STR_LITERAL("Insight")};
    EXPECT(event_selectors_match(selectors, &read));
    EXPECT(event_selectors_match(selectors, &write));
    EXPECT(!event_selectors_match(selectors, &object));
    EXPECT(!event_selectors_match(selectors, &insight));
}

static void what_is_left_out_has_its_default(void) {
    SCOPED(destroy) struct event_selectors *selectors = parse(BASIC, "[{}]");
    EXPECT(selectors != NULL && event_selectors_are_default(selectors) && prints(selectors, DEFAULT_JSON));
    SCOPED(destroy) struct event_selectors *other = parse(BASIC, "[{\"ReadWriteType\":\"WriteOnly\"}]");
    EXPECT(other != NULL && !event_selectors_are_default(other));
}

static void basic_selectors_print_what_was_given(void) {
    const char *text =
        "[{\"ReadWriteType\":\"WriteOnly\",\"IncludeManagementEvents\":false,\"DataResources\":[{\"Type\":"
        "\"AWS::S3::Object\",\"Values\":[\"arn:aws:s3:::b/\\\"\"]},{\"Type\":\"AWS::Lambda::Function\","
        "\"Values\":[]}],\"ExcludeManagementEventSources\":[\"kms.amazonaws.com\",\"rdsdata.amazonaws.com\"]}"
        ","
        "{\"ReadWriteType\":\"ReadOnly\",\"IncludeManagementEvents\":true,\"DataResources\":[],"
        "\"ExcludeManagementEventSources\":[]}]";
    SCOPED(destroy) struct event_selectors *selectors = parse(BASIC, text);
    EXPECT(selectors != NULL && prints(selectors, text));
}

static void basic_selectors_are_refused_in_aws_words(void) {
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"[]", "1 to 5 event selectors"},
        {"{}", "1 to 5 event selectors"},
        {"[{},{},{},{},{},{}]", "1 to 5 event selectors"},
        {"[7]", "not an object"},
        {"[{\"ReadWriteType\":\"Both\"}]", "Value Both for ReadWriteType is invalid."},
        {"[{\"ReadWriteType\":1}]", "for ReadWriteType is invalid."},
        {"[{\"IncludeManagementEvents\":\"true\"}]", "IncludeManagementEvents"},
        {"[{\"ExcludeManagementEventSources\":[\"ec2.amazonaws.com\"]}]",
            "Value ec2.amazonaws.com for ExcludeManagementEventSources is invalid."},
        {"[{\"ExcludeManagementEventSources\":\"kms.amazonaws.com\"}]", "not a list"},
        {"[{\"ExcludeManagementEventSources\":[1]}]", "not a string"},
        {"[{\"DataResources\":{}}]", "DataResources is not a list"},
        {"[{\"DataResources\":[{\"Type\":\"AWS::SNS::Topic\",\"Values\":[]}]}]",
            "Value AWS::SNS::Topic for DataResources.Type is invalid. Valid values are: "},
        {"[{\"DataResources\":[{\"Values\":[]}]}]", "for DataResources.Type is invalid."},
        {"[{\"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":{}}]}]",
            "DataResources.Values is not"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT(refuses(BASIC, cases[i].text, cases[i].reason));
}

static void each_kind_of_data_resource_has_its_own_arns(void) {
    static const struct {
        const char *type, *value;
        bool is_legal;
    } cases[] = {
        {"AWS::S3::Object", "arn:aws:s3", true},
        {"AWS::S3::Object", "arn:aws:s3:::", true},
        {"AWS::S3::Object", "arn:aws-cn:s3", true},
        {"AWS::S3::Object", "arn:aws:s3:::b/", true},
        {"AWS::S3::Object", "arn:aws:s3:::b/pre", true},
        {"AWS::S3::Object", "arn:aws:s3:::b", false},
        {"AWS::S3::Object", "arn:aws:s3:::b-", false},
        {"AWS::S3::Object", "arn:aws:s3:::/b", false},
        {"AWS::S3::Object", "arn:aws:s3:::*", false},
        {"AWS::S3::Object", "arn:aws:s3:::*/*", false},
        {"AWS::S3::Object", "arn:aws:s3:::b/*", false},
        {"AWS::S3::Object", "arn:aws:s3:us-east-1::b/", false},
        {"AWS::S3::Object", "arn:aws:s3:", false},
        {"AWS::S3::Object", "arn:aws:s3::", false},
        {"AWS::S3::Object", "my-bucket", false},
        {"AWS::S3::Object", "", false},
        {"AWS::S3::Object", "arn:aws:lambda", false},
        {"AWS::Lambda::Function", "arn:aws:lambda", true},
        {"AWS::Lambda::Function", "arn:aws:lambda:eu-west-1:210987654321:function:f", true},
        {"AWS::Lambda::Function", "arn:aws:lambda:eu-west-1:210987654321:function:f:1", false},
        {"AWS::Lambda::Function", "arn:aws:lambda:eu-west-1:210987654321:function:", false},
        {"AWS::Lambda::Function", "arn:aws:lambda:eu-west-1::function:f", false},
        {"AWS::Lambda::Function", "arn:aws:lambda:*", false},
        {"AWS::Lambda::Function", "arn:aws:lambda:::", false},
        {"AWS::DynamoDB::Table", "arn:aws:dynamodb", true},
        {"AWS::DynamoDB::Table", "arn:aws:dynamodb:eu-west-1:210987654321:table/t", true},
        {"AWS::DynamoDB::Table", "arn:aws:dynamodb:eu-west-1:210987654321:table/t/stream/1", false},
        {"AWS::DynamoDB::Table", "arn:aws:dynamodb:eu-west-1:21098765432x:table/t", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
        SCOPED(buf_finish) struct buf reason = BUF_INIT(4096);
        buf_append_format(&text, "[{\"DataResources\":[{\"Type\":\"%s\",\"Values\":[\"%s\"]}]}]",
            cases[i].type, cases[i].value);
        buf_append_format(&reason, "Value %s for DataResources.Values is invalid.", cases[i].value);
        EXPECT(cases[i].is_legal ? accepts(BASIC, text.data) : refuses(BASIC, text.data, reason.data));
    }
}

static void two_hundred_and_fifty_data_resources_are_the_limit(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 16);
    buf_append_text(&text, "[{\"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":[\"arn:aws:s3\"");
    for (int i = 0; i < 250; i++)
        buf_append_text(&text, ",\"arn:aws:s3:::b/\"");
    size_t size = text.size;
    buf_append_text(&text, "]}]}]");
    EXPECT(accepts(BASIC, text.data));
    text.size = size;
    buf_append_text(&text, ",\"arn:aws:s3:::b/\"]}]}]");
    EXPECT(refuses(BASIC, text.data, "the maximum is 250"));
}

static void reads_and_writes_are_told_apart(void) {
    struct event_facets read = management("ec2.amazonaws.com", "DescribeVpcs", EVENT_TRUE);
    struct event_facets write = management("ec2.amazonaws.com", "CreateVpc", EVENT_FALSE);
    struct event_facets unknown = management("ec2.amazonaws.com", "Old", EVENT_ABSENT);
    EXPECT(matches(BASIC, "[{\"ReadWriteType\":\"ReadOnly\"}]", &read));
    EXPECT(!matches(BASIC, "[{\"ReadWriteType\":\"ReadOnly\"}]", &write));
    EXPECT(!matches(BASIC, "[{\"ReadWriteType\":\"ReadOnly\"}]", &unknown));
    EXPECT(!matches(BASIC, "[{\"ReadWriteType\":\"WriteOnly\"}]", &read));
    EXPECT(matches(BASIC, "[{\"ReadWriteType\":\"WriteOnly\"}]", &write));
    EXPECT(matches(BASIC, "[{\"ReadWriteType\":\"WriteOnly\"}]", &unknown));
    EXPECT(matches(BASIC, "[{\"ReadWriteType\":\"ReadOnly\"},{\"ReadWriteType\":\"WriteOnly\"}]", &write));
}

static void excluded_sources_and_management_can_be_left_out(void) {
    struct event_facets kms = management("kms.amazonaws.com", "Decrypt", EVENT_TRUE);
    struct event_facets ec2 = management("ec2.amazonaws.com", "DescribeVpcs", EVENT_TRUE);
    const char *no_kms = "[{\"ExcludeManagementEventSources\":[\"kms.amazonaws.com\"]}]";
    EXPECT(!matches(BASIC, no_kms, &kms));
    EXPECT(matches(BASIC, no_kms, &ec2));
    EXPECT(!matches(BASIC, "[{\"IncludeManagementEvents\":false}]", &ec2));
}

static bool selects_object(const char *value, const struct event_facets *facets) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
    buf_append_format(
        &text, "[{\"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":[\"%s\"]}]}]", value);
    return matches(BASIC, text.data, facets);
}

static void any_resource_of_the_type_is_enough_for_a_data_event(void) {
    struct event_facets all = data(put_resources, 3), only_bucket = data(put_resources + 2, 1);
    EXPECT(selects_object("arn:aws:s3", &all));
    EXPECT(selects_object("arn:aws:s3:::", &all));
    EXPECT(selects_object("arn:aws:s3:::logs/", &all));
    EXPECT(selects_object("arn:aws:s3:::logs/2026/b", &all));
    EXPECT(!selects_object("arn:aws:s3:::logs/2025", &all));
    EXPECT(!selects_object("arn:aws:s3:::other/ends-in:", &all));
    EXPECT(!selects_object("arn:aws:s3", &only_bucket));
    EXPECT(!matches(BASIC, "[{\"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":[]}]}]", &all));
    EXPECT(!matches(BASIC,
        "[{\"ReadWriteType\":\"ReadOnly\",\"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":"
        "[\"arn:aws:s3\"]}]}]",
        &all));
}

static void functions_and_tables_are_selected_by_their_whole_arn(void) {
    const struct event_resource function = {STR_LITERAL("AWS::Lambda::Function"),
        STR_LITERAL("arn:aws:lambda:eu-west-1:210987654321:function:fn")};
    struct event_facets facets = data(&function, 1);
    const char *one = "[{\"DataResources\":[{\"Type\":\"AWS::Lambda::Function\",\"Values\":"
                      "[\"arn:aws:lambda:eu-west-1:210987654321:function:fn\"]}]}]";
    const char *shorter = "[{\"DataResources\":[{\"Type\":\"AWS::Lambda::Function\",\"Values\":"
                          "[\"arn:aws:lambda:eu-west-1:210987654321:function:f\"]}]}]";
    const char *all =
        "[{\"DataResources\":[{\"Type\":\"AWS::Lambda::Function\",\"Values\":[\"arn:aws:lambda\"]}]}]";
    EXPECT(matches(BASIC, one, &facets));
    EXPECT(!matches(BASIC, shorter, &facets));
    EXPECT(matches(BASIC, all, &facets));
}

/* ---- advanced ---- */

#define CATEGORY(name)   "{\"Field\":\"eventCategory\",\"Equals\":[\"" name "\"]}"
#define OBJECTS          CATEGORY("Data") ",{\"Field\":\"resources.type\",\"Equals\":[\"AWS::S3::Object\"]}"
#define NETWORK          CATEGORY("NetworkActivity") ",{\"Field\":\"eventSource\",\"Equals\":[\"kms.amazonaws.com\"]}"
#define INSIGHTS         "{\"FieldSelectors\":[" CATEGORY("Insight") "]}"
#define SELECTOR(fields) "[{\"FieldSelectors\":[" fields "]}]"

static void advanced_selectors_print_what_was_given(void) {
    const char *text =
        "[{\"Name\":\"objects\",\"FieldSelectors\":[" OBJECTS ",{\"Field\":\"resources.ARN\",\"StartsWith\":"
        "[\"arn:aws:s3:::a/\",\"arn:aws:s3:::b/\"],\"NotEndsWith\":[\"/\"]}]},"
        "{\"FieldSelectors\":[" CATEGORY("Management") "]}]";
    SCOPED(destroy) struct event_selectors *selectors = parse(ADVANCED, text);
    EXPECT(selectors != NULL);
    EXPECT(selectors != NULL && !event_selectors_are_default(selectors) && prints(selectors, text));
}

static void every_field_has_its_categories_and_operators(void) {
    static const struct {
        const char *fields;
        bool for_trail, for_store;
    } cases[] = {
        {CATEGORY("Management"), true, true},
        {CATEGORY("Insight"), false, true},
        {CATEGORY("ConfigurationItem"), false, true},
        {CATEGORY("Evidence"), false, true},
        {CATEGORY("ActivityAuditLog"), false, true},
        {CATEGORY("management"), false, false},
        {CATEGORY("Management") ",{\"Field\":\"readOnly\",\"Equals\":[\"true\"]}", true, true},
        {CATEGORY("Management") ",{\"Field\":\"readOnly\",\"Equals\":[\"true\",\"false\"]}", true, true},
        {CATEGORY("Management") ",{\"Field\":\"readOnly\",\"Equals\":[\"yes\"]}", false, false},
        {CATEGORY("Management") ",{\"Field\":\"readOnly\",\"NotEquals\":[\"true\"]}", false, false},
        {CATEGORY("Management") ",{\"Field\":\"eventSource\",\"NotEquals\":[\"kms.amazonaws.com\"]}", true,
            true},
        {CATEGORY("Management") ",{\"Field\":\"eventSource\",\"NotEquals\":[\"ec2.amazonaws.com\"]}", false,
            true},
        {CATEGORY("Management") ",{\"Field\":\"eventSource\",\"Equals\":[\"kms.amazonaws.com\"]}", false,
            true},
        {CATEGORY("Management") ",{\"Field\":\"eventName\",\"Equals\":[\"CreateUser\"]}", false, true},
        {CATEGORY("Management") ",{\"Field\":\"eventType\",\"NotEquals\":[\"AwsServiceEvent\"]}", false,
            true},
        {CATEGORY("Management") ",{\"Field\":\"sessionCredentialFromConsole\",\"Equals\":[\"true\"]}", false,
            true},
        {CATEGORY("Management") ",{\"Field\":\"userIdentity.arn\",\"StartsWith\":[\"arn:\"]}", false, true},
        {CATEGORY("Management") ",{\"Field\":\"resources.type\",\"Equals\":[\"AWS::S3::Object\"]}", false,
            false},
        {CATEGORY("Management") ",{\"Field\":\"errorCode\",\"Equals\":[\"VpceAccessDenied\"]}", false, false},
        {CATEGORY("Management") ",{\"Field\":\"userAgent\",\"Equals\":[\"x\"]}", false, false},
        {CATEGORY("Management") "," CATEGORY("Management"), false, false},
        {"{\"Field\":\"eventCategory\",\"Equals\":[\"Management\",\"Data\"]}", false, false},
        {"{\"Field\":\"eventCategory\",\"NotEquals\":[\"Management\"]}", false, false},
        {"{\"Field\":\"eventCategory\",\"Equals\":[\"Management\"],\"NotEquals\":[\"Data\"]}", false, false},
        {"{\"Field\":\"readOnly\",\"Equals\":[\"true\"]}", false, false},
        {CATEGORY("Data"), false, false},
        {OBJECTS, true, true},
        {CATEGORY(
             "Data") ",{\"Field\":\"resources.type\",\"Equals\":[\"AWS::S3::Object\",\"AWS::SNS::Topic\"]}",
            false, false},
        {CATEGORY("Data") ",{\"Field\":\"resources.type\",\"StartsWith\":[\"AWS::S3\"]}", false, false},
        {CATEGORY("Data") ",{\"Field\":\"resources.type\",\"Equals\":[\"S3\"]}", false, false},
        {CATEGORY("Data") ",{\"Field\":\"resources.type\",\"Equals\":[\"AWS::New::Thing\"]}", true, true},
        {OBJECTS ",{\"Field\":\"eventSource\",\"EndsWith\":[\".com\"]}", true, true},
        {OBJECTS ",{\"Field\":\"eventName\",\"NotStartsWith\":[\"Get\"]}", true, true},
        {OBJECTS ",{\"Field\":\"eventType\",\"Equals\":[\"AwsApiCall\"]}", true, true},
        {OBJECTS ",{\"Field\":\"readOnly\",\"Equals\":[\"false\"]}", true, true},
        {OBJECTS ",{\"Field\":\"sessionCredentialFromConsole\",\"NotEquals\":[\"true\"]}", true, true},
        {OBJECTS ",{\"Field\":\"sessionCredentialFromConsole\",\"StartsWith\":[\"t\"]}", false, false},
        {OBJECTS ",{\"Field\":\"userIdentity.arn\",\"NotEndsWith\":[\"/ada\"]}", true, true},
        {OBJECTS ",{\"Field\":\"vpcEndpointId\",\"Equals\":[\"vpce-1\"]}", false, false},
        {OBJECTS ",{\"Field\":\"resources.ARN\",\"StartsWith\":[\"arn:aws:s3:::b\"]}", true, true},
        {OBJECTS ",{\"Field\":\"resources.ARN\",\"Equals\":[\"arn:aws:s3:::b/k\"]}", true, true},
        {OBJECTS ",{\"Field\":\"resources.ARN\",\"Equals\":[\"arn:aws:s3:::b\"]}", false, false},
        {OBJECTS ",{\"Field\":\"resources.ARN\",\"NotEquals\":[\"b/k\"]}", false, false},
        {OBJECTS ",{\"Field\":\"resources.ARN\",\"Equals\":[\"arn:aws:sns:eu-west-1:210987654321:t\"]}",
            false, false},
        {CATEGORY("NetworkActivity"), false, false},
        {NETWORK, true, true},
        {CATEGORY("NetworkActivity") ",{\"Field\":\"eventSource\",\"Equals\":[\"a\",\"b\"]}", false, false},
        {NETWORK ",{\"Field\":\"errorCode\",\"Equals\":[\"VpceAccessDenied\"]}", true, true},
        {NETWORK ",{\"Field\":\"errorCode\",\"Equals\":[\"AccessDenied\"]}", false, false},
        {NETWORK ",{\"Field\":\"vpcEndpointId\",\"StartsWith\":[\"vpce-\"]}", true, true},
        {NETWORK ",{\"Field\":\"eventName\",\"NotEquals\":[\"Decrypt\"]}", true, true},
        {NETWORK ",{\"Field\":\"userIdentity.arn\",\"Equals\":[\"arn\"]}", true, false},
        {NETWORK ",{\"Field\":\"readOnly\",\"Equals\":[\"true\"]}", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
        buf_append_format(&text, "[{\"FieldSelectors\":[%s]}]", cases[i].fields);
        EXPECT(cases[i].for_trail ? accepts(ADVANCED, text.data) : refuses(ADVANCED, text.data, ""));
        EXPECT(cases[i].for_store ? accepts(STORE, text.data) : refuses(STORE, text.data, ""));
    }
}

static void equals_asks_for_a_whole_arn_of_the_type(void) {
    static const struct {
        const char *type, *arn;
        bool is_legal;
    } cases[] = {
        {"AWS::S3::AccessPoint", "arn:aws:s3:eu-west-1:210987654321:accesspoint/a", true},
        {"AWS::S3::AccessPoint", "arn:aws:s3:::accesspoint/a", false},
        {"AWS::Lambda::Function", "arn:aws:lambda:eu-west-1:210987654321:function:f", true},
        {"AWS::DynamoDB::Table", "arn:aws:dynamodb:eu-west-1:210987654321:table/t", true},
        {"AWS::DynamoDB::Table", "arn:aws:dynamodb:eu-west-1:210987654321:t", false},
        {"AWS::EC2::Snapshot", "arn:aws:ec2:eu-west-1::snapshot/snap-1", true},
        {"AWS::SNS::Topic", "arn:aws:sns:eu-west-1:210987654321:topic", true},
        {"AWS::SQS::Queue", "arn:aws:sns:eu-west-1:210987654321:topic", false},
        {"AWS::New::Thing", "arn:aws:new:eu-west-1:210987654321:thing/1", true},
        {"AWS::New::Thing", "thing/1", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
        buf_append_format(&text,
            SELECTOR(CATEGORY("Data") ",{\"Field\":\"resources.type\",\"Equals\":[\"%s\"]},"
                                      "{\"Field\":\"resources.ARN\",\"Equals\":[\"%s\"]}"),
            cases[i].type, cases[i].arn);
        EXPECT(cases[i].is_legal ? accepts(ADVANCED, text.data) : refuses(ADVANCED, text.data, cases[i].arn));
    }
}

static void advanced_selectors_of_another_shape_are_refused(void) {
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"[]", "were specified"},
        {"{}", "were specified"},
        {"[1]", "not an object"},
        {"[{}]", "no field selectors"},
        {"[{\"FieldSelectors\":[]}]", "no field selectors"},
        {"[{\"FieldSelectors\":{}}]", "no field selectors"},
        {"[{\"FieldSelectors\":[1]}]", "not an object"},
        {"[{\"FieldSelectors\":[{}]}]", "for Field is invalid"},
        {SELECTOR("{\"Field\":\"eventCategory\"}"), "has no operator"},
        {SELECTOR("{\"Field\":\"eventCategory\",\"Equals\":[]}"), "has no values"},
        {SELECTOR("{\"Field\":\"eventCategory\",\"Equals\":\"Management\"}"), "not a list"},
        {SELECTOR("{\"Field\":\"eventCategory\",\"Equals\":[1]}"), "not a string"},
        {SELECTOR(OBJECTS ",{\"Field\":\"eventName\",\"Equals\":[\"\"]}"), "0 characters"},
        {"[{\"Name\":7,\"FieldSelectors\":[" CATEGORY("Management") "]}]", "name"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT(refuses(ADVANCED, cases[i].text, cases[i].reason));
}

static void names_values_and_conditions_have_limits(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    SCOPED(buf_finish) struct buf longer = BUF_INIT(1 << 20);
    for (int i = 0; i < 2048; i++)
        buf_append_char(&longer, 'x');
    buf_append_format(&text,
        "[{\"Name\":\"%.1000s\",\"FieldSelectors\":[" OBJECTS
        ",{\"Field\":\"eventName\",\"Equals\":[\"%.2048s\"]}]}]",
        longer.data, longer.data);
    EXPECT(accepts(ADVANCED, text.data));
    buf_clear(&text);
    buf_append_format(
        &text, "[{\"Name\":\"%.1001s\",\"FieldSelectors\":[" CATEGORY("Management") "]}]", longer.data);
    EXPECT(refuses(ADVANCED, text.data, "at most 1000"));
    buf_clear(&text);
    buf_append_format(
        &text, SELECTOR(OBJECTS ",{\"Field\":\"eventName\",\"Equals\":[\"%.2048sx\"]}"), longer.data);
    EXPECT(refuses(ADVANCED, text.data, "1 to 2048"));

    for (int count = 498; count <= 499; count++) {
        buf_clear(&text);
        buf_append_text(
            &text, "[{\"FieldSelectors\":[" OBJECTS ",{\"Field\":\"eventName\",\"Equals\":[\"n\"");
        for (int i = 1; i < count; i++)
            buf_append_text(&text, ",\"n\"");
        buf_append_text(&text, "]}]}]");
        EXPECT(
            count == 498 ? accepts(ADVANCED, text.data) : refuses(ADVANCED, text.data, "the maximum is 500"));
    }
    buf_clear(&text);
    for (int i = 0; i < 6; i++)
        buf_append_text(&text, i == 0 ? "[" INSIGHTS : "," INSIGHTS);
    buf_append_char(&text, ']');
    EXPECT(refuses(STORE, text.data, "1 to 5"));
}

static void operators_compare_as_their_names_say(void) {
    static const struct {
        const char *condition;
        bool is_met; /* by eventName DeleteObjects */
    } cases[] = {
        {"\"Equals\":[\"DeleteObjects\"]", true},
        {"\"Equals\":[\"DeleteObject\"]", false},
        {"\"Equals\":[\"deleteObjects\"]", false},
        {"\"Equals\":[\"x\",\"DeleteObjects\"]", true},
        {"\"StartsWith\":[\"Delete\"]", true},
        {"\"StartsWith\":[\"Put\"]", false},
        {"\"EndsWith\":[\"Objects\"]", true},
        {"\"EndsWith\":[\"Object\"]", false},
        {"\"NotEquals\":[\"DeleteObjects\"]", false},
        {"\"NotEquals\":[\"x\",\"DeleteObjects\"]", false},
        {"\"NotEquals\":[\"x\"]", true},
        {"\"NotStartsWith\":[\"Delete\"]", false},
        {"\"NotStartsWith\":[\"Put\",\"Get\"]", true},
        {"\"NotEndsWith\":[\"Objects\"]", false},
        {"\"NotEndsWith\":[\"Object\"]", true},
        {"\"Equals\":[\"x\"],\"StartsWith\":[\"Delete\"]", true},
        {"\"StartsWith\":[\"Delete\"],\"NotEndsWith\":[\"Objects\"]", false},
        {"\"StartsWith\":[\"Delete\"],\"NotEndsWith\":[\"Object\"]", true},
        {"\"StartsWith\":[\"Put\"],\"NotEndsWith\":[\"Object\"]", false},
    };
    struct event_facets facets = data(put_resources, 3);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
        buf_append_format(&text, SELECTOR(OBJECTS ",{\"Field\":\"eventName\",%s}"), cases[i].condition);
        bool is_met = matches(ADVANCED, text.data, &facets);
        if (is_met != cases[i].is_met)
            printf("# %s\n", cases[i].condition);
        EXPECT(is_met == cases[i].is_met);
    }
}

static void one_resource_must_meet_all_conditions_on_resources(void) {
    struct event_facets facets = data(put_resources, 3);
    EXPECT(
        matches(ADVANCED, SELECTOR(OBJECTS ",{\"Field\":\"resources.ARN\",\"EndsWith\":[\"/b\"]}"), &facets));
    EXPECT(matches(ADVANCED,
        SELECTOR(OBJECTS ",{\"Field\":\"resources.ARN\",\"NotEquals\":[\"arn:aws:s3:::logs/2026/a\"]}"),
        &facets));
    EXPECT(!matches(ADVANCED,
        SELECTOR(OBJECTS ",{\"Field\":\"resources.ARN\",\"EndsWith\":[\"/a\"]},"
                         "{\"Field\":\"resources.ARN\",\"NotStartsWith\":[\"arn:aws:s3:::logs/2026/a\"]}"),
        &facets));
    EXPECT(!matches(
        ADVANCED, SELECTOR(OBJECTS ",{\"Field\":\"resources.ARN\",\"EndsWith\":[\"logs\"]}"), &facets));
    facets.resource_count = 0;
    EXPECT(!matches(ADVANCED, SELECTOR(OBJECTS), &facets));
}

static void every_field_is_compared_with_its_own_facet(void) {
    struct event_facets network = {.category = EVENT_NETWORK_ACTIVITY,
        .category_text = STR_LITERAL("NetworkActivity"),
        .source = STR_LITERAL("kms.amazonaws.com"),
        .name = STR_LITERAL("Decrypt"),
        .error_code = STR_LITERAL("VpceAccessDenied"),
        .vpc_endpoint_id = STR_LITERAL("vpce-1"),
        .user_arn = STR_LITERAL("arn:x")};
    EXPECT(matches(ADVANCED, SELECTOR(NETWORK), &network));
    EXPECT(matches(ADVANCED, SELECTOR(NETWORK ",{\"Field\":\"errorCode\",\"Equals\":[\"VpceAccessDenied\"]}"),
        &network));
    EXPECT(matches(
        ADVANCED, SELECTOR(NETWORK ",{\"Field\":\"vpcEndpointId\",\"Equals\":[\"vpce-1\"]}"), &network));
    EXPECT(!matches(
        ADVANCED, SELECTOR(NETWORK ",{\"Field\":\"vpcEndpointId\",\"Equals\":[\"vpce-2\"]}"), &network));
    EXPECT(matches(
        ADVANCED, SELECTOR(NETWORK ",{\"Field\":\"userIdentity.arn\",\"Equals\":[\"arn:x\"]}"), &network));
    EXPECT(!matches(ADVANCED, SELECTOR(CATEGORY("Management")), &network));
    network.error_code = STR_EMPTY;
    EXPECT(!matches(ADVANCED,
        SELECTOR(NETWORK ",{\"Field\":\"errorCode\",\"Equals\":[\"VpceAccessDenied\"]}"), &network));

    struct event_facets object = data(put_resources, 3);
    EXPECT(matches(
        ADVANCED, SELECTOR(OBJECTS ",{\"Field\":\"eventType\",\"Equals\":[\"AwsApiCall\"]}"), &object));
    EXPECT(matches(ADVANCED, SELECTOR(OBJECTS ",{\"Field\":\"readOnly\",\"Equals\":[\"false\"]}"), &object));
    EXPECT(matches(
        ADVANCED, SELECTOR(OBJECTS ",{\"Field\":\"userIdentity.arn\",\"EndsWith\":[\"/ada\"]}"), &object));
    EXPECT(!matches(ADVANCED,
        SELECTOR(OBJECTS ",{\"Field\":\"sessionCredentialFromConsole\",\"Equals\":[\"true\"]}"), &object));
    object.session_from_console = STR_LITERAL("true");
    EXPECT(matches(ADVANCED,
        SELECTOR(OBJECTS ",{\"Field\":\"sessionCredentialFromConsole\",\"Equals\":[\"true\"]}"), &object));

    struct event_facets kms = management("kms.amazonaws.com", "Decrypt", EVENT_TRUE);
    EXPECT(!matches(ADVANCED,
        SELECTOR(CATEGORY("Management") ",{\"Field\":\"eventSource\",\"NotEquals\":[\"kms.amazonaws.com\"]}"),
        &kms));
}

static void a_store_keeps_insights_or_events_and_any_selector_is_enough(void) {
    struct event_facets insight = {.category = EVENT_INSIGHT, .category_text = STR_LITERAL("Insight")};
    EXPECT(matches(STORE, SELECTOR(CATEGORY("Insight")), &insight));
    struct event_facets call = management("kms.amazonaws.com", "Decrypt", EVENT_TRUE);
    EXPECT(matches(STORE,
        "[{\"FieldSelectors\":[" CATEGORY(
            "Data") ",{\"Field\":\"resources.type\",\"Equals\":[\"AWS::S3::Object\"]}]},"
                    "{\"FieldSelectors\":[" CATEGORY("Management") "]}]",
        &call));
    EXPECT(refuses(STORE, /* as AWS: one kind of events in a store */
        "[{\"FieldSelectors\":[" CATEGORY("Management") "]},{\"FieldSelectors\":[" CATEGORY("Insight") "]}]",
        ""));
    EXPECT(!matches(STORE, SELECTOR(CATEGORY("Management")), &insight));
}

static void what_selectors_can_reach_is_known_without_an_event(void) {
    static const struct {
        enum kind kind;
        const char *text;
        bool management_write, management_read, data_write, data_read;
    } rows[] = {
        {BASIC, "[{}]", true, true, false, false},
        {BASIC, "[{\"ReadWriteType\":\"ReadOnly\"}]", false, true, false, false},
        {BASIC,
            "[{\"ReadWriteType\":\"WriteOnly\",\"IncludeManagementEvents\":false,\"DataResources\":[{"
            "\"Type\":"
            "\"AWS::S3::Object\",\"Values\":[\"arn:aws:s3\"]}]}]",
            false, false, true, false},
        {BASIC, "[{\"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":[]}]}]", true, true, false,
            false},
        {ADVANCED, SELECTOR(CATEGORY("Management")), true, true, false, false},
        {ADVANCED, SELECTOR(CATEGORY("Management") ",{\"Field\":\"readOnly\",\"Equals\":[\"false\"]}"), true,
            false, false, false},
        {ADVANCED, SELECTOR(OBJECTS ",{\"Field\":\"readOnly\",\"Equals\":[\"true\"]}"), false, false, false,
            true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        SCOPED(destroy) struct event_selectors *selectors = parse(rows[i].kind, rows[i].text);
        EXPECT_INT(event_selectors_reach(selectors, EVENT_MANAGEMENT, false), rows[i].management_write);
        EXPECT_INT(event_selectors_reach(selectors, EVENT_MANAGEMENT, true), rows[i].management_read);
        EXPECT_INT(event_selectors_reach(selectors, EVENT_DATA, false), rows[i].data_write);
        EXPECT_INT(event_selectors_reach(selectors, EVENT_DATA, true), rows[i].data_read);
        EXPECT(!event_selectors_reach(selectors, EVENT_INSIGHT, false));
    }
}

int main(void) {
    parser = json_parser_create();
    TEST(a_new_trail_logs_all_management_events);
    TEST(what_is_left_out_has_its_default);
    TEST(basic_selectors_print_what_was_given);
    TEST(basic_selectors_are_refused_in_aws_words);
    TEST(each_kind_of_data_resource_has_its_own_arns);
    TEST(two_hundred_and_fifty_data_resources_are_the_limit);
    TEST(reads_and_writes_are_told_apart);
    TEST(excluded_sources_and_management_can_be_left_out);
    TEST(any_resource_of_the_type_is_enough_for_a_data_event);
    TEST(functions_and_tables_are_selected_by_their_whole_arn);
    TEST(advanced_selectors_print_what_was_given);
    TEST(every_field_has_its_categories_and_operators);
    TEST(equals_asks_for_a_whole_arn_of_the_type);
    TEST(advanced_selectors_of_another_shape_are_refused);
    TEST(names_values_and_conditions_have_limits);
    TEST(operators_compare_as_their_names_say);
    TEST(one_resource_must_meet_all_conditions_on_resources);
    TEST(every_field_is_compared_with_its_own_facet);
    TEST(a_store_keeps_insights_or_events_and_any_selector_is_enough);
    TEST(what_selectors_can_reach_is_known_without_an_event);
    json_parser_destroy(parser);
    return tap_done();
}
