# SPDX-License-Identifier: Apache-2.0
"""Questions about every documented column of CloudTrail events, nested ones too."""
from lake_reference import Corpus, compact, counted, double_text, entry, field, grouped, mapping, moment, text_of, time, user

corpus = Corpus()


@corpus.query("SELECT eventVersion, count(*) FROM $real GROUP BY eventVersion")
def versions_of_the_record_format(real):
    return counted(record["eventVersion"] for record in real)


@corpus.query("SELECT eventSource, COUNT(*) AS calls FROM $real GROUP BY eventSource ORDER BY calls DESC, eventSource",
              ordered=True, columns=["eventSource", "calls"])
def services_by_number_of_calls(real):
    return sorted(counted(record["eventSource"] for record in real), key=lambda row: (-row[1], row[0]))


@corpus.query("SELECT DISTINCT eventName FROM $real WHERE eventSource = 'kms.amazonaws.com'")
def kinds_of_calls_to_one_service(real):
    return [[name] for name in {record["eventName"] for record in real if record["eventSource"] == "kms.amazonaws.com"}]


@corpus.query("""SELECT eventID, eventTime FROM $real WHERE eventTime >= '2023-07-10 12:29:00' ORDER BY eventTime DESC, eventID
                 LIMIT 25""", ordered=True, columns=["eventID", "eventTime"])
def newest_events_after_a_time_given_as_text(real):
    late = [record for record in real if time(record) >= moment("2023-07-10T12:29:00Z")]
    late.sort(key=lambda record: record["eventID"])
    late.sort(key=time, reverse=True)
    return [[record["eventID"], time(record)] for record in late[:25]]


@corpus.query("SELECT min(eventTime), max(eventTime) FROM $real", columns=["_col0", "_col1"])
def first_and_last_event(real):
    return [[min(map(time, real)), max(map(time, real))]]


@corpus.query("""SELECT awsRegion, recipientAccountId, count(*) FROM $made
                 WHERE eventTime BETWEEN '2024-02-26 23:59:59' AND '2024-03-04 00:00:00' GROUP BY awsRegion, recipientAccountId""")
def regions_and_accounts_between_two_times(made):
    inside = [record for record in made if moment("2024-02-26T23:59:59Z") <= time(record) <= moment("2024-03-04T00:00:00Z")]
    return counted((record["awsRegion"], record["recipientAccountId"]) for record in inside)


@corpus.query("SELECT sourceIPAddress FROM $real GROUP BY sourceIPAddress HAVING count(*) > 20")
def addresses_with_more_than_twenty_calls(real):
    return [[address] for address, count in counted(record["sourceIPAddress"] for record in real) if count > 20]


@corpus.query("SELECT count(*) FROM $real WHERE userAgent LIKE '%Terraform/1.%' AND userAgent NOT LIKE '[%'")
def calls_by_a_tool(real):
    agents = [record["userAgent"] for record in real]
    return [[sum("Terraform/1." in agent and not agent.startswith("[") for agent in agents)]]


@corpus.query("""SELECT errorCode, count(*) AS failures, count(DISTINCT eventName) AS kinds FROM $real WHERE errorCode IS NOT NULL
                 GROUP BY errorCode""", columns=["errorCode", "failures", "kinds"])
def failures_by_code(real):
    failed = grouped((record for record in real if record.get("errorCode")), lambda record: record["errorCode"])
    return [[code, len(group), len({record["eventName"] for record in group})] for code, group in failed.items()]


@corpus.query("SELECT eventID, errorMessage FROM $real WHERE errorCode IN ('AccessDenied', 'Client.UnauthorizedOperation')")
def messages_of_refused_calls(real):
    refused = ("AccessDenied", "Client.UnauthorizedOperation")
    return [[record["eventID"], record.get("errorMessage")] for record in real if record.get("errorCode") in refused]


@corpus.query("SELECT eventID, errorMessage, userAgent FROM $made WHERE errorMessage IS NOT NULL OR userAgent LIKE 'Mozilla%'")
def messages_with_letters_of_all_kinds(made):
    return [[record["eventID"], record.get("errorMessage"), record["userAgent"]] for record in made
            if record.get("errorMessage") is not None or record["userAgent"].startswith("Mozilla")]


