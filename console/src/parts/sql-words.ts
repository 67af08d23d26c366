// SPDX-License-Identifier: Apache-2.0
// Words of queries that the editor offers: columns as docs/formats/lake.md has them, functions as docs/lake-sql.md.

/** Columns of a store of events, `name:type`. */
const COLUMN_TEXT = `
eventVersion:string userIdentity:struct userIdentity.type:string userIdentity.principalId:string
userIdentity.arn:string userIdentity.accountId:string userIdentity.accessKeyId:string
userIdentity.userName:string userIdentity.sessionContext:struct
userIdentity.sessionContext.attributes:struct userIdentity.sessionContext.attributes.creationDate:timestamp
userIdentity.sessionContext.attributes.mfaAuthenticated:string
userIdentity.sessionContext.sessionIssuer:struct userIdentity.sessionContext.sessionIssuer.type:string
userIdentity.sessionContext.sessionIssuer.principalId:string
userIdentity.sessionContext.sessionIssuer.arn:string
userIdentity.sessionContext.sessionIssuer.accountId:string
userIdentity.sessionContext.sessionIssuer.userName:string
userIdentity.sessionContext.webIdFederationData:struct
userIdentity.sessionContext.webIdFederationData.federatedProvider:string
userIdentity.sessionContext.webIdFederationData.attributes:map<string,string>
userIdentity.sessionContext.sourceIdentity:string userIdentity.sessionContext.ec2RoleDelivery:string
userIdentity.sessionContext.ec2IssuedInVpc:string userIdentity.sessionContext.assumedRoot:string
userIdentity.sessionContext.signInSessionArn:string userIdentity.onBehalfOf:struct
userIdentity.onBehalfOf.userId:string userIdentity.onBehalfOf.identityStoreArn:string
userIdentity.inScopeOf:struct userIdentity.inScopeOf.sourceArn:string
userIdentity.inScopeOf.sourceAccount:string userIdentity.inScopeOf.issuerType:string
userIdentity.inScopeOf.credentialsIssuedTo:string userIdentity.invokedBy:string
userIdentity.identityProvider:string userIdentity.credentialId:string userIdentity.invokedByDelegate:struct
userIdentity.invokedByDelegate.accountId:string eventTime:timestamp eventSource:string eventName:string
awsRegion:string sourceIPAddress:string userAgent:string errorCode:string errorMessage:string
requestParameters:map<string,string> responseElements:map<string,string>
additionalEventData:map<string,string> requestID:string eventID:string readOnly:boolean
resources:array resources.accountId:string resources.type:string resources.ARN:string
resources.ARNPrefix:string eventType:string apiVersion:string managementEvent:boolean
recipientAccountId:string sharedEventID:string annotation:string vpcEndpointId:string
vpcEndpointAccountId:string serviceEventDetails:map<string,string> addendum:map<string,string>
edgeDeviceDetails:map<string,string> insightDetails:map<string,string> eventCategory:string
tlsDetails:struct tlsDetails.tlsVersion:string tlsDetails.cipherSuite:string
tlsDetails.clientProvidedHostHeader:string tlsDetails.keyExchange:string sessionCredentialFromConsole:string
eventContext:struct eventContext.requestContext:map<string,string> eventContext.tagContext:struct
eventContext.tagContext.resourceTags:array eventContext.tagContext.resourceTags.arn:string
eventContext.tagContext.resourceTags.tags:map<string,string>
eventContext.tagContext.principalTags:map<string,string> insightSource:string insightState:string
insightEventSource:string insightEventName:string insightErrorCode:string insightType:string
insightContext:struct insightContext.baselineAverage:double insightContext.insightAverage:double
insightContext.baselineDuration:integer insightContext.insightDuration:integer
insightContext.attributions:array insightContext.attributions.attribute:string
insightContext.attributions.insightValue:string insightContext.attributions.insightAverage:double
insightContext.attributions.baselineValue:string insightContext.attributions.baselineAverage:double
insightContext.attributions.insight:array insightContext.attributions.insight.value:string
insightContext.attributions.insight.average:double insightContext.attributions.baseline:array
insightContext.attributions.baseline.value:string insightContext.attributions.baseline.average:double
metadata:struct metadata.ingestionTime:string metadata.channelARN:string eventData:struct
eventData.version:string eventData.userIdentity:struct eventData.userIdentity.type:string
eventData.userIdentity.principalId:string eventData.userIdentity.details:map<string,string>
eventData.userAgent:string eventData.eventSource:string eventData.eventName:string
eventData.eventTime:string eventData.UID:string eventData.requestParameters:map<string,string>
eventData.responseElements:map<string,string> eventData.errorCode:string eventData.errorMessage:string
eventData.sourceIPAddress:string eventData.recipientAccountId:string
eventData.additionalEventData:map<string,string>
`;

