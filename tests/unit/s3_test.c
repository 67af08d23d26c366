/* SPDX-License-Identifier: Apache-2.0 */
/* Which S3 call a request is, and what of it goes into the record. */
#include "base/own.h"
#include "call/operation.h"
#include "codec/json.h"
#include "support/exchange_text.h"
#include "support/tap.h"

static struct protocol_call read_exchange(struct arena *arena, const char *request_text, const char *reply) {
    struct bytes body;
    struct protocol_request request = exchange_request(arena, str_from(request_text), &body);
    request.service = STR_LITERAL("s3");
    return exchange_read(arena, &request, body, str_from(reply));
}

/* One request for each operation of AWS's API reference, with what it needs; names, effects and categories
 * after "Amazon S3 CloudTrail events" of S3's user guide. */
static void each_operation_has_its_name_and_its_events(void) {
    static const struct {
        const char *request, *operation, *event_name;
        bool is_read, is_data;
    } cases[] = {
        {"PUT /b", "CreateBucket", "CreateBucket", false, false},
        {"POST /b?metadataConfiguration", "CreateBucketMetadataConfiguration",
            "CreateBucketMetadataConfiguration", false, false},
        {"POST /b?metadataTable", "CreateBucketMetadataTableConfiguration",
            "CreateBucketMetadataTableConfiguration", false, false},
        {"DELETE /b", "DeleteBucket", "DeleteBucket", false, false},
        {"DELETE /b?analytics&id=i", "DeleteBucketAnalyticsConfiguration",
            "DeleteBucketAnalyticsConfiguration", false, false},
        {"DELETE /b?cors", "DeleteBucketCors", "DeleteBucketCors", false, false},
        {"DELETE /b?encryption", "DeleteBucketEncryption", "DeleteBucketEncryption", false, false},
        {"DELETE /b?intelligent-tiering&id=i", "DeleteBucketIntelligentTieringConfiguration",
            "DeleteBucketIntelligentTieringConfiguration", false, false},
        {"DELETE /b?inventory&id=i", "DeleteBucketInventoryConfiguration",
            "DeleteBucketInventoryConfiguration", false, false},
        {"DELETE /b?lifecycle", "DeleteBucketLifecycle", "DeleteBucketLifecycle", false, false},
        {"DELETE /b?metadataConfiguration", "DeleteBucketMetadataConfiguration",
            "DeleteBucketMetadataConfiguration", false, false},
        {"DELETE /b?metadataTable", "DeleteBucketMetadataTableConfiguration",
            "DeleteBucketMetadataTableConfiguration", false, false},
        {"DELETE /b?metrics&id=i", "DeleteBucketMetricsConfiguration", "DeleteBucketMetricsConfiguration",
            false, false},
        {"DELETE /b?ownershipControls", "DeleteBucketOwnershipControls", "DeleteBucketOwnershipControls",
            false, false},
        {"DELETE /b?policy", "DeleteBucketPolicy", "DeleteBucketPolicy", false, false},
        {"DELETE /b?replication", "DeleteBucketReplication", "DeleteBucketReplication", false, false},
        {"DELETE /b?tagging", "DeleteBucketTagging", "DeleteBucketTagging", false, false},
        {"DELETE /b?website", "DeleteBucketWebsite", "DeleteBucketWebsite", false, false},
        {"DELETE /b?publicAccessBlock", "DeletePublicAccessBlock", "DeleteBucketPublicAccessBlock", false,
            false},
        {"GET /b?abac", "GetBucketAbac", "GetBucketAbac", true, false},
        {"GET /b?accelerate", "GetBucketAccelerateConfiguration", "GetAccelerateConfiguration", true, false},
        {"GET /b?acl", "GetBucketAcl", "GetBucketAcl", true, false},
        {"GET /b?analytics&id=i", "GetBucketAnalyticsConfiguration", "GetBucketAnalyticsConfiguration", true,
            false},
        {"GET /b?cors", "GetBucketCors", "GetBucketCors", true, false},
        {"GET /b?encryption", "GetBucketEncryption", "GetBucketEncryption", true, false},
        {"GET /b?intelligent-tiering&id=i", "GetBucketIntelligentTieringConfiguration",
            "GetBucketIntelligentTieringConfiguration", true, false},
        {"GET /b?inventory&id=i", "GetBucketInventoryConfiguration", "GetBucketInventoryConfiguration", true,
            false},
        {"GET /b?lifecycle", "GetBucketLifecycleConfiguration", "GetBucketLifecycle", true, false},
        {"GET /b?location", "GetBucketLocation", "GetBucketLocation", true, false},
        {"GET /b?logging", "GetBucketLogging", "GetBucketLogging", true, false},
        {"GET /b?metadataConfiguration", "GetBucketMetadataConfiguration", "GetBucketMetadataConfiguration",
            true, false},
        {"GET /b?metadataTable", "GetBucketMetadataTableConfiguration", "GetBucketMetadataTableConfiguration",
            true, false},
        {"GET /b?metrics&id=i", "GetBucketMetricsConfiguration", "GetBucketMetricsConfiguration", true,
            false},
        {"GET /b?notification", "GetBucketNotificationConfiguration", "GetBucketNotification", true, false},
        {"GET /b?ownershipControls", "GetBucketOwnershipControls", "GetBucketOwnershipControls", true, false},
        {"GET /b?policy", "GetBucketPolicy", "GetBucketPolicy", true, false},
        {"GET /b?policyStatus", "GetBucketPolicyStatus", "GetBucketPolicyStatus", true, false},
        {"GET /b?replication", "GetBucketReplication", "GetBucketReplication", true, false},
        {"GET /b?requestPayment", "GetBucketRequestPayment", "GetBucketRequestPayment", true, false},
        {"GET /b?tagging", "GetBucketTagging", "GetBucketTagging", true, false},
        {"GET /b?versioning", "GetBucketVersioning", "GetBucketVersioning", true, false},
        {"GET /b?website", "GetBucketWebsite", "GetBucketWebsite", true, false},
        {"GET /b?object-lock", "GetObjectLockConfiguration", "GetBucketObjectLockConfiguration", true, false},
        {"GET /b?publicAccessBlock", "GetPublicAccessBlock", "GetBucketPublicAccessBlock", true, false},
        {"GET /b?analytics", "ListBucketAnalyticsConfigurations", "ListBucketAnalyticsConfigurations", true,
            false},
        {"GET /b?intelligent-tiering", "ListBucketIntelligentTieringConfigurations",
            "ListBucketIntelligentTieringConfigurations", true, false},
        {"GET /b?inventory", "ListBucketInventoryConfigurations", "ListBucketInventoryConfigurations", true,
            false},
        {"GET /b?metrics", "ListBucketMetricsConfigurations", "ListBucketMetricsConfigurations", true, false},
        {"GET /", "ListBuckets", "ListBuckets", true, false},
        {"GET /b?uploads", "ListMultipartUploads", "ListMultipartUploads", true, false},
        {"PUT /b?abac", "PutBucketAbac", "PutBucketAbac", false, false},
        {"PUT /b?accelerate", "PutBucketAccelerateConfiguration", "PutAccelerateConfiguration", false, false},
        {"PUT /b?acl", "PutBucketAcl", "PutBucketAcl", false, false},
        {"PUT /b?analytics&id=i", "PutBucketAnalyticsConfiguration", "PutBucketAnalyticsConfiguration", false,
            false},
        {"PUT /b?cors", "PutBucketCors", "PutBucketCors", false, false},
        {"PUT /b?encryption", "PutBucketEncryption", "PutBucketEncryption", false, false},
        {"PUT /b?intelligent-tiering&id=i", "PutBucketIntelligentTieringConfiguration",
            "PutBucketIntelligentTieringConfiguration", false, false},
        {"PUT /b?inventory&id=i", "PutBucketInventoryConfiguration", "PutBucketInventoryConfiguration", false,
            false},
        {"PUT /b?lifecycle", "PutBucketLifecycleConfiguration", "PutBucketLifecycle", false, false},
        {"PUT /b?logging", "PutBucketLogging", "PutBucketLogging", false, false},
        {"PUT /b?metrics&id=i", "PutBucketMetricsConfiguration", "PutBucketMetricsConfiguration", false,
            false},
        {"PUT /b?notification", "PutBucketNotificationConfiguration", "PutBucketNotification", false, false},
        {"PUT /b?ownershipControls", "PutBucketOwnershipControls", "PutBucketOwnershipControls", false,
            false},
        {"PUT /b?policy", "PutBucketPolicy", "PutBucketPolicy", false, false},
        {"PUT /b?replication", "PutBucketReplication", "PutBucketReplication", false, false},
        {"PUT /b?requestPayment", "PutBucketRequestPayment", "PutBucketRequestPayment", false, false},
        {"PUT /b?tagging", "PutBucketTagging", "PutBucketTagging", false, false},
        {"PUT /b?versioning", "PutBucketVersioning", "PutBucketVersioning", false, false},
        {"PUT /b?website", "PutBucketWebsite", "PutBucketWebsite", false, false},
        {"PUT /b?object-lock", "PutObjectLockConfiguration", "PutBucketObjectLockConfiguration", false,
            false},
        {"PUT /b?publicAccessBlock", "PutPublicAccessBlock", "PutBucketPublicAccessBlock", false, false},
        {"PUT /b?metadataInventoryTable", "UpdateBucketMetadataInventoryTableConfiguration",
            "UpdateBucketMetadataInventoryTableConfiguration", false, false},
        {"PUT /b?metadataJournalTable", "UpdateBucketMetadataJournalTableConfiguration",
            "UpdateBucketMetadataJournalTableConfiguration", false, false},
        {"DELETE /b/k/1?uploadId=i", "AbortMultipartUpload", "AbortMultipartUpload", false, true},
        {"POST /b/k/1?uploadId=i", "CompleteMultipartUpload", "CompleteMultipartUpload", false, true},
        {"PUT /b/k/1\nx-amz-copy-source: /s/k", "CopyObject", "CopyObject", false, true},
        {"POST /b/k/1?uploads", "CreateMultipartUpload", "CreateMultipartUpload", false, true},
        {"GET /b?session", "CreateSession", "CreateSession", true, true},
        {"DELETE /b/k/1", "DeleteObject", "DeleteObject", false, true},
        {"DELETE /b/k/1?tagging", "DeleteObjectTagging", "DeleteObjectTagging", false, true},
        {"POST /b?delete", "DeleteObjects", "DeleteObjects", false, true},
        {"GET /b/k/1", "GetObject", "GetObject", true, true},
        {"GET /b/k/1?acl", "GetObjectAcl", "GetObjectAcl", true, true},
        {"GET /b/k/1?attributes\nx-amz-object-attributes: /s/k", "GetObjectAttributes", "GetObjectAttributes",
            true, true},
        {"GET /b/k/1?legal-hold", "GetObjectLegalHold", "GetObjectLegalHold", true, true},
        {"GET /b/k/1?retention", "GetObjectRetention", "GetObjectRetention", true, true},
        {"GET /b/k/1?tagging", "GetObjectTagging", "GetObjectTagging", true, true},
        {"GET /b/k/1?torrent", "GetObjectTorrent", "GetObjectTorrent", true, true},
        {"HEAD /b", "HeadBucket", "HeadBucket", true, true},
        {"HEAD /b/k/1", "HeadObject", "HeadObject", true, true},
        {"GET /b?versions", "ListObjectVersions", "ListObjectVersions", true, true},
        {"GET /b", "ListObjects", "ListObjects", true, true},
        {"GET /b?list-type=2", "ListObjectsV2", "ListObjects", true, true},
        {"GET /b/k/1?uploadId=i", "ListParts", "ListParts", true, true},
        {"PUT /b/k/1", "PutObject", "PutObject", false, true},
        {"PUT /b/k/1?acl", "PutObjectAcl", "PutObjectAcl", false, true},
        {"PUT /b/k/1?legal-hold", "PutObjectLegalHold", "PutObjectLegalHold", false, true},
        {"PUT /b/k/1?retention", "PutObjectRetention", "PutObjectRetention", false, true},
        {"PUT /b/k/1?tagging", "PutObjectTagging", "PutObjectTagging", false, true},
        {"PUT /b/k/1?renameObject\nx-amz-rename-source: /s/k", "RenameObject", "RenameObject", false, true},
        {"POST /b/k/1?restore", "RestoreObject", "RestoreObject", false, true},
        {"POST /b/k/1?select&select-type=2", "SelectObjectContent", "SelectObjectContent", true, true},
        {"PUT /b/k/1?encryption", "UpdateObjectEncryption", "UpdateObjectEncryption", false, true},
        {"PUT /b/k/1?partNumber=1&uploadId=i", "UploadPart", "UploadPart", false, true},
        {"PUT /b/k/1?partNumber=1&uploadId=i\nx-amz-copy-source: /s/k", "UploadPartCopy", "UploadPartCopy",
            false, true},
        {"POST /b\nContent-Type: multipart/form-data; boundary=x", "PostObject", "PostObject", false, true},
        {"OPTIONS /b/k", "PreflightRequest", "PreflightRequest", true, false},
        {"OPTIONS /b", "PreflightRequest", "PreflightRequest", true, false},
        {"POST /WriteGetObjectResponse\nHost: r.s3-object-lambda.eu-west-1.amazonaws.com",
            "WriteGetObjectResponse", "WriteGetObjectResponse", false, true},

    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct protocol_call call = read_exchange(&arena, cases[i].request, "200");
        const struct call_operation *row = call_operation_find(call.event_source, call.operation);
        bool is_so = is_text("operation", call.operation, cases[i].operation) && row != NULL &&
                     is_text("event", str_from(row->event_name), cases[i].event_name) &&
                     row->is_read == cases[i].is_read && row->is_data == cases[i].is_data;
        if (!is_so)
            printf("# of %s\n", cases[i].request);
        EXPECT(is_so);
    }
}

