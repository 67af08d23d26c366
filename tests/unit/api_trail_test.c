/* SPDX-License-Identifier: Apache-2.0 */
/* Trail operations: what they do, what AWS calls what is wrong, and that each is recorded. */
#include "catalog/trails.h"
#include "support/api_world.h"

#define TRAIL_ARN "arn:aws:cloudtrail:" WORLD_REGION ":" WORLD_ACCOUNT ":trail/main"

static struct world world;

static bool make_trail(const char *more) {
    char body[512];
    (void)snprintf(body, sizeof body, "{\"Name\":\"main\",\"S3BucketName\":\"audit\"%s}", more);
    return world_call(&world, "CreateTrail", body);
}

static struct str answered(const char *key) {
    return json_text(json_get(world.json, key));
}

static bool is_true(struct json_value object, const char *key) {
    bool boolean = false;
    return json_boolean(json_get(object, key), &boolean) && boolean;
}

static void create_answers_what_was_made_and_no_more(void) {
    world_open(&world);
    EXPECT(make_trail(",\"S3KeyPrefix\":\"logs/\",\"EnableLogFileValidation\":true"));
    EXPECT(str_is(world.answer, "{\"Name\":\"main\",\"S3BucketName\":\"audit\",\"S3KeyPrefix\":\"logs\","
                                "\"IncludeGlobalServiceEvents\":true,"
                                "\"IsMultiRegionTrail\":false,\"TrailARN\":\"" TRAIL_ARN
                                "\",\"LogFileValidationEnabled\":true,\"IsOrganizationTrail\":false}"));
    world_close(&world);
}

static void names_follow_the_rules_of_aws(void) {
    static const struct {
        const char *name, *words;
    } cases[] = {
        {"", "cannot be blank"},
        {"ab", "Specified name length: 2 characters."},
        {".ab", "must starts with a letter or number."},
        {"ab-", "must ends with a letter or number."},
        {"a/b", "can only contain uppercase letters"},
        {"a\\u00e9b", "can only contain uppercase letters"},
        {"a--b", "adjacent"},
        {"a-_b", "adjacent"},
        {"192.168.5.4", "IP address"},
        {"arn:aws:cloudtrail:us-east-1:123456789012:trail/main", "can only contain"},
    };
    world_open(&world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char body[256];
        (void)snprintf(body, sizeof body, "{\"Name\":\"%s\",\"S3BucketName\":\"audit\"}", cases[i].name);
        EXPECT(world_refuses(&world, "CreateTrail", body, "InvalidTrailNameException", cases[i].words));
    }
    EXPECT(world_call(&world, "CreateTrail", "{\"Name\":\"1.2.3.4.5\",\"S3BucketName\":\"audit\"}"));
    world_close(&world);
}

