/* SPDX-License-Identifier: Apache-2.0 */
/* The table of REST routes, and finding in it what a request is. */
#include "base/buf.h"
#include "base/own.h"
#include "rest/route.h"
#include "support/tap.h"

#include <string.h>

static const char *const methods[] = {"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"};

static bool find(const char *service, const char *method, const char *target, struct route_match *match) {
    struct str query = str_from(target);
    struct str path = str_cut(&query, '?');
    return rest_route_find(str_from(service), str_from(method), path, query, match);
}

static bool is(const char *service, const char *method, const char *target, const char *operation) {
    struct route_match match;
    const char *found = find(service, method, target, &match) ? match.route->operation : "nothing";
    if (strcmp(found, operation) != 0)
        printf("# %s %s %s is %s, not %s\n", service, method, target, found, operation);
    return strcmp(found, operation) == 0;
}

/* Services that the table must have, each with a few requests from its API reference. */
static const struct {
    const char *service, *method, *target, *operation;
} known[] = {
    {"lambda", "POST", "/2015-03-31/functions", "CreateFunction"},
    {"lambda", "GET", "/2015-03-31/functions/?MaxItems=10", "ListFunctions"},
    {"lambda", "GET", "/2015-03-31/functions/f", "GetFunction"},
    {"lambda", "PUT", "/2015-03-31/functions/f/code", "UpdateFunctionCode"},
    {"lambda", "GET", "/2015-03-31/functions/f/configuration", "GetFunctionConfiguration"},
    {"lambda", "POST", "/2015-03-31/functions/f/invocations", "Invoke"},
    {"lambda", "POST", "/2014-11-13/functions/f/invoke-async/", "InvokeAsync"},
    {"lambda", "DELETE", "/2015-03-31/functions/f/policy/s", "RemovePermission"},
    {"lambda", "GET", "/2018-10-31/layers?find=LayerVersion&Arn=a", "GetLayerVersionByArn"},
    {"lambda", "GET", "/2018-10-31/layers", "ListLayers"},
    {"lambda", "POST", "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Af", "TagResource"},
    {"lambda", "PUT", "/2015-03-31/event-source-mappings/u", "UpdateEventSourceMapping"},
    {"apigateway", "POST", "/restapis", "CreateRestApi"},
    {"apigateway", "POST", "/restapis?mode=import", "ImportRestApi"},
    {"apigateway", "GET", "/restapis/r/resources", "GetResources"},
    {"apigateway", "PUT", "/restapis/r/resources/x/methods/GET/integration", "PutIntegration"},
    {"apigateway", "POST", "/restapis/r/deployments", "CreateDeployment"},
    {"apigateway", "DELETE", "/restapis/r/stages/prod", "DeleteStage"},
    {"apigateway", "PATCH", "/usageplans/u", "UpdateUsagePlan"},
    {"apigateway", "POST", "/apikeys", "CreateApiKey"},
    {"apigateway", "GET", "/account", "GetAccount"},
    {"apigateway", "POST", "/v2/apis", "CreateApi"},
    {"apigateway", "GET", "/v2/apis/a/routes", "GetRoutes"},
    {"apigateway", "PATCH", "/v2/apis/a/stages/s", "UpdateStage"},
    {"apigateway", "DELETE", "/v2/apis/a/integrations/i", "DeleteIntegration"},
    {"apigateway", "POST", "/v2/domainnames", "CreateDomainName"},
    {"execute-api", "POST", "/%40connections/c", "PostToConnection"},
    {"execute-api", "GET", "/@connections/c", "GetConnection"},
    {"eks", "POST", "/clusters", "CreateCluster"},
    {"eks", "GET", "/clusters/c", "DescribeCluster"},
    {"eks", "DELETE", "/clusters/c/node-groups/n", "DeleteNodegroup"},
    {"eks", "POST", "/clusters/c/node-groups/n/update-config", "UpdateNodegroupConfig"},
    {"eks", "POST", "/clusters/c/fargate-profiles", "CreateFargateProfile"},
    {"eks", "POST", "/clusters/c/addons", "CreateAddon"},
    {"elasticfilesystem", "POST", "/2015-02-01/file-systems", "CreateFileSystem"},
    {"elasticfilesystem", "GET", "/2015-02-01/file-systems?MaxItems=3", "DescribeFileSystems"},
    {"elasticfilesystem", "DELETE", "/2015-02-01/mount-targets/m", "DeleteMountTarget"},
    {"elasticfilesystem", "POST", "/2015-02-01/access-points", "CreateAccessPoint"},
    {"elasticfilesystem", "PUT", "/2015-02-01/file-systems/f/policy", "PutFileSystemPolicy"},
    {"batch", "POST", "/v1/submitjob", "SubmitJob"},
    {"batch", "POST", "/v1/createcomputeenvironment", "CreateComputeEnvironment"},
    {"batch", "POST", "/v1/registerjobdefinition", "RegisterJobDefinition"},
    {"batch", "POST", "/v1/describejobs", "DescribeJobs"},
    {"batch", "POST", "/v1/terminatejob", "TerminateJob"},
    {"es", "POST", "/2021-01-01/opensearch/domain", "CreateDomain"},
    {"es", "GET", "/2021-01-01/opensearch/domain/d", "DescribeDomain"},
    {"es", "DELETE", "/2021-01-01/opensearch/domain/d", "DeleteDomain"},
    {"es", "POST", "/2021-01-01/opensearch/domain/d/config", "UpdateDomainConfig"},
    {"es", "GET", "/2021-01-01/domain", "ListDomainNames"},
    {"es", "POST", "/2015-01-01/es/domain", "CreateElasticsearchDomain"},
    {"scheduler", "POST", "/schedules/s", "CreateSchedule"},
    {"scheduler", "GET", "/schedules/s", "GetSchedule"},
    {"scheduler", "PUT", "/schedules/s", "UpdateSchedule"},
    {"scheduler", "DELETE", "/schedules/s?groupName=g", "DeleteSchedule"},
    {"scheduler", "POST", "/schedule-groups/g", "CreateScheduleGroup"},
    {"iot", "POST", "/things/t", "CreateThing"},
    {"iot", "GET", "/things", "ListThings"},
    {"iot", "POST", "/keys-and-certificate?setAsActive=true", "CreateKeysAndCertificate"},
    {"iot", "PUT", "/certificates/c?newStatus=INACTIVE", "UpdateCertificate"},
    {"iot", "POST", "/policies/p", "CreatePolicy"},
    {"iot", "PUT", "/target-policies/p", "AttachPolicy"},
    {"iotdata", "POST", "/topics/a%2Fb?qos=1", "Publish"},
    {"iotdata", "GET", "/things/t/shadow", "GetThingShadow"},
    {"ses", "POST", "/v2/email/outbound-emails", "SendEmail"},
    {"ses", "POST", "/v2/email/identities", "CreateEmailIdentity"},
    {"ses", "GET", "/v2/email/identities", "ListEmailIdentities"},
    {"ses", "DELETE", "/v2/email/configuration-sets/c", "DeleteConfigurationSet"},
    {"ses", "PUT", "/v2/email/suppression/addresses", "PutSuppressedDestination"},
    {"ses", "GET", "/v2/email/account", "GetAccount"},
    {"mq", "POST", "/v1/brokers", "CreateBroker"},
    {"mq", "GET", "/v1/brokers/b", "DescribeBroker"},
    {"mq", "POST", "/v1/brokers/b/users/u", "CreateUser"},
    {"mq", "PUT", "/v1/configurations/c", "UpdateConfiguration"},
    {"mq", "POST", "/v1/brokers/b/reboot", "RebootBroker"},
    {"appsync", "POST", "/v1/apis", "CreateGraphqlApi"},
    {"appsync", "POST", "/v1/apis/a/apikeys", "CreateApiKey"},
    {"appsync", "GET", "/v1/apis/a/datasources", "ListDataSources"},
    {"appsync", "POST", "/v1/apis/a/types/T/resolvers/f", "UpdateResolver"},
    {"appsync", "DELETE", "/v1/apis/a", "DeleteGraphqlApi"},
    {"glacier", "PUT", "/-/vaults/v", "CreateVault"},
    {"glacier", "POST", "/123456789012/vaults/v/archives", "UploadArchive"},
    {"glacier", "GET", "/-/vaults/v/jobs/j/output", "GetJobOutput"},
    {"glacier", "POST", "/-/vaults/v/tags?operation=add", "AddTagsToVault"},
    {"glacier", "POST", "/-/vaults/v/tags?operation=remove", "RemoveTagsFromVault"},
    {"glacier", "DELETE", "/-/vaults/v/lock-policy", "AbortVaultLock"},
    {"backup", "PUT", "/backup-vaults/v", "CreateBackupVault"},
    {"backup", "PUT", "/backup-jobs", "StartBackupJob"},
    {"backup", "PUT", "/backup/plans/", "CreateBackupPlan"},
    {"backup", "GET", "/backup-vaults/", "ListBackupVaults"},
    {"backup", "DELETE", "/backup-vaults/v/recovery-points/arn%3Aa%2Fb", "DeleteRecoveryPoint"},
    {"route53", "POST", "/2013-04-01/hostedzone", "CreateHostedZone"},
    {"route53", "POST", "/2013-04-01/hostedzone/Z/rrset/", "ChangeResourceRecordSets"},
    {"route53", "GET", "/2013-04-01/hostedzone/Z/rrset", "ListResourceRecordSets"},
    {"route53", "DELETE", "/2013-04-01/healthcheck/h", "DeleteHealthCheck"},
    {"route53", "GET", "/2013-04-01/change/C", "GetChange"},
    {"cloudfront", "POST", "/2020-05-31/distribution", "CreateDistribution"},
    {"cloudfront", "POST", "/2020-05-31/distribution?WithTags", "CreateDistributionWithTags"},
    {"cloudfront", "PUT", "/2020-05-31/distribution/D/config", "UpdateDistribution"},
    {"cloudfront", "POST", "/2020-05-31/distribution/D/invalidation", "CreateInvalidation"},
    {"cloudfront", "POST", "/2020-05-31/tagging?Operation=Untag&Resource=r", "UntagResource"},
    {"kafka", "POST", "/v1/clusters", "CreateCluster"},
    {"xray", "POST", "/TraceSegments", "PutTraceSegments"},
    {"rds-data", "POST", "/Execute", "ExecuteStatement"},
    {"bedrock", "POST", "/model/anthropic.claude%3A0/invoke", "InvokeModel"},
    {"cloudtrail-data", "POST", "/PutAuditEvents", "PutAuditEvents"},
};