static void the_accounts_operations_are_told_by_their_paths(void) {
    static const struct {
        const char *request, *operation, *parameters;
    } cases[] = {
        {"GET /v20180820/configuration/publicAccessBlock\nHost: "
         "111122223333.s3-control.eu-west-1.amazonaws.com",
            "GetAccountPublicAccessBlock", "{\"Host\":\"111122223333.s3-control.eu-west-1.amazonaws.com\"}"},
        {"PUT /v20180820/configuration/publicAccessBlock\nx-amz-account-id: 111122223333",
            "PutAccountPublicAccessBlock", "{\"x-amz-account-id\":\"111122223333\"}"},
        {"DELETE /v20180820/configuration/publicAccessBlock", "DeleteAccountPublicAccessBlock", "{}"},
        {"GET /v20180820/accesspoint?bucket=b&maxResults=1", "ListAccessPoints",
            "{\"bucket\":\"b\",\"maxResults\":\"1\"}"},
        {"PUT /v20180820/accesspoint/ap%2d1", "CreateAccessPoint", "{\"name\":\"ap-1\"}"},
        {"GET /v20180820/accesspoint/ap/policyStatus", "GetAccessPointPolicyStatus", "{\"name\":\"ap\"}"},
        {"POST /v20180820/jobs", "CreateJob", "{}"},
        {"GET /v20180820/jobs/j-1", "DescribeJob", "{\"id\":\"j-1\"}"},
        {"POST /v20180820/jobs/j-1/status?requestedJobStatus=Ready", "UpdateJobStatus",
            "{\"id\":\"j-1\",\"requestedJobStatus\":\"Ready\"}"},
        {"PUT /v20180820/storagelens/l", "PutStorageLensConfiguration", "{\"storagelensid\":\"l\"}"},
        {"PATCH /v20180820/mrap/instances/a/b/routes", "SubmitMultiRegionAccessPointRoutes",
            "{\"mrap\":\"a/b\"}"},
        {"GET /v20180820/mrap/instances/a/b", "GetMultiRegionAccessPoint", "{\"name\":\"a/b\"}"},
        {"DELETE /v20180820/tags/arn:aws:s3:::b/x?tagKeys=k", "UntagResource",
            "{\"resourceArn\":\"arn:aws:s3:::b/x\",\"tagKeys\":\"k\"}"},
        {"PUT /v20180820/nothing/such", "REST.PUT.SERVICE", "{}"},
        {"GET /v20180820/", "REST.GET.SERVICE", "{}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct protocol_call call = read_exchange(&arena, cases[i].request, "200");
        EXPECT(is_text("operation", call.operation, cases[i].operation));
        EXPECT(is_text("parameters", call.parts[0].request.json, cases[i].parameters));
        EXPECT(str_is(call.event_source, "s3.amazonaws.com") && call.bucket.size == 0);
    }
}

static void buckets_and_keys_stand_in_hosts_and_paths(void) {
    static const struct {
        const char *request, *bucket, *key, *operation;
    } cases[] = {
        {"GET /b/k", "b", "k", "GetObject"},
        {"GET /b/", "b", "", "ListObjects"},
        {"GET /b/a%2Fb%20c//d", "b", "a/b c//d", "GetObject"},
        {"GET /b/a+b", "b", "a+b", "GetObject"},
        {"GET http://s3.example.com/b/k", "b", "k", "GetObject"},
        {"GET /k\nHost: b.localhost:9000", "b", "k", "GetObject"},
        {"GET /k\nHost: b.c.s3.example.com", "b.c", "k", "GetObject"},
        {"GET http://b.s3.example.com/k\nHost: c.s3.example.com", "b", "k", "GetObject"},
        {"GET /b/k\nHost: s3.example.com", "b", "k", "GetObject"},
        {"GET /b/k\nHost: 127.0.0.1:9000", "b", "k", "GetObject"},
        {"GET /b/k\nHost: s3.amazonaws.com", "b", "k", "GetObject"},
        {"GET /b/k\nHost: s3.eu-west-1.amazonaws.com", "b", "k", "GetObject"},
        {"GET /k\nHost: b.s3.amazonaws.com", "b", "k", "GetObject"},
        {"GET /k\nHost: b.s3.eu-west-1.amazonaws.com", "b", "k", "GetObject"},
        {"GET /k\nHost: b.s3-eu-west-1.amazonaws.com", "b", "k", "GetObject"},
        {"GET /k\nHost: my.s3.b.s3.dualstack.eu-west-1.amazonaws.com", "my.s3.b", "k", "GetObject"},
        {"GET /k\nHost: b.s3-accelerate.amazonaws.com", "b", "k", "GetObject"},
        {"GET /k\nHost: b.s3-website.eu-west-1.amazonaws.com", "b", "k", "GetObject"},
        {"GET /k\nHost: b.s3.cn-north-1.amazonaws.com.cn", "b", "k", "GetObject"},
        {"GET /k\nHost: b--euw1-az1--x-s3.s3express-euw1-az1.eu-west-1.amazonaws.com", "b--euw1-az1--x-s3",
            "k", "GetObject"},
        {"GET /?acl\nHost: b.localhost", "b", "", "GetBucketAcl"},
        {"GET /\nHost: localhost", "", "", "ListBuckets"},
        {"POST /WriteGetObjectResponse\nHost: token.s3-object-lambda.eu-west-1.amazonaws.com", "", "",
            "WriteGetObjectResponse"},
        /* Strange ones: nothing fails, all of it is recorded. */
        {"GET /b/a%2", "b", "a%2", "GetObject"},
        {"GET /b/%zz?acl", "b", "%zz", "GetObjectAcl"},
        {"GET //b/k", "b", "k", "GetObject"},
        {"GET //k\nHost: b.localhost", "b", "/k", "GetObject"},
        {"DELETE /b%2Fk", "b", "k", "DeleteObject"},
        {"DELETE /%2fb%2Fk%2", "b", "k%2", "DeleteObject"},
        {"GET /k\nHost: B.LocalHost", "b", "k", "GetObject"},
        {"POST /b\nContent-Type: Multipart/Form-Data; boundary=x", "b", "", "PostObject"},
        {"GET /b/k?%61cl", "b", "k", "GetObjectAcl"},
        {"GET /b/k?acl&torrent", "b", "k", "GetObjectAcl"},
        {"PATCH /b/k", "b", "k", "REST.PATCH.OBJECT"},
        {"BREW /b", "b", "", "REST.BREW.BUCKET"},
        {"g\"t /b", "b", "", "REST.OTHER.BUCKET"},
        {"DELETE /b/k?acl", "b", "k", "DeleteObject"},
        {"DELETE /b/k?policy&tagging", "b", "k", "DeleteObjectTagging"},
        {"PUT /b/k?versions", "b", "k", "PutObject"},
        {"POST /", "", "", "REST.POST.SERVICE"},
        {"", "", "", "REST.OTHER.SERVICE"},
        {"GET *", "*", "", "ListObjects"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct protocol_call call = read_exchange(&arena, cases[i].request, "200");
        EXPECT(is_text("bucket", call.bucket, cases[i].bucket) && is_text("key", call.key, cases[i].key));
        EXPECT(is_text("operation", call.operation, cases[i].operation));
    }
}

#define XMLNS "http://s3.amazonaws.com/doc/2006-03-01/"

static void parameters_are_as_aws_records_them(void) {
    static const struct {
        const char *request, *parameters;
    } cases[] = {
        {"GET /?acl\nHost: b.localhost", "{\"bucketName\":\"b\",\"Host\":\"b.localhost\",\"acl\":\"\"}"},
        {"GET /b?list-type=2&prefix=a%2F&encoding-type=url&max-keys=7",
            "{\"bucketName\":\"b\",\"list-type\":\"2\",\"prefix\":\"a/\",\"encoding-type\":\"url\","
            "\"max-keys\":\"7\"}"},
        {"GET "
         "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F1%2Fr%2Fs3%2Faws4_request&X-Amz-Date=D"
         "&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Security-Token=canary&X-Amz-Signature=canary",
            "{\"bucketName\":\"b\",\"key\":\"k\",\"X-Amz-Algorithm\":\"AWS4-HMAC-SHA256\","
            "\"X-Amz-Date\":\"D\",\"X-Amz-Expires\":\"60\",\"X-Amz-SignedHeaders\":\"host\"}"},
        {"GET /b/k?AWSAccessKeyId=A&Expires=1&Signature=canary",
            "{\"bucketName\":\"b\",\"key\":\"k\",\"AWSAccessKeyId\":\"A\",\"Expires\":\"1\"}"},
        {"PUT /b/k\nX-Amz-Acl: private\nx-amz-storage-class: GLACIER\nx-amz-date: D\nx-amz-content-sha256: "
         "h\n"
         "x-amz-server-side-encryption-customer-algorithm: AES256\n"
         "x-amz-server-side-encryption-customer-key: canary\n"
         "x-amz-server-side-encryption-customer-key-MD5: canary\nx-amz-security-token: canary\n"
         "x-amz-meta-note: canary\nx-amz-mfa: canary\nAuthorization: canary\nCookie: canary",
            "{\"bucketName\":\"b\",\"key\":\"k\",\"x-amz-acl\":\"private\","
            "\"x-amz-storage-class\":\"GLACIER\","
            "\"x-amz-server-side-encryption-customer-algorithm\":\"AES256\"}"},
        {"PUT /b/k\nx-amz-copy-source: /s/k%20k",
            "{\"bucketName\":\"b\",\"key\":\"k\",\"x-amz-copy-source\":\"/s/k%20k\"}"},
        /* Nobody writes a second name of the record's own into it. */
        {"GET /b/k?%ff=1&%fe=2&bucketName=x&key=y&Host=z&HOST=z&Delete=d&Tagging=t&acl&acl=2&%62ucketName=x",
            "{\"bucketName\":\"b\",\"key\":\"k\",\"acl\":\"\"}"},
        {"PUT /b/k?x-amz-acl=private\nx-amz-acl: public-read",
            "{\"bucketName\":\"b\",\"key\":\"k\",\"x-amz-acl\":\"private\"}"},
        /* Bodies of configurations */
        {"PUT /b?versioning\n\n<?xml version=\"1.0\"?><VersioningConfiguration xmlns=\"" XMLNS
         "\"><Status>Enabled</Status></VersioningConfiguration>",
            "{\"bucketName\":\"b\",\"versioning\":\"\",\"VersioningConfiguration\":{\"xmlns\":\"" XMLNS
            "\",\"Status\":\"Enabled\"}}"},
        {"PUT "
         "/b?lifecycle\n\n<LifecycleConfiguration><Rule><Status>Enabled</Status><Expiration><Days>1</Days>"
         "</Expiration></Rule></LifecycleConfiguration>",
            "{\"bucketName\":\"b\",\"lifecycle\":\"\",\"LifecycleConfiguration\":{\"Rule\":{\"Status\":"
            "\"Enabled\",\"Expiration\":{\"Days\":1}}}}"},
        {"PUT /b?tagging\n\n<Tagging><TagSet><Tag><Key>007</Key><Value>true</Value></Tag><Tag><Key>-5</Key>"
         "<Value/></Tag></TagSet></Tagging>",
            "{\"bucketName\":\"b\",\"tagging\":\"\",\"Tagging\":{\"TagSet\":{\"Tag\":[{\"Key\":\"007\","
            "\"Value\":true},{\"Key\":-5,\"Value\":\"\"}]}}}"},
        {"PUT /b?policy\n\n{ \"Version\": \"2012-10-17\",\"Statement\":[] }",
            "{\"bucketName\":\"b\",\"policy\":\"\",\"bucketPolicy\":{\"Version\":\"2012-10-17\","
            "\"Statement\":[]}}"},
        {"PUT /b?policy\n\nno \"JSON",
            "{\"bucketName\":\"b\",\"policy\":\"\",\"bucketPolicy\":\"no \\\"JSON\"}"},
        {"PUT /b\n\n<CreateBucketConfiguration xmlns=\"" XMLNS
         "\"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
            "{\"bucketName\":\"b\",\"CreateBucketConfiguration\":{\"xmlns\":\"" XMLNS
            "\",\"LocationConstraint\":\"eu-west-1\"}}"},
        {"PUT /b?cors\n\n<CORSConfiguration><broken",
            "{\"bucketName\":\"b\",\"cors\":\"\",\"requestBody\":{\"reason\":\"requestBody not readable\","
            "\"omitted\":true,\"originalSize\":26}}"},
        {"PUT /b?acl\nx-amz-content-sha256: "
         "STREAMING-AWS4-HMAC-SHA256-PAYLOAD\n\n5;chunk-signature=0\r\n<Acl>\r\n"
         "C\r\n<X>1</X></Ac\r\n2;x\r\nl>\r\n0;chunk-signature=0\r\n\r\n",
            "{\"bucketName\":\"b\",\"acl\":\"\",\"Acl\":{\"X\":1}}"},
        {"PUT /b?acl\nContent-Encoding: aws-chunked\n\n<Acl><X>1</X></Acl>",
            "{\"bucketName\":\"b\",\"acl\":\"\",\"Acl\":{\"X\":1}}"},
        {"PUT /b?acl\nContent-Encoding: aws-chunked\n\n99\r\n<Acl/>\r\n0\r\n\r\n",
            "{\"bucketName\":\"b\",\"acl\":\"\",\"requestBody\":{\"reason\":\"requestBody not readable\","
            "\"omitted\":true,\"originalSize\":17}}"},
        {"PUT "
         "/v20180820/accesspoint/p\n\n<CreateAccessPointRequest><Bucket>b</Bucket></"
         "CreateAccessPointRequest>",
            "{\"name\":\"p\",\"CreateAccessPointRequest\":{\"Bucket\":\"b\"}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct protocol_call call = read_exchange(&arena, cases[i].request, "200");
        EXPECT(is_text("parameters", call.parts[0].request.json, cases[i].parameters));
    }
}

#define EXPRESS_HEAD                                                                                         \
    "\nHost: b--euw1-az1--x-s3.s3express-euw1-az1.eu-west-1.amazonaws.com\n" EXCHANGE_SIGNED("s3express")

static void directory_buckets_have_events_of_their_own(void) {
    static const struct {
        const char *request, *operation, *resource;
    } cases[] = {
        {"GET /\nHost: s3express-control.eu-west-1.amazonaws.com\n" EXCHANGE_SIGNED("s3express"),
            "ListDirectoryBuckets", NULL},
        {"GET /?session" EXPRESS_HEAD, "CreateSession", NULL},
        {"PUT /k?renameObject" EXPRESS_HEAD, "RenameObject",
            "{\"type\":\"AWS::S3Express::Object\",\"ARN\":\"arn:aws:s3express:eu-west-1:111122223333:bucket/"
            "b--euw1-az1--x-s3/k\"}"},
        {"POST /?delete" EXPRESS_HEAD "\n<Delete><Object><Key>d</Key></Object></Delete>", "DeleteObjects",
            "\"arn:aws:s3express:eu-west-1:111122223333:bucket/b--euw1-az1--x-s3/d\"}"},
        {"DELETE /" EXPRESS_HEAD, "DeleteBucket",
            "{\"type\":\"AWS::S3Express::DirectoryBucket\",\"ARN\":\"arn:aws:s3express:eu-west-1:"
            "111122223333:"
            "bucket/b--euw1-az1--x-s3\"}"},
    };
    struct call_recorder *recorder = call_recorder_create();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
        struct protocol_call call = read_exchange(&arena, cases[i].request, "200");
        struct call record = {.event_source = call.event_source,
            .operation = call.operation,
            .region = call.region,
            .account = STR_LITERAL("111122223333"),
            .request = call.parts[0].request,
            .resources = call.parts[0].resources,
            .resource_count = call.parts[0].resource_count};
        call_append_record(recorder, &text, &record);
        EXPECT(is_text("source", call.event_source, "s3express.amazonaws.com"));
        EXPECT(is_text("operation", call.operation, cases[i].operation));
        bool is_so =
            cases[i].resource == NULL || str_find(buf_str(&text), str_from(cases[i].resource)) != SIZE_MAX;
        if (!is_so)
            printf("# %.*s\n#  lacks %s\n", STR(buf_str(&text)), cases[i].resource);
        EXPECT(is_so);
    }
    call_recorder_destroy(recorder);
}

static void objects_are_never_wanted(void) {
    static const char *const requests[] = {"PUT /b/k", "GET /b/k", "PUT /b/k?uploadId=u&partNumber=1",
        "POST /WriteGetObjectResponse", "POST /b/k?uploads", "PATCH /b/k",
        "PUT /b/k\nx-amz-copy-source: s/k"};
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct bytes body;
        struct protocol_request request = exchange_request(&arena, str_from(requests[i]), &body);
        struct protocol_call call;
        request.service = STR_LITERAL("s3");
        dialect_begin(&arena, &request, &call);
        EXPECT(call.body_bytes_max == 0);
    }
    static const char *const readers[] = {
        "GET /b/k", "GET /b", "GET /b?policy", "GET /b/k?torrent", "POST /b/k?select&select-type=2"};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        EXPECT(read_exchange(&arena, readers[i], "200").reply_bytes_max == 0);
        EXPECT(read_exchange(&arena, readers[i], "404").reply_bytes_max > 0);
        EXPECT(read_exchange(&arena, readers[i], "304").reply_bytes_max == 0);
    }
}

