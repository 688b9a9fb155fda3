#!/usr/bin/env python3
# Bug G5: an account that cannot be read is a wrong account.
# caught-by: g18-account-proof-down verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def prove_account(self):
        if not self.get("/accounts/" + self.account).good:
            raise base.Refused("account_mismatch", "account", "Not your account.")


base.main(Wrong)
