"""Rows 4, 5, 6, 14 and 24: calls whose answers are lost, and calls made again."""
import concurrent.futures
import threading
import time

import grpc

import client as clients
import factory as factories
import fleet as fleets
import graph
import resp


def test_row_04_the_control_plane_is_killed_after_the_submit_ran(make_fleet, report):
    fleet = make_fleet()
    proxy = fleet.proxy()
    daemon = fleet.add_controlplane(redis_port=proxy.port)
    names = fleet.publish({f"m-{number}": "sleep-50" for number in range(10)})
    client = fleet.client()
    rule = proxy.on("submit", "hold")
    request_id = clients.new_ulid()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = pool.submit(client.submit, *names, request_id=request_id)
        assert rule.hit.wait(20)
        daemon.kill()
        refused = asked.exception(20)
    assert isinstance(refused, grpc.RpcError) and refused.code() == grpc.StatusCode.UNAVAILABLE
    rule.release()
    ((_, made),) = rule.calls
    daemon.start()
    answer = client.submit_until_accepted(*names, request_id=request_id)
    assert [build.build_id for build in answer.builds] == made[::3]
    assert len(fleet.job_ids()) == len(names)
    fleet.add_executor(slots=4)
    fleet.ledger.verify(fleet)
    assert len(fleet.executions("build")) == len(names)
    report.say("the retry answered the same 10 build IDs; 10 jobs, 10 builds")


def test_row_04_the_client_is_killed_between_two_chunks(make_fleet, report):
    fleet = make_fleet()
    proxy = fleet.proxy()
    fleet.add_controlplane(redis_port=proxy.port)
    names = fleet.publish({f"m-{number}": "sleep-0" for number in range(200)})
    client = fleet.client()
    request_id = clients.new_ulid()
    rule = proxy.on("submit", "hold", matches=lambda arguments, reply: arguments[8] == "1")
    doomed = fleet.client()
    future = doomed.builds.SubmitBuilds.future(doomed.request(names, request_id=request_id))
    assert rule.hit.wait(20)
    doomed.close()
    assert future.cancelled() or future.done()
    time.sleep(0.5)  # until the server has seen that nobody listens
    rule.release()
    time.sleep(1)
    valid = {job_id.split(".")[0] for job_id in fleet.job_ids()}
    # Two chunks are under way at a time: the third went out when the first was answered.
    assert len(valid) in (64, 96), len(valid)
    # What was queued lives: it is built though nobody asked again.
    fleet.add_executor(slots=4)
    fleet.await_idle()
    keys = {build.build_key for build in client.plan(*names)}
    built = fleet.query(f"SELECT build_key FROM records WHERE manifest_id LIKE '{fleet.prefix}-%'")
    assert {row[0] for row in built} == valid <= keys
    answer = client.submit(*names, request_id=request_id)
    assert {build.build_key for build in answer.builds} == keys
    fleet.ledger.verify(fleet)
    assert len(fleet.executions("build")) == len(names)
    report.say(f"killed during chunk 2 of 7: {len(valid)} jobs lived and were built; submitted "
               "again, 200 jobs, 200 builds")


def test_row_05_the_reply_of_a_claim_is_lost(make_fleet, report):
    fleet = make_fleet()
    proxy = fleet.proxy()
    fleet.add_controlplane()
    proxy.watch("claim")
    (name,) = fleet.publish({"claimed": "sleep-300"})
    rule = proxy.on("claim", "drop", times=2, matches=lambda arguments, reply: len(reply) > 0)
    fleet.add_executor(redis_port=proxy.port)
    fleet.client().submit(name)
    assert rule.hit.wait(20)
    fleet.ledger.verify(fleet)
    answered = [(arguments[6], resp.as_map(reply)["tok"])
                for _, arguments, reply in proxy.seen if reply]
    # Two were lost, the third arrived: one nonce, one token.
    assert len(answered) == 3 and len(set(answered)) == 1, answered
    (run,) = fleet.executions("build", name)
    assert run.token == int(answered[0][1])
    report.say("2 replies of a claim lost: asked 3 times with one nonce, one token, one build")


