/* SPDX-License-Identifier: Apache-2.0 */
#include "s3api/condition.h"
#include "support/tap.h"

static const struct objects_info INFO = {.etag = {"abc", 3}, .modified_at = {1700000000900}};
#define BEFORE "Tue, 14 Nov 2023 22:13:19 GMT"
#define SAME   "Tue, 14 Nov 2023 22:13:20 GMT"

static void conditions_follow_their_order(void) {
    static const struct {
        const char *if_match, *if_none_match, *if_modified_since, *if_unmodified_since;
        enum s3api_verdict verdict;
    } CASES[] = {
        {"", "", "", "", S3API_PROCEED},
        {"\"abc\"", "", "", "", S3API_PROCEED},
        {"abc", "", "", "", S3API_PROCEED},
        {"\"x\", \"abc\"", "", "", "", S3API_PROCEED},
        {"*", "", "", "", S3API_PROCEED},
        {"\"x\"", "", "", "", S3API_PRECONDITION_FAILED},
        {"", "\"abc\"", "", "", S3API_NOT_MODIFIED},
        {"", "W/\"abc\"", "", "", S3API_NOT_MODIFIED},
        {"", "*", "", "", S3API_NOT_MODIFIED},
        {"", "\"x\"", "", "", S3API_PROCEED},
        {"", "", SAME, "", S3API_NOT_MODIFIED},
        {"", "", BEFORE, "", S3API_PROCEED},
        {"", "", "nonsense", "", S3API_PROCEED},
        {"", "", "", SAME, S3API_PROCEED},
        {"", "", "", BEFORE, S3API_PRECONDITION_FAILED},
        {"", "", "", "nonsense", S3API_PROCEED},
        /* entity tags go before times */
        {"\"abc\"", "", "", BEFORE, S3API_PROCEED},
        {"", "\"x\"", SAME, "", S3API_PROCEED},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct s3api_conditions conditions = {str_from(CASES[i].if_match), str_from(CASES[i].if_none_match),
            str_from(CASES[i].if_modified_since), str_from(CASES[i].if_unmodified_since)};
        EXPECT_INT(s3api_conditions_check(&conditions, &INFO), CASES[i].verdict);
    }
}

static void ranges_are_cut_to_the_object(void) {
    static const struct {
        const char *header;
        uint64_t size;
        enum s3api_range range;
        uint64_t offset, count;
    } CASES[] = {
        {"bytes=0-4", 10, S3API_RANGE_SATISFIABLE, 0, 5},
        {"bytes=5-", 10, S3API_RANGE_SATISFIABLE, 5, 5},
        {"bytes=-3", 10, S3API_RANGE_SATISFIABLE, 7, 3},
        {"bytes=-30", 10, S3API_RANGE_SATISFIABLE, 0, 10},
        {"bytes=9-99", 10, S3API_RANGE_SATISFIABLE, 9, 1},
        {"bytes=0-0", 1, S3API_RANGE_SATISFIABLE, 0, 1},
        {"bytes=10-", 10, S3API_RANGE_NOT_SATISFIABLE, 0, 0},
        {"bytes=0-", 0, S3API_RANGE_NOT_SATISFIABLE, 0, 0},
        {"bytes=-1", 0, S3API_RANGE_NOT_SATISFIABLE, 0, 0},
        {"bytes=-0", 10, S3API_RANGE_NOT_SATISFIABLE, 0, 0},
        {"", 10, S3API_RANGE_NONE, 0, 0},
        {"bytes=", 10, S3API_RANGE_NONE, 0, 0},
        {"bytes=-", 10, S3API_RANGE_NONE, 0, 0},
        {"bytes=4-2", 10, S3API_RANGE_NONE, 0, 0},
        {"bytes=0-1,3-4", 10, S3API_RANGE_NONE, 0, 0},
        {"items=0-1", 10, S3API_RANGE_NONE, 0, 0},
        {"bytes=0-18446744073709551615", 10, S3API_RANGE_SATISFIABLE, 0, 10},
        {"bytes=0-18446744073709551616", 10, S3API_RANGE_NONE, 0, 0},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        uint64_t offset = 0, count = 0;
        EXPECT_INT(
            s3api_range_parse(str_from(CASES[i].header), CASES[i].size, &offset, &count), CASES[i].range);
        EXPECT(offset == CASES[i].offset && count == CASES[i].count);
    }
}

int main(void) {
    TEST(conditions_follow_their_order);
    TEST(ranges_are_cut_to_the_object);
    return tap_done();
}
