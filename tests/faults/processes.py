"""Processes of a fleet, each killed, stopped and started by its own pid."""
import os
import random
import signal
import socket
import subprocess


class Daemon:
    """One process with a log file that outlives its restarts."""

    def __init__(self, name, argv, log, env=None):
        self.name, self.argv, self.log_path, self.env = name, [str(word) for word in argv], log, env
        self.process = None

    def start(self):
        assert not self.alive(), f"{self.name} runs already"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=dict(os.environ, **(self.env or {})), start_new_session=True)
        return self

    def alive(self):
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        """As kill -9; waits until it is gone."""
        if self.alive():
            self.process.kill()
            self.process.wait(10)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def stop(self, seconds=30):
        """Asks it to end; a paused process is woken for it, one that does not listen killed."""
        if not self.alive():
            return
        self.resume()
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()


def free_port():
    """A port below those that the kernel gives to outgoing connections."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
