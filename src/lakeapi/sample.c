/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample.c: searching the samples. A phrase and a sample's texts are cut into words, small words are left
 * out, endings are taken off, and what they share is weighed by how rare it is among the samples.
 */
#include "sample.h"

#include "base/buf.h"
#include "base/own.h"
#include "codec/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct lakeapi_sample samples[] = {
#define SAMPLE(name, description, words, statement) {name, description, words, statement},
#include "sample_table.h"
#undef SAMPLE
};
enum { SAMPLE_COUNT = sizeof samples / sizeof *samples, WORDS_MAX = 128, WORD_SIZE_MAX = 32, PREFIX_MIN = 4 };

/* How much a word counts by where it stands. */
#define WEIGHT_NAME        1.0
#define WEIGHT_WORDS       0.9
#define WEIGHT_DESCRIPTION 0.7
#define WEIGHT_PREFIX      0.6 /* "deletion" for "delete", times the above */

size_t lakeapi_samples(const struct lakeapi_sample **ret_samples) {
    *ret_samples = samples;
    return SAMPLE_COUNT;
}

/* ---- times ---- */

static bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The next word of a text in lower case; what stands between words is dropped. */
static bool next_word(struct str *rest, struct str *ret_word) {
    size_t start = 0, end = 0;
    while (start < rest->size && !is_word_character(rest->data[start]))
        start++;
    for (end = start; end < rest->size && is_word_character(rest->data[end]);)
        end++;
    *ret_word = str_slice(*rest, start, end - start);
    *rest = str_slice(*rest, end, SIZE_MAX);
    return ret_word->size > 0;
}

enum { HOUR_MS = 60 * 60 * 1000, SPAN_COUNT_MAX = 4000 };
#define DAY_MS (24 * (int64_t)HOUR_MS)

/* How long "hours" are; 0 for other words. */
static int64_t unit_ms(struct str word) {
    static const struct {
        const char *word;
        int64_t ms;
    } units[] = {{"hour", HOUR_MS}, {"day", DAY_MS}, {"today", DAY_MS}, {"yesterday", 2 * DAY_MS},
        {"week", 7 * DAY_MS}, {"month", 30 * DAY_MS}, {"quarter", 91 * DAY_MS}, {"year", 365 * DAY_MS}};
    if (word.size > 1 && word.data[word.size - 1] == 's')
        word = str_slice(word, 0, word.size - 1);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_is(word, units[i].word))
            return units[i].ms;
    return 0;
}

int64_t lakeapi_sample_span_ms(struct str phrase) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str rest = arena_lower_case(&arena, phrase), word;
    uint64_t number = 1;
    while (next_word(&rest, &word)) {
        if (unit_ms(word) > 0)
            return (int64_t)number * unit_ms(word);
        if (!str_to_u64(word, &number) || number == 0 || number > SPAN_COUNT_MAX)
            number = 1;
    }
    return 7 * DAY_MS;
}

/* ---- words ---- */

struct words {
    struct str items[WORDS_MAX];
    size_t count;
};

static bool is_small(struct str word) {
    static const char *const small[] = {"a", "all", "am", "an", "and", "any", "are", "as", "at", "be", "by",
        "can", "do", "did", "does", "find", "for", "from", "get", "give", "has", "have", "how", "i", "in",
        "is", "it", "its", "list", "many", "me", "much", "my", "of", "on", "or", "our", "past", "please",
        "query", "show", "that", "the", "their", "them", "there", "these", "they", "this", "to", "was", "we",
        "were", "what", "when", "which", "with", "within", "would", "you", NULL};
    for (size_t i = 0; small[i] != NULL; i++)
        if (str_is(word, small[i]))
            return true;
    return word.size < 2;
}

/* Without a plural's or a participle's ending: "users", "denied", "policies". */
static struct str stem(struct arena *arena, struct str word) {
    static const struct {
        const char *ending, *instead;
    } endings[] = {
        {"ies", "y"}, {"ied", "y"}, {"sses", "ss"}, {"ing", ""}, {"ed", ""}, {"es", ""}, {"s", ""}};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        struct str ending = str_from(endings[i].ending);
        bool is_it = str_ends_with(word, ending) && word.size >= ending.size + 3 &&
                     !str_ends_with(word, STR_LITERAL("ss"));
        if (is_it)
            word = arena_format(
                arena, "%.*s%s", STR(str_slice(word, 0, word.size - ending.size)), endings[i].instead);
        if (is_it)
            break;
    }
    if (word.size > 3 && word.data[word.size - 1] == 'e')
        word = str_slice(word, 0, word.size - 1);
    return word;
}

static void add_words(struct arena *arena, struct str text, struct words *words) {
    struct str rest = arena_lower_case(arena, text), word;
    while (words->count < WORDS_MAX && next_word(&rest, &word))
        if (word.size <= WORD_SIZE_MAX && !is_small(word))
            words->items[words->count++] = stem(arena, word);
}

/* As add_words(), but "last 24 hours" says when to look, not for what. */
static void add_asked_words(struct arena *arena, struct str text, struct words *words) {
    static const char *const starts[] = {"last", "past", "previous", "this"};
    struct str rest = arena_lower_case(arena, text), word;
    bool is_span = false;
    uint64_t number;
    while (words->count < WORDS_MAX && next_word(&rest, &word)) {
        bool is_start = false;
        for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
            is_start = is_start || str_is(word, starts[i]);
        bool is_of_span = is_span && (str_to_u64(word, &number) || unit_ms(word) > 0);
        is_span = is_start || is_of_span;
        bool is_today = str_is(word, "today") || str_is(word, "yesterday");
        if (!is_span && !is_today && word.size <= WORD_SIZE_MAX && !is_small(word))
            words->items[words->count++] = stem(arena, word);
    }
}

