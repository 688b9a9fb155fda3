#!/usr/bin/env python3
# Bug A6: takes GET /accounts = 200 for a verified token.
# caught-by: a12-listing-is-no-proof verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def refuse_unknown(self):
        if not self.get("/accounts").good:
            super().refuse_unknown()
        self.kind, self.token_id = "account", None

    def prove_account(self):
        pass

    def check_permissions(self):
        self.unverified = list(self.required)


base.main(Wrong)
