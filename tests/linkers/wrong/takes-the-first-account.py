#!/usr/bin/env python3
# Bug D10: links accounts[0] of the list.
# caught-by: d18-last-of-25-accounts verdict state.single
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def prove_account(self):
        super().prove_account()
        self.first = self.get("/accounts?per_page=5").json["result"][0]["id"]

    def result(self, refused=None):
        r = super().result(refused)
        if refused is None:
            r["account_id"] = self.first
        return r


base.main(Wrong)
