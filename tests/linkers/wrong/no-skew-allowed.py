#!/usr/bin/env python3
# Bug B7: takes its own clock for the only right one.
# caught-by: b17-clock-skew verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def judge(self, result):
        base.SKEW_S = 0
        super().judge(result)


base.main(Wrong)
