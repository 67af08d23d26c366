/* SPDX-License-Identifier: Apache-2.0 */
/* ticket: lists of calls that wait, and what ties a call to its records on their way. */
#include "base/check.h"
#include "base/own.h"

#include "call.h"

void gateway_list_add(struct gateway_list *list, struct gateway_call *call, struct instant now) {
    ASSERT(call->list == NULL);
    call->list = list;
    call->since = now;
    call->previous = list->last;
    call->next = NULL;
    *(list->last != NULL ? &list->last->next : &list->first) = call;
    list->last = call;
}

void gateway_list_remove(struct gateway_call *call) {
    struct gateway_list *list = call->list;
    if (list == NULL)
        return;
    *(call->previous != NULL ? &call->previous->next : &list->first) = call->next;
    *(call->next != NULL ? &call->next->previous : &list->last) = call->previous;
    call->list = NULL;
}

struct gateway_ticket *gateway_ticket_create(struct gateway_call *call) {
    struct gateway_ticket *ticket = MEM_NEW(struct gateway_ticket);
    ticket->call = call;
    ticket->sequence = call->sequence;
    return ticket;
}

static void free_if_unused(struct gateway_ticket *ticket) {
    if (ticket->call != NULL || ticket->pending > 0)
        return;
    mem_free(ticket->late_record);
    mem_free(ticket);
}

void gateway_ticket_leave(struct gateway_call *call) {
    struct gateway_ticket *ticket = TAKE(call->ticket);
    if (ticket == NULL)
        return;
    ticket->call = NULL;
    free_if_unused(ticket);
}

void gateway_ticket_let_go(struct gateway_ticket *ticket) {
    if (ticket == NULL)
        return;
    ticket->pending--;
    free_if_unused(ticket);
}