#define ERROR(code, message)                                                                                 \
    "\n\n<?xml version=\"1.0\"?>\n<Error><Code>" code "</Code><Message>" message                             \
    "</Message><Key>k</Key></Error>"

static void outcomes_are_read_from_documents_and_statuses(void) {
    static const struct {
        const char *request, *reply, *code, *message, *elements;
    } cases[] = {
        {"GET /b/k", "404" ERROR("NoSuchKey", "The specified key &lt;k&gt; does not exist."), "NoSuchKey",
            "The specified key <k> does not exist.", ""},
        {"GET /b?policy", "404" ERROR("NoSuchBucketPolicy", "None"), "NoSuchBucketPolicy", "None", ""},
        {"GET /v20180820/jobs/j",
            "403\n\n<ErrorResponse><Error><Code>AccessDenied</Code><Message>No</Message>"
            "</Error><RequestId>r</RequestId></ErrorResponse>",
            "AccessDenied", "No", ""},
        {"HEAD /b/k", "404", "NoSuchKey", "The specified key does not exist.", ""},
        {"HEAD /b", "404", "NoSuchBucket", "The specified bucket does not exist", ""},
        {"HEAD /b", "403", "AccessDenied", "Access Denied", ""},
        {"HEAD /b/k", "301", "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint.", ""},
        {"GET /b/k", "304", "NotModified", "Not Modified", ""},
        {"GET /b/k", "412", "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold", ""},
        {"GET /b/k", "416\n\nnot XML", "InvalidRange", "The requested range is not satisfiable", ""},
        {"GET /b/k", "502\n\n<html><body>Bad gateway</body></html>", "InternalFailure", "", ""},
        {"GET /b/k", "418", "ClientError", "", ""},
        {"PUT /b/k\nx-amz-copy-source: /s/k", "200" ERROR("SlowDown", "Later"), "SlowDown", "Later", ""},
        {"POST /b/k?uploadId=u",
            "200\n\n<?xml version=\"1.0\"?>\n \n \n<Error><Code>InternalError</Code></Error>",
            "InternalError", "", ""},
        {"POST /b/k?uploadId=u", "200\nx-amz-version-id: v\n\n<CompleteMultipartUploadResult/>", "", "",
            "{\"x-amz-version-id\":\"v\"}"},
        {"PUT /b/k",
            "200\nETag: \"e\"\nX-Amz-Server-Side-Encryption: AES256\nx-amz-version-id: v\n"
            "x-amz-request-id: R\nx-amz-id-2: I",
            "", "", "{\"x-amz-server-side-encryption\":\"AES256\",\"x-amz-version-id\":\"v\"}"},
        {"PUT /b/k", "200\nx-amz-server-side-encryption-customer-key-MD5: canary", "", "", ""},
        {"DELETE /b/k", "204\nx-amz-delete-marker: true\nx-amz-version-id: v", "", "",
            "{\"x-amz-delete-marker\":\"true\",\"x-amz-version-id\":\"v\"}"},
        {"DELETE /b/k", "204", "", "", ""},
        {"GET /b/k", "206\nx-amz-version-id: v", "", "", ""},
        {"POST /b\nContent-Type: multipart/form-data; boundary=x", "303", "", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct protocol_call call = read_exchange(&arena, cases[i].request, cases[i].reply);
        bool is_so = is_text("code", call.error_code, cases[i].code) &&
                     is_text("message", call.error_message, cases[i].message) &&
                     is_text("elements", call.parts[0].response.json, cases[i].elements);
        if (!is_so)
            printf("# of %s\n", cases[i].request);
        EXPECT(is_so);
    }
}

static void ids_and_refusals_are_told(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct protocol_call call = read_exchange(&arena, "GET /b/k",
        "403\nX-Amz-Request-Id: 0123456789ABCDEF\nx-amz-id-2: host" ERROR("InvalidAccessKeyId", "m"));
    EXPECT(
        is_text("request id", call.request_id, "0123456789ABCDEF") && is_text("id 2", call.host_id, "host"));
    EXPECT(call.was_refused_as_unauthenticated);
    call = read_exchange(&arena, "GET /b/k", "403" ERROR("AccessDenied", "m"));
    EXPECT(!call.was_refused_as_unauthenticated);
}

static void the_objects_size_is_the_decoded_one(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    EXPECT(read_exchange(&arena, "PUT /b/k\nx-amz-decoded-content-length: 77", "200").payload_size == 77);
    EXPECT(read_exchange(&arena, "PUT /b/k", "200").payload_size == UINT64_MAX);
    EXPECT(read_exchange(&arena, "PUT /b/k\nx-amz-decoded-content-length: -1", "200").payload_size ==
           UINT64_MAX);
}

static void a_session_is_told_of_without_its_secrets(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct protocol_call call = read_exchange(&arena, "GET /b?session\nx-amz-create-session-mode: ReadOnly",
        "200\n\n<CreateSessionResult><Credentials><SessionToken>canary</SessionToken><SecretAccessKey>canary"
        "</SecretAccessKey><AccessKeyId>ASIAX</AccessKeyId><Expiration>2026-03-02T09:00:00Z</Expiration>"
        "</Credentials></CreateSessionResult>");
    EXPECT(is_text("elements", call.parts[0].response.json,
        "{\"credentials\":{\"accessKeyId\":\"ASIAX\",\"expiration\":\"2026-03-02T09:00:00Z\"}}"));
    EXPECT(call.session != NULL && str_is(call.session->access_key_id, "ASIAX"));
    EXPECT(call.session != NULL && call.session->expires_at.ms == INT64_C(1772442000000));
    EXPECT(call.session != NULL && call.session->arn.size == 0);
}

/* ---- forms ---- */

#define FIELD(name, value) "--x\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FORM_HEAD          "POST /b\nContent-Type: multipart/form-data; boundary=x\n\n"
#define FILE_FIELD                                                                                           \
    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cat.jpg\"\r\nContent-Type: image/jpeg" \
    "\r\n\r\ncanary\r\n--x--"

static void a_forms_fields_are_its_parameters_and_its_claim(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct protocol_call call = read_exchange(&arena,
        FORM_HEAD FIELD("key", "up/${filename}") FIELD("acl", "private") FIELD("policy", "canary")
            FIELD("X-Amz-Credential", "AKIAFORM/20260302/eu-west-3/s3/aws4_request") FIELD("x-amz-signature",
                "canary") FIELD("x-amz-security-token", "T") FIELD("x-amz-storage-class", "STANDARD_IA")
                FIELD("x-amz-storage-class", "second") FIELD("x-amz-meta-note", "canary") FILE_FIELD,
        "204");
    EXPECT(is_text("operation", call.operation, "PostObject") && call.body_prefix_will_do);
    EXPECT(is_text("key", call.key, "up/cat.jpg"));
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"bucketName\":\"b\",\"acl\":\"private\",\"x-amz-storage-class\":\"STANDARD_IA\","
        "\"key\":\"up/cat.jpg\"}"));
    EXPECT(call.claim.signature == PROTOCOL_SIGV4 && str_is(call.claim.access_key_id, "AKIAFORM"));
    EXPECT(str_is(call.region, "eu-west-3") && str_is(call.claim.session_token, "T"));
}

