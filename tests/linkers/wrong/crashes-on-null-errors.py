#!/usr/bin/env python3
# Bug B4: walks errors without looking whether they are there.
# caught-by: b13-errors-null result.shape verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def ride_out(self, a, stage):
        super().ride_out(a, stage)
        if not a.good:
            for error in a.json["errors"]:
                self.note(str(error))


base.main(Wrong)
