/* SPDX-License-Identifier: Apache-2.0 */
/* private: what the parts of call share. */
#pragma once

#include "call/call.h"

/* ---- operation.c ---- */

/* "kms" of "kms.amazonaws.com"; "s3" also of those that are S3 under another name. */
struct str call_service(struct str event_source);

/* Are the names of this service's parameters recorded as they were sent, not lowered? S3's are. */
bool call_keeps_case(struct str event_source);

/* For operations without a row: does the name begin as those of reads do? */
bool call_is_read_name(struct str name);

/* ---- secret.c ---- */

enum call_secret_form { CALL_SECRET_NONE, CALL_SECRET_HIDE, CALL_SECRET_STARS, CALL_SECRET_DROP };
#define CALL_HIDDEN "HIDDEN_DUE_TO_SECURITY_REASONS"

/* A row of secret_table.h. */
struct call_secret {
    const char *service, *member;
    uint8_t size;
    char last; /* letter of the member */
    enum call_secret_form form;
};

/* The rows that hold for one call. */
struct call_secrets {
    struct str service;
    const struct call_secret *common, *own; /* of every service, of this one */
    size_t common_count, own_count;
    const struct call_hide *hides;
    size_t hide_count;
};

struct call_secrets call_secrets_of(const struct call *call);

/* What becomes of the member `name` at that depth: 1 is a parameter. */
enum call_secret_form call_secret_form(
    const struct call_secrets *secrets_of, struct str name, unsigned depth);

/* By the rows of every service alone. */
enum call_secret_form call_secret_form_common(const struct call_secrets *secrets_of, struct str name);

/* ---- scrub.c ---- */

/* Append the call's error message without what is secret in it, also where it repeats a secret value of the
 * request. */
void call_append_message(struct buf *buf, const struct call *call, struct json_value request);

/* ---- text.c ---- */

/* Append the text with what is secret inside of it covered; false, and nothing appended, where nothing is.
 * What may be secret: the query of a signed address; and unless `only_addresses` the values of secret names
 * in JSON, YAML, query and header texts, the password of an address, a private key. */
bool call_text_append_covered(
    struct buf *buf, const struct call_secrets *secrets_of, struct str text, bool only_addresses);