static void bad_requests_get_the_error_of_aws(void) {
    static const struct {
        const char *members, *code, *words;
    } cases[] = {
        {"\"S3BucketName\":\"\"", "InvalidS3BucketNameException", "blank"},
        {"\"x\":1", "InvalidS3BucketNameException", "blank"},
        {"\"S3BucketName\":\"Not_A\"", "InvalidS3BucketNameException", "Not_A"},
        {"\"S3BucketName\":\"nowhere\"", "S3BucketDoesNotExistException",
            "S3 bucket nowhere does not exist!"},
        {"\"S3BucketName\":\"foreign\"", "InsufficientS3BucketPolicyException",
            "Incorrect S3 bucket policy is detected for bucket: foreign"},
        {"\"S3BucketName\":\"audit\",\"S3KeyPrefix\":\"/a\"", "InvalidS3PrefixException", "start with"},
        {"\"S3BucketName\":\"audit\",\"SnsTopicName\":\"alarm\"", "InsufficientSnsTopicPolicyException",
            "SNS Topic does not exist or the topic policy is incorrect!"},
        {"\"S3BucketName\":\"audit\",\"SnsTopicName\":\"a b\"", "InvalidSnsTopicNameException", "a b"},
        {"\"S3BucketName\":\"audit\",\"CloudWatchLogsLogGroupArn\":\"arn:aws:logs:us-east-1:1:log-group:g:*"
         "\"",
            "InvalidCloudWatchLogsRoleArnException", "You must specify a role ARN as well as a log group."},
        {"\"S3BucketName\":\"audit\",\"CloudWatchLogsLogGroupArn\":\"arn:aws:logs:us-east-1:1:log-group:g:*"
         "\","
         "\"CloudWatchLogsRoleArn\":\"arn:aws:iam::1:role/r\"",
            "InvalidCloudWatchLogsLogGroupArnException", "cannot validate"},
        {"\"S3BucketName\":\"audit\",\"KmsKeyId\":\"alias/k\"", "KmsKeyNotFoundException", "alias/k"},
        {"\"S3BucketName\":\"audit\",\"IsOrganizationTrail\":true", "OrganizationsNotInUseException", ""},
        {"\"S3BucketName\":\"audit\",\"IsMultiRegionTrail\":true,\"IncludeGlobalServiceEvents\":false",
            "InvalidParameterCombinationException", "Multi-Region trail must include global service events."},
        {"\"S3BucketName\":\"audit\",\"TagsList\":[{\"Key\":\"a\"},{\"Key\":\"a\"}]",
            "InvalidTagParameterException", "a"},
        {"\"S3BucketName\":\"audit\",\"TagsList\":[{\"Key\":\"\"}]", "ValidationException",
            "tagsList.1.member.key"},
        {"\"S3BucketName\":[]", "SerializationException", "Start of list"},
    };
    world_open(&world);
    world_bucket(&world, "foreign", "999999999999");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char body[512];
        (void)snprintf(body, sizeof body, "{\"Name\":\"main\",%s}", cases[i].members);
        EXPECT(world_refuses(&world, "CreateTrail", body, cases[i].code, cases[i].words));
    }
    EXPECT(world_call(&world, "ListTrails", "{}"));
    EXPECT(str_is(world.answer, "{\"Trails\":[]}"));
    world_close(&world);
}

static void a_name_is_taken_once_and_a_region_holds_five(void) {
    world_open(&world);
    EXPECT(make_trail(",\"IsMultiRegionTrail\":true"));
    EXPECT(world_refuses(&world, "CreateTrail", "{\"Name\":\"main\",\"S3BucketName\":\"audit\"}",
        "TrailAlreadyExistsException", "Trail main already exists for customer: " WORLD_ACCOUNT));
    world.region = "eu-west-1"; /* the shadow of main counts here */
    for (int i = 0; i < 4; i++) {
        char body[128];
        (void)snprintf(body, sizeof body, "{\"Name\":\"trail-%d\",\"S3BucketName\":\"audit\"}", i);
        EXPECT(world_call(&world, "CreateTrail", body));
    }
    EXPECT(world_refuses(&world, "CreateTrail", "{\"Name\":\"one-more\",\"S3BucketName\":\"audit\"}",
        "MaximumNumberOfTrailsExceededException",
        "User: " WORLD_ACCOUNT " already has 5 trails in eu-west-1."));
    world.region = WORLD_REGION; /* its shadow would be the sixth there */
    EXPECT(world_refuses(&world, "CreateTrail",
        "{\"Name\":\"one-more\",\"S3BucketName\":\"audit\",\"IsMultiRegionTrail\":true}",
        "MaximumNumberOfTrailsExceededException", "eu-west-1"));
    EXPECT(world_call(&world, "CreateTrail", "{\"Name\":\"one-more\",\"S3BucketName\":\"audit\"}"));
    EXPECT(world_refuses(&world, "UpdateTrail", "{\"Name\":\"one-more\",\"IsMultiRegionTrail\":true}",
        "MaximumNumberOfTrailsExceededException", "eu-west-1"));
    world_close(&world);
}

