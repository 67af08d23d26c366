/* SPDX-License-Identifier: Apache-2.0 */
#include "credentials.h"

#include "auth/auth.h"
#include "base/own.h"
#include "codec/json.h"
#include "sys/disk.h"

#include "option.h"

enum { FILE_BYTES_MAX = 4096 };
static const char file_name[] = "root-credentials.json";

static bool write_file(struct disk *disk, const struct options *options, const struct auth_credentials *made,
    struct error *error) {
    struct buf text = BUF_INIT(FILE_BYTES_MAX);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    json_member_string(&writer, "accountId", options->account_id);
    json_member_string(&writer, "accessKeyId", str_from(made->access_key_id));
    json_member_string(&writer, "secretAccessKey", str_from(made->secret_access_key));
    json_end_object(&writer);
    buf_append_char(&text, '\n');
    bool done = disk_write_file(disk, file_name, buf_bytes(&text), error);
    mem_wipe(text.data, text.size);
    buf_finish(&text);
    return done;
}

static bool install_from_file(struct catalog *catalog, const struct options *options, struct str text,
    struct moment now, struct error *error) {
    struct json_parser *parser = json_parser_create();
    struct json_value value = JSON_MISSING;
    bool done = json_parse(parser, text, &value, error) &&
                auth_install_root(catalog, options->account_id, json_text(json_get(value, "accessKeyId")),
                    json_text(json_get(value, "secretAccessKey")), now, error);
    json_parser_destroy(parser);
    return done || error_context(error, "%s (remove the file to have new credentials made)", file_name);
}

bool daemon_credentials_install(struct catalog *catalog, struct disk *disk, const struct options *options,
    struct moment now, bool *ret_made, struct error *error) {
    *ret_made = false;
    if (options->root_access_key_id.size > 0)
        return auth_install_root(catalog, options->account_id, options->root_access_key_id,
            options->root_secret_access_key, now, error);
    struct buf text = BUF_INIT(FILE_BYTES_MAX);
    bool exists = disk_read_file(disk, file_name, &text, error);
    if (!exists && error->kind == ERROR_NOT_FOUND) {
        struct auth_credentials made;
        auth_credentials_generate(&made);
        *ret_made = exists = write_file(disk, options, &made, error);
        mem_wipe(&made, sizeof made);
        exists = exists && disk_read_file(disk, file_name, &text, error);
    }
    bool done = exists && install_from_file(catalog, options, buf_str(&text), now, error);
    if (text.data != NULL)
        mem_wipe(text.data, text.size);
    buf_finish(&text);
    return done;
}
