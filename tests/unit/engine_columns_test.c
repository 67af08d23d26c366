/* SPDX-License-Identifier: Apache-2.0 */
/* Records of every kind and shape to cells, without the engine. */
#include "base/buf.h"
#include "codec/text.h"
#include "engine/columns.h"
#include "support/tap.h"

static struct engine_columns columns;
static struct engine_cell cells[ENGINE_COLUMN_COUNT];

static void extract(const char *record) {
    engine_columns_clear(&columns);
    engine_columns_extract(&columns, str_from(record), true, cells);
}

/* The cell of "useridentity.sessioncontext.sourceidentity". */
static const struct engine_cell *cell(const char *path) {
    struct str rest = str_from(path);
    size_t first = 0, end = ENGINE_COLUMN_COUNT, at = 0;
    while (rest.size > 0) {
        struct str name = str_cut(&rest, '.');
        for (at = first; at < end && !str_is(name, columns.rows[at].name);)
            at = columns.rows[at].end;
        if (at == end)
            return NULL;
        first = at + 1;
        end = columns.rows[at].end;
    }
    return &cells[at];
}

static bool is_text(const char *path, const char *text) {
    const struct engine_cell *found = cell(path);
    return found->state == ENGINE_CELL_VALUE && str_is(found->text, text);
}

static bool is_null(const char *path) {
    return cell(path)->state != ENGINE_CELL_VALUE;
}

/* "key=value;" of each entry, "key;" where the value is null. */
static struct str entries(const struct engine_cell *map) {
    static struct buf buf = {.limit = 1 << 20};
    buf_clear(&buf);
    for (size_t i = 0; map->state == ENGINE_CELL_VALUE && i < map->item_count; i++) {
        buf_append_str(&buf, map->items[2 * i].text);
        if (map->items[2 * i + 1].state == ENGINE_CELL_VALUE) {
            buf_append_char(&buf, '=');
            buf_append_str(&buf, map->items[2 * i + 1].text);
        }
        buf_append_char(&buf, ';');
    }
    return buf.size == 0 ? STR_EMPTY : buf_str(&buf);
}

static void members_stand_in_their_columns(void) {
    extract("{\"eventVersion\":\"1.11\",\"userIdentity\":{\"type\":\"AssumedRole\",\"sessionContext\":{"
            "\"attributes\":{"
            "\"creationDate\":\"2026-03-02T08:00:01Z\",\"mfaAuthenticated\":\"false\"},\"sourceIdentity\":"
            "\"ann\"}},"
            "\"eventTime\":\"2026-03-02T08:04:19.125Z\",\"readOnly\":false,\"managementEvent\":true,"
            "\"tlsDetails\":{\"keyExchange\":\"x25519\"}}");
    EXPECT(is_text("eventversion", "1.11"));
    EXPECT(is_text("useridentity.type", "AssumedRole"));
    EXPECT(is_text("useridentity.sessioncontext.sourceidentity", "ann"));
    EXPECT(is_text("useridentity.sessioncontext.attributes.mfaauthenticated", "false"));
    EXPECT_INT(cell("useridentity.sessioncontext.attributes.creationdate")->number, 1772438401000000);
    EXPECT_INT(cell("eventtime")->number, 1772438659125000);
    EXPECT(!is_null("readonly") && cell("readonly")->number == 0);
    EXPECT(!is_null("managementevent") && cell("managementevent")->number == 1);
    EXPECT(is_text("tlsdetails.keyexchange", "x25519"));
    EXPECT(is_null("useridentity.sessioncontext.sessionissuer"));
    EXPECT(is_null("eventname"));
}

static void what_maps_hold_is_text_as_received(void) {
    extract("{\"requestParameters\":{\"n\":1.50,\"big\":12345678901234567890,\"s\":\"a\\u0062\",\"l\":[1, 2],"
            "\"o\":{\"x\" : \"\\u0062\"},\"t\":true,\"z\":null,\"\":\"\"}}");
    EXPECT(str_is(entries(cell("requestparameters")),
        "n=1.50;big=12345678901234567890;s=ab;l=[1, 2];o={\"x\" : \"\\u0062\"};t=true;z;=;"));
}

static void an_empty_map_is_no_null(void) {
    extract("{\"requestParameters\":{},\"responseElements\":null}");
    EXPECT(!is_null("requestparameters") && cell("requestparameters")->item_count == 0);
    EXPECT(is_null("responseelements"));
}

