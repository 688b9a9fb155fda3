#!/usr/bin/env python3
# Bug C1: the line feed of the secret file stays; the HTTP library refuses the header.
# caught-by: c01-trailing-newline verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def clean_token(self, pasted):
        return pasted

    def check_input(self):
        pass


base.main(Wrong)
