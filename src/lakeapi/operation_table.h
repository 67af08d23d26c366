/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operation_table: the operations of Lake, one row each, as in api/operation_table.h: OPERATION(service,
 * name, permission, effect, subject) is handled by lakeapi_<subject>() between lakeapi_<subject>_request and
 * lakeapi_<subject>_response; PREPARED rows have lakeapi_<subject>_prepare() too.
 */
/* clang-format off */
OPERATION(CLOUDTRAIL, RegisterOrganizationDelegatedAdmin,   CHANGE, CHANGES, register_delegated_admin)
OPERATION(CLOUDTRAIL, DeregisterOrganizationDelegatedAdmin, CHANGE, CHANGES, deregister_delegated_admin)
/* clang-format on */
