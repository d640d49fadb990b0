"""A DICOMweb server that does what it is told, wrong as it may be."""
import http.server
import threading


class MisbehavingWeb:
    """Answers requests in turn by functions of the handler; the last one stays. `requests` is (method, path, headers, body) of each."""

    def __init__(self, *answers, tls=None):
        self.answers = list(answers)
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def body(self):
                if "chunked" in self.headers.get("Transfer-Encoding", ""):
                    data = b""
                    while size := int(self.rfile.readline().split(b";")[0], 16):
                        data += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                    return data
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))

            def handle_any(self):
                outer.requests.append((self.command, self.path, dict(self.headers), self.body()))
                answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                answer(self)

            do_GET = do_POST = handle_any

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_port}/dicom-web"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def says(status, body=b"", kind="application/dicom+json", length=None, **headers):
    """An answer; with another Content-Length than the body has, the connection ends after it."""
    def answer(handler):
        handler.send_response(status)
        if kind:
            handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, text in headers.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.end_headers()
        handler.wfile.write(body)
        if length is not None:
            handler.close_connection = True
    return answer


def endless(kind, piece, first=b""):
    """An answer without an end; stops when nobody reads, or after a gibibyte."""
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        try:
            handler.wfile.write(first)
            for _ in range((1 << 30) // len(piece)):
                handler.wfile.write(piece)
        except OSError:
            pass
    return answer