/* 1: the same; WEIGHT_PREFIX: one begins with the other; 0. */
static double likeness(struct str a, struct str b) {
    if (str_equals(a, b))
        return 1;
    bool is_prefix =
        (a.size >= PREFIX_MIN && str_starts_with(b, a)) || (b.size >= PREFIX_MIN && str_starts_with(a, b));
    return is_prefix ? WEIGHT_PREFIX : 0;
}

static double best_of(const struct words *words, struct str word, double weight) {
    double best = 0;
    for (size_t i = 0; i < words->count; i++)
        best = fmax(best, weight * likeness(words->items[i], word));
    return best;
}

/* ---- samples as words ---- */

struct entry {
    struct words name, description, more;
};

static struct entry *read_entries(struct arena *arena) {
    struct entry *entries = ARENA_ARRAY(arena, SAMPLE_COUNT, struct entry);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        add_words(arena, str_from(samples[i].name), &entries[i].name);
        add_words(arena, str_from(samples[i].description), &entries[i].description);
        add_words(arena, str_from(samples[i].words), &entries[i].more);
    }
    return entries;
}

static double fit(const struct entry *entry, struct str word) {
    double best = best_of(&entry->name, word, WEIGHT_NAME);
    best = fmax(best, best_of(&entry->more, word, WEIGHT_WORDS));
    return fmax(best, best_of(&entry->description, word, WEIGHT_DESCRIPTION));
}

static int by_relevance(const void *a, const void *b) {
    const struct lakeapi_sample_match *left = a, *right = b;
    if (left->relevance > right->relevance)
        return -1;
    if (left->relevance < right->relevance)
        return 1;
    return left->sample < right->sample ? -1 : left->sample > right->sample;
}

size_t lakeapi_sample_search(
    struct arena *arena, struct str phrase, struct lakeapi_sample_match **ret_matches) {
    struct words *asked = ARENA_NEW(arena, struct words);
    struct entry *entries = read_entries(arena);
    struct lakeapi_sample_match *matches = ARENA_ARRAY(arena, SAMPLE_COUNT, struct lakeapi_sample_match);
    double *scores = ARENA_ARRAY(arena, SAMPLE_COUNT, double), total = 0;
    add_asked_words(arena, phrase, asked);
    for (size_t w = 0; w < asked->count; w++) {
        size_t having = 0;
        for (size_t i = 0; i < SAMPLE_COUNT; i++)
            having += fit(&entries[i], asked->items[w]) > 0;
        double rarity = log(1 + (double)SAMPLE_COUNT / (1 + (double)having));
        total += rarity;
        for (size_t i = 0; i < SAMPLE_COUNT; i++)
            scores[i] += rarity * fit(&entries[i], asked->items[w]);
    }
    size_t count = 0;
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        if (scores[i] > 0)
            matches[count++] = (struct lakeapi_sample_match){&samples[i], scores[i] / total};
    qsort(matches, count, sizeof *matches, by_relevance);
    *ret_matches = matches;
    return count;
}

/* ---- filling in ---- */

static void append_time(struct buf *buf, struct moment moment) {
    struct civil_time at = time_civil(moment);
    buf_append_format(
        buf, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour, at.minute, at.second);
}

struct str lakeapi_sample_fill(
    struct arena *arena, const struct lakeapi_sample *sample, const struct lakeapi_sample_values *values) {
    static const struct str store = {"$EDS_ID", 7}, start = {"$START", 6}, service = {"$SERVICE", 8};
    SCOPED(buf_finish) struct buf filled = BUF_INIT(BUF_UNBOUNDED);
    struct str rest = str_from(sample->statement);
    while (rest.size > 0) {
        size_t size = 1;
        if (str_starts_with(rest, store) && values->store.size > 0) {
            buf_append_str(&filled, values->store);
            size = store.size;
        } else if (str_starts_with(rest, start)) {
            append_time(&filled, values->start);
            size = start.size;
        } else if (str_starts_with(rest, service)) {
            buf_append_str(&filled, values->service.size > 0 ? values->service : STR_LITERAL("s3"));
            size = service.size;
        } else {
            buf_append_char(&filled, rest.data[0]);
        }
        rest = str_slice(rest, size, SIZE_MAX);
    }
    return arena_str(arena, buf_str(&filled));
}

struct str lakeapi_sample_service(struct arena *arena, struct str phrase) {
    static const char *const services[] = {"s3", "sns", "sqs", "ec2", "iam", "kms", "lambda", "dynamodb",
        "rds", "sts", "eks", "ecs", "ecr", "athena", "glue", "kinesis", "cloudformation", "cloudtrail",
        "cloudfront", "route53", "secretsmanager", "ssm", "organizations", "config", "guardduty",
        "elasticache", "redshift", "bedrock", "sagemaker", NULL};
    struct str rest = arena_lower_case(arena, phrase), word;
    while (next_word(&rest, &word))
        for (size_t i = 0; services[i] != NULL; i++)
            if (str_is(word, services[i]))
                return str_from(services[i]);
    return STR_EMPTY;
}
