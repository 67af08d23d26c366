/* SPDX-License-Identifier: Apache-2.0 */
/* plain: the configurations that no bucket here has; each answers as S3 does where nothing was configured. */
#include "exchange.h"
#include "handlers.h"

static const struct {
    const char *operation;
    const char *error;   /* "Code: message", or NULL and: */
    const char *root;    /* the document's root element */
    const char *content; /* what is in it */
} ANSWERS[] = {
    {"GetBucketVersioning", NULL, "VersioningConfiguration", ""},
    {"GetBucketEncryption",
        "ServerSideEncryptionConfigurationNotFoundError: The server side encryption configuration was not "
        "found",
        NULL, NULL},
    {"GetPublicAccessBlock",
        "NoSuchPublicAccessBlockConfiguration: The public access block configuration was not found", NULL,
        NULL},
    {"GetBucketPolicyStatus", NULL, "PolicyStatus",
        "<IsPublic>false</IsPublic>"}, /* no policy opens the door */
    {"GetBucketTagging", "NoSuchTagSet: The TagSet does not exist", NULL, NULL},
    {"GetBucketLifecycleConfiguration",
        "NoSuchLifecycleConfiguration: The lifecycle configuration does not exist", NULL, NULL},
    {"GetBucketCors", "NoSuchCORSConfiguration: The CORS configuration does not exist", NULL, NULL},
    {"GetBucketWebsite",
        "NoSuchWebsiteConfiguration: The specified bucket does not have a website configuration", NULL, NULL},
    {"GetBucketReplication",
        "ReplicationConfigurationNotFoundError: The replication configuration was not found", NULL, NULL},
    {"GetObjectLockConfiguration",
        "ObjectLockConfigurationNotFoundError: Object Lock configuration does not exist for this bucket",
        NULL, NULL},
    {"GetBucketOwnershipControls", NULL, "OwnershipControls",
        "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"},
    {"GetBucketLogging", NULL, "BucketLoggingStatus", ""},
    {"GetBucketNotificationConfiguration", NULL, "NotificationConfiguration", ""},
    {"GetBucketAccelerateConfiguration", NULL, "AccelerateConfiguration", ""},
    {"GetBucketRequestPayment", NULL, "RequestPaymentConfiguration", "<Payer>BucketOwner</Payer>"},
    {"GetObjectTagging", NULL, "Tagging", "<TagSet></TagSet>"},
    {"GetObjectLegalHold",
        "NoSuchObjectLockConfiguration: The specified object does not have a ObjectLock "
        "configuration",
        NULL, NULL},
    {"GetObjectRetention",
        "NoSuchObjectLockConfiguration: The specified object does not have a ObjectLock "
        "configuration",
        NULL, NULL},
};

bool s3api_plain(struct s3api_exchange *exchange, struct error *error) {
    struct objects_info info;
    struct str operation = str_from(exchange->operation->name);
    if (exchange->request.level == S3API_OBJECT &&
        !objects_head(exchange->api->options.objects, exchange->request.bucket, exchange->request.key,
            exchange->arena, &info, error))
        return false;
    for (size_t i = 0; i < sizeof(ANSWERS) / sizeof(ANSWERS[0]); i++) {
        if (!str_is(operation, ANSWERS[i].operation))
            continue;
        if (ANSWERS[i].error != NULL)
            return error_set(error, ERROR_NOT_FOUND, "%s", ANSWERS[i].error);
        struct buf xml = s3api_xml_begin(ANSWERS[i].root);
        (void)buf_append_text(&xml, ANSWERS[i].content);
        xml_close(&xml, ANSWERS[i].root);
        s3api_answer_xml(exchange, &xml);
        return true;
    }
    return error_set(error, ERROR_INVALID, "NotImplemented: %s", exchange->operation->name);
}
