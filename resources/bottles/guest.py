# The same as guest.mjs, where an image has Python.
import errno
import os
import select
import socket
import struct
import sys
import time

WINDOW = 256 * 1024
MOST = 16 * 1024
GONE = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR)


def listen(port):
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen(128)
    server.setblocking(False)
    return server


class Side:
    """A connection, and what is still to be written to it."""

    def __init__(self, sock):
        self.sock = sock
        self.out = bytearray()
        self.credit = WINDOW
        self.ended = False
        self.finishing = False
        self.finished = False
        sock.setblocking(False)

    def flush(self):
        """How many bytes were written; None when the connection broke."""
        done = 0
        while self.out:
            try:
                sent = self.sock.send(self.out)
            except OSError as error:
                if error.errno in GONE:
                    break
                return None
            del self.out[:sent]
            done += sent
        if self.finishing and not self.out and not self.finished:
            self.finished = True
            try:
                self.sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        return done

    def breaks(self):
        """What is closed now was not finished, and the other end is to know."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def read(self, most):
        """Bytes; empty at the end; None when there are none yet; False when the connection broke."""
        try:
            return self.sock.recv(most)
        except OSError as error:
            return None if error.errno in GONE else False


def write(data):
    while data:
        data = data[os.write(1, data):]


def send(kind, channel, payload=b""):
    write(struct.pack(">BIH", kind, channel, len(payload)) + payload)


def mux(ports):
    write(b"CELLAR-MUX-1\n")
    try:
        servers = {}
        for port in ports:
            server = listen(port)
            servers[server.fileno()] = (server, port)
        send(0, 0)
    except OSError as error:
        send(0, 0, str(error).encode()[:1000])
        servers = {}
    sides = {}
    count = 1
    pending = b""
    silence = 0
    heard = time.monotonic()

    def drop(channel, tell):
        side = sides.pop(channel, None)
        if side is not None:
            if not (side.ended and side.finished):
                side.breaks()
            side.sock.close()
            if tell:
                send(4, channel)

    def flush(channel):
        side = sides.get(channel)
        if side is None:
            return
        done = side.flush()
        if done is None:
            drop(channel, True)
            return
        if done:
            send(5, channel, struct.pack(">I", done))
        if side.ended and side.finished:
            drop(channel, False)

    while True:
        away = silence > 0 and time.monotonic() - heard > silence
        if away:
            # Nobody reads the other end of the stream any more: what waits here is told.
            for channel in list(sides):
                drop(channel, False)
        poll = select.poll()
        poll.register(0, select.POLLIN)
        for fd in servers:
            poll.register(fd, select.POLLIN)
        channels = {}
        for channel, side in sides.items():
            wanted = (select.POLLIN if side.credit > 0 and not side.ended else 0) | (select.POLLOUT if side.out else 0)
            if wanted:
                poll.register(side.sock.fileno(), wanted)
                channels[side.sock.fileno()] = channel
        for fd, event in poll.poll(500):
            if fd == 0:
                data = os.read(0, 65536)
                if not data:
                    return
                heard = time.monotonic()
                pending += data
                while len(pending) >= 7:
                    kind, channel, length = struct.unpack(">BIH", pending[:7])
                    if len(pending) < 7 + length:
                        break
                    payload, pending = pending[7:7 + length], pending[7 + length:]
                    if kind == 6:
                        silence = struct.unpack(">H", payload)[0]
                    side = sides.get(channel)
                    if side is None:
                        continue
                    if kind == 2:
                        side.out += payload
                        flush(channel)
                    elif kind == 3:
                        side.finishing = True
                        flush(channel)
                    elif kind == 4:
                        drop(channel, False)
                    elif kind == 5:
                        side.credit += struct.unpack(">I", payload)[0]
            elif fd in servers:
                server, port = servers[fd]
                try:
                    sock, _ = server.accept()
                except OSError:
                    continue
                if away:
                    sock.close()
                    continue
                sides[count] = Side(sock)
                send(1, count, struct.pack(">H", port))
                count += 1
            else:
                channel = channels[fd]
                side = sides.get(channel)
                if side is None:
                    continue
                if event & select.POLLOUT:
                    flush(channel)
                side = sides.get(channel)
                if side is None or side.ended or side.credit <= 0 or not event & ~select.POLLOUT:
                    continue
                data = side.read(min(MOST, side.credit))
                if data is None:
                    continue
                if data is False:
                    drop(channel, True)
                elif data == b"":
                    side.ended = True
                    send(3, channel)
                    if side.finished:
                        drop(channel, False)
                else:
                    side.credit -= len(data)
                    send(2, channel, data)


def forward(pairs):
    servers = {}
    for pair in pairs:
        port, path = pair.split("=", 1)
        server = listen(int(port))
        servers[server.fileno()] = (server, path)
    write(b"listening\n")
    sides = {}

    def drop(side):
        for each in (side, side.other):
            sides.pop(each.sock.fileno(), None)
            each.sock.close()

    while True:
        poll = select.poll()
        for fd in servers:
            poll.register(fd, select.POLLIN)
        for fd, side in sides.items():
            room = len(side.other.out) < WINDOW and not side.ended
            wanted = (select.POLLIN if room else 0) | (select.POLLOUT if side.out else 0)
            if wanted:
                poll.register(fd, wanted)
        for fd, event in poll.poll():
            if fd in servers:
                server, path = servers[fd]
                try:
                    inside, _ = server.accept()
                except OSError:
                    continue
                service = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                try:
                    service.connect(path)
                except OSError:
                    inside.close()
                    service.close()
                    continue
                one, two = Side(inside), Side(service)
                one.other, two.other = two, one
                sides[inside.fileno()], sides[service.fileno()] = one, two
                continue
            side = sides.get(fd)
            if side is None:
                continue
            if event & select.POLLOUT and side.flush() is None:
                drop(side)
                continue
            if not event & ~select.POLLOUT or side.ended:
                continue
            data = side.read(65536)
            if data is None:
                continue
            if data is False:
                drop(side)
                continue
            if data == b"":
                side.ended = True
                side.other.finishing = True
            side.other.out += data
            if side.other.flush() is None or (side.ended and side.other.ended and side.finished and side.other.finished):
                drop(side)


def dial(host, port, milliseconds, text=None):
    patience = int(milliseconds) / 1000
    try:
        sock = socket.create_connection((host, int(port)), timeout=patience)
    except socket.timeout:
        return print("timeout")
    except OSError as error:
        return print("timeout" if error.errno == errno.ETIMEDOUT else "refused")
    print("connected")
    if text is None:
        return None
    answer = b""
    try:
        sock.sendall(text.encode("latin-1"))
        while b"\r\n" not in answer and len(answer) < 4096:
            data = sock.recv(4096)
            if not data:
                break
            answer += data
    except OSError:
        pass
    sys.stdout.write(answer.decode("latin-1"))
    return None


if sys.argv[1] == "mux":
    mux([int(port) for port in sys.argv[2:]])
elif sys.argv[1] == "forward":
    forward(sys.argv[2:])
else:
    dial(*sys.argv[2:])
