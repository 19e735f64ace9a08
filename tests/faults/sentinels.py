"""Redis servers that hand over to each other, and the sentinels that tell them to."""
import shutil
import time

import factory as factories
import processes
import redis_server
import resp

NAME = "main"
QUORUM = 2
DOWN_AFTER_MS = 1000


class Replicated:
    """A primary with one replica, which may reach it through `through`, a port."""

    def __init__(self, stores, directory, *options, through=None):
        directory.mkdir(parents=True, exist_ok=True)
        # Sentinels have servers rewrite their configuration.
        config = directory / "redis.conf"
        common = ("--masteruser", "admin", "--masterauth", stores.secret("redis-admin"),
                  "--repl-diskless-sync-delay", 0, *options)
        self.primary = redis_server.RedisServer(stores, directory / "primary", *common,
                                                config=config.with_name("primary.conf"))
        self.replica = redis_server.RedisServer(
            stores, directory / "replica", "--replicaof", "127.0.0.1",
            through or self.primary.port, *common, config=config.with_name("replica.conf"))
        for server in (self.primary, self.replica):
            shutil.copy(stores.state / "etc/redis.conf", server.config)

    def start_replica(self):
        self.replica.start()
        admin = self.primary.connect()
        factories.wait_until(lambda: "state=online" in admin.call("INFO", "replication"), 20,
                             "the replica follows")

    def promote(self):
        self.replica.connect().call("REPLICAOF", "NO", "ONE")

    def stop(self):
        self.primary.stop()
        self.replica.stop()


def is_primary(server):
    """Whether it answers and takes writes."""
    try:
        connection = server.connect(timeout=1)
        told = connection.call("INFO", "replication")
        connection.close()
    except (OSError, resp.RedisError):
        return False
    return "role:master" in told


class Sentinels:
    """Three real ones that watch `primary`."""

    def __init__(self, stores, directory, primary, count=3):
        self.daemons, self.ports = [], []
        for _ in range(count):
            port = processes.free_port()
            place = directory / f"sentinel-{port}"
            place.mkdir(parents=True)
            config = place / "sentinel.conf"
            config.touch(0o600)
            config.write_text(
                f"port {port}\nbind 127.0.0.1\ndir {place}\n"
                f"sentinel monitor {NAME} 127.0.0.1 {primary.port} {QUORUM}\n"
                f"sentinel auth-user {NAME} admin\n"
                f"sentinel auth-pass {NAME} {stores.secret('redis-admin')}\n"
                f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}\n"
                f"sentinel failover-timeout {NAME} 3000\n")
            self.ports.append(port)
            self.daemons.append(processes.Daemon(
                "sentinel", ["nice", "-n", "-10", "redis-server", config, "--sentinel"],
                place / "log"))

    def start(self):
        for daemon in self.daemons:
            daemon.start()
        factories.wait_until(self.agree, 30, self.log)

    def ask(self, port, *command):
        try:
            connection = resp.Redis(port, timeout=2)
            answer = connection.call("SENTINEL", *command)
            connection.close()
        except (OSError, resp.RedisError):
            return None
        return answer

    def agree(self):
        """Each knows the others and a replica."""
        for port in self.ports:
            known = resp.as_map(self.ask(port, "MASTER", NAME) or [])
            if known.get("num-other-sentinels") != str(len(self.ports) - 1) or \
                    known.get("num-slaves") != "1":
                return False
        return True

    def hand_over(self):
        """Asks one of them to; the replica takes over without a vote."""
        deadline = time.monotonic() + 20
        while self.ask(self.ports[0], "FAILOVER", NAME) != "OK":
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.2)

    def url(self, stores, role):
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return f"redis-sentinel://{role}:{stores.secret('redis-' + role)}@{hosts}/{NAME}"

    def log(self):
        return "\n".join(daemon.log()[-2000:] for daemon in self.daemons)

    def stop(self):
        for daemon in self.daemons:
            daemon.stop()
