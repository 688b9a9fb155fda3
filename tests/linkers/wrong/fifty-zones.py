#!/usr/bin/env python3
# Bug E2: raises per_page instead of turning pages.
# caught-by: e02-120-zones verdict page.complete truth
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    read_policies = False

    def pages_of(self, a):
        return 1


base.main(Wrong)
