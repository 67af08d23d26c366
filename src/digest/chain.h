/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain: which chains there are, when their next digest is due, and planning it.
 *
 * Threads: one owner.
 */
#pragma once

#include "catalog/digests.h"
#include "catalog/trails.h"
#include "digest/digest.h"

struct digest_planner {
    struct catalog *catalog;
    struct digest_options options; /* complete */
    struct moment now;             /* of this step */
    bool unsettled;                /* something waits for delivery: look again soon */
    struct moment next_due;        /* the end of the next window */
};

/* Open chains, plan every digest that is due, close chains that have ended. Sets `unsettled` and
 * `next_due` anew. */
NODISCARD bool digest_chain_plan_all(struct digest_planner *planner, struct error *error);