static void documented_requests_are_known(void) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        EXPECT(is(known[i].service, known[i].method, known[i].target, known[i].operation));
}

/* The path of a row with something in place of each label. */
static void append_request(struct buf *target, const struct route *route) {
    struct str path = str_from(route->path);
    while (path.size != 0) {
        struct str segment = str_cut(&path, '/');
        bool is_greedy = str_ends_with(segment, STR_LITERAL("+}"));
        buf_append_char(target, '/');
        if (segment.data[0] == '{')
            buf_append_text(target, is_greedy ? "some/where" : "something");
        else
            buf_append_str(target, segment);
    }
    buf_append_format(target, "?other=1&%s", route->query);
}

static void every_route_is_found_by_its_own_request(void) {
    static const char *const services[] = {"access-analyzer", "amplify", "apigateway", "appconfig", "appsync",
        "aps", "backup", "batch", "bedrock", "cloudfront", "eks", "elasticfilesystem", "es", "geo", "glacier",
        "grafana", "guardduty", "iot", "iotdata", "kafka", "lambda", "mobiletargeting", "mq", "ram",
        "route53", "scheduler", "schemas", "securityhub", "ses", "xray"};
    size_t count = 0;
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        const struct route *routes;
        bool is_xml;
        size_t route_count = rest_routes_of(str_from(services[i]), &routes, &is_xml);
        EXPECT(route_count > 0);
        for (size_t r = 0; r < route_count; r++, count++) {
            SCOPED(buf_finish) struct buf target = BUF_INIT(4096);
            append_request(&target, &routes[r]);
            EXPECT(is(services[i], methods[routes[r].method], target.data, routes[r].operation));
        }
    }
    EXPECT(count > 1000);
}

