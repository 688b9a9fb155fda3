#!/usr/bin/env python3
# Bug C3: a Global API Key is just a bad token.
# caught-by: c08-global-key-new hint.right
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def check_input(self):
        super().check_input()
        self.hint = None


base.main(Wrong)
