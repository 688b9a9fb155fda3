#!/usr/bin/env python3
# Bug D10: reads each account of the list to find the given one.
# caught-by: d18-last-of-25-accounts traffic.other-account traffic.max
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def prove_account(self):
        for account in self.get("/accounts?per_page=20").json["result"]:
            self.get("/accounts/" + account["id"])
        super().prove_account()


base.main(Wrong)
