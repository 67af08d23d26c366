/* SPDX-License-Identifier: Apache-2.0 */
/* http_raw: a TCP client that sends what no HTTP library would. */
#pragma once

#include "base/buf.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A connection to the server on loopback; reads end after `timeout_ms` without a byte. */
static inline int raw_connect(uint16_t port, int timeout_ms) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval timeout = {timeout_ms / 1000, (timeout_ms % 1000) * 1000};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    (void)setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0)
        return connection;
    (void)close(connection);
    return -1;
}

static inline bool raw_send(int connection, const void *data, size_t size) {
    return send(connection, data, size, MSG_NOSIGNAL) == (ssize_t)size;
}

/* What comes until the other side closes (true) or sends nothing for a while (false). */
static inline bool raw_receive(int connection, struct buf *answer) {
    for (;;) {
        char data[4096];
        ssize_t size = recv(connection, data, sizeof data, 0);
        if (size <= 0)
            return size == 0;
        buf_append(answer, data, (size_t)size);
    }
}

/* As raw_receive(), but no longer than until `text` has come `count` times; true where it has. */
static inline bool raw_receive_until(int connection, struct buf *answer, const char *text, int count) {
    for (;;) {
        int found = 0;
        struct str rest = buf_str(answer);
        for (size_t at; (at = str_find(rest, str_from(text))) != SIZE_MAX; found++)
            rest = str_slice(rest, at + 1, SIZE_MAX);
        if (found >= count)
            return true;
        char data[4096];
        ssize_t size = recv(connection, data, sizeof data, 0);
        if (size <= 0)
            return false;
        buf_append(answer, data, (size_t)size);
    }
}
