/* SPDX-License-Identifier: Apache-2.0 */
#include "link.h"

#include "base/check.h"
#include "sys/event.h"

#include <string.h>

void proxy_link_init(struct proxy_link *link, int socket, bool is_connected) {
    *link = (struct proxy_link){.socket = socket, .is_readable = is_connected, .is_writable = is_connected};
}

void proxy_link_note(struct proxy_link *link, unsigned what) {
    link->is_readable |= (what & (EVENT_READABLE | EVENT_ENDED | EVENT_BROKEN)) != 0;
    link->is_writable |= (what & (EVENT_WRITABLE | EVENT_BROKEN)) != 0;
    link->has_ended |= (what & EVENT_ENDED) != 0;
    link->is_broken |= (what & EVENT_BROKEN) != 0;
}

/* What a GnuTLS call that was not done means, and which way it waits. */
static enum tcp_result not_done(struct proxy_link *link, ssize_t code) {
    if (code == GNUTLS_E_INTERRUPTED)
        return TCP_AGAIN;
    if (code != GNUTLS_E_AGAIN)
        return TCP_BROKEN;
    if (gnutls_record_get_direction(link->tls) == 0)
        link->is_readable = false;
    else
        link->is_writable = false;
    return TCP_AGAIN;
}

enum tcp_result proxy_link_shake_hands(struct proxy_link *link) {
    if (!link->is_shaking_hands)
        return TCP_DONE;
    for (int alerts = 0; alerts < 8; alerts++) {
        int code = gnutls_handshake(link->tls);
        if (code == GNUTLS_E_SUCCESS) {
            link->is_shaking_hands = false;
            /* Data may have come with the last message of the handshake. */
            link->is_readable = link->is_writable = true;
            return TCP_DONE;
        }
        if (code == GNUTLS_E_AGAIN || gnutls_error_is_fatal(code) != 0)
            return not_done(link, code);
    }
    return TCP_BROKEN;
}

static enum tcp_result read_tls(struct proxy_link *link, void *data, size_t size, size_t *ret_size) {
    enum { ODD_RECORDS_MAX = 8 }; /* new tickets, key updates */
    for (int i = 0; i < ODD_RECORDS_MAX; i++) {
        ssize_t count = gnutls_record_recv(link->tls, data, size);
        if (count > 0) {
            *ret_size = (size_t)count;
            return TCP_DONE;
        }
        if (count == 0)
            return TCP_ENDED;
        if (count == GNUTLS_E_AGAIN || gnutls_error_is_fatal((int)count) != 0)
            return not_done(link, count);
    }
    return TCP_BROKEN;
}

enum tcp_result proxy_link_read(struct proxy_link *link, void *data, size_t size, size_t *ret_size) {
    if (link->tls != NULL)
        return read_tls(link, data, size, ret_size);
    enum tcp_result result = tcp_read(link->socket, data, size, ret_size);
    /* A short read emptied the socket: the next bytes, or the end, are told of. */
    bool is_empty = result == TCP_AGAIN || (result == TCP_DONE && *ret_size < size && !link->has_ended);
    if (is_empty)
        link->is_readable = false;
    return result;
}

/* One record of what is there; GnuTLS takes it whole, or keeps it and wants to be called again. */
static enum tcp_result write_tls(
    struct proxy_link *link, const struct bytes *pieces, size_t count, char *scratch, size_t *ret_size) {
    ssize_t sent = 0;
    if (link->tls_unsent > 0) {
        sent = gnutls_record_send(link->tls, NULL, 0);
    } else {
        size_t size = 0;
        for (size_t i = 0; i < count && size < PROXY_LINK_RECORD_SIZE; i++) {
            size_t room = PROXY_LINK_RECORD_SIZE - size;
            size_t part = pieces[i].size < room ? pieces[i].size : room;
            memcpy(scratch + size, pieces[i].data, part);
            size += part;
        }
        sent = gnutls_record_send(link->tls, scratch, size);
        link->tls_unsent = size;
    }
    if (sent < 0)
        return not_done(link, sent);
    *ret_size = link->tls_unsent;
    link->tls_unsent = 0;
    return TCP_DONE;
}

enum tcp_result proxy_link_write(
    struct proxy_link *link, const struct bytes *pieces, size_t count, void *scratch, size_t *ret_size) {
    if (link->tls != NULL)
        return write_tls(link, pieces, count, scratch, ret_size);
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += pieces[i].size;
    enum tcp_result result = tcp_write(link->socket, pieces, count, ret_size);
    if (result == TCP_AGAIN || (result == TCP_DONE && *ret_size < size))
        link->is_writable = false;
    return result;
}

void proxy_link_end(struct proxy_link *link) {
    if (link->tls != NULL && !link->is_shaking_hands)
        (void)gnutls_bye(link->tls, GNUTLS_SHUT_WR); /* the peer may not listen any more */
    tcp_end(link->socket);
}

static void end_tls(struct proxy_link *link) {
    if (link->tls != NULL)
        gnutls_deinit(link->tls);
    link->tls = NULL;
}

void proxy_link_close(struct proxy_link *link) {
    if (link->socket < 0)
        return;
    if (link->tls != NULL && !link->is_shaking_hands)
        (void)gnutls_bye(link->tls, GNUTLS_SHUT_WR);
    end_tls(link);
    tcp_close(link->socket);
    link->socket = -1;
}

void proxy_link_reset(struct proxy_link *link) {
    if (link->socket < 0)
        return;
    end_tls(link);
    tcp_reset(link->socket);
    link->socket = -1;
}
