# SPDX-License-Identifier: Apache-2.0
"""Expecting AWS's own error from an SDK call."""
import contextlib

import botocore.exceptions
import pytest


@contextlib.contextmanager
def aws_error(code, *words, status=400):
    """The block must fail with AWS's error `code`, the HTTP status, and every one of `words` in its message."""
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        yield raised
    response = raised.value.response
    assert response["Error"]["Code"] == code, raised.value
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status, raised.value
    for word in words:
        assert word in response["Error"]["Message"], raised.value
