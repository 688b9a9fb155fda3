#!/usr/bin/env python3
# Bug A7: the repair of A1 forgot the user endpoint.
# caught-by: a07-user-token-no-type verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def kinds(self):
        return ["account"]


base.main(Wrong)
