#!/usr/bin/env python3
# Bug E7: reckons with total_pages without looking for 0.
# caught-by: e05-total-pages-0 result.shape verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def pages_of(self, a):
        info = a.json["result_info"]
        info["total_count"] / info["total_pages"]
        return info["total_pages"]


base.main(Wrong)
