/* SPDX-License-Identifier: Apache-2.0 */
/* Several writers on keys that share folders, which come and go under them. */
#include "base/own.h"
#include "objects/upload.h"
#include "support/disk_sim.h"
#include "support/tap.h"
#include "sys/thread.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 300, KEYS = 6 };

static const char *const NAMES[KEYS] = {"d/e/1", "d/e/2", "d/e", "d/f/g/3", "d/f/g", "d/f/g/h/4"};
static const struct str BUCKET = {"bucket", 6};

static struct objects *objects;
static atomic_int failures, created, refused;

static void expect(bool ok, const char *what, const struct error *error) {
    if (ok)
        return;
    atomic_fetch_add(&failures, 1);
    printf("# %s: %s\n", what, error->message);
}

/* A body is its first letter a thousand times: a mixture shows. */
static bool is_whole(struct str body) {
    for (size_t i = 1; i < body.size; i++) {
        if (body.data[i] != body.data[0])
            return false;
    }
    return body.size == 1000;
}

static void work(void *context) {
    unsigned random = *(unsigned *)context;
    char body[1000];
    memset(body, (int)('a' + random), sizeof(body));
    for (int i = 0; i < ROUNDS; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        SCOPED(buf_finish) struct buf out = BUF_INIT(2000);
        struct error error = {0};
        struct objects_list_query query = {.prefix = STR_LITERAL("d/"), .limit = 100};
        struct objects_page page;
        struct str key = str_from(NAMES[(unsigned)rand_r(&random) % KEYS]);
        switch (rand_r(&random) % 4) {
        case 0:
            expect(objects_delete(objects, BUCKET, key, &error), "delete", &error);
            break;
        case 1:
            if (objects_get(objects, BUCKET, key, &arena, &out, NULL, &error))
                expect(is_whole(buf_str(&out)), "a torn object", &error);
            else
                expect(error.kind == ERROR_NOT_FOUND, "get", &error);
            break;
        case 2:
            expect(objects_list(objects, BUCKET, &query, &arena, &page, &error), "list", &error);
            break;
        default:
            expect(objects_put(objects, BUCKET, key, BYTES_OF(body), NULL, STR_EMPTY, &error), "put", &error);
        }
    }
}

static void run(void (*body)(void *context)) {
    struct thread *threads[THREADS];
    unsigned numbers[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        threads[i] = thread_start("writer", body, &numbers[i]);
    }
    for (unsigned i = 0; i < THREADS; i++)
        thread_join(threads[i]);
}

static void writers_in_the_same_folders_do_not_disturb_each_other(void) {
    run(work);
    EXPECT_INT(atomic_load(&failures), 0);
}

static void create_once(void *context) {
    (void)context;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct objects_info info;
    struct objects_commit commit = {.if_none_match = STR_LITERAL("*")};
    struct objects_upload *upload = objects_upload_begin(objects, BUCKET, STR_LITERAL("once"), &error);
    if (upload != NULL && objects_upload_commit(upload, &commit, &arena, &info, &error))
        atomic_fetch_add(&created, 1);
    else
        atomic_fetch_add(&refused, error.kind == ERROR_CONFLICT);
    objects_upload_destroy(upload);
}

static void only_one_of_several_makes_an_object_that_must_be_new(void) {
    run(create_once);
    EXPECT_INT(atomic_load(&created), 1);
    EXPECT_INT(atomic_load(&refused), THREADS - 1);
}

static void open_on(struct disk *disk) {
    struct error error = {0};
    struct objects_bucket bucket = {.name = BUCKET, .owner_account = STR_LITERAL("123456789012")};
    objects = objects_open(disk, NULL, &error);
    EXPECT(objects != NULL && objects_bucket_create(objects, &bucket, &error));
    atomic_store(&created, 0);
    atomic_store(&refused, 0);
}

static void writers_get_on_with_each_other_on_a_real_disk_too(void) {
    struct error error = {0};
    char folder[] = "/tmp/cairn-objects-XXXXXX";
    struct disk *disk = mkdtemp(folder) == NULL ? NULL : disk_real_create(folder, &error);
    EXPECT(disk != NULL);
    if (disk == NULL)
        return;
    open_on(disk);
    run(work);
    EXPECT_INT(atomic_load(&failures), 0);
    run(create_once);
    EXPECT_INT(atomic_load(&created), 1);
    for (int i = 0; i < KEYS; i++)
        EXPECT(objects_delete(objects, BUCKET, str_from(NAMES[i]), &error));
    EXPECT(objects_delete(objects, BUCKET, STR_LITERAL("once"), &error));
    EXPECT(objects_bucket_delete(objects, BUCKET, &error));
    objects_close(objects);
    EXPECT(disk_unlink(disk, "objects/format", &error) &&
           disk_remove_directory(disk, "objects/staging", &error));
    EXPECT(disk_remove_directory(disk, "objects/buckets", &error) &&
           disk_remove_directory(disk, "objects", &error));
    disk_real_destroy(disk);
    EXPECT(rmdir(folder) == 0);
}

int main(void) {
    struct disk_sim *sim = disk_sim_create(1);
    open_on(disk_sim_disk(sim));
    TEST(writers_in_the_same_folders_do_not_disturb_each_other);
    TEST(only_one_of_several_makes_an_object_that_must_be_new);
    objects_close(objects);
    disk_sim_destroy(sim);
    TEST(writers_get_on_with_each_other_on_a_real_disk_too);
    return tap_done();
}