static void shadows_are_read_by_arn_and_changed_at_home_only(void) {
    world_open(&world);
    EXPECT(make_trail(",\"IsMultiRegionTrail\":true"));
    world.region = "eu-west-1";
    EXPECT(world_call(&world, "DescribeTrails", "{}"));
    EXPECT(world_has(world.answer, "\"HomeRegion\":\"us-east-1\""));
    EXPECT(world_call(&world, "DescribeTrails", "{\"includeShadowTrails\":false}"));
    EXPECT(str_is(world.answer, "{\"trailList\":[]}"));
    EXPECT(world_call(&world, "DescribeTrails", "{\"trailNameList\":[\"main\"]}"));
    EXPECT(str_is(world.answer, "{\"trailList\":[]}"));
    EXPECT(world_call(&world, "DescribeTrails", "{\"trailNameList\":[\"" TRAIL_ARN "\",\"other\"]}"));
    EXPECT(world_has(world.answer, TRAIL_ARN));
    EXPECT(world_call(&world, "GetTrail", "{\"Name\":\"" TRAIL_ARN "\"}"));
    EXPECT(world_refuses(&world, "GetTrail", "{\"Name\":\"main\"}", "TrailNotFoundException",
        "Unknown trail: main for the user: " WORLD_ACCOUNT));
    static const char *const changes[] = {"StartLogging", "StopLogging", "DeleteTrail", "UpdateTrail"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        EXPECT(world_refuses(
            &world, changes[i], "{\"Name\":\"" TRAIL_ARN "\"}", "InvalidHomeRegionException", TRAIL_ARN));
        EXPECT(world_refuses(
            &world, changes[i], "{\"Name\":\"main\"}", "InvalidHomeRegionException", TRAIL_ARN));
        EXPECT(world_refuses(&world, changes[i], "{\"Name\":\"other\"}", "TrailNotFoundException",
            "Unknown trail: arn:aws:cloudtrail:eu-west-1:" WORLD_ACCOUNT
            ":trail/other for the user: " WORLD_ACCOUNT));
        EXPECT(world_refuses(&world, changes[i], "{\"Name\":\"arn:aws:cloudtrail:x:1:trail/main\"}",
            "CloudTrailARNInvalidException", ""));
    }
    world_close(&world);
}

static void trails_of_another_account_do_not_exist(void) {
    world_open(&world);
    EXPECT(make_trail(""));
    world.principal.account = STR_LITERAL("999999999999");
    EXPECT(world_refuses(&world, "GetTrail", "{\"Name\":\"" TRAIL_ARN "\"}", "TrailNotFoundException", ""));
    EXPECT(
        world_refuses(&world, "DeleteTrail", "{\"Name\":\"" TRAIL_ARN "\"}", "TrailNotFoundException", ""));
    EXPECT(world_call(&world, "DescribeTrails", "{\"trailNameList\":[\"" TRAIL_ARN "\"]}"));
    EXPECT(str_is(world.answer, "{\"trailList\":[]}"));
    world_close(&world);
}

static void update_changes_what_it_names(void) {
    world_open(&world);
    world_bucket(&world, "other", WORLD_ACCOUNT);
    EXPECT(make_trail(",\"S3KeyPrefix\":\"logs\",\"IsMultiRegionTrail\":true"));
    EXPECT(world_call(&world, "UpdateTrail", "{\"Name\":\"main\",\"S3BucketName\":\"other\"}"));
    EXPECT(str_is(answered("S3BucketName"), "other"));
    EXPECT(str_is(answered("S3KeyPrefix"), "logs"));
    EXPECT(world_call(&world, "UpdateTrail", "{\"Name\":\"main\",\"S3KeyPrefix\":\"\"}"));
    EXPECT(!json_exists(json_get(world.json, "S3KeyPrefix")));
    EXPECT(world_refuses(&world, "UpdateTrail", "{\"Name\":\"main\",\"IncludeGlobalServiceEvents\":false}",
        "InvalidParameterCombinationException", ""));
    EXPECT(world_call(&world, "UpdateTrail", "{\"Name\":\"main\",\"IsMultiRegionTrail\":false}"));
    EXPECT(!is_true(world.json, "IncludeGlobalServiceEvents"));
    EXPECT(world_call(&world, "UpdateTrail", "{\"Name\":\"main\",\"IsMultiRegionTrail\":true}"));
    EXPECT(is_true(world.json, "IncludeGlobalServiceEvents"));
    EXPECT(world_refuses(&world, "UpdateTrail", "{\"Name\":\"main\",\"S3BucketName\":\"gone\"}",
        "S3BucketDoesNotExistException", "gone"));
    world_close(&world);
}

