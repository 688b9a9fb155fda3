#!/usr/bin/env python3
# Bug D9: keeps the id in upper case.
# caught-by: d16-upper-case-id verdict result.shape
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def clean_account(self, pasted):
        return pasted.strip()

    def account_looks_right(self):
        return len(self.account) == 32


base.main(Wrong)
