/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service_table: services whose records differ from what their signing names tell. All others are recorded as
 * SIGNING-NAME.amazonaws.com, without an API version, in the region of the call. To add one, add a row.
 *
 * SERVICE(signing name, event source without ".amazonaws.com", API version, home)
 *   API version  as CloudTrail logs it for this service; "" where it logs none
 *   home         the one region of a global service, whatever its clients sign for (in the partitions of
 *                China and GovCloud it is theirs: see service.c); "" for regional services
 *
 * Sorted by signing name. Sources: the CloudTrail pages of the services' guides, and records.
 */
/* clang-format off */
SERVICE("account", "account", "", "us-east-1")
SERVICE("acm", "acm", "2015-12-08", "")
SERVICE("application-autoscaling", "autoscaling", "", "")
SERVICE("aws-marketplace", "aws-marketplace", "", "us-east-1")
SERVICE("awsssoportal", "sso", "", "")
SERVICE("budgets", "budgets", "", "us-east-1")
SERVICE("ce", "ce", "", "us-east-1")
SERVICE("cloudfront", "cloudfront", "2020_05_31", "us-east-1")
SERVICE("cur", "cur", "", "us-east-1")
SERVICE("dynamodb", "dynamodb", "2012-08-10", "")
SERVICE("elasticfilesystem", "elasticfilesystem", "2015-02-01", "")
SERVICE("email", "ses", "", "")
SERVICE("glacier", "glacier", "2012-06-01", "")
SERVICE("globalaccelerator", "globalaccelerator", "", "us-west-2")
SERVICE("health", "health", "", "us-east-1")
SERVICE("iam", "iam", "", "us-east-1")
SERVICE("logs", "logs", "20140328", "")
SERVICE("monitoring", "monitoring", "2010-08-01", "")
SERVICE("mq", "amazonmq", "", "")
SERVICE("networkmanager", "networkmanager", "", "us-west-2")
SERVICE("organizations", "organizations", "", "us-east-1")
SERVICE("rds-data", "rdsdata", "", "")
SERVICE("route53", "route53", "2013-04-01", "us-east-1")
SERVICE("route53domains", "route53domains", "", "us-east-1")
SERVICE("savingsplans", "savingsplans", "", "us-east-1")
SERVICE("shield", "shield", "", "us-east-1")
SERVICE("sso-oauth", "sso", "", "")
SERVICE("support", "support", "", "us-east-1")
SERVICE("trustedadvisor", "trustedadvisor", "", "us-east-1")
SERVICE("waf", "waf", "", "us-east-1")
/* clang-format on */
