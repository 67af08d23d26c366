/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attribute: who calls. Three summaries, each bounded:
 * - cells: the calls of the last minutes by (identity, agent, error), 16 combinations a minute and series, in
 * one ring of all series. When it turns faster than half an hour, less of the past is told of a new insight.
 * - usual: for each series and attribute the values with the most calls, by the space-saving algorithm
 *   (Metwally, Agrawal and El Abbadi, 2005), fading over a week. An average may be too high by the lowest
 * one.
 * - book: what came since an insight began, 32 values of each attribute exactly, and beyond that as above.
 */
#include "base/check.h"
#include "base/own.h"

#include "private.h"

#include <string.h>

enum { CELLS_A_MINUTE = 16, STEPS_MAX = 32, STEPS_BACK_MAX = 32 * CELLS_A_MINUTE };

const uint8_t insights_share_begin[INSIGHTS_ATTRIBUTES + 1] = {0, 6, 11, INSIGHTS_SHARES};

static const float hour_fading = 167.0F / 168;

/* ---- cells ---- */

static struct insights_cell *cell_at(const struct insights *insights, uint64_t number) {
    bool is_there =
        number > 0 && number < insights->cell_next && insights->cell_next - number <= insights->cell_capacity;
    return is_there ? &insights->cells[number % insights->cell_capacity] : NULL;
}

static uint64_t older_cell(const struct insights_cell *cell, uint64_t number) {
    return cell->back != 0 && cell->back < number ? number - cell->back : 0;
}

static bool has_values(const struct insights_cell *cell, const uint32_t *values) {
    return cell->values[0] == values[0] && cell->values[1] == values[1] && cell->values[2] == values[2];
}

/* What comes often is found first. */
static void move_up(struct insights_cell *head, struct insights_cell *cell) {
    if (head == cell || head->minute != cell->minute)
        return;
    struct insights_cell other = *head;
    head->count = cell->count;
    memcpy(head->values, cell->values, sizeof head->values);
    cell->count = other.count;
    memcpy(cell->values, other.values, sizeof cell->values);
}

static void append_cell(
    struct insights *insights, struct insights_slot *slot, uint32_t minute, const uint32_t *values) {
    uint64_t number = insights->cell_next++, back = number - slot->cells;
    struct insights_cell *cell = &insights->cells[number % insights->cell_capacity];
    *cell = (struct insights_cell){
        .back = slot->cells == 0 || back > UINT32_MAX ? 0 : (uint32_t)back, .minute = minute, .count = 1};
    memcpy(cell->values, values, sizeof cell->values);
    slot->cells = number;
}

void insights_recent_add(
    struct insights *insights, struct insights_slot *slot, uint32_t minute, const uint32_t *values) {
    struct insights_cell *head = cell_at(insights, slot->cells), *least = NULL;
    uint64_t number = slot->cells;
    unsigned of_minute = 0;
    for (unsigned i = 0; i < STEPS_MAX; i++) {
        struct insights_cell *cell = cell_at(insights, number);
        if (cell == NULL)
            break;
        number = older_cell(cell, number);
        if (cell->minute != minute)
            continue;
        if (has_values(cell, values)) {
            cell->count++;
            move_up(head, cell);
            return;
        }
        of_minute++;
        if (least == NULL || cell->count < least->count)
            least = cell;
    }
    if (of_minute < CELLS_A_MINUTE) {
        append_cell(insights, slot, minute, values);
        return;
    }
    ASSERT(least != NULL);
    memcpy(least->values, values, sizeof least->values);
    least->count++;
}

typedef void on_share(
    struct insights_slot *slot, enum insights_attribute attribute, uint32_t value, uint32_t count);

/* Every value of every cell from minute `from` to `to` (exclusive). */
static void each_value(const struct insights *insights, struct insights_slot *slot, uint32_t from,
    uint32_t to, on_share *visit_share) {
    uint64_t number = slot->cells;
    for (unsigned i = 0; i < STEPS_BACK_MAX; i++) {
        const struct insights_cell *cell = cell_at(insights, number);
        if (cell == NULL || cell->minute + 2 * INSIGHTS_AHEAD_MINUTES_MAX < from)
            return;
        number = older_cell(cell, number);
        if (cell->minute < from || cell->minute >= to)
            continue;
        for (enum insights_attribute attribute = INSIGHTS_IDENTITY; attribute < INSIGHTS_ATTRIBUTES;
             attribute++)
            if (cell->values[attribute] != INSIGHTS_VALUE_OTHER)
                visit_share(slot, attribute, cell->values[attribute], cell->count);
    }
}

/* ---- what is usual ---- */

static void add_usual(
    struct insights_slot *slot, enum insights_attribute attribute, uint32_t value, uint32_t count) {
    unsigned least = insights_share_begin[attribute];
    for (unsigned i = insights_share_begin[attribute]; i < insights_share_begin[attribute + 1]; i++) {
        if (slot->usual_values[i] == value) {
            slot->usual_calls[i] += (float)count;
            return;
        }
        if (slot->usual_calls[i] < slot->usual_calls[least])
            least = i;
    }
    slot->usual_values[least] = value;
    slot->usual_calls[least] += (float)count;
}

