#!/usr/bin/env python3
# Bug G5: twenty tries without a pause.
# caught-by: g09-503-plain retry.bounded traffic.max
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    tries = 20

    def pause_after(self, answer, attempt):
        return 0


base.main(Wrong)