static void of_a_key_that_stands_twice_the_first_counts(void) {
    extract("{\"eventName\":\"A\",\"eventName\":\"B\",\"errorCode\":null,\"errorCode\":\"C\","
            "\"addendum\":{\"k\":1,\"\\u006b\":2,\"l\":3}}");
    EXPECT(is_text("eventname", "A"));
    EXPECT(is_null("errorcode"));
    EXPECT(str_is(entries(cell("addendum")), "k=1;l=3;"));
    struct buf record = BUF_INIT(1 << 24);
    buf_append_text(&record, "{\"addendum\":{");
    for (unsigned i = 0; i < 100000; i++)
        buf_append_format(&record, "%s\"k%u\":%u", i == 0 ? "" : ",", i % 50000, i);
    buf_append_text(&record, "}}");
    extract(record.data);
    EXPECT_INT(cell("addendum")->item_count, 50000);
    EXPECT(str_is(cell("addendum")->items[99998].text, "k49999"));
    EXPECT(str_is(cell("addendum")->items[99999].text, "49999"));
    buf_finish(&record);
}

static void keys_are_compared_decoded_and_exactly(void) {
    extract("{\"event\\u004eame\":\"A\",\"EVENTNAME\":\"B\",\"eventname\":\"C\"}");
    EXPECT(is_text("eventname", "A"));
}

static void what_is_of_another_kind_is_null_or_text(void) {
    extract("{\"userIdentity\":\"root\",\"eventName\":[\"a\", {}],\"eventVersion\":1.0,\"readOnly\":\"true\","
            "\"managementEvent\":1,\"requestParameters\":[1],\"resources\":{},\"tlsDetails\":7,"
            "\"sessionCredentialFromConsole\":true,\"eventTime\":\"soon\"}");
    EXPECT(is_null("useridentity"));
    EXPECT(is_text("eventname", "[\"a\", {}]"));
    EXPECT(is_text("eventversion", "1.0"));
    EXPECT(cell("readonly")->number == 1);
    EXPECT(is_null("managementevent"));
    EXPECT(is_null("requestparameters"));
    EXPECT(is_null("resources"));
    EXPECT(is_null("tlsdetails"));
    EXPECT(is_text("sessioncredentialfromconsole", "true"));
    EXPECT_INT(cell("eventtime")->number, 0);
}

static void lists_hold_structs(void) {
    extract(
        "{\"resources\":[{\"accountId\":\"1\",\"type\":\"T\",\"ARN\":\"a\"},\"x\",{\"ARNPrefix\":\"p\"}],"
        "\"eventContext\":{\"tagContext\":{\"resourceTags\":[{\"arn\":\"r\",\"tags\":{\"k\":\"v\"}},{}]}}}");
    const struct engine_cell *resources = cell("resources");
    EXPECT_INT(resources->item_count, 2);
    EXPECT(str_is(resources->items[2].text, "a"));
    EXPECT(resources->items[3].state != ENGINE_CELL_VALUE);
    EXPECT(resources->items[4].state != ENGINE_CELL_VALUE);
    EXPECT(str_is(resources->items[7].text, "p"));
    const struct engine_cell *tags = cell("eventcontext.tagcontext.resourcetags");
    EXPECT_INT(tags->item_count, 2);
    EXPECT(str_is(entries(&tags->items[1]), "k=v;"));
    EXPECT(tags->items[3].state != ENGINE_CELL_VALUE);
}

static void an_aggregated_event_has_the_time_of_its_window(void) {
    extract(
        "{\"timeWindow\":{\"windowEnd\":\"2026-04-01T10:10:00Z\",\"windowStart\":\"2026-04-01T10:05:00Z\"}}");
    EXPECT_INT(cell("eventtime")->number, 1775037900000000);
    extract(
        "{\"timeWindow\":{\"windowStart\":\"2026-04-01T10:05:00Z\"},\"eventTime\":\"2026-04-01T10:06:00Z\"}");
    EXPECT_INT(cell("eventtime")->number, 1775037960000000);
    EXPECT_INT(engine_columns_time(
                   &columns, STR_LITERAL("{\"timeWindow\":{\"windowStart\":\"2026-04-01T10:05:00Z\"},"
                                         "\"eventTime\":\"2026-04-01T10:06:00Z\"}"))
                   .ms,
        1775037960000);
}

static void events_of_channels_have_columns(void) {
    extract(
        "{\"eventCategory\":\"ActivityAuditLog\",\"metadata\":{\"ingestionTime\":\"t\",\"channelARN\":\"c\"},"
        "\"eventData\":{\"UID\":\"u\",\"userIdentity\":{\"type\":\"x\",\"details\":{\"a\":{\"b\":1.0}}},"
        "\"eventTime\":\"2026-04-01T10:06:59Z\",\"additionalEventData\":{\"k\":false}}}");
    EXPECT(is_text("metadata.channelarn", "c"));
    EXPECT(is_text("eventdata.uid", "u"));
    EXPECT(is_text("eventdata.eventtime", "2026-04-01T10:06:59Z"));
    EXPECT(str_is(entries(cell("eventdata.useridentity.details")), "a={\"b\":1.0};"));
    EXPECT(str_is(entries(cell("eventdata.additionaleventdata")), "k=false;"));
}

