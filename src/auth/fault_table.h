/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault_table: every reason to refuse a request, and what AWS calls it. Columns: fault; code and status of
 * JSON services; of query services (STS); of S3. Messages that need no detail stand in the fault's own place.
 */
/* clang-format off */
FAULT(MISSING,          "MissingAuthenticationTokenException", 400, "MissingAuthenticationToken", 403, "AccessDenied", 403)
FAULT(INCOMPLETE,       "IncompleteSignatureException",        400, "IncompleteSignature",        400, "AuthorizationHeaderMalformed", 400)
FAULT(QUERY_PARAMETERS, "IncompleteSignatureException",        400, "IncompleteSignature",        400, "AuthorizationQueryParametersError", 400)
FAULT(PRESIGNED,        "InvalidSignatureException",           400, "SignatureDoesNotMatch",      403, "AccessDenied", 403)
FAULT(SCOPE,            "InvalidSignatureException",           400, "SignatureDoesNotMatch",      403, "AuthorizationHeaderMalformed", 400)
FAULT(UNKNOWN_KEY,      "UnrecognizedClientException",         400, "InvalidClientTokenId",       403, "InvalidAccessKeyId", 403)
FAULT(TOKEN,            "UnrecognizedClientException",         400, "InvalidClientTokenId",       403, "InvalidToken", 400)
FAULT(SKEWED,           "InvalidSignatureException",           400, "SignatureDoesNotMatch",      403, "RequestTimeTooSkewed", 403)
FAULT(EXPIRED,          "InvalidSignatureException",           400, "SignatureDoesNotMatch",      403, "AccessDenied", 403)
FAULT(UNSIGNED_HEADER,  "InvalidSignatureException",           400, "SignatureDoesNotMatch",      403, "AccessDenied", 403)
FAULT(NO_PAYLOAD_HASH,  "InvalidSignatureException",           400, "SignatureDoesNotMatch",      403, "InvalidRequest", 400)
FAULT(PAYLOAD_HASH,     "InvalidSignatureException",           400, "SignatureDoesNotMatch",      403, "XAmzContentSHA256Mismatch", 400)
FAULT(MISMATCH,         "InvalidSignatureException",           400, "SignatureDoesNotMatch",      403, "SignatureDoesNotMatch", 403)
/* clang-format on */
