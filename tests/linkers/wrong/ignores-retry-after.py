#!/usr/bin/env python3
# Bug G2: tries again after a quarter of a second whatever the API asks for.
# caught-by: g01-429-two-seconds retry.after
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def pause_after(self, answer, attempt):
        return 0.25


base.main(Wrong)
