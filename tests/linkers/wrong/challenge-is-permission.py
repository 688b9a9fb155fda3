#!/usr/bin/env python3
# Bug G7: a challenge page is a missing permission.
# caught-by: g31-challenge-in-mid-flow verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def ride_out(self, a, stage):
        if stage != "permissions" or a.status != 403:
            super().ride_out(a, stage)

    def probe(self, name, path, places):
        a = self.get(path.format(**places))
        return False if a.status == 403 else True


base.main(Wrong)
