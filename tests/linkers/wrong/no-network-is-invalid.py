#!/usr/bin/env python3
# Bug G6: an exception while verifying is an invalid token.
# caught-by: g20-refused verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def ride_out(self, a, stage):
        if a.broken:
            self.refuse_unknown()
        super().ride_out(a, stage)


base.main(Wrong)
