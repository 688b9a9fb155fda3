#!/usr/bin/env python3
# Bug A12: asks /memberships first and gives up without it.
# caught-by: a13-memberships-9106 verdict traffic.user-level
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def prove_account(self):
        if not self.get("/memberships").good:
            raise base.Refused("invalid_token", "account", "Who are you?")
        super().prove_account()


base.main(Wrong)
