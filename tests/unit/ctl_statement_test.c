/* SPDX-License-Identifier: Apache-2.0 */
/* Statements as they are typed: where a store's id is put, and where it is not. */
#include "base/own.h"
#include "ctl/statement.h"
#include "support/tap.h"

#define ID "5f1c3a9e-1111-2222-3333-444455556666"

/* What is sent for a text. */
static void expect_sent(const char *text, const char *sent) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct ctl_statement statement;
    ctl_statement_fill(&arena, str_from(text), STR_LITERAL(ID), &statement);
    EXPECT(str_is(statement.sent, sent));
    EXPECT(str_is(statement.text, text));
}

static void the_table_events_is_the_store(void) {
    expect_sent("SELECT * FROM events", "SELECT * FROM " ID);
    expect_sent("select 1 from EVENTS;", "select 1 from " ID ";");
    expect_sent("SELECT * FROM $EDS_ID e JOIN\n/* of */ events -- two\n ON 1 = 1",
        "SELECT * FROM " ID " e JOIN\n/* of */ " ID " -- two\n ON 1 = 1");
    expect_sent(
        "SELECT a.eventID, events FROM events a, (SELECT count(*), events FROM x, events b WHERE 1 = 1) c, "
        "Events WHERE a.n IN (1, events) ORDER BY 1, events",
        "SELECT a.eventID, events FROM " ID " a, (SELECT count(*), events FROM x, " ID
        " b WHERE 1 = 1) c, " ID " WHERE a.n IN (1, events) ORDER BY 1, events");
    expect_sent("SELECT events.eventName FROM events WHERE events . awsRegion = 'x'",
        "SELECT " ID ".eventName FROM " ID " WHERE " ID " . awsRegion = 'x'");
}

static void names_texts_and_comments_stay(void) {
    static const char *const texts[] = {"SELECT count(*) AS events FROM " ID " ORDER BY events",
        "SELECT 'FROM events' FROM " ID, "SELECT 1 -- FROM events\nFROM " ID,
        "SELECT 1 /* FROM events */ FROM " ID, "SELECT \"events\" FROM " ID " e",
        "WITH events AS (SELECT * FROM " ID ") SELECT * FROM events", "", "FROM 'events",
        "SELECT 1 FROM /* events", "SELECT 1 FROM eventss", "SELECT 1 FROM -- events"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        expect_sent(texts[i], texts[i]);
        EXPECT(!ctl_statement_names_events(str_from(texts[i])));
    }
    expect_sent("SELECT count(*) AS events FROM events ORDER BY events",
        "SELECT count(*) AS events FROM " ID " ORDER BY events");
}

/* The typed text from the place on that a message about the sent one means. */
static void expect_place(const char *text, const char *message, const char *rest) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct ctl_statement statement;
    size_t at = 0;
    struct str what;
    ctl_statement_fill(&arena, str_from(text), STR_LITERAL(ID), &statement);
    EXPECT(ctl_statement_place(&statement, str_from(message), &at, &what));
    EXPECT(str_is(str_slice(statement.text, at, SIZE_MAX), rest));
    EXPECT(str_is(what, "bad"));
}

static void places_are_those_of_what_was_typed(void) {
    expect_place("SELECT x FROM events", "line 1:8: bad", "x FROM events");
    expect_place("SELECT x FROM events WHERE y", "Exception: line 1:58: bad", "y"); /* behind the longer id */
    expect_place("SELECT x FROM events WHERE y", "line 1:20: bad", "events WHERE y"); /* within it */
    expect_place("SELECT events.z,\n x FROM events", "line 2:2: bad", "x FROM events");
    expect_place("SELECT '\xc3\xbc', x FROM " ID, "line 1:13: bad", "x FROM " ID); /* characters, not bytes */
    expect_place("SELECT x", "line 7:99: bad", "");
    expect_place("SELECT x\nFROM y", "line 1:99: bad", "\nFROM y");
}

static void a_message_without_a_place_has_none(void) {
    struct ctl_statement statement = {.text = STR_EMPTY, .sent = STR_EMPTY};
    static const char *const messages[] = {
        "", "line", "line 1", "line 1:", "line 1:x: bad", "line -1:2: bad", "in line with: 1:2"};
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        size_t at = 0;
        struct str what;
        EXPECT(!ctl_statement_place(&statement, str_from(messages[i]), &at, &what));
    }
}

int main(void) {
    TEST(the_table_events_is_the_store);
    TEST(names_texts_and_comments_stay);
    TEST(places_are_those_of_what_was_typed);
    TEST(a_message_without_a_place_has_none);
    return tap_done();
}