const FUNCTION_TEXT = `
abs acos all_match any_match any_value approx_distinct approx_percentile arbitrary array_agg array_distinct
array_except array_intersect array_join array_max array_min array_position array_remove array_sort
array_union arrays_overlap asin atan atan2 avg bit_count bitwise_and bitwise_and_agg bitwise_left_shift
bitwise_not bitwise_or bitwise_or_agg bitwise_right_shift_arithmetic bitwise_xor bitwise_xor_agg bool_and
bool_or cardinality cast cbrt ceil ceiling chr coalesce codepoint concat concat_ws contains corr cos count
count_if covar_pop covar_samp cume_dist current_timezone date date_add date_diff date_format date_parse
date_trunc day day_of_month day_of_week day_of_year degrees dense_rank dow doy e element_at ends_with every
exp extract filter first_value flatten floor format_datetime from_base from_base64 from_hex
from_iso8601_date from_iso8601_timestamp from_unixtime from_utf8 geometric_mean greatest grouping
hamming_distance histogram hour if infinity is_finite is_infinite is_json_scalar is_nan json_array_contains
json_array_get json_array_length json_extract json_extract_scalar json_format json_parse json_size lag
last_day_of_month last_value lead least length levenshtein_distance listagg ln log log10 log2 lower lpad
ltrim map map_agg map_concat map_entries map_filter map_from_entries map_keys map_values max max_by md5
millisecond min min_by minute mod month multimap_agg nan none_match now nth_value ntile nullif
parse_datetime percent_rank pi position pow power quarter radians rand random rank reduce regexp_count
regexp_extract regexp_extract_all regexp_like regexp_position regexp_replace regexp_split regr_intercept
regr_slope repeat replace reverse round row row_number rpad rtrim second sequence sha1 sha256 sign sin slice
split split_part split_to_map sqrt starts_with stddev stddev_pop stddev_samp strpos strrpos substr substring
sum tan to_base to_base64 to_hex to_iso8601 to_unixtime to_utf8 transform transform_keys transform_values
translate trim truncate try try_cast unnest upper url_decode url_encode url_extract_fragment
url_extract_host url_extract_parameter url_extract_path url_extract_port url_extract_protocol
url_extract_query var_pop var_samp variance week week_of_year year year_of_week yow zip zip_with
`;

const KEYWORD_TEXT = `
SELECT DISTINCT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET UNION INTERSECT EXCEPT ALL JOIN LEFT RIGHT FULL INNER
CROSS ON USING AS AND OR NOT IN EXISTS BETWEEN LIKE IS NULL CASE WHEN THEN ELSE END WITH UNNEST ASC DESC NULLS FIRST
LAST INTERVAL TIMESTAMP DATE TRUE FALSE OVER PARTITION ROWS
`;

const words = (text: string) => text.trim().split(/\s+/);

export interface Column {
  name: string;
  type: string;
}
export const COLUMNS: Column[] = words(COLUMN_TEXT).map((word) => {
  const at = word.indexOf(":");
  return { name: word.slice(0, at), type: word.slice(at + 1) };
});
export const FUNCTIONS = words(FUNCTION_TEXT);
export const KEYWORDS = words(KEYWORD_TEXT);
