/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/event.h"

#include "base/check.h"
#include "base/mem.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { BATCH_MAX = 256 };

struct event_poller {
    int epoll, wake;
    _Atomic bool is_woken; /* a wake is under way: another one adds nothing */
    struct epoll_event batch[BATCH_MAX];
};

struct event_poller *event_poller_create(void) {
    struct event_poller *poller = MEM_NEW(struct event_poller);
    poller->epoll = epoll_create1(EPOLL_CLOEXEC);
    poller->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = poller};
    ASSERT(poller->epoll >= 0 && poller->wake >= 0);
    ASSERT(epoll_ctl(poller->epoll, EPOLL_CTL_ADD, poller->wake, &event) == 0);
    return poller;
}

void event_poller_destroy(struct event_poller *poller) {
    if (poller == NULL)
        return;
    (void)close(poller->epoll);
    (void)close(poller->wake);
    mem_free(poller);
}

bool event_poller_watch(struct event_poller *poller, int socket, void *source) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = source};
    return epoll_ctl(poller->epoll, EPOLL_CTL_ADD, socket, &event) == 0;
}

bool event_poller_watch_listener(struct event_poller *poller, int socket, void *source) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = source};
    return epoll_ctl(poller->epoll, EPOLL_CTL_ADD, socket, &event) == 0;
}

void event_poller_unwatch(struct event_poller *poller, int socket) {
    ASSERT(epoll_ctl(poller->epoll, EPOLL_CTL_DEL, socket, NULL) == 0);
}

static unsigned what_of(uint32_t events) {
    unsigned what = 0;
    what |= (events & EPOLLIN) != 0 ? EVENT_READABLE : 0u;
    what |= (events & EPOLLOUT) != 0 ? EVENT_WRITABLE : 0u;
    what |= (events & EPOLLRDHUP) != 0 ? EVENT_ENDED : 0u;
    what |= (events & EPOLLERR) != 0 ? EVENT_BROKEN : 0u;
    /* Both directions are shut: ended where both sides did so in order, else there is an error too. */
    what |= (events & EPOLLHUP) != 0 ? EVENT_ENDED : 0u;
    return what;
}

static bool take_wake(struct event_poller *poller) {
    uint64_t count = 0;
    ASSERT(read(poller->wake, &count, sizeof count) == sizeof count || errno == EAGAIN);
    return atomic_exchange(&poller->is_woken, false);
}

size_t event_poller_wait(struct event_poller *poller, struct event *ret_events, size_t count_max,
    int64_t timeout_ms, bool *ret_woken) {
    int most = count_max < BATCH_MAX ? (int)count_max : BATCH_MAX;
    int timeout = timeout_ms < 0 ? -1 : timeout_ms > INT32_MAX ? INT32_MAX : (int)timeout_ms;
    int count = epoll_wait(poller->epoll, poller->batch, most, timeout);
    ASSERT(count >= 0 || errno == EINTR);
    size_t reported = 0;
    bool woken = false;
    for (int i = 0; i < count; i++) {
        if (poller->batch[i].data.ptr == poller)
            woken = take_wake(poller);
        else
            ret_events[reported++] =
                (struct event){poller->batch[i].data.ptr, what_of(poller->batch[i].events)};
    }
    *ret_woken = woken;
    return reported;
}

void event_poller_wake(struct event_poller *poller) {
    if (atomic_exchange(&poller->is_woken, true))
        return;
    uint64_t one = 1;
    ASSERT(write(poller->wake, &one, sizeof one) == sizeof one || errno == EAGAIN);
}
