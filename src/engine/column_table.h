/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column_table: the columns of an event data store, as AWS documents them ("Supported SQL schemas for event
 * data stores" of the CloudTrail user guide): those of CloudTrail events, then those that Insights events and
 * events of channels have besides. A row is: depth, name, kind, key of the record. A row's parts follow it,
 * one deeper; a key is that of the object around it. Order and names are the files' schema
 * (docs/formats/lake.md): new rows go to the end of their struct, or of the table.
 *
 * Members that AWS's page leaves out are there too: what records hold is what queries find.
 */
#pragma once

#define ENGINE_COLUMN_TABLE(ROW)                                                                             \
    ROW(0, eventversion, TEXT, "eventVersion")                                                               \
    ROW(0, useridentity, STRUCT, "userIdentity")                                                             \
    ROW(1, type, TEXT, "type")                                                                               \
    ROW(1, principalid, TEXT, "principalId")                                                                 \
    ROW(1, arn, TEXT, "arn")                                                                                 \
    ROW(1, accountid, TEXT, "accountId")                                                                     \
    ROW(1, accesskeyid, TEXT, "accessKeyId")                                                                 \
    ROW(1, username, TEXT, "userName")                                                                       \
    ROW(1, sessioncontext, STRUCT, "sessionContext")                                                         \
    ROW(2, attributes, STRUCT, "attributes")                                                                 \
    ROW(3, creationdate, TIME, "creationDate")                                                               \
    ROW(3, mfaauthenticated, TEXT, "mfaAuthenticated")                                                       \
    ROW(2, sessionissuer, STRUCT, "sessionIssuer")                                                           \
    ROW(3, type, TEXT, "type")                                                                               \
    ROW(3, principalid, TEXT, "principalId")                                                                 \
    ROW(3, arn, TEXT, "arn")                                                                                 \
    ROW(3, accountid, TEXT, "accountId")                                                                     \
    ROW(3, username, TEXT, "userName")                                                                       \
    ROW(2, webidfederationdata, STRUCT, "webIdFederationData")                                               \
    ROW(3, federatedprovider, TEXT, "federatedProvider")                                                     \
    ROW(3, attributes, MAP, "attributes")                                                                    \
    ROW(2, sourceidentity, TEXT, "sourceIdentity")                                                           \
    ROW(2, ec2roledelivery, TEXT, "ec2RoleDelivery")                                                         \
    ROW(2, ec2issuedinvpc, TEXT, "ec2IssuedInVpc")                                                           \
    ROW(2, assumedroot, TEXT, "assumedRoot")                                                                 \
    ROW(2, signinsessionarn, TEXT, "signInSessionArn")                                                       \
    ROW(1, onbehalfof, STRUCT, "onBehalfOf")                                                                 \
    ROW(2, userid, TEXT, "userId")                                                                           \
    ROW(2, identitystorearn, TEXT, "identityStoreArn")                                                       \
    ROW(1, inscopeof, STRUCT, "inScopeOf")                                                                   \
    ROW(2, sourcearn, TEXT, "sourceArn")                                                                     \
    ROW(2, sourceaccount, TEXT, "sourceAccount")                                                             \
    ROW(2, issuertype, TEXT, "issuerType")                                                                   \
    ROW(2, credentialsissuedto, TEXT, "credentialsIssuedTo")                                                 \
    ROW(1, invokedby, TEXT, "invokedBy")                                                                     \
    ROW(1, identityprovider, TEXT, "identityProvider")                                                       \
    ROW(1, credentialid, TEXT, "credentialId")                                                               \
    ROW(1, invokedbydelegate, STRUCT, "invokedByDelegate")                                                   \
    ROW(2, accountid, TEXT, "accountId")                                                                     \
    ROW(0, eventtime, TIME, "eventTime")                                                                     \
    ROW(0, eventsource, TEXT, "eventSource")                                                                 \
    ROW(0, eventname, TEXT, "eventName")                                                                     \
    ROW(0, awsregion, TEXT, "awsRegion")                                                                     \
    ROW(0, sourceipaddress, TEXT, "sourceIPAddress")                                                         \
    ROW(0, useragent, TEXT, "userAgent")                                                                     \
    ROW(0, errorcode, TEXT, "errorCode")                                                                     \
    ROW(0, errormessage, TEXT, "errorMessage")                                                               \
    ROW(0, requestparameters, MAP, "requestParameters")                                                      \
    ROW(0, responseelements, MAP, "responseElements")                                                        \
    ROW(0, additionaleventdata, MAP, "additionalEventData")                                                  \
    ROW(0, requestid, TEXT, "requestID")                                                                     \
    ROW(0, eventid, TEXT, "eventID")                                                                         \
    ROW(0, readonly, BOOLEAN, "readOnly")                                                                    \
    ROW(0, resources, LIST, "resources")                                                                     \
    ROW(1, accountid, TEXT, "accountId")                                                                     \
    ROW(1, type, TEXT, "type")                                                                               \
    ROW(1, arn, TEXT, "ARN")                                                                                 \
    ROW(1, arnprefix, TEXT, "ARNPrefix")                                                                     \
    ROW(0, eventtype, TEXT, "eventType")                                                                     \
    ROW(0, apiversion, TEXT, "apiVersion")                                                                   \
    ROW(0, managementevent, BOOLEAN, "managementEvent")                                                      \
    ROW(0, recipientaccountid, TEXT, "recipientAccountId")                                                   \
    ROW(0, sharedeventid, TEXT, "sharedEventID")                                                             \
    ROW(0, annotation, TEXT, "annotation")                                                                   \
    ROW(0, vpcendpointid, TEXT, "vpcEndpointId")                                                             \
    ROW(0, vpcendpointaccountid, TEXT, "vpcEndpointAccountId")                                               \
    ROW(0, serviceeventdetails, MAP, "serviceEventDetails")                                                  \
    ROW(0, addendum, MAP, "addendum")                                                                        \
    ROW(0, edgedevicedetails, MAP, "edgeDeviceDetails")                                                      \
    ROW(0, insightdetails, MAP, "insightDetails")                                                            \
    ROW(0, eventcategory, TEXT, "eventCategory")                                                             \
    ROW(0, tlsdetails, STRUCT, "tlsDetails")                                                                 \
    ROW(1, tlsversion, TEXT, "tlsVersion")                                                                   \
    ROW(1, ciphersuite, TEXT, "cipherSuite")                                                                 \
    ROW(1, clientprovidedhostheader, TEXT, "clientProvidedHostHeader")                                       \
    ROW(1, keyexchange, TEXT, "keyExchange")                                                                 \
    ROW(0, sessioncredentialfromconsole, TEXT, "sessionCredentialFromConsole")                               \
    ROW(0, eventcontext, STRUCT, "eventContext")                                                             \
    ROW(1, requestcontext, MAP, "requestContext")                                                            \
    ROW(1, tagcontext, STRUCT, "tagContext")                                                                 \
    ROW(2, resourcetags, LIST, "resourceTags")                                                               \
    ROW(3, arn, TEXT, "arn")                                                                                 \
    ROW(3, tags, MAP, "tags")                                                                                \
    ROW(2, principaltags, MAP, "principalTags")                                                              \
    ROW(0, insightsource, TEXT, "insightSource")                                                             \
    ROW(0, insightstate, TEXT, "insightState")                                                               \
    ROW(0, insighteventsource, TEXT, "insightEventSource")                                                   \
    ROW(0, insighteventname, TEXT, "insightEventName")                                                       \
    ROW(0, insighterrorcode, TEXT, "insightErrorCode")                                                       \
    ROW(0, insighttype, TEXT, "insightType")                                                                 \
    ROW(0, insightcontext, STRUCT, "insightContext")                                                         \
    ROW(1, baselineaverage, DOUBLE, "baselineAverage")                                                       \
    ROW(1, insightaverage, DOUBLE, "insightAverage")                                                         \
    ROW(1, baselineduration, INTEGER, "baselineDuration")                                                    \
    ROW(1, insightduration, INTEGER, "insightDuration")                                                      \
    ROW(1, attributions, LIST, "attributions")                                                               \
    ROW(2, attribute, TEXT, "attribute")                                                                     \
    ROW(2, insightvalue, TEXT, "insightValue")                                                               \
    ROW(2, insightaverage, DOUBLE, "insightAverage")                                                         \
    ROW(2, baselinevalue, TEXT, "baselineValue")                                                             \
    ROW(2, baselineaverage, DOUBLE, "baselineAverage")                                                       \
    ROW(2, insight, LIST, "insight")                                                                         \
    ROW(3, value, TEXT, "value")                                                                             \
    ROW(3, average, DOUBLE, "average")                                                                       \
    ROW(2, baseline, LIST, "baseline")                                                                       \
    ROW(3, value, TEXT, "value")                                                                             \
    ROW(3, average, DOUBLE, "average")                                                                       \
    ROW(0, metadata, STRUCT, "metadata")                                                                     \
    ROW(1, ingestiontime, TEXT, "ingestionTime")                                                             \
    ROW(1, channelarn, TEXT, "channelARN")                                                                   \
    ROW(0, eventdata, STRUCT, "eventData")                                                                   \
    ROW(1, version, TEXT, "version")                                                                         \
    ROW(1, useridentity, STRUCT, "userIdentity")                                                             \
    ROW(2, type, TEXT, "type")                                                                               \
    ROW(2, principalid, TEXT, "principalId")                                                                 \
    ROW(2, details, MAP, "details")                                                                          \
    ROW(1, useragent, TEXT, "userAgent")                                                                     \
    ROW(1, eventsource, TEXT, "eventSource")                                                                 \
    ROW(1, eventname, TEXT, "eventName")                                                                     \
    ROW(1, eventtime, TEXT, "eventTime")                                                                     \
    ROW(1, uid, TEXT, "UID")                                                                                 \
    ROW(1, requestparameters, MAP, "requestParameters")                                                      \
    ROW(1, responseelements, MAP, "responseElements")                                                        \
    ROW(1, errorcode, TEXT, "errorCode")                                                                     \
    ROW(1, errormessage, TEXT, "errorMessage")                                                               \
    ROW(1, sourceipaddress, TEXT, "sourceIPAddress")                                                         \
    ROW(1, recipientaccountid, TEXT, "recipientAccountId")                                                   \
    ROW(1, additionaleventdata, MAP, "additionalEventData")                                                  \
    ROW(0, eventjson, RECORD, "")
