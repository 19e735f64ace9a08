"""A factory of two control planes and two executor hosts, each with a Docker engine of its own."""
import concurrent.futures
import os

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

import factory as factories  # noqa: E402
import grpc  # noqa: E402  (it reads the environment when it is imported)
import processes  # noqa: E402

import layer_oracle as oracle  # noqa: E402
import registry as registries  # noqa: E402
import run_counter  # noqa: E402

BUILD_SECONDS = 240


class SecondEngine:
    """A dockerd of its own beside the one that is there: own bridge, data, process file, socket."""

    def __init__(self):
        self.made = factories.Factory(executors=0)
        self.made.env["LIF_ENGINE"] = "own"
        self.host = None

    def start(self):
        self.made.script("start", "docker")
        self.host = (self.made.state / "etc" / "engine.host").read_text().strip()

    def stop(self):
        self.made.stop()

    def forget_builds(self):
        """Nothing of an earlier build answers for a later one."""
        factories.docker("--host", self.host, "buildx", "prune", "--all", "--force")
        factories.docker("--host", self.host, "image", "prune", "--all", "--force")


class Hosts:
    """Start with start(), end with stop(). executor-1 is on the engine found, executor-2 on the second."""

    def __init__(self, stubs, slots=2):
        self.stubs = stubs
        self.counter = run_counter.RunCounter()
        self.engine = SecondEngine()
        self.factory = factories.Factory(executors=1, slots=slots)
        # What SBOMs cost is measured elsewhere; both hosts build on the host's network, where the
        # RUNs reach the counter.
        self.factory.env |= {"LIF_SBOM": "off", "LIF_DEBIAN_BASE": "off"}
        (self.factory.state / "etc").mkdir()
        (self.factory.state / "etc" / "engine.network").write_text("host\n")
        self.replica = None
        self.channels = []
        self.registry = None

    def start(self):
        self.counter.start()
        self.engine.start()
        self.factory.start()
        self.registry = registries.Registry(self.factory.info["registry"])
        self.start_executor("executor-2")
        self.channels = [grpc.insecure_channel(address)
                         for address in (self.factory.info["server"], self.start_replica())]
        for channel in self.channels:
            grpc.channel_ready_future(channel).result(30)

    def stop(self):
        self.counter.stop()
        for channel in self.channels:
            channel.close()
        if self.replica:
            self.replica.stop()
        self.factory.stop()
        self.engine.stop()

    def start_replica(self):
        """A second control plane with the configuration of the first, on a port of its own."""
        address = f"127.0.0.1:{factories.free_port()}"
        self.replica = processes.Daemon(
            "controlplane-2",
            [self.factory.binary("lif-controlplane"), "--config",
             self.factory.state / "etc" / "controlplane.ini", "--listen", address,
             "--http-listen", "127.0.0.1:0"],
            self.factory.state / "log" / "controlplane-2.log").start()
        return address

    # Executors.

    def start_executor(self, name):
        env = {"DOCKER_HOST": self.engine.host} if name == "executor-2" else {}
        self.factory.script("start", name, **env)

    def stop_executor(self, name):
        self.factory.script("stop", name)

    # Builds.

    def publish(self, stacks):
        self.factory.publish(stacks.directory, "busybox")

    def builds_rpc(self, replica=0):
        return self.stubs.build_rpc.BuildServiceStub(self.channels[replica])

    def submit(self, names, replica=0, rerun="DEFAULT", platforms=("linux/amd64",)):
        """The answers: one a manifest and platform."""
        proto = self.stubs.build
        answer = self.builds_rpc(replica).SubmitBuilds(proto.SubmitBuildsRequest(
            builds=[proto.BuildRequest(manifest_id=name, platforms=platforms) for name in names],
            rerun=proto.RerunPolicy.Value(f"RERUN_POLICY_{rerun}")), timeout=60)
        assert answer.invalid == 0, answer
        return list(answer.builds)

    def race(self, names, clients=4):
        """Each client submits all names in an order of its own; the answers of each."""
        def submit(number):
            turn = number * len(names) // clients
            return self.submit(names[turn:] + names[:turn], replica=number % 2)
        with concurrent.futures.ThreadPoolExecutor(clients) as pool:
            return list(pool.map(submit, range(clients)))

    def await_ends(self, answers):
        """Until each build is over: build ID → its last event."""
        ids = sorted({answer.build_id for answer in answers})
        ends = {}
        try:
            for event in self.builds_rpc().WatchBuilds(
                    self.stubs.build.WatchBuildsRequest(build_ids=ids), timeout=BUILD_SECONDS):
                if event.event.last:
                    ends[event.event.build_id] = event.event
        except grpc.RpcError as error:
            raise AssertionError(f"{error.details()}: {len(ends)} of {len(ids)} ended\n"
                                 f"{self.explain()}") from error
        assert sorted(ends) == ids
        return ends

    def await_outcomes(self, answers):
        """Manifest ID → outcome, in lower case; one platform each."""
        ends = self.await_ends(answers)
        word = self.stubs.common.Outcome.Name
        return {answer.manifest_id: word(ends[answer.build_id].outcome).split("_")[-1].lower()
                for answer in answers}

    def build(self, names, **how):
        """Builds all and asserts that they are compatible. Answers what SubmitBuilds did."""
        answers = self.submit(names, **how)
        assert self.await_outcomes(answers) == dict.fromkeys(names, "compatible"), self.explain()
        return answers

    def dispositions(self, answers):
        word = self.stubs.build.Disposition.Name
        return [word(answer.disposition).split("_")[-1].lower() for answer in answers]

    def running_layers(self):
        """Executor → build IDs of the layers that it builds now."""
        proto = self.stubs.build
        listed = self.builds_rpc().ListBuilds(proto.ListBuildsRequest(
            page_size=1000, states=[self.stubs.common.BUILD_STATE_RUNNING],
            kind=self.stubs.common.JOB_KIND_LAYER), timeout=20)
        found = {}
        for build in listed.builds:
            found.setdefault(build.executor, []).append(build.build_id)
        return found

    # Verdicts.

    def look(self, prefix):
        return oracle.look(self.factory, self.registry, prefix)

    def layers(self, prefix):
        """The ledger's rows of the modules whose names begin so."""
        rows = self.factory.query("SELECT layer_key, generation, module_ref, build_id, "
                                  f"manifest_digest FROM layers WHERE module_ref LIKE '{prefix}%'")
        return [(row[0], int(row[1]), row[2].split("@")[0], *row[3:]) for row in rows]

    def check_once(self, prefix, in_vain=0):
        """Each layer shows one UUID, and all RUNs but `in_vain` ended in the registry."""
        seen = self.look(prefix)
        found = oracle.violations(seen)
        assert not found, "\n".join(found)
        runs = self.counter.runs(prefix)
        uuids = {sighting.uuid for sighting in seen}
        executed = [run.uuid for run in runs]
        assert len(set(executed)) == len(executed)
        assert uuids <= set(executed), "a layer that no RUN of these tests wrote"
        assert len(executed) - len(uuids) == in_vain, sorted(
            run for run in runs if run.uuid not in uuids)
        return seen

    def explain(self):
        names = ("executor-1", "executor-2", "controlplane")
        return "\n".join(f"---- {name}\n{self.factory.log(name)[-3000:]}" for name in names)
