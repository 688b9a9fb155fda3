#!/usr/bin/env python3
# Bug F8: tries a refused request again and again.
# caught-by: c15-malformed retry.never verify.once
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def worth_retrying(self, a):
        return a.transient or a.status == 400


base.main(Wrong)
