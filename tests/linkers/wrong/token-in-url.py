#!/usr/bin/env python3
# Bug H4: puts the token into the query as well.
# caught-by: a08-user-token-declared secret.url
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def target(self, path):
        return path + ("&" if "?" in path else "?") + "token=" + self.token


base.main(Wrong)
