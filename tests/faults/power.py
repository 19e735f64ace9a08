"""A Redis that may lose power: what was not synced is gone (tests/support/power_loss.cc)."""
import redis_server


class PoweredRedis(redis_server.RedisServer):
    """Each sync takes `delay_ms` longer, so that there is something to lose."""

    def __init__(self, stores, directory, *options, delay_ms=5):
        self.synced_log = directory.parent / f"{directory.name}.synced"
        super().__init__(stores, directory, *options, env={
            "LD_PRELOAD": str(stores.build / "bin" / "power_loss.so"),
            "POWER_LOSS_LOG": str(self.synced_log), "POWER_LOSS_DELAY_MS": str(delay_ms)})

    def lose_power(self):
        """Kills it; what was not synced is gone when it starts again. How many bytes that is."""
        self.kill()
        return self.cut_to_synced()

    def cut_to_synced(self):
        synced = {}
        for line in self.synced_log.read_text().splitlines():
            size, path = line.split(" ", 1)
            synced[path] = int(size)
        lost = 0
        for path in self.append_only_files():
            size = path.stat().st_size
            kept = min(size, synced.get(str(path.resolve()), 0))
            lost += size - kept
            with open(path, "r+b") as file:
                file.truncate(kept)
            # The next start goes on from here.
            with open(self.synced_log, "a", encoding="utf-8") as log:
                log.write(f"{kept} {path.resolve()}\n")
        return lost
