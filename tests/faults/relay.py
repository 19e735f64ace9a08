"""A TCP relay that knows nothing of what it carries, to part a replica from its primary."""
import socket
import threading


class Relay:
    """Listens on `port` while it is open. Thread-safe."""

    def __init__(self, target, port):
        self.target, self.port = target, port
        self.lock = threading.Lock()
        self.flowing = threading.Event()
        self.flowing.set()
        self.ends = set()
        self.closed = False
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def stall(self):
        """Nothing passes, connections stay."""
        self.flowing.clear()

    def close(self):
        """Ends all connections; what they had not carried is gone. May be called again."""
        if self.closed:
            return
        self.closed = True
        # A listener that another thread waits at goes on taking connections until it is shut down.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for end in self.ends:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.flowing.set()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                return
            server.settimeout(None)
            with self.lock:
                self.ends |= {client, server}
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=(source, sink), daemon=True).start()

    def carry(self, source, sink):
        """Asks whether it may before each write: what is read and not written then is lost."""
        try:
            while data := source.recv(1 << 16):
                self.flowing.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