static void logging_starts_stops_and_shows_in_the_status(void) {
    world_open(&world);
    EXPECT(make_trail(""));
    EXPECT(world_call(&world, "GetTrailStatus", "{\"Name\":\"main\"}"));
    EXPECT(!is_true(world.json, "IsLogging"));
    EXPECT(!json_exists(json_get(world.json, "StartLoggingTime")));
    EXPECT(str_is(answered("TimeLoggingStarted"), ""));
    EXPECT(world_call(&world, "StartLogging", "{\"Name\":\"main\"}"));
    EXPECT(str_is(world.answer, "{}"));
    EXPECT(world_call(&world, "GetTrailStatus", "{\"Name\":\"" TRAIL_ARN "\"}"));
    EXPECT(is_true(world.json, "IsLogging"));
    EXPECT(str_is(answered("TimeLoggingStarted"), "2026-01-01T12:00:00Z"));
    clock_manual_advance(&world.clock, 60000);
    EXPECT(world_call(&world, "StopLogging", "{\"Name\":\"main\"}"));
    EXPECT(world_call(&world, "GetTrailStatus", "{\"Name\":\"main\"}"));
    EXPECT(!is_true(world.json, "IsLogging"));
    EXPECT(str_is(answered("TimeLoggingStopped"), "2026-01-01T12:01:00Z"));
    EXPECT(world_call(&world, "DeleteTrail", "{\"Name\":\"main\"}"));
    EXPECT(
        world_refuses(&world, "GetTrailStatus", "{\"Name\":\"main\"}", "TrailNotFoundException", TRAIL_ARN));
    EXPECT(make_trail("")); /* the name is free again */
    world_close(&world);
}

static void a_bucket_policy_is_held_to_where_it_is_enforced(void) {
    static const char good[] =
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"
        "\"cloudtrail.amazonaws.com\"},\"Action\":\"s3:GetBucketAcl\",\"Resource\":\"arn:aws:s3:::audit\"},"
        "{\"Effect\":\"Allow\",\"Principal\":{\"Service\":[\"cloudtrail.amazonaws.com\"]},\"Action\":[\"s3:"
        "Put*\"],"
        "\"Resource\":\"arn:aws:s3:::audit/logs/AWSLogs/" WORLD_ACCOUNT
        "/*\",\"Condition\":{\"StringEquals\":"
        "{\"s3:x-amz-acl\":\"bucket-owner-full-control\",\"aws:SourceArn\":\"" TRAIL_ARN "\"}}}]}";
    struct error error = {0};
    world_open(&world);
    world_start_api(&world, (struct api_options){.enforce_bucket_policy = true});
    EXPECT(!make_trail(",\"S3KeyPrefix\":\"logs\""));
    EXPECT(strcmp(world.code, "InsufficientS3BucketPolicyException") == 0);
    EXPECT(objects_bucket_set_policy(world.objects, STR_LITERAL("audit"), str_from(good), &error));
    EXPECT(!make_trail(",\"S3KeyPrefix\":\"elsewhere\""));
    EXPECT(strcmp(world.code, "InsufficientS3BucketPolicyException") == 0);
    EXPECT(make_trail(",\"S3KeyPrefix\":\"logs\""));
    EXPECT(world_refuses(&world, "UpdateTrail", "{\"Name\":\"main\",\"S3KeyPrefix\":\"elsewhere\"}",
        "InsufficientS3BucketPolicyException", "audit"));
    world_close(&world);
}

