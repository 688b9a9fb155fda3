#!/usr/bin/env python3
# Bug F2: 403/10042 is a missing R2 row.
# caught-by: f18-r2-off verdict truth
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def probe(self, name, path, places):
        held = super().probe(name, path, places)
        return False if held is None and "R2" in name else held


base.main(Wrong)
