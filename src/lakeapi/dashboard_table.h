/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dashboard_table: the widgets of the dashboards that Cairn brings, in their order.
 *
 * WIDGET(dashboards, title, view, label, value, statement): `dashboards`: O overview, S security, H
 * highlights; `label` and `value`: columns of the chart. STORE stands for the event data store, and WHEN for
 * the time, whose parameters are filled at a refresh.
 */
/* clang-format off */
WIDGET(O | H, "Events over time", "LineChart", "period", "events",
    "SELECT date_trunc('hour', eventTime) AS period, count(*) AS events "
    STORE WHEN
    "GROUP BY 1 ORDER BY 1")
WIDGET(O, "Most active services", "BarChart", "eventSource", "events",
    "SELECT eventSource, count(*) AS events "
    STORE WHEN
    "GROUP BY eventSource ORDER BY events DESC LIMIT 10")
WIDGET(O | H, "Most frequent API calls", "BarChart", "eventName", "events",
    "SELECT eventName, eventSource, count(*) AS events "
    STORE WHEN
    "GROUP BY eventName, eventSource ORDER BY events DESC LIMIT 10")
WIDGET(O | H, "Most active principals", "Table", "principal", "events",
    "SELECT coalesce(userIdentity.arn, userIdentity.invokedby, userIdentity.type) AS principal, count(*) AS events "
    STORE WHEN
    "GROUP BY 1 ORDER BY events DESC LIMIT 10")
WIDGET(O, "Reads and writes", "PieChart", "readOnly", "events",
    "SELECT readOnly, count(*) AS events "
    STORE WHEN
    "GROUP BY readOnly ORDER BY events DESC")
WIDGET(O, "Events by region", "PieChart", "awsRegion", "events",
    "SELECT awsRegion, count(*) AS events "
    STORE WHEN
    "GROUP BY awsRegion ORDER BY events DESC LIMIT 10")
WIDGET(O | H, "Most frequent errors", "BarChart", "errorCode", "events",
    "SELECT errorCode, count(*) AS events "
    STORE WHEN
    "AND errorCode IS NOT NULL "
    "GROUP BY errorCode ORDER BY events DESC LIMIT 10")
WIDGET(O, "Throttled calls", "Table", "eventName", "events",
    "SELECT eventSource, eventName, count(*) AS events "
    STORE WHEN
    "AND (errorCode LIKE '%Throttl%' OR errorCode LIKE '%RequestLimitExceeded%') "
    "GROUP BY eventSource, eventName ORDER BY events DESC LIMIT 10")

WIDGET(S | H, "Denied access by principal", "Table", "principal", "events",
    "SELECT userIdentity.arn AS principal, count(*) AS events "
    STORE WHEN
    "AND (errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%UnauthorizedOperation%') "
    "GROUP BY 1 ORDER BY events DESC LIMIT 10")
WIDGET(S, "Actions of root", "Table", "eventName", "events",
    "SELECT eventName, sourceIPAddress, count(*) AS events "
    STORE WHEN
    "AND userIdentity.type = 'Root' AND eventType <> 'AwsServiceEvent' "
    "GROUP BY eventName, sourceIPAddress ORDER BY events DESC LIMIT 10")
WIDGET(S, "Failed console sign-ins", "Table", "sourceIPAddress", "events",
    "SELECT userIdentity.username AS userName, sourceIPAddress, count(*) AS events "
    STORE WHEN
    "AND eventName = 'ConsoleLogin' AND errorMessage IS NOT NULL "
    "GROUP BY 1, 2 ORDER BY events DESC LIMIT 10")
WIDGET(S | H, "Changes of IAM", "Table", "eventName", "events",
    "SELECT eventTime, eventName, userIdentity.arn AS principal "
    STORE WHEN
    "AND eventSource = 'iam.amazonaws.com' AND readOnly = false ORDER BY eventTime DESC LIMIT 25")
WIDGET(S, "Changes of trails and event data stores", "Table", "eventName", "events",
    "SELECT eventTime, eventName, userIdentity.arn AS principal "
    STORE WHEN
    "AND eventSource = 'cloudtrail.amazonaws.com' AND readOnly = false ORDER BY eventTime DESC LIMIT 25")
WIDGET(S, "Changes of network access", "Table", "eventName", "events",
    "SELECT eventTime, eventName, userIdentity.arn AS principal "
    STORE WHEN
    "AND eventName IN ('AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupIngress',"
    " 'RevokeSecurityGroupEgress', 'CreateNetworkAclEntry', 'ReplaceNetworkAclEntry', 'CreateRoute', 'ReplaceRoute')"
    " ORDER BY eventTime DESC LIMIT 25")
WIDGET(S, "Access keys made or used from new places", "Table", "sourceIPAddress", "events",
    "SELECT userIdentity.accesskeyid AS accessKeyId, sourceIPAddress, min(eventTime) AS firstSeen, count(*) AS events "
    STORE WHEN
    "AND userIdentity.accesskeyid IS NOT NULL "
    "GROUP BY 1, 2 ORDER BY firstSeen DESC LIMIT 25")
/* clang-format on */
