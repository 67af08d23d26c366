/* SPDX-License-Identifier: Apache-2.0 */
/*
 * library: DuckDB's shared library: where it is, and its functions once it is loaded. Only workers load it.
 *
 * Threads: engine_library_find() any; a loaded library as DuckDB's functions.
 */
#pragma once

#include "base/error.h"

#include "duckdb.h"

#define ENGINE_LIBRARY_VERSION "v1.5.6" /* the ABI is not promised to hold beyond it */

struct engine_library {
    void *handle;
#define ENGINE_FUNCTION_POINTER(result, name, parameters) result(*name) parameters;
    DUCKDB_FUNCTION_TABLE(ENGINE_FUNCTION_POINTER)
#undef ENGINE_FUNCTION_POINTER
};

/* The library's path, owned: `wanted` where it is named; else libduckdb.so beside this program, else in
 * ../build-engine from there, where tools/fetch-engine puts it. ERROR_UNAVAILABLE says what to do. */
NODISCARD char *engine_library_find(const char *wanted, struct error *error);

/* Load it for the rest of the process. ERROR_UNAVAILABLE: not loadable, or another version. */
NODISCARD bool engine_library_load(const char *path, struct engine_library *ret_library, struct error *error);