@corpus.query("SELECT eventID, requestID FROM $made WHERE requestID IS NULL OR requestID = 'req-0001'")
def requests_without_an_id(made):
    return [[record["eventID"], record.get("requestID")] for record in made if record.get("requestID") in (None, "req-0001")]


@corpus.query("SELECT eventType, readOnly, managementEvent, eventCategory, count(*) FROM $made GROUP BY 1, 2, 3, 4")
def flags_and_categories(made):
    return counted((record["eventType"], record["readOnly"], record["managementEvent"], record["eventCategory"]) for record in made)


@corpus.query("SELECT count(*) FROM $real WHERE readOnly = false AND managementEvent = true AND eventCategory = 'Management'")
def changes_of_the_account(real):
    return [[sum(not record["readOnly"] and record["managementEvent"] for record in real)]]


@corpus.query("SELECT apiVersion, count(*) FROM $real WHERE apiVersion IS NOT NULL GROUP BY apiVersion ORDER BY apiVersion", ordered=True)
def versions_of_apis(real):
    return sorted(counted(record["apiVersion"] for record in real if record.get("apiVersion")))


@corpus.query("SELECT sharedEventId, count(*), count(DISTINCT awsRegion) FROM $made WHERE sharedEventId IS NOT NULL GROUP BY sharedEventId")
def events_that_accounts_share(made):
    shared = grouped((record for record in made if record.get("sharedEventID")), lambda record: record["sharedEventID"])
    return [[name, len(group), len({record["awsRegion"] for record in group})] for name, group in shared.items()]


@corpus.query("SELECT eventID, sharedEventID, userIdentity.invokedBy FROM $real WHERE sharedEventID <> ''",
              columns=["eventID", "sharedEventID", "invokedBy"])
def shared_events_and_the_service_behind(real):
    return [[record["eventID"], record["sharedEventID"], field(record, "userIdentity.invokedBy")] for record in real
            if record.get("sharedEventID")]


@corpus.query("SELECT eventName, annotation FROM $made WHERE annotation IS NOT NULL")
def annotations(made):
    return [[record["eventName"], record["annotation"]] for record in made if "annotation" in record]


@corpus.query("SELECT vpcEndpointId, count(*) FROM $real WHERE vpcEndpointId LIKE 'vpce-%' GROUP BY vpcEndpointId")
def calls_by_endpoint(real):
    return counted(record["vpcEndpointId"] for record in real if record.get("vpcEndpointId"))


@corpus.query("SELECT eventName, vpcEndpointId, vpcEndpointAccountId FROM $made WHERE vpcEndpointAccountId <> recipientAccountId")
def endpoints_of_another_account(made):
    return [[record["eventName"], record["vpcEndpointId"], record["vpcEndpointAccountId"]] for record in made
            if record.get("vpcEndpointAccountId", record["recipientAccountId"]) != record["recipientAccountId"]]


@corpus.query("SELECT sessionCredentialFromConsole, count(*) FROM $real GROUP BY sessionCredentialFromConsole")
def calls_with_credentials_of_the_console(real):
    return counted(text_of(record.get("sessionCredentialFromConsole")) for record in real)


@corpus.query("SELECT userIdentity.type, count(*) AS calls FROM $real GROUP BY userIdentity.type", columns=["type", "calls"])
def kinds_of_identities(real):
    return counted(field(record, "userIdentity.type") for record in real)


@corpus.query("""SELECT userIdentity.userName, userIdentity.accountId, userIdentity.principalId, userIdentity.arn, userIdentity.accessKeyId,
                 count(*) FROM $real GROUP BY 1, 2, 3, 4, 5""")
def who_called_in_full(real):
    names = ("userName", "accountId", "principalId", "arn", "accessKeyId")
    return counted(tuple(field(record, f"userIdentity.{name}") for name in names) for record in real)


@corpus.query("""SELECT useridentity.sessioncontext.sessionissuer.username AS role, count(*) AS calls FROM $real
                 WHERE useridentity.type = 'AssumedRole' GROUP BY useridentity.sessioncontext.sessionissuer.username""",
              columns=["role", "calls"])
