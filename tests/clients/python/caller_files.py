"""Runs a line whose files are this program's: it gives their bytes as far as the pipeline wants them, and gets those that are written.

Usage: caller_files.py STUBS ENDPOINT SERVER_NAME CA CERTIFICATE KEY
"""

import json
import queue
import sys
import threading

import grpc

PIECE = 64 * 1024
# What may be ahead of the pipeline; see `FileTaken`.
AHEAD_MESSAGES = 64
AHEAD_BYTES = 1024 * 1024

ENDLESS = "endless.txt"
LINE = """
Import-Csv people.csv | Where-Object Site -eq Dublin | Export-Csv dublin.csv
Get-Content endless.txt | Select-Object -First 2
'one' > notes.txt; 'two' >> notes.txt
Get-Content missing.txt
"""


class Reading:
    """A file that the pipeline reads, sent from a thread of its own."""

    def __init__(self, say, answer, request, pieces):
        self.say, self.answer, self.id = say, answer, request.request_id
        self.taken, self.enough, self.news = 0, False, threading.Condition()
        self.sent = 0
        threading.Thread(target=self.send, args=(pieces,), daemon=True).start()

    def send(self, pieces):
        ahead = []
        for data, last in pieces:
            with self.news:
                while not self.enough and ahead[self.taken :] and (
                    len(ahead) - self.taken >= AHEAD_MESSAGES
                    or sum(ahead[self.taken :]) + len(data) > AHEAD_BYTES
                ):
                    self.news.wait()
                if self.enough:
                    return
            ahead.append(len(data))
            self.sent += len(data)
            self.say(self.answer(request_id=self.id, data=data, last=last))

    def tell(self, taken):
        with self.news:
            self.taken, self.enough = max(self.taken, taken.messages), self.enough or taken.enough
            self.news.notify()


def whole(data):
    for at in range(0, max(len(data), 1), PIECE):
        yield data[at : at + PIECE], at + PIECE >= len(data)


def endless():
    while True:
        yield b"again and again\n" * (PIECE // 16), False


def credentials(ca, certificate, key):
    def read(path):
        with open(path, "rb") as file:
            return file.read()

    return grpc.ssl_channel_credentials(read(ca), read(key), read(certificate))


def main(stubs, endpoint, server_name, ca, certificate, key):
    sys.path.insert(0, stubs)
    from tandem.shell.v1 import shell_pb2 as shell
    from tandem.shell.v1 import shell_pb2_grpc

    rows = "".join(f'"user{row}","{"Dublin" if row % 1000 == 0 else "Redmond"}"\n' for row in range(100_000))
    files = {"people.csv": ("Name,Site\n" + rows).encode()}
    requests, reading, errors, text, end = queue.Queue(), {}, [], "", None

    def say(answer):
        requests.put(shell.InvokeRequest(file=answer))

    def serve(request):
        """Does what a file request asks for."""
        path, answer = request.path, shell.FileAnswer(request_id=request.request_id, last=True)
        if request.action in (shell.FILE_ACTION_READ, shell.FILE_ACTION_EXAMINE):
            if path != ENDLESS and path not in files:
                answer.error, answer.error_kind = "There is no such file.", "not_found"
            elif request.action == shell.FILE_ACTION_READ:
                pieces = endless() if path == ENDLESS else whole(files[path])
                reading[request.request_id] = Reading(say, shell.FileAnswer, request, pieces)
                return
            say(answer)
            return
        # The first piece begins the file and is answered, if the request is paced; then the last one is.
        is_first = request.request_id not in writing
        if is_first:
            writing.add(request.request_id)
            kept = files.get(path, b"") if request.action == shell.FILE_ACTION_APPEND else b""
            files[path] = kept
        files[path] += request.data
        if request.last or is_first and request.paced:
            answer.last = request.last
            say(answer)

    writing = set()
    start = shell.Start(line=LINE, paces_files=True, output=shell.Output(form=shell.OUTPUT_FORM_TEXT))
    requests.put(shell.InvokeRequest(start=start))
    options = [("grpc.ssl_target_name_override", server_name)]
    with grpc.secure_channel(endpoint, credentials(ca, certificate, key), options) as channel:
        service = shell_pb2_grpc.ShellServiceStub(channel)
        for response in service.Invoke(iter(requests.get, None), timeout=120):
            kind = response.WhichOneof("message")
            if kind == "text":
                text += response.text
            elif kind == "said" and response.said.record.WhichOneof("record") == "error":
                errors.append(response.said.record.error.fully_qualified_error_id)
            elif kind == "file":
                serve(response.file)
            elif kind == "file_taken" and response.file_taken.request_id in reading:
                reading[response.file_taken.request_id].tell(response.file_taken)
            elif kind == "finished":
                end = shell.PipelineState.Name(response.finished.state)
        requests.put(None)

    json.dump(
        {
            "text": text,
            "errors": errors,
            "state": end,
            "written": {path: data.decode() for path, data in files.items() if path != "people.csv"},
            "endless_sent": max(one.sent for one in reading.values() if one.enough),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    main(*sys.argv[1:])
