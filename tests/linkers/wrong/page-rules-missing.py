#!/usr/bin/env python3
# Bug F7: 400/1011 is a missing Page Rules row.
# caught-by: f14-page-rules-account-token verdict truth hint.right perm.checked
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def fits_kind(self, name):
        return True

    def look(self, name):
        return super().look(name) if not name.startswith("Page Rules") else False


base.main(Wrong)