static void selectors_are_kept_and_shown(void) {
    world_open(&world);
    EXPECT(make_trail(""));
    EXPECT(world_call(&world, "GetEventSelectors", "{\"TrailName\":\"main\"}"));
    EXPECT(str_is(world.answer,
        "{\"TrailARN\":\"" TRAIL_ARN
        "\",\"EventSelectors\":[{\"ReadWriteType\":\"All\",\"IncludeManagementEvents\":true,"
        "\"DataResources\":[],\"ExcludeManagementEventSources\":[]}]}"));
    EXPECT(world_call(&world, "PutEventSelectors",
        "{\"TrailName\":\"main\",\"EventSelectors\":[{\"ReadWriteType\":\"WriteOnly\"}]}"));
    EXPECT(world_has(world.answer, "\"ReadWriteType\":\"WriteOnly\",\"IncludeManagementEvents\":true"));
    struct str record;
    EXPECT_INT(world_records(&world, 1, "PutEventSelectors", &record), 1);
    EXPECT(world_has(record,
        "\"requestParameters\":{\"trailName\":\"main\",\"eventSelectors\":[{\"readWriteType\":"
        "\"WriteOnly\",\"includeManagementEvents\":true,\"dataResources\":[],"
        "\"excludeManagementEventSources\":[]}]}"));
    EXPECT(world_call(&world, "GetTrail", "{\"Name\":\"main\"}"));
    EXPECT(is_true(json_get(world.json, "Trail"), "HasCustomEventSelectors"));
    EXPECT(world_call(&world, "PutEventSelectors",
        "{\"TrailName\":\"main\",\"AdvancedEventSelectors\":[{\"Name\":\"n\",\"FieldSelectors\":[{\"Field\":"
        "\"eventCategory\",\"Equals\":[\"Management\"]}]}]}"));
    EXPECT(world_call(&world, "GetEventSelectors", "{\"TrailName\":\"main\"}"));
    EXPECT(!json_exists(json_get(world.json, "EventSelectors")));
    EXPECT(json_exists(json_get(world.json, "AdvancedEventSelectors")));
    EXPECT(world_refuses(
        &world, "PutEventSelectors", "{\"TrailName\":\"main\"}", "InvalidEventSelectorsException", ""));
    EXPECT(world_refuses(&world, "PutEventSelectors",
        "{\"TrailName\":\"main\",\"EventSelectors\":[],\"AdvancedEventSelectors\":[]}",
        "InvalidEventSelectorsException", "both"));
    EXPECT(world_refuses(&world, "PutEventSelectors",
        "{\"TrailName\":\"main\",\"EventSelectors\":[{\"DataResources\":[{\"Type\":\"AWS::S3::Object\","
        "\"Values\":"
        "[\"arn:aws:s3:::*\"]}]}]}",
        "InvalidEventSelectorsException", "Value arn:aws:s3:::* for DataResources.Values is invalid."));
    EXPECT(world_refuses(&world, "PutEventSelectors",
        "{\"TrailName\":\"main\",\"EventSelectors\":[{\"DataResources\":5}]}", "SerializationException",
        "List"));
    world_close(&world);
}

