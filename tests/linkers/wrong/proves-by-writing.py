#!/usr/bin/env python3
# Bug I4: makes a KV namespace to see whether it may.
# caught-by: f10-read-instead-of-write-invisible traffic.read-only
import json
import os
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def probe(self, name, path, places):
        if name == "Workers KV Storage Write":
            self.post(path.format(**places), {"title": "linker-probe"})
        return super().probe(name, path, places)

    def post(self, path, body):
        url = urllib.request.Request(self.base + path, json.dumps(body).encode(), self.request_headers())
        try:
            urllib.request.urlopen(url, timeout=3).read()
        except urllib.error.HTTPError:
            pass


base.main(Wrong)
