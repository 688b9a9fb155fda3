#!/usr/bin/env python3
# Bug A4: declared account-owned, yet the user endpoint is asked first.
# caught-by: a02-account-token-declared verify.right-endpoint
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def kinds(self):
        return ["user", "account"]


base.main(Wrong)
