#!/usr/bin/env python3
# Bug G6: no time limit of its own.
# caught-by: g22-hang process.deadline result.shape verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def time_left(self):
        return 3600

    def send(self, path, url=None):
        base.ONE_S = 3600
        return super().send(path, url)


base.main(Wrong)
