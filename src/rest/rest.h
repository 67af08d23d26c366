/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rest: the dialects whose operations are told by method and path, by a table of them: REST-JSON and REST-XML
 * (but S3's).
 *
 * Threads: pure.
 */
#pragma once

#include "protocol/dialect.h"
#include "rest/route.h"

extern const struct protocol_dialect rest_json, rest_xml;
