#!/usr/bin/env python3
# Bug G3: a verify request before each other request.
# caught-by: a08-user-token-declared verify.once traffic.max
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def get(self, path):
        if "verify" not in path:
            for _ in range(3):
                super().get(self.verify_path(self.kind))
        return super().get(path)


base.main(Wrong)
