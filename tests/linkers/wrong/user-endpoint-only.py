#!/usr/bin/env python3
# Bug A1: verifies at the user endpoint and nowhere else.
# caught-by: a01-account-token-no-type verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def kinds(self):
        return ["user"]


base.main(Wrong)
