/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/tcp.h"

#include "base/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(sizeof(struct sockaddr_in6) == 28, "the larger of the two");

static void set_address(struct tcp_address *address, const void *bytes, size_t size) {
    ASSERT(size <= sizeof address->bytes);
    *address = (struct tcp_address){.size = size};
    memcpy(address->bytes, bytes, size);
}

static sa_family_t family_of(const struct tcp_address *address) {
    return ((const struct sockaddr *)(const void *)address->bytes)->sa_family;
}

bool tcp_address_parse(struct str host, uint16_t port, struct tcp_address *ret_address) {
    char text[TCP_ADDRESS_TEXT_MAX] = "";
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (host.size >= sizeof text)
        return false;
    memcpy(text, host.data, host.size);
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        set_address(ret_address, &v4, sizeof v4);
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        set_address(ret_address, &v6, sizeof v6);
    else
        return false;
    return true;
}

static void set_port(struct tcp_address *address, uint16_t port) {
    if (family_of(address) == AF_INET)
        ((struct sockaddr_in *)(void *)address->bytes)->sin_port = htons(port);
    else
        ((struct sockaddr_in6 *)(void *)address->bytes)->sin6_port = htons(port);
}

size_t tcp_address_resolve(struct str host, uint16_t port, struct tcp_address *ret_addresses,
    size_t count_max, struct error *error) {
    char name[256] = "";
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *found = NULL;
    if (host.size >= sizeof name) {
        (void)error_set(error, ERROR_INVALID, "a host name of %zu bytes", host.size);
        return 0;
    }
    memcpy(name, host.data, host.size);
    int result = getaddrinfo(name, NULL, &hints, &found);
    if (result != 0) {
        (void)error_set(error, ERROR_UNAVAILABLE, "look up %s: %s", name, gai_strerror(result));
        return 0;
    }
    size_t count = 0;
    for (struct addrinfo *it = found; it != NULL && count < count_max; it = it->ai_next) {
        if (it->ai_family != AF_INET && it->ai_family != AF_INET6)
            continue;
        set_address(&ret_addresses[count], it->ai_addr, it->ai_addrlen);
        set_port(&ret_addresses[count++], port);
    }
    freeaddrinfo(found);
    if (count == 0)
        (void)error_set(error, ERROR_UNAVAILABLE, "look up %s: no address", name);
    return count;
}

struct str tcp_address_format(const struct tcp_address *address, char ret_text[static TCP_ADDRESS_TEXT_MAX]) {
    ret_text[0] = '\0';
    if (address->size == 0)
        return str_from(ret_text);
    int family = family_of(address);
    const void *bytes = &((const struct sockaddr_in *)(const void *)address->bytes)->sin_addr;
    if (family == AF_INET6) {
        const struct in6_addr *in6 = &((const struct sockaddr_in6 *)(const void *)address->bytes)->sin6_addr;
        bool is_mapped = IN6_IS_ADDR_V4MAPPED(in6);
        bytes = is_mapped ? &in6->s6_addr[12] : in6->s6_addr;
        family = is_mapped ? AF_INET : AF_INET6;
    }
    if (inet_ntop(family, bytes, ret_text, TCP_ADDRESS_TEXT_MAX) == NULL)
        ret_text[0] = '\0';
    return str_from(ret_text);
}

int tcp_listen(const struct tcp_address *address, int backlog, struct error *error) {
    static const int on = 1, off = 0;
    char text[TCP_ADDRESS_TEXT_MAX];
    int family = family_of(address);
    int listener = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (family != AF_INET6 || setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0) &&
        bind(listener, (const struct sockaddr *)(const void *)address->bytes, (socklen_t)address->size) ==
            0 &&
        listen(listener, backlog) == 0)
        return listener;
    (void)error_set_errno(error, errno, "listen on %.*s", STR(tcp_address_format(address, text)));
    if (listener >= 0)
        (void)close(listener);
    return -1;
}

void tcp_stop_listening(int handle) {
    (void)shutdown(handle, SHUT_RDWR);
}

uint16_t tcp_port(int handle) {
    struct sockaddr_in6 address = {0};
    socklen_t size = sizeof address;
    ASSERT(getsockname(handle, (struct sockaddr *)&address, &size) == 0);
    /* The port is at the same place in both families. */
    return ntohs(address.sin6_port);
}

/* Small writes go out at once: a reply is written whole or is large. */
static void set_no_delay(int handle) {
    static const int on = 1;
    (void)setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int tcp_accept(int listener, struct tcp_address *ret_peer, bool *ret_is_exhausted) {
    struct sockaddr_in6 address = {0};
    socklen_t size = sizeof address;
    *ret_is_exhausted = false;
    int connection = accept4(listener, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection < 0) {
        *ret_is_exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        return -1;
    }
    set_no_delay(connection);
    set_address(ret_peer, &address, size < sizeof address ? size : sizeof address);
    return connection;
}

int tcp_connect(const struct tcp_address *address) {
    int connection = socket(family_of(address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection < 0)
        return -1;
    set_no_delay(connection);
    if (connect(connection, (const struct sockaddr *)(const void *)address->bytes,
            (socklen_t)address->size) == 0 ||
        errno == EINPROGRESS)
        return connection;
    (void)close(connection);
    return -1;
}

bool tcp_has_error(int handle) {
    int code = 0;
    socklen_t size = sizeof code;
    return getsockopt(handle, SOL_SOCKET, SO_ERROR, &code, &size) != 0 || code != 0;
}

static enum tcp_result failure(void) {
    return errno == EAGAIN || errno == EINTR ? TCP_AGAIN : TCP_BROKEN;
}

enum tcp_result tcp_read(int handle, void *data, size_t size, size_t *ret_size) {
    ssize_t count = recv(handle, data, size, 0);
    if (count < 0)
        return failure();
    *ret_size = (size_t)count;
    return count == 0 ? TCP_ENDED : TCP_DONE;
}

enum tcp_result tcp_write(int handle, const struct bytes *pieces, size_t count, size_t *ret_size) {
    struct iovec vector[TCP_PIECES_MAX];
    ASSERT(count <= TCP_PIECES_MAX);
    for (size_t i = 0; i < count; i++)
        vector[i] = (struct iovec){(void *)(uintptr_t)pieces[i].data, pieces[i].size};
    struct msghdr message = {.msg_iov = vector, .msg_iovlen = count};
    ssize_t sent = sendmsg(handle, &message, MSG_NOSIGNAL);
    if (sent < 0)
        return failure();
    *ret_size = (size_t)sent;
    return TCP_DONE;
}

bool tcp_is_quiet(int handle) {
    char byte;
    return recv(handle, &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
}

void tcp_end(int handle) {
    (void)shutdown(handle, SHUT_WR); /* the peer may have gone */
}

void tcp_close(int handle) {
    (void)close(handle);
}

void tcp_reset(int handle) {
    static const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(handle, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)close(handle);
}
