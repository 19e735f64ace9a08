"""A Redis with the configuration that deploy/lib writes, which a test may break."""
import shutil
import time

import processes
import resp


class RedisServer:
    """Lives in `directory`; `options` are added to the command line, so they win.

    Those of a run share one configuration; who has it rewritten gives its own `config`.
    """

    def __init__(self, stores, directory, *options, env=None, port=None, wrap=(), config=None):
        self.stores, self.directory = stores, directory
        self.config = config or stores.state / "etc/redis.conf"
        self.port = port or processes.free_port()
        self.options, self.env, self.wrap = list(options), env, list(wrap)
        self.daemon = None
        directory.mkdir(parents=True, exist_ok=True)

    def start(self, seconds=20, host="127.0.0.1"):
        self.launch()
        deadline = time.monotonic() + seconds
        while not self.answers(host):
            assert self.daemon.alive(), f"Redis ended:\n{self.log()[-2000:]}"
            assert time.monotonic() < deadline, f"Redis is not ready:\n{self.log()[-2000:]}"
            time.sleep(0.02)
        return self

    def launch(self):
        """Without waiting for it."""
        # Before others on a busy machine: the time that its calls take is to be its own.
        argv = [*self.wrap, "nice", "-n", "-10", "redis-server", self.config, "--port", self.port,
                "--dir", self.directory, *self.options]
        self.daemon = processes.Daemon("redis", argv, self.directory / "redis.log", self.env)
        self.daemon.start()

    def answers(self, host="127.0.0.1"):
        try:
            connection = self.connect(timeout=1, host=host)
            connection.call("PING")
            connection.close()
        except (OSError, resp.RedisError):
            return False
        return True

    def connect(self, timeout=10, host="127.0.0.1"):
        return resp.Redis(self.port, "admin", self.stores.secret("redis-admin"), timeout, host)

    def kill(self):
        self.daemon.kill()

    def stop(self):
        if self.daemon:
            self.daemon.stop()

    def erase(self):
        """Starts empty next time."""
        shutil.rmtree(self.directory / "appendonlydir", ignore_errors=True)

    def log(self):
        return (self.directory / "redis.log").read_text(errors="replace")

    def append_only_files(self):
        """Those that hold commands, in the order in which they are read."""
        return sorted((self.directory / "appendonlydir").glob("*.incr.aof"),
                      key=lambda path: int(path.name.split(".")[-3]))