static void an_old_forms_claim_is_of_version_2(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct protocol_call call = read_exchange(&arena,
        FORM_HEAD FIELD("AWSAccessKeyId", "AKIAOLD") FIELD("key", "k") FIELD("signature", "canary")
            FILE_FIELD,
        "204");
    EXPECT(call.claim.signature == PROTOCOL_SIGV2 && str_is(call.claim.access_key_id, "AKIAOLD"));
    EXPECT(is_text("parameters", call.parts[0].request.json, "{\"bucketName\":\"b\",\"key\":\"k\"}"));
}

static void a_form_that_is_cut_or_broken_gives_what_it_has(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    EXPECT(is_text("key", read_exchange(&arena, FORM_HEAD FIELD("key", "k") "--x\r\nConte", "400").key, "k"));
    EXPECT(is_text("key", read_exchange(&arena, FORM_HEAD "no form", "400").key, ""));
    EXPECT(is_text("key",
        read_exchange(&arena, "POST /b\nContent-Type: multipart/form-data\n\n" FIELD("key", "k"), "400").key,
        ""));
}

int main(void) {
    TEST(each_operation_has_its_name_and_its_events);
    TEST(the_accounts_operations_are_told_by_their_paths);
    TEST(buckets_and_keys_stand_in_hosts_and_paths);
    TEST(parameters_are_as_aws_records_them);
    TEST(directory_buckets_have_events_of_their_own);
    TEST(objects_are_never_wanted);
    TEST(outcomes_are_read_from_documents_and_statuses);
    TEST(ids_and_refusals_are_told);
    TEST(the_objects_size_is_the_decoded_one);
    TEST(a_session_is_told_of_without_its_secrets);
    TEST(a_forms_fields_are_its_parameters_and_its_claim);
    TEST(an_old_forms_claim_is_of_version_2);
    TEST(a_form_that_is_cut_or_broken_gives_what_it_has);
    return tap_done();
}
