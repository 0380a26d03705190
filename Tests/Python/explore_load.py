#!/usr/bin/env python3
"""Asks `xai explore` thousands of times, as tabs, notebooks and killed browsers do, and compares its memory and descriptors.

    Tests/Python/explore_load.py XAI MODEL IMAGE [--requests 10000] [--chromium /usr/bin/chromium]

Half as many requests go first, until what is kept has been made: images that were sent, forward passes, maps, and the memory of
threads. Memory may then grow by 32 MiB, and no descriptor may be left open. A hundredth of the requests ends before its answer, and
one in a thousand sends an image of 50 megapixels. While they run, browsers with the page open are killed, where there is Chromium,
and a second server asks for the same port, which it must not get.
"""

import argparse
import http.client
import io
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, urlparse

from PIL import Image

GROWTH = 32 << 20
CLIENTS = 50
#: Browsers that are killed in each half.
BROWSERS = 3


def status(process, key):
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise KeyError(key)


def usage(process):
    """Resident bytes and open descriptors."""
    return status(process, "VmRSS") << 10, len(os.listdir(f"/proc/{process}/fd"))


class Client:
    """One tab: questions over a connection that is kept."""

    def __init__(self, port, token, seed, large):
        self.random = random.Random(seed)
        self.large, self.port, self.token, self.name = large, port, token, f"tab-{seed}"
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(self, path, body):
        self.connection.request("POST", f"/api/v1/{path}", body, {"Authorization": f"Bearer {self.token}"})
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def go_away(self, question):
        """Sends a question and closes the connection before the answer."""
        with socket.create_connection(("127.0.0.1", self.port)) as gone:
            gone.sendall(
                f"POST /api/v1/map HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
                f"Content-Length: {len(question)}\r\n\r\n".encode() + question
            )

    def step(self):
        chance = self.random.random()
        classes = [self.random.randrange(self.classes) for _ in range(2)]
        if chance < 0.001:
            code, _ = self.ask("images", self.large)
            assert code == 201, code
        elif chance < 0.01:
            self.go_away(json.dumps({"image": "1", "explainer": "rise:masks=400", "target": classes[0]}).encode())
        elif chance < 0.4:
            explainer = self.random.choice(["gmar", "generic-attention", "grad-cam", "attention-rollout"])
            code, _ = self.ask("map", json.dumps({"image": "1", "explainer": explainer, "target": classes[0]}))
            assert code == 200, code
        elif chance < 0.5:
            code, _ = self.ask("answer", json.dumps({"image": "1", "hidden": "all"}))
            assert code == 400, code
        elif chance < 0.6:
            self.connection.request("GET", "/api/v1/images/1/picture?token=wrong")
            answer = self.connection.getresponse()
            answer.read()
            assert answer.status == 401, answer.status
        else:
            hidden = self.random.sample(range(self.patches), 5)
            body = {"image": "1", "hidden": hidden, "classes": classes, "view": f"{self.name}/brush"}
            code, _ = self.ask("answer", json.dumps(body))
            assert code == 200, code


def kill_browser(chromium, address):
    """Opens the page in a browser, and kills it with all of its processes while it asks."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(5)
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()


def refuse_second_server(arguments, port):
    """A second server on the port says so and ends; the first one keeps answering."""
    command = [arguments.xai, "explore", arguments.model, arguments.image, "--no-open", "--port", str(port)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert second.returncode not in (0, -6, -11), second
    assert str(port) in second.stderr, second.stderr


def run(clients, count, meanwhile):
    failures = []

    def work(client):
        # A tab that was idle for a minute has lost its connection.
        client.connection.close()
        try:
            for _ in range(count // len(clients)):
                client.step()
        except Exception as error:  # the first one is shown
            failures.append(f"{type(error).__name__}: {error}")

    def disturb():
        try:
            for disturbance in meanwhile:
                disturbance()
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=work, args=[client]) for client in clients]
    threads.append(threading.Thread(target=disturb))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        sys.exit(f"a request failed: {failures[0]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xai")
    parser.add_argument("model")
    parser.add_argument("image")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    arguments = parser.parse_args()
    server = subprocess.Popen(
        [arguments.xai, "explore", arguments.model, arguments.image, "--no-open", "--quiet"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        page = server.stdout.readline().strip()
        address = urlparse(page)
        token = parse_qs(address.query)["token"][0]
        buffer = io.BytesIO()
        Image.new("RGB", (8192, 6144), (10, 200, 30)).save(buffer, "jpeg")
        clients = [Client(address.port, token, seed, buffer.getvalue()) for seed in range(CLIENTS)]
        clients[0].connection.request("GET", f"/api/v1/session?token={token}")
        model = json.load(clients[0].connection.getresponse())["models"][0]
        for client in clients:
            client.patches = model["grid"]["rows"] * model["grid"]["columns"]
            client.classes = model["classes"]
        meanwhile = [lambda: refuse_second_server(arguments, address.port)]
        if arguments.chromium:
            meanwhile += [lambda: kill_browser(arguments.chromium, page)] * BROWSERS
        run(clients, arguments.requests // 2, meanwhile)
        before = usage(server.pid)
        run(clients, arguments.requests, meanwhile)
        after = usage(server.pid)
        print(f"after {arguments.requests // 2} requests: {before[0] >> 20} MiB, {before[1]} descriptors")
        print(f"after {arguments.requests} more: {after[0] >> 20} MiB, {after[1]} descriptors")
        print(f"{2 * BROWSERS if arguments.chromium else 0} browsers killed, 2 second servers refused")
        print(f"at most: {status(server.pid, 'VmHWM') >> 10} MiB")
        if after[0] - before[0] > GROWTH or after[1] > before[1] + 2:
            sys.exit("memory or descriptors grow")
    finally:
        server.terminate()
        server.wait(timeout=30)
    if server.returncode:
        sys.exit(f"the server ended with {server.returncode}")


if __name__ == "__main__":
    main()