def roles_that_were_assumed(real):
    return counted(field(record, "userIdentity.sessionContext.sessionIssuer.userName") for record in real
                   if record["userIdentity"]["type"] == "AssumedRole")


@corpus.query("""SELECT e.userIdentity.sessionContext.sessionIssuer.type, e.userIdentity.sessionContext.sessionIssuer.principalId,
                 e.userIdentity.sessionContext.sessionIssuer.arn, e.userIdentity.sessionContext.sessionIssuer.accountId
                 FROM $made e WHERE e.userIdentity.sessionContext.sessionIssuer IS NOT NULL""")
def issuers_of_sessions_by_an_alias(made):
    issuers = [field(record, "userIdentity.sessionContext.sessionIssuer") for record in made]
    return [[issuer[name] for name in ("type", "principalId", "arn", "accountId")] for issuer in issuers if issuer]


@corpus.query("""SELECT userIdentity.sessionContext.attributes.mfaAuthenticated, count(*) FROM $real
                 WHERE userIdentity.sessionContext.attributes.creationDate < TIMESTAMP '2023-07-10 12:00:00' GROUP BY 1""")
def early_sessions_with_and_without_a_second_factor(real):
    attributes = [field(record, "userIdentity.sessionContext.attributes") for record in real]
    return counted(text_of(one["mfaAuthenticated"]) for one in attributes
                   if one and moment(one["creationDate"]) < moment("2023-07-10T12:00:00Z"))


@corpus.query("""SELECT eventID, userIdentity.sessionContext.attributes.creationDate,
                 date_diff('second', userIdentity.sessionContext.attributes.creationDate, eventTime) AS age FROM $real
                 WHERE userIdentity.sessionContext.attributes.creationDate IS NOT NULL""", columns=["eventID", "creationDate", "age"])
def ages_of_sessions(real):
    rows = []
    for record in real:
        made = field(record, "userIdentity.sessionContext.attributes.creationDate")
        if made:
            rows.append([record["eventID"], moment(made), int((time(record) - moment(made)).total_seconds())])
    return rows


@corpus.query("""SELECT userIdentity.sessionContext.ec2RoleDelivery, userIdentity.sessionContext.sourceIdentity,
                 userIdentity.sessionContext.ec2IssuedInVpc, userIdentity.sessionContext.assumedRoot,
                 userIdentity.sessionContext.signInSessionArn, eventName FROM $made
                 WHERE userIdentity.sessionContext.sourceIdentity LIKE '%@example.org' OR userIdentity.sessionContext.assumedRoot = 'true'""")
def where_sessions_came_from(made):
    names = ("ec2RoleDelivery", "sourceIdentity", "ec2IssuedInVpc", "assumedRoot", "signInSessionArn")
    return [[*(field(record, f"userIdentity.sessionContext.{name}") for name in names), record["eventName"]] for record in made
            if field(record, "userIdentity.sessionContext.sourceIdentity") or field(record, "userIdentity.sessionContext.assumedRoot")]


@corpus.query("""SELECT userIdentity.sessionContext.ec2RoleDelivery AS delivery, count(*) FROM $real
                 WHERE userIdentity.sessionContext.ec2RoleDelivery = '2.0' GROUP BY 1""")
def credentials_delivered_to_machines(real):
    deliveries = [field(record, "userIdentity.sessionContext.ec2RoleDelivery") for record in real]
    return counted(delivery for delivery in deliveries if delivery == "2.0")


@corpus.query("""SELECT userIdentity.sessionContext.webIdFederationData.federatedProvider,
                 element_at(userIdentity.sessionContext.webIdFederationData.attributes, 'id.example.org:sub'),
                 userIdentity.sessionContext.webIdFederationData.attributes, count(*) FROM $made
                 WHERE userIdentity.sessionContext.webIdFederationData.federatedProvider IS NOT NULL GROUP BY 1, 2, 3""")
