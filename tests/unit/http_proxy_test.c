/* SPDX-License-Identifier: Apache-2.0 */
/* A proxy passes requests and replies on as they are. */
#include "support/proxy_world.h"

#include <errno.h>

#define GET "GET /a?b=%20c HTTP/1.1\r\nHost: s3.example\r\nx-Odd:  kept as it is \r\n\r\n"
#define OK  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void a_request_and_its_reply_pass_byte_for_byte(void) {
    world_reset();
    int client = world_client();
    world_send(client, GET);
    int upstream = world_accept();
    EXPECT(world_comes(upstream, GET));
    world_send(upstream, "HTTP/1.1 200 Fine by me\r\nServer:x\r\nContent-Length: 2\r\n\r\nok");
    EXPECT(world_comes(client, "HTTP/1.1 200 Fine by me\r\nServer:x\r\nContent-Length: 2\r\n\r\nok"));
    EXPECT(world_await(&seen.closes, 1));
    EXPECT(world_saw(&seen.head, "GET /a?b=%20c|Host=s3.example|x-Odd=kept as it is|"));
    EXPECT(world_saw(&seen.reply_body, "ok"));
    EXPECT_INT(seen.end, HTTP_RELAY_COMPLETE);
    (void)close(upstream);
    (void)close(client);
}

int main(void) {
    world_start((struct http_proxy_options){0}, (struct http_proxy_entry){0});
    TEST(a_request_and_its_reply_pass_byte_for_byte);
    world_end();
    return tap_done();
}
