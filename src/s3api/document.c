/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include "objects/upload.h"

#include "condition.h"

static bool refuse(struct error *error) {
    return error_set(error, ERROR_INVALID,
        "MalformedXML: The XML you provided was not well-formed or did not validate against our published "
        "schema");
}

bool s3api_document_parse(struct arena *arena, struct str text, const char *root,
    const struct xml_node **ret_root, struct error *error) {
    struct xml_node *parsed = NULL;
    struct error syntax = {0};
    if (!xml_parse(arena, text, &parsed, &syntax) || !str_is(parsed->name, root))
        return refuse(error);
    *ret_root = parsed;
    return true;
}

static size_t count_children(const struct xml_node *root, const char *name) {
    size_t count = 0;
    for (const struct xml_node *node = root->first_child; node != NULL; node = node->next)
        count += str_is(node->name, name);
    return count;
}

bool s3api_document_parse_deletion(
    struct arena *arena, struct str text, struct s3api_deletion *ret_deletion, struct error *error) {
    const struct xml_node *root = NULL;
    if (!s3api_document_parse(arena, text, "Delete", &root, error))
        return false;
    size_t count = count_children(root, "Object");
    if (count == 0 || count > S3API_DELETE_COUNT_MAX)
        return refuse(error);
    struct s3api_deletion deletion = {.objects = ARENA_ARRAY(arena, count, struct s3api_deleted),
        .is_quiet = str_is(xml_child_text(root, "Quiet"), "true")};
    for (const struct xml_node *node = root->first_child; node != NULL; node = node->next) {
        if (!str_is(node->name, "Object"))
            continue;
        if (xml_child(node, "Key") == NULL)
            return refuse(error);
        deletion.objects[deletion.count++] =
            (struct s3api_deleted){xml_child_text(node, "Key"), xml_child_text(node, "VersionId")};
    }
    *ret_deletion = deletion;
    return true;
}

static bool parse_part(const struct xml_node *node, struct s3api_named_part *part) {
    uint64_t number = 0;
    if (!str_to_u64(str_trim(xml_child_text(node, "PartNumber")), &number) || number < 1 ||
        number > OBJECTS_PART_COUNT_MAX || xml_child(node, "ETag") == NULL)
        return false;
    *part = (struct s3api_named_part){(unsigned)number, s3api_etag_strip(xml_child_text(node, "ETag")), node};
    return true;
}

bool s3api_document_parse_parts(struct arena *arena, struct str text, struct s3api_named_part **ret_parts,
    size_t *ret_count, struct error *error) {
    const struct xml_node *root = NULL;
    if (!s3api_document_parse(arena, text, "CompleteMultipartUpload", &root, error))
        return false;
    size_t named = count_children(root, "Part"), count = 0;
    if (named == 0 || named > OBJECTS_PART_COUNT_MAX)
        return refuse(error);
    struct s3api_named_part *parts = ARENA_ARRAY(arena, named, struct s3api_named_part);
    for (const struct xml_node *node = root->first_child; node != NULL; node = node->next) {
        if (!str_is(node->name, "Part"))
            continue;
        if (!parse_part(node, &parts[count]))
            return refuse(error);
        if (count > 0 && parts[count].number <= parts[count - 1].number)
            return error_set(error, ERROR_INVALID,
                "InvalidPartOrder: The list of parts was not in ascending order. Parts must be ordered by "
                "part "
                "number.");
        count++;
    }
    *ret_parts = parts;
    *ret_count = count;
    return true;
}
