"""A hub over TLS on this machine, for HubTests: it has no repository, and redirects one name to http.

    tls_hub.py FOLDER       makes a certificate in FOLDER by the program openssl, and prints the port that it listens on
"""

import http.server
import ssl
import subprocess
import sys
import threading
from pathlib import Path


class Hub(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if "/redirected/" in self.path:
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/api")
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments) -> None:
        pass


folder = Path(sys.argv[1])
certificate, key = folder / "certificate.pem", folder / "key.pem"
subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=toy hub",
     "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
    check=True, capture_output=True,
)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()  # ends with the test, which holds the other end
