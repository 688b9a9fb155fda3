#!/usr/bin/env python3
# Bug B1: skips verify: a list that answers is good enough.
# caught-by: a08-user-token-declared verify.called
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def verify(self):
        self.kind, self.token_id = self.declared or "user", None


base.main(Wrong)
