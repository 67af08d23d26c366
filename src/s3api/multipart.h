/* SPDX-License-Identifier: Apache-2.0 */
/* multipart: what the operations on uploads share. Threads: the exchange's. */
#pragma once

#include "objects/multipart.h"

#include "exchange.h"

/* The upload that a request names. */
struct objects_multipart s3api_multipart(const struct s3api_exchange *exchange);
