#!/usr/bin/env python3
# Bug B1: HTTP 200 and success are enough, the status is not read.
# caught-by: b07-status-unknown-word verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def judge(self, result):
        self.token_id = result.get("id")


base.main(Wrong)
