"""Counts the RUNs of the fleet from outside: each asks this server, with a UUID of its own, before it writes.

A RUN that is held waits for its answer, so that a test can do something while it runs; one that is
told to fail ends with an exit code of its own.
"""
import collections
import dataclasses
import http.server
import threading

HOLD_SECONDS = 240


@dataclasses.dataclass(frozen=True)
class Run:
    module: str
    arch: str
    uuid: str


class RunCounter:
    """Listens from start() to stop(). Thread-safe."""

    def __init__(self):
        self.changed = threading.Condition()
        self.all_runs, self.held, self.failing = [], set(), set()
        counter = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = counter.on_run(Run(*self.path.strip("/").split("/")))
                try:
                    self.send_response(answer)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass  # it was killed while it was held

            def log_message(self, *unused):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.release(*self.held)
        self.server.shutdown()
        self.server.server_close()

    def on_run(self, run):
        with self.changed:
            self.all_runs.append(run)
            self.changed.notify_all()
            self.changed.wait_for(lambda: run.module not in self.held, HOLD_SECONDS)
            return 503 if run.module in self.failing else 200

    def runs(self, prefix):
        """Those of the modules whose names begin so, in order."""
        with self.changed:
            return [run for run in self.all_runs if run.module.startswith(prefix)]

    def counts(self, prefix):
        """Module → how often it was executed."""
        return collections.Counter(run.module for run in self.runs(prefix))

    def await_runs(self, module, count, seconds):
        """Until the module was begun `count` times."""
        with self.changed:
            begun = self.changed.wait_for(
                lambda: sum(run.module == module for run in self.all_runs) >= count, seconds)
        assert begun, f"{module} was not begun {count} times within {seconds} s"

    def hold(self, *modules):
        with self.changed:
            self.held.update(modules)

    def release(self, *modules):
        with self.changed:
            self.held.difference_update(modules)
            self.changed.notify_all()

    def fail(self, *modules):
        with self.changed:
            self.failing.update(modules)

    def mend(self, *modules):
        with self.changed:
            self.failing.difference_update(modules)
