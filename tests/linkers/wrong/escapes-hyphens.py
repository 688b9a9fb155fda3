#!/usr/bin/env python3
# Bug C8: percent-encodes what needs no encoding.
# caught-by: c14-hyphen-last verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def clean_token(self, pasted):
        return super().clean_token(pasted).strip("-_")


base.main(Wrong)