static void remove_usual(
    struct insights_slot *slot, enum insights_attribute attribute, uint32_t value, uint32_t count) {
    for (unsigned i = insights_share_begin[attribute]; i < insights_share_begin[attribute + 1]; i++) {
        if (slot->usual_values[i] != value)
            continue;
        slot->usual_calls[i] -= (float)count;
        if (slot->usual_calls[i] < 0.5F) { /* what is left of a fading count is no call */
            slot->usual_calls[i] = 0;
            slot->usual_values[i] = INSIGHTS_VALUE_NONE;
        }
    }
}

void insights_attribute_hour(struct insights_slot *slot) {
    slot->usual_minutes *= hour_fading;
    for (unsigned i = 0; i < INSIGHTS_SHARES; i++)
        slot->usual_calls[i] *= hour_fading;
}

/* ---- the book of an insight ---- */

static void add_to_book(
    struct insights_slot *slot, enum insights_attribute attribute, uint32_t value, uint32_t count) {
    uint32_t *values = slot->book->values[attribute], *counts = slot->book->counts[attribute];
    unsigned least = 0;
    for (unsigned i = 0; i < INSIGHTS_BOOK_VALUES; i++) {
        if (values[i] == value) {
            counts[i] += count;
            return;
        }
        if (counts[i] < counts[least])
            least = i;
    }
    values[least] = value;
    counts[least] += count;
}

static void remove_from_book(
    struct insights_slot *slot, enum insights_attribute attribute, uint32_t value, uint32_t count) {
    for (unsigned i = 0; i < INSIGHTS_BOOK_VALUES; i++) {
        uint32_t *left = &slot->book->counts[attribute][i];
        if (slot->book->values[attribute][i] == value)
            *left = *left > count ? *left - count : 0;
    }
}

void insights_attribute(struct insights *insights, struct insights_slot *slot, uint32_t minute) {
    bool is_before = minute < slot->model.open_minute; /* of an insight that was foreseen */
    if (slot->book != NULL && !is_before) {
        each_value(insights, slot, minute, minute + 1, add_to_book);
    } else if (slot->model.open_minute == 0 || is_before) {
        each_value(insights, slot, minute, minute + 1, add_usual);
        slot->usual_minutes++;
    }
}

void insights_attribute_open(
    struct insights *insights, struct insights_slot *slot, uint32_t from, uint32_t to) {
    float minutes = to > from ? (float)(to - from) : 0;
    each_value(insights, slot, from, to, remove_usual);
    slot->usual_minutes = slot->usual_minutes > minutes ? slot->usual_minutes - minutes : 0;
    if (insights->book_count == INSIGHTS_OPEN_MAX)
        return;
    insights->book_count++;
    slot->book = MEM_NEW(struct insights_book);
    memset(slot->book->values, 0xff, sizeof slot->book->values);
    each_value(insights, slot, from, to, add_to_book);
}

void insights_attribute_add(
    struct insights *insights, struct insights_slot *slot, uint32_t from, uint32_t to) {
    if (slot->book != NULL)
        each_value(insights, slot, from, to, add_to_book);
}

void insights_attribute_trim(
    struct insights *insights, struct insights_slot *slot, uint32_t from, uint32_t to) {
    if (slot->book != NULL)
        each_value(insights, slot, from, to, remove_from_book);
}

void insights_attribute_close(struct insights *insights, struct insights_slot *slot) {
    if (slot->book == NULL)
        return;
    insights->book_count--;
    mem_free(TAKE(slot->book));
}

/* ---- sweeping ---- */

static void mark(uint32_t *marks, uint32_t value) {
    if (value != INSIGHTS_VALUE_NONE)
        marks[value] = INSIGHTS_VALUE_MARKED;
}

static void rename_to(const uint32_t *marks, uint32_t *value) {
    if (*value != INSIGHTS_VALUE_NONE)
        *value = marks[*value];
}

/* Mark every value that somebody names, or (with `renames`) give it its new number. */
static void visit(struct insights *insights, uint32_t *marks, bool renames) {
    uint64_t first =
        insights->cell_next > insights->cell_capacity ? insights->cell_next - insights->cell_capacity : 1;
    for (uint64_t number = first; number < insights->cell_next; number++)
        for (unsigned i = 0; i < INSIGHTS_ATTRIBUTES; i++) {
            uint32_t *value = &cell_at(insights, number)->values[i];
            renames ? rename_to(marks, value) : mark(marks, *value);
        }
    for (uint32_t number = 0; number < insights->slot_count; number++) {
        struct insights_slot *slot = insights_slot_at(insights, number);
        for (unsigned i = 0; slot->key != NULL && i < INSIGHTS_SHARES; i++)
            renames ? rename_to(marks, &slot->usual_values[i]) : mark(marks, slot->usual_values[i]);
        for (unsigned i = 0; slot->book != NULL && i < INSIGHTS_ATTRIBUTES * INSIGHTS_BOOK_VALUES; i++) {
            uint32_t *value = &slot->book->values[i / INSIGHTS_BOOK_VALUES][i % INSIGHTS_BOOK_VALUES];
            renames ? rename_to(marks, value) : mark(marks, *value);
        }
    }
}

void insights_values_collect(struct insights *insights) {
    const struct insights_values_table *values = &insights->values;
    if (values->text_bytes + (uint64_t)values->count * sizeof *values->entries <
        (uint64_t)INSIGHTS_VALUES_BYTES_MAX / 4 * 3)
        return;
    SCOPED(own_free) uint32_t *marks = mem_alloc_array(values->count, sizeof *marks);
    MUTEX_SCOPE(&insights->mutex);
    visit(insights, marks, false);
    insights_values_sweep(&insights->values, marks);
    visit(insights, marks, true);
}
