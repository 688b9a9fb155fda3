#!/usr/bin/env python3
# Bug B3: HTTP 200 is the whole test.
# caught-by: b11-200-success-false verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def says_valid(self, a):
        return a.status == 200


base.main(Wrong)
