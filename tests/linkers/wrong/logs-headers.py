#!/usr/bin/env python3
# Bug H1: prints the request with its headers in verbose mode.
# caught-by: h01-verbose-success secret.stderr
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def send(self, path, url=None):
        if self.verbose:
            print(path, self.request_headers(), file=sys.stderr)
        return super().send(path, url)


base.main(Wrong)