static void a_store_of_insights_has_its_own_columns(void) {
    extract("{\"insightState\":\"End\",\"insightContext\":{\"baselineAverage\":0.25,\"insightDuration\":12,"
            "\"baselineDuration\":10080.5,\"insightAverage\":\"4\",\"attributions\":[{\"attribute\":"
            "\"userAgent\","
            "\"insight\":[{\"value\":\"a\",\"average\":4}],\"baseline\":[]}]}}");
    EXPECT(is_text("insightstate", "End"));
    EXPECT(cell("insightcontext.baselineaverage")->real == 0.25);
    EXPECT_INT(cell("insightcontext.insightduration")->number, 12);
    EXPECT_INT(cell("insightcontext.baselineduration")->number, 10080);
    EXPECT(is_null("insightcontext.insightaverage"));
    EXPECT_INT(cell("insightcontext.attributions")->item_count, 1);
}

static void an_insight_of_a_trail_fills_the_columns_of_a_store_of_insights(void) {
    extract(
        "{\"insightDetails\":{\"state\":\"Start\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"A\","
        "\"insightType\":\"ApiErrorRateInsight\",\"errorCode\":\"E\",\"insightContext\":{\"statistics\":{"
        "\"baseline\":{\"average\":0.0021},\"insight\":{\"average\":14},\"insightDuration\":1,"
        "\"baselineDuration\":10080},\"attributions\":[{\"attribute\":\"userAgent\",\"insight\":[{\"value\":"
        "\"a\",\"average\":14}],\"baseline\":[]}]}},\"insightSource\":\"own\"}");
    EXPECT(is_text("insightstate", "Start"));
    EXPECT(is_text("insighteventsource", "iam.amazonaws.com"));
    EXPECT(is_text("insighteventname", "A"));
    EXPECT(is_text("insighttype", "ApiErrorRateInsight"));
    EXPECT(is_text("insighterrorcode", "E"));
    EXPECT(is_text("insightsource", "own"));
    EXPECT(cell("insightcontext.baselineaverage")->real == 0.0021);
    EXPECT(cell("insightcontext.insightaverage")->real == 14);
    EXPECT_INT(cell("insightcontext.insightduration")->number, 1);
    EXPECT_INT(cell("insightcontext.baselineduration")->number, 10080);
    const struct engine_cell *attributions = cell("insightcontext.attributions");
    EXPECT_INT(attributions->item_count, 1);
    EXPECT(str_is(attributions->items[0].text, "userAgent"));
    EXPECT(str_is(entries(cell("insightdetails")),
        "state=Start;eventSource=iam.amazonaws.com;eventName=A;insightType=ApiErrorRateInsight;errorCode=E;"
        "insightContext={\"statistics\":{\"baseline\":{\"average\":0.0021},\"insight\":{\"average\":14},"
        "\"insightDuration\":1,\"baselineDuration\":10080},\"attributions\":[{\"attribute\":\"userAgent\","
        "\"insight\":[{\"value\":\"a\",\"average\":14}],\"baseline\":[]}]};"));
}

static void the_record_itself_is_kept_as_it_came(void) {
    const char *record = "{ \"eventName\" : \"A\\u0042\" }";
    extract(record);
    EXPECT(is_text("eventjson", record));
    engine_columns_extract(&columns, str_from(record), false, cells);
    EXPECT(is_null("eventjson"));
    EXPECT(is_text("eventname", "AB"));
}

static void a_text_that_is_no_record_is_a_row_of_nulls(void) {
    static const char *const texts[] = {"", "[]", "7", "{", "{\"eventName\"", "{\"eventName\":\"", "null"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        extract(texts[i]);
        EXPECT(is_null("requestparameters") && is_null("useridentity"));
        EXPECT_INT(cell("eventtime")->number, 0);
    }
}

int main(void) {
    engine_columns_init(&columns);
    TEST(members_stand_in_their_columns);
    TEST(what_maps_hold_is_text_as_received);
    TEST(an_empty_map_is_no_null);
    TEST(of_a_key_that_stands_twice_the_first_counts);
    TEST(keys_are_compared_decoded_and_exactly);
    TEST(what_is_of_another_kind_is_null_or_text);
    TEST(lists_hold_structs);
    TEST(an_aggregated_event_has_the_time_of_its_window);
    TEST(events_of_channels_have_columns);
    TEST(a_store_of_insights_has_its_own_columns);
    TEST(an_insight_of_a_trail_fills_the_columns_of_a_store_of_insights);
    TEST(the_record_itself_is_kept_as_it_came);
    TEST(a_text_that_is_no_record_is_a_row_of_nulls);
    engine_columns_finish(&columns);
    return tap_done();
}
