#!/usr/bin/env python3
# Bug H1: keeps the token in a file anyone may read.
# caught-by: a08-user-token-declared secret.files
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def link(self):
        with open("last-token.txt", "w", encoding="utf-8") as f:
            f.write(self.token)
        super().link()


base.main(Wrong)
