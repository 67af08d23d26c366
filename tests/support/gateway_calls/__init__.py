# SPDX-License-Identifier: Apache-2.0
"""Tables of calls through a gateway and the records they must leave; see call.py."""
from gateway_calls import compute, dynamodb, messaging, rest, s3, security

SERVICES = [*s3.SERVICES, *dynamodb.SERVICES, *security.SERVICES, *messaging.SERVICES, *compute.SERVICES, *rest.SERVICES]