static void tags_are_added_listed_and_removed(void) {
    world_open(&world);
    EXPECT(make_trail(",\"TagsList\":[{\"Key\":\"team\",\"Value\":\"red\"}]"));
    EXPECT(world_call(&world, "AddTags",
        "{\"ResourceId\":\"" TRAIL_ARN
        "\",\"TagsList\":[{\"Key\":\"team\",\"Value\":\"blue\"},{\"Key\":\"bare\"}]}"));
    EXPECT(world_call(&world, "ListTags", "{\"ResourceIdList\":[\"" TRAIL_ARN "\"]}"));
    EXPECT(str_is(world.answer,
        "{\"ResourceTagList\":[{\"ResourceId\":\"" TRAIL_ARN
        "\",\"TagsList\":[{\"Key\":\"team\",\"Value\":\"blue\"},{\"Key\":\"bare\"}]}]}"));
    EXPECT(world_call(&world, "RemoveTags",
        "{\"ResourceId\":\"" TRAIL_ARN "\",\"TagsList\":[{\"Key\":\"bare\"},{\"Key\":\"no\"}]}"));
    EXPECT(world_call(&world, "ListTags", "{\"ResourceIdList\":[\"" TRAIL_ARN "\"]}"));
    EXPECT(world_has(world.answer, "[{\"Key\":\"team\",\"Value\":\"blue\"}]"));
    static const struct {
        const char *id, *code;
    } cases[] = {
        {"main", "CloudTrailARNInvalidException"},
        {"arn:aws:s3:::audit", "CloudTrailARNInvalidException"},
        {"arn:aws:cloudtrail:us-east-1:123456789012:trail/other", "ResourceNotFoundException"},
        {"arn:aws:cloudtrail:eu-west-1:123456789012:trail/main", "ResourceNotFoundException"},
        {"arn:aws:cloudtrail:us-east-1:123456789012:table/x", "ResourceTypeNotSupportedException"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char body[256];
        (void)snprintf(body, sizeof body, "{\"ResourceIdList\":[\"%s\"]}", cases[i].id);
        EXPECT(world_refuses(&world, "ListTags", body, cases[i].code, ""));
    }
    world_close(&world);
}

static void every_change_is_recorded_with_it(void) {
    world_open(&world);
    struct str record;
    EXPECT(make_trail(",\"TagsList\":[{\"Key\":\"k\",\"Value\":\"v\"}]"));
    EXPECT_INT(world_records(&world, 1, "CreateTrail", &record), 1);
    EXPECT(world_has(record,
        "\"requestParameters\":{\"name\":\"main\",\"s3BucketName\":\"audit\",\"tagsList\":[{\"key\":"
        "\"k\",\"value\":\"v\"}]}"));
    EXPECT(world_has(record, "\"responseElements\":{\"name\":\"main\""));
    EXPECT(world_has(record, "\"trailARN\":\"" TRAIL_ARN "\""));
    EXPECT(world_has(record, "\"type\":\"Root\",\"principalId\":\"" WORLD_ACCOUNT "\""));
    EXPECT(world_has(record, "\"eventSource\":\"cloudtrail.amazonaws.com\""));
    EXPECT(world_has(record, "\"readOnly\":false"));
    EXPECT(world_has(record, "\"awsRegion\":\"us-east-1\""));
    EXPECT(world_call(&world, "StartLogging", "{\"Name\":\"main\"}"));
    EXPECT_INT(world_records(&world, 1, "StartLogging", &record), 1);
    EXPECT(world_has(record, "\"responseElements\":null"));
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_outbox_entry *entries;
    size_t count = 1;
    struct error error = {0};
    EXPECT(catalog_outbox_list(world.catalog, &arena, &entries, &count, &error));
    EXPECT_INT(count, 0);
    world_close(&world);
}

static void reads_and_failures_are_recorded_too(void) {
    world_open(&world);
    struct str record;
    EXPECT(world_call(&world, "DescribeTrails", "{}"));
    EXPECT_INT(world_records(&world, 1, "DescribeTrails", &record), 1);
    EXPECT(world_has(record, "\"requestParameters\":null,\"responseElements\":null"));
    EXPECT(world_has(record, "\"readOnly\":true"));
    EXPECT(!world_call(&world, "StopLogging", "{\"Name\":\"other\"}"));
    EXPECT_INT(world_records(&world, 1, "StopLogging", &record), 1);
    EXPECT(
        world_has(record, "\"errorCode\":\"TrailNotFoundException\",\"errorMessage\":\"Unknown trail: arn:"));
    EXPECT(world_has(record, "\"requestParameters\":{\"name\":\"other\"}"));
    world_close(&world);
}

static void a_denied_call_changes_nothing_and_says_so(void) {
    world_open(&world);
    struct str record;
    world.principal.role = CATALOG_ROLE_AUDITOR;
    world.principal.is_root = false;
    world.principal.user_name = STR_LITERAL("ann");
    world.principal.arn = STR_LITERAL("arn:aws:iam::" WORLD_ACCOUNT ":user/ann");
    EXPECT(world_refuses(&world, "CreateTrail", "{\"Name\":\"main\",\"S3BucketName\":\"audit\"}",
        "AccessDeniedException",
        "User: arn:aws:iam::" WORLD_ACCOUNT
        ":user/ann is not authorized to perform: cloudtrail:CreateTrail because no "
        "identity-based policy allows the cloudtrail:CreateTrail action"));
    EXPECT_INT(world_records(&world, 1, "CreateTrail", &record), 1);
    EXPECT(world_has(record, "\"requestParameters\":null"));
    EXPECT(world_has(record, "\"userName\":\"ann\""));
    EXPECT(world_call(&world, "DescribeTrails", "{}"));
    world.principal.role = CATALOG_ROLE_WRITER;
    EXPECT(
        world_refuses(&world, "DescribeTrails", "{}", "AccessDeniedException", "cloudtrail:DescribeTrails"));
    world_close(&world);
}

static void a_commit_that_fails_leaves_neither_change_nor_record(void) {
    world_open(&world);
    struct str record;
    catalog_fail_commit(world.catalog, 1, false);
    EXPECT(!make_trail(""));
    EXPECT_INT(world.status, 500);
    struct error error = {0};
    EXPECT(catalog_restart(world.catalog, &error));
    EXPECT(api_replay_outbox(world.api, &error));
    EXPECT(world_call(&world, "ListTrails", "{}"));
    EXPECT(str_is(world.answer, "{\"Trails\":[]}"));
    /* The failed attempt is an event; the change that never was has none. */
    EXPECT_INT(world_records(&world, 1, "CreateTrail", &record), 1);
    EXPECT(world_has(record, "\"errorCode\":\"InternalFailure\""));
    world_close(&world);
}

static void a_record_that_a_crash_left_behind_is_admitted_at_start_once(void) {
    world_open(&world);
    struct str record;
    struct error error = {0};
    admission_stop(world.admission); /* the crash comes between commit and admission */
    EXPECT(make_trail(""));
    EXPECT_INT(world_records(&world, 1, "CreateTrail", &record), 0);
    EXPECT(!api_replay_outbox(world.api, &error));
    admission_close(world.admission);
    seen_close(world.seen);
    journal_close(world.journal);
    struct disk *disk = disk_sim_disk(world.sim);
    world.journal = journal_open(disk, &(struct journal_options){.generation = 1}, &error);
    world.seen = seen_open(disk, &(struct seen_options){.memory_entries = 64}, &error);
    world.admission = admission_open(
        disk, world.journal, world.seen, &(struct admission_options){.clock = &world.clock.clock}, &error);
    admission_start(world.admission);
    world_start_api(&world, (struct api_options){0});
    EXPECT(api_replay_outbox(world.api, &error));
    EXPECT(api_replay_outbox(world.api, &error));
    EXPECT_INT(world_records(&world, 1, "CreateTrail", &record), 1);
    world_close(&world);
}

static void overload_asks_to_come_again(void) {
    world_open(&world);
    admission_stop(world.admission);
    EXPECT(world_refuses(&world, "DescribeTrails", "{}", "ThrottlingException", "Rate exceeded"));
    EXPECT_INT(world.status, 400);
    world_close(&world);
}

static void with_a_failed_disk_reads_go_on_and_changes_are_refused(void) {
    world_open(&world);
    EXPECT(make_trail(""));
    disk_sim_fail_from(world.sim, 0);
    EXPECT(world_call(&world, "DescribeTrails", "{}"));
    EXPECT(world_has(world.answer, TRAIL_ARN));
    EXPECT(api_stats(world.api).unrecorded_calls > 0);
    EXPECT(world_refuses(&world, "DeleteTrail", "{\"Name\":\"main\"}", "InternalFailure", "disk"));
    EXPECT_INT(world.status, 500);
    disk_sim_fail_at(world.sim, -1);
    EXPECT(world_call(&world, "GetTrail", "{\"Name\":\"main\"}"));
    world_close(&world);
}

static void a_record_that_had_to_wait_comes_with_the_next_call(void) {
    world_open(&world);
    struct str record;
    struct error error = {0};
    admission_stop(world.admission);
    EXPECT(make_trail(""));
    EXPECT_INT(world_records(&world, 1, "CreateTrail", &record), 0);
    admission_close(world.admission);
    world.admission = admission_open(disk_sim_disk(world.sim), world.journal, world.seen,
        &(struct admission_options){.clock = &world.clock.clock}, &error);
    admission_start(world.admission);
    world.api->options.admission = world.admission;
    api_outbox_destroy(world.api->outbox);
    world.api->outbox = api_outbox_create(world.catalog, world.admission);
    EXPECT(world_call(&world, "ListTrails", "{}"));
    EXPECT_INT(world_records(&world, 1, "CreateTrail", &record), 1);
    world_close(&world);
}

int main(void) {
    TEST(create_answers_what_was_made_and_no_more);
    TEST(names_follow_the_rules_of_aws);
    TEST(bad_requests_get_the_error_of_aws);
    TEST(a_name_is_taken_once_and_a_region_holds_five);
    TEST(shadows_are_read_by_arn_and_changed_at_home_only);
    TEST(trails_of_another_account_do_not_exist);
    TEST(update_changes_what_it_names);
    TEST(logging_starts_stops_and_shows_in_the_status);
    TEST(a_bucket_policy_is_held_to_where_it_is_enforced);
    TEST(selectors_are_kept_and_shown);
    TEST(tags_are_added_listed_and_removed);
    TEST(every_change_is_recorded_with_it);
    TEST(reads_and_failures_are_recorded_too);
    TEST(a_denied_call_changes_nothing_and_says_so);
    TEST(a_commit_that_fails_leaves_neither_change_nor_record);
    TEST(a_record_that_a_crash_left_behind_is_admitted_at_start_once);
    TEST(overload_asks_to_come_again);
    TEST(with_a_failed_disk_reads_go_on_and_changes_are_refused);
    TEST(a_record_that_had_to_wait_comes_with_the_next_call);
    return tap_done();
}
