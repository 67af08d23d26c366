/* SPDX-License-Identifier: Apache-2.0 */
/* address.c: IPv4 is looked at as what it is in IPv6, so that both forms of an address are one. */
#include "address.h"

#include <arpa/inet.h>
#include <string.h>

enum { ADDRESS_SIZE = 16, V4_OFFSET = 12, V4_BITS = 8 * V4_OFFSET, NETWORKS_MAX = 256, HOPS_MAX = 64 };

/* An address literal; a port or brackets around are not part of one. */
static bool parse_address(struct str text, uint8_t ret_address[ADDRESS_SIZE], bool *ret_is_v4) {
    char literal[INET6_ADDRSTRLEN];
    struct in_addr v4;
    struct in6_addr v6;
    if (text.size == 0 || text.size >= sizeof literal)
        return false;
    memcpy(literal, text.data, text.size);
    literal[text.size] = '\0';
    *ret_is_v4 = inet_pton(AF_INET, literal, &v4) == 1;
    if (*ret_is_v4) {
        memset(ret_address, 0, V4_OFFSET - 2);
        memset(ret_address + V4_OFFSET - 2, 0xff, 2);
        memcpy(ret_address + V4_OFFSET, &v4, sizeof v4);
        return true;
    }
    if (inet_pton(AF_INET6, literal, &v6) != 1)
        return false;
    memcpy(ret_address, &v6, ADDRESS_SIZE);
    return true;
}

static bool parse_network(struct str text, struct identity_network *ret_network) {
    struct str bits = text, address = str_cut(&bits, '/');
    bool has_bits = address.size < text.size, is_v4 = false;
    uint64_t number = 0;
    struct identity_network network = {.prefix_bits = 8 * ADDRESS_SIZE};
    if (!parse_address(address, network.address, &is_v4))
        return false;
    unsigned offset = is_v4 ? V4_BITS : 0;
    if (has_bits && (!str_to_u64(bits, &number) || number + offset > 8 * ADDRESS_SIZE))
        return false;
    if (has_bits)
        network.prefix_bits = (unsigned)number + offset;
    *ret_network = network;
    return true;
}

bool identity_networks_parse(struct arena *arena, struct str text, struct identity_network **ret_networks,
    size_t *ret_count, struct error *error) {
    struct identity_network *networks = ARENA_ARRAY(arena, NETWORKS_MAX, struct identity_network);
    size_t count = 0;
    while (text.size > 0) {
        struct str item = str_trim(str_cut(&text, ','));
        if (item.size == 0)
            continue;
        if (count == NETWORKS_MAX)
            return error_set(error, ERROR_INVALID, "more than %d networks", NETWORKS_MAX);
        if (!parse_network(item, &networks[count++]))
            return error_set(error, ERROR_INVALID,
                "'%.*s' is neither an address nor a network as 10.0.0.0/8 or fd00::/8",
                STR(str_slice(item, 0, 64)));
    }
    *ret_networks = networks;
    *ret_count = count;
    return true;
}

static bool is_in(const uint8_t address[ADDRESS_SIZE], const struct identity_network *network) {
    size_t whole = network->prefix_bits / 8;
    unsigned rest = network->prefix_bits % 8;
    if (memcmp(address, network->address, whole) != 0)
        return false;
    return rest == 0 || (address[whole] ^ network->address[whole]) >> (8 - rest) == 0;
}

static bool is_trusted(
    const struct identity_network *networks, size_t count, const uint8_t address[ADDRESS_SIZE]) {
    for (size_t i = 0; i < count; i++)
        if (is_in(address, &networks[i]))
            return true;
    return false;
}

/* "192.0.2.7" of "192.0.2.7:1234", "::1" of "[::1]:1234". */
static struct str without_port(struct str hop) {
    if (hop.size > 0 && hop.data[0] == '[') {
        hop = str_slice(hop, 1, SIZE_MAX);
        return str_cut(&hop, ']');
    }
    size_t colon = str_find_char(hop, ':');
    bool has_one_colon =
        colon != SIZE_MAX && str_find_char(str_slice(hop, colon + 1, SIZE_MAX), ':') == SIZE_MAX;
    return has_one_colon ? str_slice(hop, 0, colon) : hop;
}

/* Cut the last hop off; false where there is none. */
static bool take_last_hop(struct str *hops, struct str *ret_hop) {
    if (hops->size == 0)
        return false;
    size_t start = hops->size;
    while (start > 0 && hops->data[start - 1] != ',')
        start--;
    *ret_hop = without_port(str_trim(str_slice(*hops, start, SIZE_MAX)));
    *hops = str_slice(*hops, 0, start > 0 ? start - 1 : 0);
    return true;
}

struct str identity_forwarded_address(const struct identity_network *networks, size_t count,
    struct arena *arena, struct str peer_address, struct str forwarded_for) {
    uint8_t address[ADDRESS_SIZE];
    struct str source = peer_address, hop;
    bool is_v4 = false;
    if (count == 0 || !parse_address(peer_address, address, &is_v4))
        return source;
    for (size_t i = 0; i < HOPS_MAX && is_trusted(networks, count, address); i++) {
        if (!take_last_hop(&forwarded_for, &hop) || !parse_address(hop, address, &is_v4))
            break;
        source = hop;
    }
    return arena_str(arena, source);
}
