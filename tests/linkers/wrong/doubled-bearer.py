#!/usr/bin/env python3
# Bug C6: the pasted word Bearer is sent a second time.
# caught-by: c06-bearer-pasted auth.one-scheme
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def clean_token(self, pasted):
        return pasted.strip()

    def check_input(self):
        pass


base.main(Wrong)