def visitors_from_the_web(made):
    rows = counted((field(record, "userIdentity.sessionContext.webIdFederationData.federatedProvider"),
                    compact(field(record, "userIdentity.sessionContext.webIdFederationData.attributes"))) for record in made
                   if field(record, "userIdentity.sessionContext.webIdFederationData.federatedProvider"))
    attributes = {"id.example.org:aud": "shop", "id.example.org:sub": "visitor-7"}
    return [[provider, "visitor-7", attributes, count] for provider, _, count in rows]


@corpus.query("""SELECT userIdentity.onBehalfOf.userId, userIdentity.onBehalfOf.identityStoreArn, userIdentity.credentialId FROM $made
                 WHERE userIdentity.onBehalfOf IS NOT NULL""", columns=["userId", "identityStoreArn", "credentialId"])
def people_behind_an_identity_centre(made):
    return [[record["userIdentity"]["onBehalfOf"]["userId"], record["userIdentity"]["onBehalfOf"]["identityStoreArn"],
             record["userIdentity"]["credentialId"]] for record in made if "onBehalfOf" in record["userIdentity"]]


@corpus.query("""SELECT userIdentity.inScopeOf.sourceArn, userIdentity.inScopeOf.sourceAccount, userIdentity.inScopeOf.issuerType,
                 userIdentity.inScopeOf.credentialsIssuedTo FROM $made WHERE userIdentity.inScopeOf.issuerType LIKE 'AWS::%'""")
def scopes_of_credentials(made):
    names = ("sourceArn", "sourceAccount", "issuerType", "credentialsIssuedTo")
    return [[record["userIdentity"]["inScopeOf"][name] for name in names] for record in made if "inScopeOf" in record["userIdentity"]]


@corpus.query("SELECT userIdentity.invokedBy, count(*) FROM $real GROUP BY userIdentity.invokedBy")
def services_that_called_for_somebody(real):
    return counted(field(record, "userIdentity.invokedBy") for record in real)


@corpus.query("""SELECT userIdentity.identityProvider, userIdentity.userName, userIdentity.invokedByDelegate.accountId FROM $made
                 WHERE userIdentity.identityProvider IS NOT NULL OR userIdentity.invokedByDelegate IS NOT NULL""")
def providers_and_delegates(made):
    return [[field(record, "userIdentity.identityProvider"), user(record), field(record, "userIdentity.invokedByDelegate.accountId")]
            for record in made if {"identityProvider", "invokedByDelegate"} & set(record["userIdentity"])]


@corpus.query("SELECT userIdentity FROM $made WHERE userIdentity.userName = 'dora' AND userIdentity.accessKeyId LIKE '%2'",
              columns=["userIdentity"])
def an_identity_as_a_whole(made):
    members = ("type", "principalId", "arn", "accountId", "accessKeyId", "userName")
    missing = ("sessioncontext", "onbehalfof", "inscopeof", "invokedby", "identityprovider", "credentialid", "invokedbydelegate")
    return [[{**{name.lower(): record["userIdentity"][name] for name in members}, **dict.fromkeys(missing)}] for record in made
            if user(record) == "dora" and record["userIdentity"]["accessKeyId"].endswith("2")]


@corpus.query("""SELECT element_at(requestParameters, 'bucketName') AS bucket, count(*) AS calls FROM $real
                 WHERE eventSource = 's3.amazonaws.com' GROUP BY element_at(requestParameters, 'bucketName')""", columns=["bucket", "calls"])
def calls_by_bucket(real):
    return counted(entry(record, "requestParameters", "bucketName") for record in real if record["eventSource"] == "s3.amazonaws.com")


@corpus.query("SELECT eventID, requestParameters FROM $made WHERE requestParameters IS NOT NULL")
def parameters_as_a_whole(made):
    return [[record["eventID"], mapping(record, "requestParameters")] for record in made if record["requestParameters"] is not None]


@corpus.query("SELECT eventID, requestParameters['instanceId'] FROM $real WHERE eventName = 'GetPasswordData'")
def a_parameter_by_brackets(real):
    return [[record["eventID"], entry(record, "requestParameters", "instanceId")] for record in real
            if record["eventName"] == "GetPasswordData"]


