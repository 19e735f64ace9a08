// The whole schema of the queue in Redis. Every key begins with "lif:{<factory>}:", one hash tag,
// so that a call may touch any of them. Only the functions of lif_queue_v2 write them. Times are
// milliseconds of Redis' own clock; absent fields are zero or "".
//
// job:<job ID>          HASH  one job; its ID is "<key>.<generation>"
//     st                state: waiting ready delayed active parked ending done
//     kind bid man plat pool max tp   what JobSpec holds: kind, build ID, manifest, platform, pool,
//                       attempts allowed, traceparent
//     req sub           request that made it, and when
//     w                 waiters "tenant:priority:joined;…", at most 256. In this field and not in a
//                       key of its own, which would cost 200 bytes a queued job
//     tok               fencing token of the newest lease: max(previous + 1, TIME in µs)
//     ex at ls chg      of the newest lease, and read while active: executor, claimed at, lease
//                       length, tenant it is charged to ("": none)
//     prog              "1": progress was reported
//     start fin         first claim, end
//     att cr parks      attempts that failed, executors lost, times parked
//     ttl               "1": it stands in ttl, or did
//     nb                while delayed: not before
//     err cls           message and class of the last failed attempt
//     can               "1": nobody waits for it any more; the holder is told by its heartbeat
//     eo ec em eb       forced end: outcome, failure class, message, build ID of the cause
//     out               outcome, once ending or done
//     dead              why it is a dead letter
// bid:<build ID>        STRING  job ID
// rdy:<pool>:<tenant>   ZSET  ready jobs by joined - priority * 10 min: priorities age. A shared
//                             job stands in the set of each who waits
// ten:<pool>            ZSET  tenants with ready work, by slot time served / weight (fairness.lua)
// tenant:<tenant>       HASH  weight, max_queued, max_running (0: no limit), live (jobs not done
//                             that it waits for), run (jobs that run on its account), u:<pool>
//                             ("served run starts": ms / weight, jobs, sum of their claim times).
//                             Expires an hour after its last job when it has no policy
// tenants               ZSET  tenants that have a HASH, all with score 0: by name
// wait                  ZSET  waiting and parked jobs, by submit time
// delay                 ZSET  delayed jobs, by when they are due
// lease                 ZSET  active jobs, by when the lease ends
// blamed                ZSET  ending jobs: ended without an executor and want a record, by when any
//                             executor may claim them
// done                  ZSET  done jobs, by when they ended; removed after the retention time
// dead                  ZSET  dead letters, by when they died; kept until dropped
// ttl                   ZSET  jobs with a queue TTL that have not begun, by when it ends
// release               ZSET  done jobs whose kids are still to be released or blamed
// need:<job ID>         SET   jobs it still waits for
// kids:<job ID>         SET   jobs that wait for it
// nonce:<nonce>         STRING  "job ID token": answer of a claim, kept for one lease
// req:<request ID>      HASH  of a request in chunks: chunks, and "1" for each that arrived
// prog:<job ID>         HASH  progress of an active job
// ex:<executor>         HASH  ExecutorInfo, hb (last heartbeat), lease, drain ("1": told to drain)
// exs                   ZSET  executors by last heartbeat
// pools                 SET   pools that had work or an executor
// cnt:<pool>            HASH  state → jobs in it; vt, the virtual time: score of the newest pick
// bell:<pool>           LIST  wake-up hints for idle executors, at most 64
// ev                    STREAM  b (build ID), s (state), o (outcome) of each transition; up to 100
//                             of one call in an entry, one after another; about 10,000 entries
// log:<build ID>        STREAM  tail of its log; entry IDs are "<offset + 1>-0", field d the bytes
// sealed:<build ID>     LIST  "offset size sha256" of the chunks of its log that are blobs
// meta                  HASH  pulse (last tick), grace (no reaping until), lease (newest length);
//                             epoch, seq, lineage, run: what has been acknowledged, by which server
//                             (epoch.lua); rollbacks, back, back_epoch, back_lost: times that there
//                             was less of it than before, and the newest of them
#pragma once

#include <string>

namespace lif {

// What every function of the library takes as its one key.
inline std::string RedisKeyPrefix(const std::string& factory) {
  return "lif:{" + factory + "}:";
}

}  // namespace lif
