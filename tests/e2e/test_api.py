"""A stranger's client: stubs generated from proto/, reflection, health."""
import grpc

REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
HEALTH = "/grpc.health.v1.Health/Check"
LIST_SERVICES = b"\x3a\x01*"  # ServerReflectionRequest{list_services: "*"}
SERVING = b"\x08\x01"         # HealthCheckResponse{status: SERVING}


def submit(stubs, channel, manifest_id, **options):
    client = stubs.build_rpc.BuildServiceStub(channel)
    answer = client.SubmitBuilds(stubs.build.SubmitBuildsRequest(
        builds=[stubs.build.BuildRequest(manifest_id=manifest_id, platforms=["linux/amd64"])],
        **options), timeout=30)
    return client, answer


def test_submit_and_watch_to_the_end(factory, stubs, channel):
    client, answer = submit(stubs, channel, "tiny-api",
                            rerun=stubs.build.RERUN_POLICY_ALWAYS)
    build = answer.builds[0]
    assert build.disposition == stubs.build.DISPOSITION_QUEUED, build
    assert len(build.build_id) == 26 and len(build.build_key) == 64

    events = [reply.event for reply in client.WatchBuilds(
        stubs.build.WatchBuildsRequest(build_ids=[build.build_id]), timeout=120)]
    assert {event.build_id for event in events} == {build.build_id}
    assert [event.last for event in events] == [False] * (len(events) - 1) + [True]
    assert events[-1].outcome == stubs.common.OUTCOME_COMPATIBLE, events[-1]
    assert "@sha256:" in events[-1].image

    record = stubs.record_rpc.RecordServiceStub(channel).GetRecord(
        stubs.record.GetRecordRequest(build_id=build.build_id), timeout=30).record
    assert record.build_key == build.build_key
    assert record.outcome == stubs.common.OUTCOME_COMPATIBLE
    assert f"{record.repository}@{record.image_digest}" == events[-1].image


def test_the_log_is_streamed_from_any_offset(factory, stubs, channel):
    client, answer = submit(stubs, channel, "tiny-api")
    build_id = answer.builds[0].build_id
    for _ in client.WatchBuilds(stubs.build.WatchBuildsRequest(build_ids=[build_id]), timeout=120):
        pass
    whole = read_log(stubs, client, build_id, 0)
    assert b"hello from the build" in whole
    assert read_log(stubs, client, build_id, 10) == whole[10:]


def read_log(stubs, client, build_id, offset):
    data = b""
    for part in client.StreamBuildLog(stubs.build.StreamBuildLogRequest(
            build_id=build_id, offset=offset, follow=True), timeout=60):
        assert part.offset == offset + len(data) or not part.data
        data += part.data
    return data


def test_an_unknown_manifest_names_near_ones(factory, stubs, channel):
    _, answer = submit(stubs, channel, "tiny-apj")
    build = answer.builds[0]
    assert build.disposition == stubs.build.DISPOSITION_INVALID
    assert build.invalid_code == "MANIFEST_NOT_FOUND"
    assert "tiny-api" in build.reason


def test_rpcs_of_later_versions_are_unimplemented_by_name(factory, stubs, channel):
    client = stubs.record_rpc.RecordServiceStub(channel)
    try:
        client.SearchPackages(stubs.record.SearchPackagesRequest(), timeout=10)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNIMPLEMENTED
        assert "SearchPackages" in error.details()
    else:
        raise AssertionError("SearchPackages answered")


def test_reflection_lists_the_services(factory, channel):
    call = channel.stream_stream(REFLECTION)
    reply = next(call(iter([LIST_SERVICES]), timeout=10))
    for service in ("BuildService", "CatalogService", "RecordService", "FleetService"):
        assert f"lif.v1.{service}".encode() in reply
    assert b"grpc.health.v1.Health" in reply


def test_health_is_serving(factory, channel):
    assert channel.unary_unary(HEALTH)(b"", timeout=10) == SERVING