@corpus.query("""SELECT element_at(requestParameters, 'weight'), element_at(requestParameters, 'big'), element_at(requestParameters, 'exp'),
                 element_at(requestParameters, 'negative'), element_at(requestParameters, 'flag'), element_at(requestParameters, 'nothing'),
                 element_at(requestParameters, 'absent') FROM $made WHERE eventName = 'PutItem'""")
def numbers_keep_the_form_they_came_in(made):
    del made
    return [["1.50", "12345678901234567890", "1e3", "-7", "true", None, None]]


@corpus.query("""SELECT eventID, element_at(responseElements, 'arn') FROM $real
                 WHERE eventSource = 'secretsmanager.amazonaws.com' AND element_at(responseElements, 'arn') IS NOT NULL""")
def what_answers_name(real):
    return [[record["eventID"], entry(record, "responseElements", "arn")] for record in real
            if record["eventSource"] == "secretsmanager.amazonaws.com" and entry(record, "responseElements", "arn")]


@corpus.query("SELECT eventID, responseElements FROM $made WHERE responseElements IS NOT NULL")
def answers_as_a_whole(made):
    return [[record["eventID"], mapping(record, "responseElements")] for record in made if record["responseElements"] is not None]


@corpus.query("""SELECT sum(CAST(element_at(additionalEventData, 'bytesTransferredOut') AS bigint)),
                 max(CAST(element_at(additionalEventData, 'bytesTransferredIn') AS integer)) FROM $real
                 WHERE eventSource = 's3.amazonaws.com'""")
def bytes_moved(real):
    s3 = [record for record in real if record["eventSource"] == "s3.amazonaws.com" and record.get("additionalEventData")]
    return [[sum(record["additionalEventData"]["bytesTransferredOut"] for record in s3),
             max(record["additionalEventData"]["bytesTransferredIn"] for record in s3)]]


@corpus.query("SELECT additionalEventData['MFAUsed'], eventName FROM $made WHERE element_at(additionalEventData, 'MFAUsed') <> ''")
def sign_ins_and_second_factors(made):
    return [[entry(record, "additionalEventData", "MFAUsed"), record["eventName"]] for record in made
            if entry(record, "additionalEventData", "MFAUsed")]


@corpus.query("SELECT serviceEventDetails, element_at(serviceEventDetails, 'rotation') FROM $made WHERE serviceEventDetails IS NOT NULL")
def details_of_events_of_services(made):
    return [[mapping(record, "serviceEventDetails"), entry(record, "serviceEventDetails", "rotation")] for record in made
            if "serviceEventDetails" in record]


@corpus.query("""SELECT element_at(addendum, 'reason'), element_at(addendum, 'updatedFields'), addendum['originalEventID'], addendum FROM $made
                 WHERE addendum IS NOT NULL AND element_at(addendum, 'originalEventID') IS NOT NULL""")
def addenda(made):
    return [[*(record["addendum"][name] for name in ("reason", "updatedFields", "originalEventID")), mapping(record, "addendum")]
            for record in made if "originalEventID" in record.get("addendum", {})]


@corpus.query("SELECT element_at(edgeDeviceDetails, 'id'), element_at(edgeDeviceDetails, 'racks') FROM $made WHERE edgeDeviceDetails IS NOT NULL")
def devices_at_the_edge(made):
    return [[entry(record, "edgeDeviceDetails", "id"), entry(record, "edgeDeviceDetails", "racks")] for record in made
            if "edgeDeviceDetails" in record]


@corpus.query("""SELECT element_at(insightDetails, 'insightType'), json_extract_scalar(element_at(insightDetails, 'averages'), '$.insight')
                 FROM $made WHERE insightDetails IS NOT NULL""")
def details_of_insights(made):
    return [[entry(record, "insightDetails", "insightType"), double_text(12.5)] for record in made if "insightDetails" in record]


@corpus.query("SELECT resources[1].arn, resources[1].type, resources[1].accountId, count(*) FROM $real WHERE cardinality(resources) > 0 GROUP BY 1, 2, 3")
def first_resources(real):
    return counted((one.get("ARN"), one.get("type"), one.get("accountId")) for one in
                   (record["resources"][0] for record in real if record.get("resources")))


