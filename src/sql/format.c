/* SPDX-License-Identifier: Apache-2.0 */
/* format.c: the formats of times that Presto takes, as the engine's strftime() and strptime() have them. */
#include "format.h"

/* MySQL's, for date_format() and date_parse(); what is missing here Presto refuses as well. */
static const struct {
    char letter;
    const char *engine;
} mysql[] = {
    {'a', "%a"},
    {'b', "%b"},
    {'c', "%-m"},
    {'d', "%d"},
    {'e', "%-d"},
    {'f', "%f"},
    {'H', "%H"},
    {'h', "%I"},
    {'I', "%I"},
    {'i', "%M"},
    {'j', "%j"},
    {'k', "%-H"},
    {'l', "%-I"},
    {'M', "%B"},
    {'m', "%m"},
    {'p', "%p"},
    {'r', "%I:%M:%S %p"},
    {'S', "%S"},
    {'s', "%S"},
    {'T', "%H:%M:%S"},
    {'v', "%V"},
    {'W', "%A"},
    {'x', "%G"},
    {'Y', "%Y"},
    {'y', "%y"},
    {'%', "%%"},
};

bool sql_format_mysql(struct str format, struct buf *buf, struct error *error) {
    for (size_t i = 0; i < format.size; i++) {
        if (format.data[i] != '%' || i + 1 == format.size) {
            buf_append_text(buf, format.data[i] == '%' ? "%" : "");
            buf_append_char(buf, format.data[i]);
            continue;
        }
        char letter = format.data[++i];
        if (str_find_char(STR_LITERAL("DUuVwX"), letter) != SIZE_MAX)
            return error_set(error, ERROR_INVALID, "%%%c is not supported in a date format", letter);
        size_t found = 0;
        while (found < sizeof(mysql) / sizeof(mysql[0]) && mysql[found].letter != letter)
            found++;
        if (found < sizeof(mysql) / sizeof(mysql[0]))
            buf_append_text(buf, mysql[found].engine);
        else
            buf_append_char(buf, letter);
    }
    return true;
}

/* Joda's, for format_datetime() and parse_datetime(): a run of one letter. */
static const struct {
    char letter;
    unsigned least, most; /* letters in the run */
    const char *engine;
} joda[] = {
    {'y', 2, 2, "%y"},
    {'y', 1, 4, "%Y"},
    {'Y', 1, 4, "%Y"},
    {'x', 1, 4, "%G"},
    {'M', 1, 1, "%-m"},
    {'M', 2, 2, "%m"},
    {'M', 3, 3, "%b"},
    {'M', 4, 9, "%B"},
    {'d', 1, 1, "%-d"},
    {'d', 2, 2, "%d"},
    {'D', 3, 3, "%j"},
    {'D', 1, 1, "%-j"},
    {'H', 1, 1, "%-H"},
    {'H', 2, 2, "%H"},
    {'h', 1, 1, "%-I"},
    {'h', 2, 2, "%I"},
    {'m', 1, 1, "%-M"},
    {'m', 2, 2, "%M"},
    {'s', 1, 1, "%-S"},
    {'s', 2, 2, "%S"},
    {'S', 3, 3, "%g"},
    {'S', 6, 6, "%f"},
    {'a', 1, 2, "%p"},
    {'E', 1, 3, "%a"},
    {'E', 4, 9, "%A"},
    {'e', 1, 1, "%u"},
    {'w', 2, 2, "%V"},
    {'Z', 1, 1, "+0000"},
    {'z', 1, 3, "UTC"},
};

/* 'quoted' text, '' a quote; returns the index of the last character. */
static size_t append_quoted(struct str format, size_t at, struct buf *buf) {
    size_t i = at + 1;
    if (i < format.size && format.data[i] == '\'') {
        buf_append_char(buf, '\'');
        return i;
    }
    for (; i < format.size; i++) {
        bool is_quote = format.data[i] == '\'';
        if (is_quote && (i + 1 == format.size || format.data[i + 1] != '\''))
            return i;
        i += is_quote;
        buf_append_text(buf, format.data[i] == '%' ? "%" : "");
        buf_append_char(buf, format.data[i]);
    }
    return i;
}

/* The text of a run of one letter; NULL: not covered. */
static const char *joda_run(char letter, unsigned run, bool is_parsed) {
    if (is_parsed && (letter == 'Z' || letter == 'z')) /* to write there is but one zone */
        return "%z";
    for (size_t i = 0; i < sizeof(joda) / sizeof(joda[0]); i++)
        if (joda[i].letter == letter && run >= joda[i].least && run <= joda[i].most)
            return joda[i].engine;
    return NULL;
}

bool sql_format_joda(struct str format, bool is_parsed, struct buf *buf, struct error *error) {
    for (size_t i = 0; i < format.size; i++) {
        char c = format.data[i];
        if (c == '\'') {
            i = append_quoted(format, i, buf);
            continue;
        }
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
            buf_append_text(buf, c == '%' ? "%" : "");
            buf_append_char(buf, c);
            continue;
        }
        unsigned run = 1;
        for (; i + 1 < format.size && format.data[i + 1] == c; i++)
            run++;
        const char *text = joda_run(c, run, is_parsed);
        if (text == NULL)
            return error_set(error, ERROR_INVALID, "%u times '%c' is not covered in a date format", run, c);
        buf_append_text(buf, text);
    }
    return true;
}