static bool has_label(
    const struct route_match *match, size_t index, const char *member, const char *value, char kind) {
    return index < match->label_count && str_is(match->labels[index].member, member) &&
           str_is(match->labels[index].value, value) && match->labels[index].kind == kind;
}

static void labels_are_the_parameters_that_they_are_recorded_as(void) {
    struct route_match match;
    EXPECT(find("apigateway", "GET", "/restapis/r%20x/resources/y", &match));
    EXPECT(match.label_count == 2);
    EXPECT(has_label(&match, 0, "restApiId", "r%20x", 0) && has_label(&match, 1, "resourceId", "y", 0));
    EXPECT(find("lambda", "GET", "/2018-10-31/layers/l/versions/3", &match));
    EXPECT(has_label(&match, 0, "LayerName", "l", 0) && has_label(&match, 1, "VersionNumber", "3", '#'));
}

static void a_label_may_take_several_segments(void) {
    struct route_match match;
    EXPECT(find("mediastore", "PUT", "/a/b//c.mp4", &match));
    EXPECT(strcmp(match.route->operation, "PutObject") == 0 && match.label_count == 1);
    EXPECT(has_label(&match, 0, "Path", "a/b//c.mp4", 0));
}

static void what_the_table_does_not_have_is_not_found(void) {
    EXPECT(is("lambda", "POST", "/2015-03-31/functionz", "nothing"));
    EXPECT(is("lambda", "HEAD", "/2015-03-31/functions", "nothing"));
    EXPECT(is("lambda", "get", "/2015-03-31/functions", "nothing"));
    EXPECT(is("lambda", "GET", "/2015-03-31/functions/f/g/h", "nothing"));
    EXPECT(is("lambda", "GET", "/{FunctionName}", "nothing"));
    EXPECT(is("lambda", "GET", "", "nothing") && is("lambda", "GET", "///", "nothing"));
    EXPECT(is("lambda", "GET", "/2015-03-31//functions", "nothing"));
    EXPECT(is("nosuchservice", "GET", "/", "nothing") && is("", "GET", "/", "nothing"));
    EXPECT(is("glacier", "POST", "/-/vaults/v/tags?operation=adds", "nothing"));
}

static void xml_services_are_told_apart(void) {
    const struct route *routes;
    bool is_xml = false;
    EXPECT(rest_routes_of(STR_LITERAL("route53"), &routes, &is_xml) > 50 && is_xml);
    EXPECT(rest_routes_of(STR_LITERAL("lambda"), &routes, &is_xml) > 50 && !is_xml);
}

int main(void) {
    TEST(documented_requests_are_known);
    TEST(every_route_is_found_by_its_own_request);
    TEST(labels_are_the_parameters_that_they_are_recorded_as);
    TEST(a_label_may_take_several_segments);
    TEST(what_the_table_does_not_have_is_not_found);
    TEST(xml_services_are_told_apart);
    return tap_done();
}