@corpus.query("SELECT eventID, element_at(resources, 2).arnPrefix, element_at(resources, -1).type FROM $made WHERE cardinality(resources) = 2")
def resources_by_prefix_from_the_end(made):
    return [[record["eventID"], record["resources"][1].get("ARNPrefix"), record["resources"][-1].get("type")] for record in made
            if len(record.get("resources", [])) == 2]


@corpus.query("SELECT eventID, resources FROM $made WHERE resources IS NOT NULL")
def resources_as_a_whole(made):
    def whole(one):
        return {"accountid": one.get("accountId"), "type": one.get("type"), "arn": one.get("ARN"), "arnprefix": one.get("ARNPrefix")}
    return [[record["eventID"], list(map(whole, record["resources"]))] for record in made if "resources" in record]


@corpus.query("""SELECT tlsDetails.tlsVersion, tlsDetails.cipherSuite, count(*) FROM $real WHERE tlsDetails IS NOT NULL
                 GROUP BY tlsDetails.tlsVersion, tlsDetails.cipherSuite""", columns=["tlsVersion", "cipherSuite", "_col2"])
def ciphers_in_use(real):
    return counted((record["tlsDetails"]["tlsVersion"], record["tlsDetails"]["cipherSuite"]) for record in real if "tlsDetails" in record)


@corpus.query("""SELECT tlsDetails.clientProvidedHostHeader, count(*) FROM $real WHERE tlsDetails.tlsVersion <> 'TLSv1.2' GROUP BY 1""")
def hosts_asked_with_newer_tls(real):
    return counted(record["tlsDetails"].get("clientProvidedHostHeader") for record in real
                   if field(record, "tlsDetails.tlsVersion") not in (None, "TLSv1.2"))


@corpus.query("SELECT tlsDetails.keyExchange, tlsDetails FROM $made WHERE tlsDetails.keyExchange IS NOT NULL")
def exchanges_of_keys(made):
    return [[record["tlsDetails"]["keyExchange"], {name.lower(): value for name, value in record["tlsDetails"].items()}]
            for record in made if "tlsDetails" in record]


@corpus.query("""SELECT element_at(eventContext.requestContext, 'aws:SourceOrgID'), eventContext.tagContext.resourceTags[1].arn,
                 element_at(eventContext.tagContext.resourceTags[1].tags, 'stage'), eventContext.tagContext.principalTags FROM $made
                 WHERE eventContext IS NOT NULL""")
def context_of_events(made):
    contexts = [record["eventContext"] for record in made if "eventContext" in record]
    return [[context["requestContext"]["aws:SourceOrgID"], context["tagContext"]["resourceTags"][0]["arn"],
             context["tagContext"]["resourceTags"][0]["tags"]["stage"], context["tagContext"]["principalTags"]] for context in contexts]


@corpus.query("SELECT eventID, eventJson FROM $made WHERE eventSource = 's3.amazonaws.com'")
def records_as_they_came(made):
    return [[record["eventID"], compact(record)] for record in made if record["eventSource"] == "s3.amazonaws.com"]


@corpus.query("""SELECT json_extract_scalar(eventJson, '$.userIdentity.arn'), count(*) FROM $real
                 WHERE json_extract_scalar(eventJson, '$.errorCode') = 'ThrottlingException' GROUP BY 1""")
def what_the_record_itself_says(real):
    return counted(record["userIdentity"]["arn"] for record in real if record.get("errorCode") == "ThrottlingException")


@corpus.query("SELECT count(DISTINCT eventJsonChecksum), max(length(eventJsonChecksum)), count(*) FROM $real WHERE eventJsonChecksum IS NOT NULL")
def checksums_tell_records_apart(real):
    return [[len({compact(record) for record in real}), 44, len(real)]]


@corpus.query("SELECT EVENTNAME, EventSource, \"eventname\" AS again FROM $real WHERE EVENTID = (SELECT min(eventid) FROM $real)",
              columns=["EVENTNAME", "EventSource", "again"])
def names_of_columns_in_any_case(real):
    first = min(real, key=lambda record: record["eventID"])
    return [[first["eventName"], first["eventSource"], first["eventName"]]]
