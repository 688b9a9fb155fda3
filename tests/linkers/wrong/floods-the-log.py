#!/usr/bin/env python3
# Bug G10: dumps what it could not parse.
# caught-by: g27-endless-body output.bounded
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def read_body(self, response, until):
        body = super().read_body(response, until)
        if body is None:
            print("?" * base.BODY_MOST, file=sys.stderr)
        return body


base.main(Wrong)
