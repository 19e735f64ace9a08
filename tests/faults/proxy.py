"""A TCP proxy before Redis that loses the reply of a chosen call, stalls, or cuts."""
import selectors
import socket
import threading

import resp


class Rule:
    """What to do with the first replies that match. `hit` is set when the first has come.

    `action`: "drop" loses the reply and the connection with it, after the call has run; "hold"
    keeps the reply until release().
    """

    def __init__(self, function, action, times, matches):
        self.function, self.action, self.times, self.matches = function, action, times, matches
        self.hit = threading.Event()
        self.released = threading.Event()
        self.calls = []  # (arguments, reply) of each hit

    def release(self):
        self.released.set()


class Proxy:
    """Listens on `port` while it is open. Thread-safe."""

    def __init__(self, target, port):
        self.target, self.port = target, port
        self.lock = threading.Lock()
        self.rules = []
        self.seen = []  # (function, arguments, reply) of the functions in `watched`
        self.watched = set()
        self.flowing = threading.Event()
        self.flowing.set()
        self.links = set()
        self.closed = False
        self.listener = socket.create_server(("127.0.0.1", port), backlog=256)
        threading.Thread(target=self.accept, daemon=True).start()

    def on(self, function, action, times=1, matches=lambda arguments, reply: True):
        rule = Rule(function, action, times, matches)
        with self.lock:
            self.rules.append(rule)
        return rule

    def watch(self, *functions):
        self.watched |= set(functions)

    def stall(self):
        """Nothing passes, connections stay."""
        self.flowing.clear()

    def resume(self):
        self.flowing.set()

    def cut(self):
        """Ends all connections; new ones are made as before."""
        with self.lock:
            links = list(self.links)
        for link in links:
            link.close()

    def close(self):
        self.closed = True
        self.listener.close()
        self.resume()
        with self.lock:
            for rule in self.rules:
                rule.release()
        self.cut()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                client.close()
                continue
            link = Link(self, client, server)
            with self.lock:
                self.links.add(link)
            threading.Thread(target=link.run, daemon=True).start()

    def judge(self, arguments, raw):
        """The rule that the reply to `arguments` falls under, or None."""
        called = resp.FUNCTION.fullmatch(arguments[1]) if len(arguments) > 1 else None
        if not called:
            return None
        function = called.group(2)
        with self.lock:
            rules = [rule for rule in self.rules if rule.function == function and rule.times > 0]
            if not rules and function not in self.watched:
                return None
            reply = resp.answer_of(arguments[1], resp.decode(raw)[0])
            if isinstance(reply, resp.RedisError):
                return None
            if function in self.watched:
                self.seen.append((function, arguments, reply))
            for rule in rules:
                if rule.matches(arguments, reply):
                    rule.times -= 1
                    rule.calls.append((arguments, reply))
                    rule.hit.set()
                    return rule
        return None


class Link:
    """One client's connection, and ours to Redis for it."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.settimeout(None)
        self.asked = bytearray()
        self.answered = bytearray()
        self.pending = []

    def close(self):
        for end in (self.client, self.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def run(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.client, selectors.EVENT_READ, self.forward)
            selector.register(self.server, selectors.EVENT_READ, self.answer)
            try:
                going = True
                while going:
                    for key, _ in selector.select():
                        self.proxy.flowing.wait()
                        going = key.data() and going
            except OSError:
                pass
        self.client.close()
        self.server.close()
        with self.proxy.lock:
            self.proxy.links.discard(self)

    def forward(self):
        data = self.client.recv(1 << 18)
        if not data:
            return False
        self.asked += data
        at = 0
        while at < len(self.asked):
            end = resp.frame_end(self.asked, at)
            if end is None:
                break
            arguments, _ = resp.decode(self.asked, at)
            self.pending.append([str(argument) for argument in arguments])
            at = end
        del self.asked[:at]
        self.server.sendall(data)
        return True

    def answer(self):
        data = self.server.recv(1 << 18)
        if not data:
            return False
        self.answered += data
        while self.answered:
            end = resp.frame_end(self.answered, 0)
            if end is None:
                return True
            raw = bytes(self.answered[:end])
            del self.answered[:end]
            arguments = self.pending.pop(0) if self.pending else []
            rule = self.proxy.judge(arguments, raw)
            if rule and rule.action == "drop":
                return False
            if rule and rule.action == "hold":
                rule.released.wait()
            self.client.sendall(raw)
        return True
