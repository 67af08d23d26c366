/* SPDX-License-Identifier: Apache-2.0 */
#include "library.h"

#include "base/buf.h"
#include "base/own.h"
#include "sys/disk.h"
#include "sys/process.h"

#include <dlfcn.h>
#include <string.h>

#define MISSING_HINT                                                                                         \
    "run tools/fetch-engine, or name libduckdb.so " ENGINE_LIBRARY_VERSION " with --engine-library"

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define FUNCTION_ROW(result, name, parameters) {"duckdb_" #name, offsetof(struct engine_library, name)},
    DUCKDB_FUNCTION_TABLE(FUNCTION_ROW)
#undef FUNCTION_ROW
};

/* The path in the folder of this program, where it is a file there; owned. */
static char *find_beside_program(const char *name) {
    SCOPED(own_free) char *folder = process_program_folder();
    SCOPED(buf_finish) struct buf path = BUF_INIT(BUF_UNBOUNDED);
    if (folder == NULL)
        return NULL;
    buf_append_text(&path, folder);
    buf_append_text(&path, name);
    return process_absolute_path(path.data);
}

char *engine_library_find(const char *wanted, struct error *error) {
    bool is_named = wanted != NULL && *wanted != '\0';
    char *path = is_named ? process_absolute_path(wanted) : find_beside_program("libduckdb.so");
    if (path == NULL && !is_named)
        path = find_beside_program("../build-engine/libduckdb.so");
    if (path == NULL && is_named)
        error_set(error, ERROR_UNAVAILABLE, "the SQL engine's library %.200s is not there", wanted);
    else if (path == NULL)
        error_set(error, ERROR_UNAVAILABLE, "the SQL engine's library is not there: " MISSING_HINT);
    return path;
}

/* Loading is most of a small job's time: what is called is bound when it is called, and looked for in the
 * library itself first, not in all those of the program. The runtimes of sanitizers refuse the latter. */
#define LOAD_FLAGS (RTLD_LAZY | RTLD_LOCAL | RTLD_DEEPBIND)
#if defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        undef LOAD_FLAGS
#    endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    undef LOAD_FLAGS
#endif
#ifndef LOAD_FLAGS
#    define LOAD_FLAGS (RTLD_LAZY | RTLD_LOCAL)
#endif

bool engine_library_load(const char *path, struct engine_library *ret_library, struct error *error) {
    struct engine_library library = {.handle = dlopen(path, LOAD_FLAGS)};
    if (library.handle == NULL)
        return error_set(error, ERROR_UNAVAILABLE, "load the SQL engine's library: %.300s", dlerror());
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library.handle, functions[i].name);
        if (function == NULL)
            return error_set(
                error, ERROR_UNAVAILABLE, "%.200s has no %s: " MISSING_HINT, path, functions[i].name);
        memcpy((char *)&library + functions[i].offset, &function, sizeof function);
    }
    const char *version = library.library_version();
    if (strcmp(version, ENGINE_LIBRARY_VERSION) != 0)
        return error_set(
            error, ERROR_UNAVAILABLE, "%.200s is of version %.40s: " MISSING_HINT, path, version);
    *ret_library = library;
    return true;
}
