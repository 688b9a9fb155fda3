#!/usr/bin/env python3
# Bug C7: knows that a token has 40 characters.
# caught-by: c11-53-characters-user verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def check_input(self):
        super().check_input()
        if len(self.token) != 40:
            raise base.Refused("bad_input", "input", "A token has 40 characters.")


base.main(Wrong)
