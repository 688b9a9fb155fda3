#!/usr/bin/env python3
# Right: looks at the zones before the account and at the last permission first; tries twice at most.
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Backwards(base.Linker):
    probe_order = -1
    tries = 2

    def prove_account(self):
        if not self.zones():
            super().prove_account()


base.main(Backwards)
