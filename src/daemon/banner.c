/* SPDX-License-Identifier: Apache-2.0 */
#include "banner.h"

#include "base/buf.h"
#include "base/own.h"
#include "sys/process.h"

#include <stdio.h>
#include <string.h>

static bool is_plain(const char *word) {
    return word[0] != '\0' &&
           word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "/._-+,:@%")] == '\0';
}

/* As a shell takes it for one word. */
static void append_word(struct buf *buf, const char *word) {
    if (is_plain(word)) {
        buf_append_text(buf, word);
        return;
    }
    buf_append_char(buf, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            buf_append_text(buf, "'\\'");
        buf_append_char(buf, *word);
    }
    buf_append_char(buf, '\'');
}

/* A path that holds in every folder; the text itself where it names no file. */
static void append_path(struct buf *buf, const char *path) {
    SCOPED(own_free) char *absolute = process_absolute_path(path);
    append_word(buf, absolute != NULL ? absolute : path);
}

void daemon_banner_print(const struct daemon_banner *banner) {
    SCOPED(buf_finish) struct buf program = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf data = BUF_INIT(BUF_UNBOUNDED);
    if (strchr(banner->program, '/') != NULL)
        append_path(&program, banner->program);
    else
        append_word(&program, banner->program); /* the shell found it on its path, and will again */
    append_path(&data, banner->data);
    printf("Cairn listens on %.*s\n", STR(banner->endpoint));
    if (banner->has_given_credentials)
        printf("credentials: those of CAIRN_ROOT_ACCESS_KEY_ID; in the other terminal they are "
               "AWS_ACCESS_KEY_ID "
               "and AWS_SECRET_ACCESS_KEY\n");
    else
        printf("credentials: %.*s/root-credentials.json\n", STR(buf_str(&data)));
    printf("next, in another terminal:\n");
    static const char *const steps[][2] = {
        {"demo", "load sample records"}, {"lookup", "look them up"}, {"tail", "follow new events"}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        printf("  %.*s %s --data %.*s    # %s\n", STR(buf_str(&program)), steps[i][0], STR(buf_str(&data)),
            steps[i][1]);
    if (banner->gateway.size > 0)
        printf(
            "calls that clients send to %.*s are recorded; with the credentials of the service behind it:\n"
            "  aws --endpoint-url %.*s s3 ls\n",
            STR(banner->gateway), STR(banner->gateway));
    else
        printf("to record the calls to a service of yours, say on port 9000, start with\n"
               "  --gateway 127.0.0.1:8421=http://127.0.0.1:9000\n"
               "and let its clients use http://127.0.0.1:8421\n");
    (void)fflush(stdout);
}