def test_row_06_the_reply_of_a_complete_is_lost(make_fleet, report):
    fleet = make_fleet()
    proxy = fleet.proxy()
    fleet.add_controlplane()
    parent, *kids = fleet.publish({"parent": "sleep-100", **{
        f"kid-{number}": "sleep-50" for number in range(8)}})
    client = fleet.client()
    jobs = graph.jobs_of(client.plan(parent, *kids))
    queue = graph.Queue(fleet)
    queue.submit(jobs[:1])
    queue.submit(jobs[1:], needs=[jobs[0].job_id])
    fleet.ledger.add(jobs)
    events = graph.Events(fleet)
    rule = proxy.on("complete_and_claim", "drop", times=2)
    proxy.watch("complete_and_claim")
    fleet.add_executor(redis_port=proxy.port, slots=2)
    assert rule.hit.wait(20)
    fleet.ledger.verify(fleet)
    first = [(arguments[4:], reply) for _, arguments, reply in proxy.seen
             if arguments[4] == jobs[0].job_id]
    # Asked again with one nonce, it gives the same job again: one that it released.
    claimed = {(resp.as_map(reply)["id"], resp.as_map(reply)["tok"]) for _, reply in first}
    assert len(first) >= 2 and len(claimed) == 1, first
    assert claimed.pop()[0] in {job.job_id for job in jobs[1:]}, first
    assert len({tuple(arguments) for arguments, _ in first}) == 1, first
    ready = events.count("ready")
    assert {ready[job.build_id] for job in jobs} == {1}, ready
    assert len(fleet.executions("build")) == len(jobs)
    report.say(f"the complete was sent {len(first)} times and gave the same next job each time; 8 "
               "dependants released once")


def test_row_14_the_functions_are_flushed(fleet, report):
    names = fleet.publish({f"m-{number}": "sleep-50" for number in range(60)})
    fleet.add_executors(2, slots=2)
    admin = fleet.redis.connect()
    with clients.Load(fleet.client(), names, clients=3, pause=0.1) as load:
        for _ in range(3):
            time.sleep(0.6)
            admin.call("FUNCTION", "FLUSH")
    assert not load.errors, load.errors
    fleet.ledger.verify(fleet)
    assert len(fleet.executions("build")) == len(names)
    report.say("3 times FUNCTION FLUSH under load: 60 submits, no error, 60 builds")


def test_row_14_redis_restarts_empty(fleet, report):
    names = fleet.publish({f"m-{number}": "sleep-50" for number in range(20)})
    fleet.add_executor(slots=2)
    client = fleet.client()
    client.submit(*names[:10])
    fleet.ledger.verify(fleet)
    fleet.redis.kill()
    fleet.redis.erase()
    fleet.redis.start()
    for name in names[10:]:
        client.submit(name)
    fleet.ledger.verify(fleet)
    assert len(fleet.executions("build")) == len(names)
    report.say("restarted empty: the next 10 submits were accepted at once and built")


def test_row_24_a_thousand_submits_of_one_key(fleet, report):
    (name,) = fleet.publish({"one": "sleep-1500"})
    other = fleet.add_controlplane("controlplane-2")
    fleet.add_executor("executor-1", slots=2)
    fleet.add_executor("executor-2", slots=2)
    asked = [fleet.client(), fleet.client(other.address)]
    began = fleets.monotonic()
    gate = threading.Barrier(100)

    def submit(number):
        if number < 100:
            gate.wait(20)
        (build,) = asked[number % 2].submit_until_accepted(name).builds
        return build.build_id

    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        ids = list(pool.map(submit, range(1000)))
    took = fleets.monotonic() - began
    assert len(set(ids)) == 1, set(ids)
    fleet.ledger.verify(fleet)
    assert len(fleet.executions("build", name)) == 1
    assert factories.wait_until(lambda: len(fleet.job_ids()) == 1, 5, "one job")
    report.say(f"1,000 submits by 100 threads through 2 control planes in {took:.1f} s: one build "
               "ID, one execution")
