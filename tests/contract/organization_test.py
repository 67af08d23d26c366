# SPDX-License-Identifier: Apache-2.0
"""Operations of organizations: answered as AWS answers an account that is in none."""
from aws_errors import aws_error
from cairn_daemon import ACCOUNT


def test_an_account_that_is_in_no_organization_has_no_delegated_administrator(trails):
    with aws_error("OrganizationsNotInUseException", ACCOUNT, "organization"):
        trails.register_organization_delegated_admin(MemberAccountId="210987654321")
    with aws_error("OrganizationsNotInUseException", ACCOUNT, "organization"):
        trails.deregister_organization_delegated_admin(DelegatedAdminAccountId="210987654321")


def test_a_delegated_administrator_is_an_account_id(trails, shared_daemon):
    with aws_error("InvalidParameterException", "account ID"):
        trails.register_organization_delegated_admin(MemberAccountId="21098765432x")
    answer = shared_daemon.call("DeregisterOrganizationDelegatedAdmin", {})
    assert (answer.status, answer.error) == (400, "ValidationException")
