#!/usr/bin/env python3
# Bug C1: trims line ends only; the blanks go on the wire.
# caught-by: c02-blanks-and-crlf auth.one-scheme verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def clean_token(self, pasted):
        return pasted.strip("\r\n").rstrip()

    def check_input(self):
        pass


base.main(Wrong)
