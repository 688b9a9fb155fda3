#!/usr/bin/env python3
# Bug H4: follows a redirect to another host, the token in hand.
# caught-by: g29-redirect-foreign traffic.foreign-host
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def send(self, path, url=None):
        a = super().send(path, url)
        return super().send(path, a.headers["Location"]) if a.headers.get("Location") else a


base.main(Wrong)
