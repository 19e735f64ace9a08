"""A client of the control plane that remembers in a ledger what it was told."""
import os
import random
import threading
import time

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

import grpc  # noqa: E402  (it reads the environment when it is imported)

PLATFORM = "linux/amd64"
ULID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PATIENCE = 120


def new_ulid():
    number = (int(time.time() * 1000) << 80) | random.getrandbits(80)
    return "".join(ULID_LETTERS[(number >> (5 * place)) & 31] for place in reversed(range(26)))


class Client:
    """Thread-safe."""

    def __init__(self, stubs, address, ledger):
        self.stubs, self.ledger = stubs, ledger
        self.channel = grpc.insecure_channel(address, [
            ("grpc.max_receive_message_length", 64 << 20),
            ("grpc.max_send_message_length", 128 << 20),
            # Told at once when it is back, and not after a pause that doubles.
            ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)])
        self.builds = stubs.build_rpc.BuildServiceStub(self.channel)
        self.fleet = stubs.fleet_rpc.FleetServiceStub(self.channel)

    def close(self):
        self.channel.close()

    def request(self, names, **fields):
        proto = self.stubs.build
        return proto.SubmitBuildsRequest(
            builds=[proto.BuildRequest(manifest_id=name, platforms=[PLATFORM]) for name in names],
            **fields)

    def submit(self, *names, timeout=20, **fields):
        """One call; raises grpc.RpcError. What it answers is in the ledger."""
        answer = self.builds.SubmitBuilds(self.request(names, **fields), timeout=timeout)
        self.ledger.add(answer.builds)
        return answer

    def submit_until_accepted(self, *names, seconds=PATIENCE, on_error=None, **fields):
        """Again with the same request ID for as long as it is UNAVAILABLE, as clients do."""
        fields.setdefault("request_id", new_ulid())
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.submit(*names, **fields)
            except grpc.RpcError as error:
                if on_error:
                    on_error(error)
                assert error.code() in RETRIED, f"{error.code()}: {error.details()}"
                assert time.monotonic() < deadline, f"after {seconds} s: {error.details()}"
            time.sleep(0.1)

    def plan(self, *names):
        """What a submit would make of them: builds with keys and pools; nothing is queued."""
        return self.builds.SubmitBuilds(self.request(names, validate_only=True), timeout=20).builds

    def build(self, build_id):
        return self.builds.GetBuild(self.stubs.build.GetBuildRequest(build_id=build_id),
                                    timeout=20).build


RETRIED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED,
           grpc.StatusCode.DEADLINE_EXCEEDED)


class Load:
    """`clients` threads that submit `names`, `batch` in a call, each until it is accepted.

    `pause` seconds lie between two calls of a thread. `errors` holds what was answered otherwise.
    """

    def __init__(self, client, names, clients=4, batch=1, pause=0.05):
        self.client, self.batch, self.pause = client, batch, pause
        self.names = list(names)
        self.lock = threading.Lock()
        self.errors, self.broken = [], []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *unused):
        if kind is not None:
            self.stopping.set()
        self.finish()

    def finish(self):
        """Waits until all is submitted, or what stop() left."""
        for thread in self.threads:
            thread.join()
        assert not self.broken, self.broken[0]

    def stop(self):
        self.stopping.set()
        self.finish()

    def take(self):
        with self.lock:
            taken, self.names = self.names[:self.batch], self.names[self.batch:]
        return taken

    def run(self):
        try:
            while not self.stopping.is_set():
                names = self.take()
                if not names:
                    return
                self.client.submit_until_accepted(*names, on_error=self.errors.append)
                self.stopping.wait(self.pause)
        except Exception as error:  # a thread's failure is its test's
            self.broken.append(error)
