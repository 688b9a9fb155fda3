#!/usr/bin/env python3
# Bug G5: what is not 200 is an invalid token.
# caught-by: g10-525-html verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def ride_out(self, a, stage):
        if not a.good:
            self.refuse_unknown()


base.main(Wrong)
