#!/usr/bin/env python3
# Bug E1: a plain GET /zones: the first 20 are all there are.
# caught-by: e01-53-zones verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def zones_path(self, page):
        return "/zones"

    def pages_of(self, a):
        return 1


base.main(Wrong)
