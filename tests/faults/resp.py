"""A small client of Redis' protocol, and its framing for whoever reads the wire."""
import re
import socket


class RedisError(Exception):
    """An error that Redis answered."""


def frame_end(data, at):
    """Where the value that begins at `at` ends, or None while it is not all there."""
    line = data.find(b"\r\n", at)
    if line < 0:
        return None
    kind, text = data[at:at + 1], data[at + 1:line]
    end = line + 2
    if kind == b"$":
        size = int(text)
        if size >= 0:
            end += size + 2
        return end if end <= len(data) else None
    if kind == b"*":
        for _ in range(max(0, int(text))):
            end = frame_end(data, end)
            if end is None:
                return None
    return end


def decode(data, at=0):
    """The complete value at `at` and where it ends. Errors are RedisError values, not raised."""
    line = data.index(b"\r\n", at)
    kind, text = data[at:at + 1], bytes(data[at + 1:line])
    end = line + 2
    if kind == b"+":
        return text.decode(), end
    if kind == b"-":
        return RedisError(text.decode(errors="replace")), end
    if kind == b":":
        return int(text), end
    if kind == b"$":
        size = int(text)
        if size < 0:
            return None, end
        return bytes(data[end:end + size]).decode(errors="replace"), end + size + 2
    if kind == b"*":
        if int(text) < 0:
            return None, end
        items = []
        for _ in range(int(text)):
            item, end = decode(data, end)
            items.append(item)
        return items, end
    raise ValueError(f"not a value of Redis: {bytes(data[at:at + 20])!r}")


def encode(arguments):
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        data = argument if isinstance(argument, bytes) else str(argument).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


class Redis:
    """One connection, for one thread. Raises RedisError for an error reply, OSError when it broke."""

    def __init__(self, port, user=None, password=None, timeout=10, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.buffer = bytearray()
        if password:
            self.call("AUTH", user, password)

    def call(self, *arguments):
        return self.pipeline([arguments])[0]

    def pipeline(self, commands):
        """Sends all, then reads all answers; raises the first error."""
        self.socket.sendall(b"".join(encode(command) for command in commands))
        answers = [self.receive() for _ in commands]
        for answer in answers:
            if isinstance(answer, RedisError):
                raise answer
        return answers

    def receive(self):
        while True:
            end = frame_end(self.buffer, 0) if self.buffer else None
            if end is not None:
                value, _ = decode(self.buffer)
                del self.buffer[:end]
                return value
            data = self.socket.recv(1 << 20)
            if not data:
                raise ConnectionError("Redis closed the connection")
            self.buffer += data

    def close(self):
        self.socket.close()


def as_map(flat):
    return dict(zip(flat[::2], flat[1::2]))


# A function of the queue, by its name in Redis.
FUNCTION = re.compile(r"lif_v(\d+)_(\w+)")


def answer_of(function, reply):
    """What a function of the queue answers. From version 2 on an epoch and a number go before it."""
    version = int(FUNCTION.fullmatch(function).group(1))
    return reply if version == 1 or isinstance(reply, RedisError) else reply[2]
